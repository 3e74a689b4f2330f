//! What the pages of users say: all of them, and one with what can be done to them.

pub(crate) const ABOUT: &str = "Everyone who has an account on this server.";
pub(crate) const FILTER: &str = "Filter users";
pub(crate) const SEARCH: &str = "Search";
pub(crate) const START_OF_NAME: &str = "Start of name or e-mail";
/// Before the time at which somebody was disabled.
pub(crate) const SINCE: &str = "since\u{a0}";
/// Before the time at which a link was made for them.
pub(crate) const INVITED: &str = " invited ";
pub(crate) const NONE_MATCH: &str = "No users match";
pub(crate) const NONE_FITS: &str = "Nobody fits all of what you ask for. The search looks at the beginning of names and e-mail addresses.";
pub(crate) const NONE: &str = "No users";
pub(crate) const NONE_YET: &str = "Nobody has an account yet.";

/// The page of one user.
pub(crate) mod one {
    use crate::words::{common, phrase::Tally};

    pub(crate) const NO_EVENT: &str = "No event is about this user yet.";
    pub(crate) const ALL_EVENTS: &str = "All events";
    pub(crate) const NEVER: &str = "Never, as far as is kept";
    /// Before the time at which they were disabled.
    pub(crate) const SINCE: &str = "since ";
    pub(crate) const IS_YOU: &str = "This is you.";
    pub(crate) const LAST_SIGN_IN: &str = "Last sign-in";
    pub(crate) const LIVE_API_SIGN_INS: &str = "Live API sign-ins";
    pub(crate) const NO_PROGRAM: &str = "No program holds tokens of this user.";
    pub(crate) const SEE_ALL: &str = "See all";
    pub(crate) const ENDED_SESSIONS: &str = "Ended sessions";
    pub(crate) const ALL_ENDED_SESSIONS: &str = "All ended sessions";
    pub(crate) const ENDED_API_SIGN_INS: &str = "Ended API sign-ins";

    // An account that nobody can sign in to yet.
    pub(crate) const NO_WAY_IN: &str =
        "This account has no password and no connection, so nobody can sign in to it.";
    /// Before who made the link, and until when it is good.
    pub(crate) const LINK_OPEN: &str = "A link for its owner is open";
    /// Before who made it.
    pub(crate) const MADE_BY: &str = ", made by ";
    /// Before the time until which it is good.
    pub(crate) const RUNS_OUT: &str = " and runs out ";
    pub(crate) const REFUSED: &str =
        " It is refused, because whoever made it may not manage users any more.";
    pub(crate) const NO_LINK: &str = "No link is open: its owner has no way in.";
    /// Before the time at which the account was made.
    pub(crate) const MADE: &str = "Made ";
    pub(crate) const MAKE_LINK: &str = "Make a new link";
    pub(crate) const LINKS_OVER: &str = "The links before it are over then.";

    /// What ending all their sessions does, and that nobody has counted them.
    pub(crate) fn ending_sessions(shown: u64, more: bool) -> String {
        let how_many = if more {
            format!("all their sessions, more than {shown}")
        } else {
            common::sessions(shown)
        };
        format!("Ends {how_many}. {}", common::SIGNED_OUT_AT_ONCE)
    }

    /// There are more sessions than are shown.
    pub(crate) fn more_sessions(shown: u64) -> String {
        format!("There are more: only the newest {shown} are shown.")
    }

    /// There are more API sign-ins than are shown; before the link to all of them.
    pub(crate) fn newest_of(shown: u64, all: &str) -> String {
        format!("The newest {shown} of {all}. ")
    }

    /// What disabling or signing out ends: `3 sessions and 1 API sign-in`.
    pub(crate) fn ends(sessions: u64, more: bool, families: Tally) -> String {
        let sessions = if more {
            format!("more than {sessions} sessions")
        } else {
            common::sessions(sessions)
        };
        format!("{sessions} and {}", common::api_sign_ins_or_more(families))
    }
}

/// What an administrator may do to a user.
pub(crate) mod manage {
    pub(crate) const LAST: &str = "This is the only administrator who can sign in, and one must stay. Make somebody else an administrator first.";

    pub(crate) const CHANGE_ROLE: &str = "Change role";
    pub(crate) const NEW_ROLE: &str = "New role";
    pub(crate) const OWN_ROLE: &str = "This is your own role: giving it up takes effect at once, and only another administrator can give it back.";
    pub(crate) const ROLES: &str = "Administrators see and change everything, auditors see everything, users have no console. It takes effect at once.";

    pub(crate) const ENABLE: &str = "Enable";
    pub(crate) const ENABLING: &str =
        "This user cannot sign in. Enabling lets them sign in as before.";
    pub(crate) const ENABLE_USER: &str = "Enable user";

    pub(crate) const DISABLE: &str = "Disable";
    pub(crate) const DISABLED: &str = "A disabled user keeps their account but cannot sign in.";
    pub(crate) const DISABLE_USER: &str = "Disable user";

    /// The button, to those who hear it alone.
    pub(crate) fn disable(name: &str) -> String {
        format!("{DISABLE_USER} {name}")
    }

    /// Asks before somebody is disabled.
    pub(crate) fn disable_question(name: &str) -> String {
        format!("{DISABLE} {name}?")
    }

    /// What disabling oneself does: `ends` says what ends with it.
    pub(crate) fn disabling_self(ends: &str) -> String {
        format!(
            "This is you. It ends {ends} at once, this one too, and you cannot sign in until another administrator enables you again."
        )
    }

    /// What disabling somebody else does.
    pub(crate) fn disabling(ends: &str) -> String {
        format!("It ends {ends} at once, and they cannot sign in until they are enabled again.")
    }
}
