//! What the page of the settings says. What each setting does and what is wrong with it is said in the
//! server, which tells it on the command line too.

use super::phrase::counted;

pub(crate) const TITLE: &str = "Settings";
pub(crate) const ABOUT: &str = "What this node runs with, and where each value came from. Settings are read at start: change them in latchkey.toml, in the environment or on the command line, and start the program again.";
pub(crate) const SHOW_ALL: &str = "Show all settings";
pub(crate) const SHOW_CHANGED: &str = "Show only what was set";
pub(crate) const IN_FORCE: &str = "In force";
pub(crate) const NOTHING_SET: &str = "Everything stands at its default";
pub(crate) const NOTHING_SET_TEXT: &str =
    "Nothing was set on the command line, in the environment or in latchkey.toml.";

// What is unsafe or surprising.
pub(crate) const FINDINGS: &str = "To be looked at";
pub(crate) const NO_FINDINGS: &str = "Nothing";
pub(crate) const SAFE: &str = "These settings are safe as far as the program can tell. `latchkey doctor` asks the providers as well.";
pub(crate) const WHAT_TO_DO: &str = "What to do: ";
pub(crate) const LOOK_AT_THIS: &str = "Look at this";

// The table.
pub(crate) const SETTING: &str = "Setting";
pub(crate) const VALUE: &str = "Value";
pub(crate) const NOT_SET: &str = "not set";

/// How much is unsafe or surprising.
pub(crate) fn findings(number: usize) -> String {
    counted(
        u64::try_from(number).unwrap_or(u64::MAX),
        "thing is unsafe or will surprise somebody.",
        "things are unsafe or will surprise somebody.",
    )
}
