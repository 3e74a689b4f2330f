//! What the page of one's own account says.

use latchkey_types::Role;

use super::phrase::counted;

pub(crate) const ABOUT: &str = "Who you are on this server.";
pub(crate) const SEE_SESSIONS: &str = "See sessions";
pub(crate) const CHANGING: &str = "Changing it signs you out everywhere else.";
pub(crate) const NO_PASSWORD: &str = "You have none: you sign in with your connections.";

// The e-mail address, in lists too.
pub(crate) const VERIFIED: &str = "Verified";
pub(crate) const NOT_VERIFIED: &str = "Not verified";
pub(crate) const NO_EMAIL_ADDRESS: &str = "No e-mail address";

/// What a role allows.
pub(crate) const fn role(role: Role) -> &'static str {
    match role {
        Role::Administrator => "Sees and changes everything in the console.",
        Role::Auditor => "Sees everything in the console and changes nothing.",
        Role::User => "Signs in here, and has no console.",
    }
}

/// Where else somebody is signed in.
pub(crate) fn this_browser_and(others: u64) -> String {
    let others = counted(others, "other", "others");
    format!("You are signed in with this browser and {others}.")
}

/// That, and how many programs act for them.
pub(crate) fn with_programs(browsers: &str, programs: u64) -> String {
    let programs = counted(programs, "program holds", "programs hold");
    format!("{browsers} {programs} tokens for you.")
}

/// What somebody is told whose tokens were used by somebody else.
pub(crate) mod theft {
    pub(crate) const ONE: &str = "A sign-in of yours was used from elsewhere and has been ended.";
    pub(crate) const MANY: &str = "Sign-ins of yours were used from elsewhere and have been ended.";
    /// Before the time at which it was.
    pub(crate) const ON: &str = "On ";
    /// Before the ways on.
    pub(crate) const ONE_TOO_MANY: &str =
        "One of them should not have had it. Your other sign-ins go on. If both were not you: ";
    pub(crate) const CHANGE_YOUR_PASSWORD: &str = "change your password";
    pub(crate) const LOOK_THROUGH: &str = "look through your sign-ins";
    /// The last way on, which is no link.
    pub(crate) const LOOK_AT_DEVICE: &str = ", and look at the device where that program runs.";
    /// To where the sign-in was to lead.
    pub(crate) const GO_ON: &str = "Go on";
    pub(crate) const READ: &str = "I have read this";

    /// Who held the token, before the address.
    pub(crate) fn held_by(program: &str) -> String {
        format!(" one token was held by two: {program} at ")
    }

    /// Who held it too, before the address.
    pub(crate) fn and_by(program: &str) -> String {
        format!(", and {program} at ")
    }
}
