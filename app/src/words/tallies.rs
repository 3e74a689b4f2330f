//! What the island with the console's four numbers says. It is part of what the browser loads.

pub(crate) const LIVE_SESSIONS: &str = "Live sessions";
pub(crate) const LIVE_SESSIONS_NOTE: &str = "now";
pub(crate) const USERS: &str = "Users";
pub(crate) const USERS_NOTE: &str = "active and disabled";
pub(crate) const SIGN_INS: &str = "Sign-ins";
pub(crate) const REFUSED_SIGN_INS: &str = "Refused sign-ins";
/// Over which time sign-ins are counted.
pub(crate) const LAST_DAY: &str = "last 24 hours";

// How far the numbers can be trusted to be current.
pub(crate) const STILL: &str = "As of when this page was loaded";
pub(crate) const UPDATED: &str = "Live: updated every 10 seconds";
pub(crate) const STOPPED: &str =
    "Updates have stopped: you are signed out, or may no longer see this. Reload the page.";
/// Before the time of the last answer.
pub(crate) const UNREACHABLE_SINCE: &str = "Not up to date since ";
/// After it.
pub(crate) const UNREACHABLE: &str =
    ": the server cannot be reached. Trying again every 10 seconds.";
