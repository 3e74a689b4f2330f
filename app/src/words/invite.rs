//! What the pages say on which links are made, shown and listed.

// The form that makes one.
pub(crate) const TITLE: &str = "Invite somebody";
pub(crate) const ABOUT: &str = "You get a link to send them. It works once, for seven days, and only as long as you may manage users.";
/// Before the two times at which that can be.
pub(crate) const ACCOUNT_IS_MADE: &str = "The account is made";
pub(crate) const WHEN_OPENED: &str = "When they open the link";
pub(crate) const NOW: &str = "Now, without a password";
pub(crate) const WHOEVER_OPENS: &str = "Whoever opens the link chooses a password, and a username unless you give one. An account that is made now needs one.";
pub(crate) const CLOSED: &str = "Sign-up is closed here: the account is made now, and the link lets its owner set the first password.";
pub(crate) const WHO_FOR: &str = "Who it is for";
pub(crate) const ROLES: &str = "Users have an account and no console. Auditors see everything in the console. Administrators see and change everything: whoever gets hold of such a link may end sessions, give roles and disable you.";
pub(crate) const MAKE: &str = "Make the link";

/// The page that shows one, once.
pub(crate) mod link {
    use latchkey_types::Role;

    pub(crate) const RENEWED: &str = "A new link";
    pub(crate) const ACCOUNT_MADE: &str = "The account is made";
    pub(crate) const INVITATION_MADE: &str = "The invitation is made";
    pub(crate) const SEND_TO_INVITED: &str = "Send this link to whoever you invite.";
    pub(crate) const SHOWN_ONCE: &str = " Send it in a way that nobody else reads. It is shown this once and kept nowhere: copy it now.";
    pub(crate) const OTHERS_OVER: &str = " The links before it are over.";
    pub(crate) const GO_TO_USER: &str = "Go to the user";
    pub(crate) const SEE_OPEN: &str = "See open invitations";
    pub(crate) const THE_LINK: &str = "The link";
    pub(crate) const COPY: &str = "Copy this";
    /// Before the role.
    pub(crate) const ROLE: &str = "Role: ";
    /// After it, and before the time until which the link is good.
    pub(crate) const WORKS_ONCE: &str = ". Works once, and runs out ";
    pub(crate) const INVITE_ANOTHER: &str = "Invite somebody else";

    /// To whom it is to be sent.
    pub(crate) fn send_to(whom: &str) -> String {
        format!("Send this link to {whom}.")
    }

    /// What it gives, to an account that is there or is made by it.
    pub(crate) const fn gives(role: Role, has_account: bool) -> &'static str {
        match (role, has_account) {
            (Role::User, true) => "Whoever opens it first sets the password and has the account.",
            (Role::User, false) => "Whoever opens it first gets an account.",
            (Role::Administrator, _) => "Whoever opens it first becomes an administrator here.",
            (Role::Auditor, _) => "Whoever opens it first becomes an auditor here.",
        }
    }
}

/// The links that are open.
pub(crate) mod list {
    pub(crate) const ABOUT: &str = "Links that were not used yet, newest first. A link works only as long as whoever made it may manage users.";
    pub(crate) const NONE: &str = "No open invitations";
    pub(crate) const NONE_TEXT: &str =
        "A link stands here from when it is made until it is used, withdrawn or seven days old.";
    pub(crate) const CAPTION: &str = "Open invitations, newest first";
    pub(crate) const FOR: &str = "For";
    pub(crate) const MADE_BY: &str = "Made by";
    pub(crate) const RUNS_OUT: &str = "Runs out";
    /// For whom a link without a name is.
    pub(crate) const WHOEVER: &str = "Whoever has the link";
    pub(crate) const SETS_PASSWORD: &str = "Sets the first password";
    pub(crate) const MAKES_ACCOUNT: &str = "Makes the account";
    /// Who made it where nobody is named.
    pub(crate) const COMMAND_LINE: &str = "The command line";
    pub(crate) const REFUSED: &str = "Refused: may not manage users";
    pub(crate) const WITHDRAW: &str = "Withdraw";
    pub(crate) const WITHDRAWING: &str =
        "The link opens nothing from now on. Whoever has used it already loses nothing.";

    /// The button, to those who hear it alone.
    pub(crate) fn withdraw(whom: &str) -> String {
        format!("{WITHDRAW} the invitation of {whom}")
    }

    /// Asks before it is withdrawn.
    pub(crate) fn withdraw_question(whom: &str) -> String {
        format!("{}?", withdraw(whom))
    }
}
