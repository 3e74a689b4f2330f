//! What the pages say through which somebody comes in: sign-in, sign-up, set-up, invitations.

/// `/login`
pub(crate) mod login {
    use crate::words::phrase;

    /// Why somebody who is signed in signs in once more.
    pub(crate) const STILL_YOU: &str = "Before you go on, show that it is still you.";
    pub(crate) const IDENTIFIER: &str = "Username or e-mail address";
    /// Before the link.
    pub(crate) const NO_ACCOUNT: &str = "No account yet? ";
    pub(crate) const CREATE_ONE: &str = "Create one";

    pub(crate) const REFUSED: &str = "That name and password do not match.";
    pub(crate) const BUSY: &str =
        "The server is busy right now. Your attempt was not counted: try again in a moment.";
    pub(crate) const INCOMPLETE: &str = "Enter both your name and your password.";

    /// Too many attempts, and how long to wait.
    pub(crate) fn limited(seconds: u64) -> String {
        format!("Too many attempts. Try again in {}.", phrase::wait(seconds))
    }
}

/// `/register`
pub(crate) mod register {
    pub(crate) const TITLE: &str = "Create an account";
    pub(crate) const CLOSED: &str = "New accounts are made by an administrator of this server. Ask them for one. If you have an account already, sign in.";
    /// Before the link.
    pub(crate) const HAVE_ACCOUNT: &str = "Have an account? ";
}

/// `/setup`
pub(crate) mod setup {
    pub(crate) const TITLE: &str = "Make the first administrator";
    pub(crate) const ABOUT: &str = "This account sees and changes everything: it ends sessions, gives roles and disables users. The link that brought you here works once.";
    pub(crate) const MAKE: &str = "Make administrator";
    pub(crate) const INVALID: &str = "It is incomplete, too old or used already.";
    pub(crate) const NEW_ONE: &str = "To get a new one:";
    pub(crate) const RESTART: &str = "Restart the Latchkey program on your server.";
    pub(crate) const COPY: &str = "Copy the fresh link that it prints as it starts.";
    pub(crate) const OPEN: &str = "Open that link in this browser.";
    pub(crate) const EACH_START: &str =
        "It prints one at each start for as long as there has been no administrator.";
    pub(crate) const DONE: &str = "Set-up is done";
    pub(crate) const DONE_TEXT: &str = "This server has had its first administrator, so this page makes no more. Others are made in the console, under Users.";
}

/// `/invitation`: what a link leads to.
pub(crate) mod invitation {
    use latchkey_types::Role;

    pub(crate) const INVALID: &str = "It is incomplete, too old, withdrawn, or was used already.";
    pub(crate) const ASK: &str = "If you have used it, you have an account: sign in. Otherwise ask whoever sent you the link for a new one.";
    pub(crate) const CHOOSE_PASSWORD: &str = "Choose your password";
    pub(crate) const INVITED: &str = "You are invited";
    pub(crate) const SET_PASSWORD: &str = "Set password and sign in";

    /// What the link gives, in a few sentences: to an account that is there, or with a name that is given, or
    /// neither.
    pub(crate) fn about(name: Option<&str>, is_made: bool, role: Role) -> String {
        let first = match (name, is_made) {
            (Some(name), true) => format!("Your account is {name}."),
            (Some(name), false) => format!("Your name here will be {name}."),
            (None, _) => "Make your account.".to_owned(),
        };
        let role = match role {
            Role::User => "",
            Role::Auditor => " You will see everything in the console of this server.",
            Role::Administrator => " You will see and change everything on this server.",
        };
        format!("{first} The link that brought you here works once.{role}")
    }

    /// To a browser that somebody is signed in with.
    pub(crate) fn signed_in_as(name: &str) -> String {
        format!("This browser is signed in as {name}. Going on signs {name} out here.")
    }
}

/// The page between a form and a provider.
pub(crate) mod lead_on {
    pub(crate) const TITLE: &str = "One moment";
    pub(crate) const ABOUT: &str = "You go there to agree, and come back here afterwards. If nothing happens, continue by hand.";
    pub(crate) const CONTINUE: &str = "Continue";
}
