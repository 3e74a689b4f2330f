//! What the page of one's own connections says, and every table of connections.

pub(crate) const ABOUT: &str = "Accounts elsewhere that you sign in here with.";
pub(crate) const SIGN_IN_TO_CHANGE: &str = "Sign in once more to change this";
pub(crate) const NOTHING_OFFERED: &str = "This server offers nothing to connect.";
pub(crate) const NONE_YET: &str = "No connections yet";
pub(crate) const CONNECT_FIRST: &str =
    "Connect an account that you have elsewhere, and sign in here with it.";
pub(crate) const AGREE_THERE: &str = "You go there to agree, and come back here afterwards.";
pub(crate) const CONNECT: &str = "Connect";
pub(crate) const CONNECT_AN_ACCOUNT: &str = "Connect an account";
pub(crate) const CONNECT_ANOTHER: &str = "Connect another account";
/// In the console, of a user who has none.
pub(crate) const NONE_OF_USER: &str = "This user signs in with no account elsewhere.";

/// The button, to those who hear it alone.
pub(crate) fn connect(provider: &str) -> String {
    format!("{CONNECT} {provider}")
}

/// What a table of connections says.
pub(crate) mod list {
    pub(crate) const OWN: &str = "Your connections";
    pub(crate) const OF_USER: &str = "Connections of this user";
    pub(crate) const CONNECTED: &str = "Connected";
    pub(crate) const NEVER: &str = "Never";
    pub(crate) const BLOCKED: &str = "Blocked";
    pub(crate) const ONLY_WAY_IN: &str = "Only way in";
    pub(crate) const OWN_BLOCKED: &str = "The provider says that this account was taken over or disabled, so it does not let you in here. Make it safe there first.";
    pub(crate) const OTHERS_BLOCKED: &str = "The provider says that this account was taken over or disabled, so it lets nobody in here.";
    pub(crate) const CONNECT_ANOTHER_FIRST: &str =
        "Your only way to sign in. To disconnect it, connect another account first.";
    /// Before the link.
    pub(crate) const SET_PASSWORD_BEFORE: &str = "Your only way to sign in. To disconnect it, ";
    pub(crate) const SET_PASSWORD_LINK: &str = "set a password";
    /// After it.
    pub(crate) const SET_PASSWORD_AFTER: &str = " first.";
    pub(crate) const DISCONNECT: &str = "Disconnect";

    /// The button, to those who hear it alone; `account` is the provider, with the address there if it is known.
    pub(crate) fn disconnect(account: &str) -> String {
        format!("{DISCONNECT} {account}")
    }

    /// Asks before it is done.
    pub(crate) fn disconnect_question(provider: &str) -> String {
        format!("{DISCONNECT} {provider}?")
    }

    /// What disconnecting does.
    pub(crate) fn disconnecting(provider: &str, email: Option<&str>) -> String {
        let lost = match email {
            Some(email) => format!("You can no longer sign in here with {email} at {provider}."),
            None => format!("You can no longer sign in here with your account at {provider}."),
        };
        format!(
            "{lost} Other browsers and programs that came in that way are signed out. You can connect it again later."
        )
    }
}
