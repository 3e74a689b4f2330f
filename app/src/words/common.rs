//! What several pages say, said once: buttons, heads of columns, names of facts, counts.

use latchkey_types::BulkTarget;

use super::phrase::{Tally, counted};
pub(crate) use super::tallies::{LIVE_SESSIONS, REFUSED_SIGN_INS, SIGN_INS, USERS};

// Buttons and links.
pub(crate) const ALL_USERS: &str = "All users";
pub(crate) const CANCEL: &str = "Cancel";
pub(crate) const CHANGE_PASSWORD: &str = "Change password";
pub(crate) const CLEAR_FILTERS: &str = "Clear filters";
pub(crate) const CREATE_ACCOUNT: &str = "Create account";
pub(crate) const END_ALL_SESSIONS: &str = "End all sessions";
pub(crate) const GO_TO_SIGN_IN: &str = "Go to sign-in";
pub(crate) const INVITE: &str = "Invite";
pub(crate) const SET_A_PASSWORD: &str = "Set a password";
pub(crate) const SIGN_IN: &str = "Sign in";
pub(crate) const SIGN_IN_ONCE_MORE: &str = "Sign in once more";
pub(crate) const SIGN_OUT: &str = "Sign out";

// Pages and lists, as their titles, the navigation and links call them.
pub(crate) const ACCOUNT: &str = "Account";
pub(crate) const API_SIGN_INS: &str = "API sign-ins";
pub(crate) const BULK_ENDS: &str = "Bulk ends";
pub(crate) const CONNECTIONS: &str = "Connections";
pub(crate) const HISTORY: &str = "History";
pub(crate) const INVITATIONS: &str = "Invitations";
pub(crate) const NEWEST_EVENTS: &str = "Newest events";
pub(crate) const SESSIONS: &str = "Sessions";

// Columns, facts and fields.
pub(crate) const ACCOUNT_SINCE: &str = "Account since";
pub(crate) const ADDRESS: &str = "Address";
pub(crate) const APART: &str = "Apart";
pub(crate) const API_SIGN_IN: &str = "API sign-in";
pub(crate) const BROWSER: &str = "Browser";
pub(crate) const DEVICE: &str = "Device";
pub(crate) const EMAIL_ADDRESS: &str = "E-mail address";
/// Why and how something ended.
pub(crate) const END: &str = "End";
pub(crate) const ENDED_BY: &str = "Ended by";
pub(crate) const ENDS: &str = "Ends";
pub(crate) const EVENT: &str = "Event";
pub(crate) const FROM: &str = "From";
pub(crate) const GENERATION: &str = "Generation";
pub(crate) const ID: &str = "Id";
pub(crate) const LAST_EVENT: &str = "Last event";
pub(crate) const LAST_USED: &str = "Last used";
pub(crate) const NETWORK: &str = "Network";
pub(crate) const OPENED: &str = "Opened";
pub(crate) const OUTCOME: &str = "Outcome";
pub(crate) const PASSWORD: &str = "Password";
pub(crate) const PROGRAM: &str = "Program";
pub(crate) const REQUEST: &str = "Request";
pub(crate) const ROLE: &str = "Role";
pub(crate) const SESSION: &str = "Session";
pub(crate) const STATE: &str = "State";
pub(crate) const SYSTEM: &str = "System";
pub(crate) const USER: &str = "User";
pub(crate) const USERNAME: &str = "Username";
pub(crate) const USER_AGENT: &str = "User agent";
pub(crate) const VERDICT: &str = "Verdict";
pub(crate) const WHAT: &str = "What";
pub(crate) const WHEN: &str = "When";

// What stands in them.
pub(crate) const CURRENT: &str = "Current";
pub(crate) const ENDED: &str = "Ended";
pub(crate) const LIVE: &str = "Live";
/// There is no value.
pub(crate) const NONE: &str = "–";
/// There is no user agent.
pub(crate) const NONE_GIVEN: &str = "none given";
pub(crate) const NOT_ARRIVED: &str = "Not arrived yet";
/// Before the time at which something ends.
pub(crate) const ENDS_AT: &str = "ends\u{a0}";
/// Before the address from which something was last used.
pub(crate) const FROM_ADDRESS: &str = "from\u{a0}";
/// Before a name, within a row.
pub(crate) const BY: &str = "by ";

// What an empty field of a filter shows.
pub(crate) const OPENED_OR_USED_FROM: &str = "Opened or last used from";
pub(crate) const ADDRESS_EXAMPLE: &str = "192.0.2.1";
pub(crate) const NAME_EMAIL_OR_ID: &str = "Name, e-mail or id";

// What an empty list says.
pub(crate) const NO_API_SIGN_INS: &str = "No API sign-ins";
pub(crate) const NO_BROWSER: &str = "No browser is signed in as this user.";
pub(crate) const NO_CONNECTIONS: &str = "No connections";
pub(crate) const NO_SESSIONS: &str = "No sessions";
pub(crate) const NOT_SIGNED_IN: &str = "Not signed in";
pub(crate) const NOTHING_ON_RECORD: &str = "Nothing on the record";
pub(crate) const NOTHING_HAPPENED: &str = "Nothing has happened yet.";

// Sentences.
pub(crate) const LINK_DOES_NOT_WORK: &str = "This link does not work";
pub(crate) const SIGN_UP_CLOSED: &str = "Sign-up is closed";
pub(crate) const SIGNED_OUT_AT_ONCE: &str =
    "Their browsers and programs are signed out at once, and may sign in again.";
pub(crate) const THIS_BROWSER_ONLY: &str = "You are signed in with this browser only.";

/// The button that ends all of one user's, to those who hear it alone.
pub(crate) fn end_all_sessions_of(name: &str) -> String {
    format!("{END_ALL_SESSIONS} of {name}")
}

/// Asks before all of one user's end.
pub(crate) fn end_all_sessions_question(name: &str) -> String {
    format!("{}?", end_all_sessions_of(name))
}

/// The title of an address.
pub(crate) fn network(network: &str) -> String {
    format!("{NETWORK} {network}")
}

/// `1 session`, `2,000 sessions`.
pub(crate) fn sessions(number: u64) -> String {
    number_of(BulkTarget::Sessions, number)
}

/// `1 API sign-in`, `2,000 API sign-ins`.
pub(crate) fn api_sign_ins(number: u64) -> String {
    number_of(BulkTarget::Families, number)
}

/// The same of a number that may stand for more: `10,000+ API sign-ins`.
pub(crate) fn api_sign_ins_or_more(tally: Tally) -> String {
    if tally.capped {
        format!("{} API sign-ins", tally.text())
    } else {
        api_sign_ins(tally.count)
    }
}

/// `1 user`, `2,000 users`.
pub(crate) fn users(number: u64) -> String {
    counted(number, "user", "users")
}

/// The number with its noun, of what is ended in bulk.
pub(crate) fn number_of(target: BulkTarget, number: u64) -> String {
    match target {
        BulkTarget::Sessions => counted(number, "session", "sessions"),
        BulkTarget::Families => counted(number, "API sign-in", "API sign-ins"),
    }
}

/// The list of what is ended in bulk.
pub(crate) const fn list(target: BulkTarget) -> &'static str {
    match target {
        BulkTarget::Sessions => SESSIONS,
        BulkTarget::Families => API_SIGN_INS,
    }
}

/// A share, kept on one line.
pub(crate) fn percent(share: u64) -> String {
    format!("{share}\u{a0}%")
}
