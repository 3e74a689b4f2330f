//! What the pages of sessions say: all of them in the console, one's own, and every list of them.

pub(crate) const ABOUT: &str = "Every browser that signed in to this server.";
pub(crate) const FILTER: &str = "Filter sessions";
pub(crate) const NETWORK_EXAMPLE: &str = "192.0.2.0/24";
pub(crate) const SIGNED_IN_BY: &str = "Signed in by";
pub(crate) const NONE_MATCH: &str = "No sessions match";
pub(crate) const NONE_FITS: &str = "Nothing is signed in that fits all of what you ask for.";
pub(crate) const NONE_YET: &str = "Nobody has signed in yet.";

/// The page of one's own sessions and API sign-ins.
pub(crate) mod own {
    use crate::words::{common, part};

    pub(crate) const ABOUT: &str = "Every browser that is signed in to your account. End what you do not recognise, then change your password.";
    pub(crate) const END_OTHERS: &str = "End all other sessions";
    pub(crate) const END_OTHERS_QUESTION: &str = "End all other sessions?";
    pub(crate) const NO_PROGRAM: &str = "No program or app holds tokens for your account.";
    pub(crate) const PROGRAMS: &str =
        "Programs and apps that hold tokens for your account and act as you.";

    /// What ending the other sessions does; where there are more than are shown, nobody has counted them.
    pub(crate) fn ending_others(others: usize, more: bool) -> String {
        let how_many = match (others, more) {
            (_, true) => "All your other sessions end".to_owned(),
            (1, false) => "Your other session ends".to_owned(),
            (_, false) => format!("Your {others} other sessions end"),
        };
        format!(
            "{how_many} at once, and so do all API sign-ins. This session stays, and you can sign in again anywhere."
        )
    }

    /// There are more sessions than are shown.
    pub(crate) fn more(shown: u64) -> String {
        let only = part::only_shown(&common::sessions(shown));
        format!("{only} Ending all others ends those too.")
    }
}

/// What a list of sessions says.
pub(crate) mod list {
    use crate::words::part;

    // What it lists.
    pub(crate) const OWN: &str = "Your sessions";
    pub(crate) const OF_USER: &str = "Live sessions of this user, newest first";
    pub(crate) const ENDED_OF_USER: &str = "Ended sessions of this user, newest sign-in first";
    pub(crate) const ALL: &str = "Sessions, newest sign-in first";

    pub(crate) const USER_AND_BROWSER: &str = "User and browser";
    pub(crate) const SIGNED_IN: &str = "Signed in";
    pub(crate) const THIS_SESSION: &str = "This session";
    pub(crate) const END_SESSION: &str = "End session";

    /// The button, to those who hear it alone: `name` is the browser with its address.
    pub(crate) fn end(name: &str) -> String {
        format!("{END_SESSION} {name}")
    }

    /// Asks before one's own session ends.
    pub(crate) fn end_own(browser: &str) -> String {
        format!("End the session in {browser}?")
    }

    /// Asks before somebody else's does.
    pub(crate) fn end_of(user: &str, browser: &str) -> String {
        format!("End {} in {browser}?", part::whose(user, "session"))
    }

    /// What ending the viewer's current session does.
    pub(crate) fn ending_this(address: &str) -> String {
        format!("This is your own session at {address}: you are signed out at once.")
    }

    /// What ending another one of the viewer's does.
    pub(crate) fn ending_own(address: &str) -> String {
        format!("Whoever uses it at {address} is signed out at once and has to sign in again.")
    }

    /// What ending somebody else's does.
    pub(crate) fn ending(address: &str) -> String {
        format!("The browser at {address} is signed out at once and has to sign in again.")
    }
}
