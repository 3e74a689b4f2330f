//! The rules, as the tests of `authority` have them.

#[path = "../../../../authority/tests/it/families/model/dice.rs"]
pub(super) mod dice;
#[path = "../../../../authority/tests/it/families/model/family.rs"]
pub(super) mod family;
#[path = "../../../../authority/tests/it/families/model/machine.rs"]
pub(super) mod machine;
