//! What the page says on which somebody changes or sets their password.

pub(crate) const TITLE: &str = "Security";
pub(crate) const ABOUT: &str = "What you prove yourself with.";
pub(crate) const CURRENT_PASSWORD: &str = "Current password";
pub(crate) const NEW_PASSWORD: &str = "New password";
pub(crate) const OTHERS_END: &str = "All your other sessions end at once; this one stays.";
pub(crate) const NO_PASSWORD: &str =
    "You have none: you sign in with your connections. With one you can sign in without them too.";
pub(crate) const SET_PASSWORD: &str = "Set password";
pub(crate) const TOO_OLD: &str =
    "This asks for a sign-in of the last few minutes, and yours is older.";
