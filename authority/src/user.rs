//! Users as far as authority goes: that they exist, their role, whether they may act.
//!
//! Names, addresses and passwords are `identity`'s.

mod change;
mod copy;
mod create;
mod list;

pub use change::{disable, enable, set_role};
pub(crate) use copy::{UserCopy, copy};
pub use create::{administrator_ever, arrived, await_owner, create, mark_administrator_created};
pub(crate) use list::administrators;
pub use list::{UserRow, count, count_administrators, many, one};
