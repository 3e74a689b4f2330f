//! What is said of a failure, to people on a page and to programs in a problem document.

use latchkey_app::wait;
use latchkey_authority::bulk;

use super::{Failure, PROOF_AGE};

impl Failure {
    /// What happened, in a few words.
    pub fn title(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "That request could not be read",
            Self::NotSignedIn => "Sign in first",
            Self::BadToken(_) => "That access token is not valid",
            Self::StaleProof => "Sign in once more for this",
            Self::NotPermitted => "You may not do that",
            Self::ForeignForm(_) => "That form has expired",
            Self::NotFound => "There is nothing here",
            Self::MethodNotAllowed => "That is not how this works",
            Self::UnsupportedMediaType => "That kind of content is not accepted",
            Self::TooLarge => "That is too long",
            Self::Misdirected(_) => "Wrong address",
            Self::LastAdministrator => "The last administrator must stay",
            Self::Conflict(_) => "That cannot be",
            Self::TooManyOrders => "Too many bulk ends at once",
            Self::Limited { .. } => "Too many attempts",
            Self::Busy { .. } => "Too busy at the moment",
            Self::Timeout => "That took too long",
            Self::Internal(_) => "Something went wrong on our side",
        }
    }

    /// What happened, in a sentence; empty where the title says it all.
    pub(crate) fn happened(&self) -> String {
        match self {
            Self::BadRequest(what) | Self::Conflict(what) => what.clone(),
            Self::NotSignedIn => "This needs a session.".to_owned(),
            Self::BadToken(_) => "Nobody is let in with it.".to_owned(),
            Self::StaleProof => format!(
                "Whoever changes this must have signed in within the last {} minutes.",
                PROOF_AGE.as_secs() / 60
            ),
            Self::NotPermitted => "Your role does not allow it.".to_owned(),
            Self::ForeignForm(_) => {
                "It was not sent from a page that is still good, so nothing was changed.".to_owned()
            }
            Self::NotFound => "The address may be mistyped, or what was here is gone.".to_owned(),
            Self::MethodNotAllowed => {
                "This address does not take that kind of request. Nothing was changed.".to_owned()
            }
            Self::UnsupportedMediaType | Self::TooLarge => "Nothing was changed.".to_owned(),
            Self::Misdirected(base) => format!("This server answers at {base}."),
            Self::LastAdministrator => "Nobody could administer afterwards.".to_owned(),
            Self::TooManyOrders => format!(
                "Nothing was ordered: {} are still running or waiting.",
                bulk::UNFINISHED_LIMIT
            ),
            Self::Limited { .. } => {
                "To keep guesses out, only so many are let through in a while.".to_owned()
            }
            Self::Busy { .. } => {
                "The server has too much to do, or cannot reach its database. Nothing was changed."
                    .to_owned()
            }
            Self::Timeout => "The server gave up before it was done.".to_owned(),
            Self::Internal(_) => "It is our fault, not yours, and it is on record.".to_owned(),
        }
    }

    /// What to do next; empty where there is nothing to say.
    pub(crate) fn advice(&self) -> String {
        match self {
            Self::BadRequest(_) | Self::Conflict(_) | Self::Misdirected(_) | Self::NotFound => {
                String::new()
            }
            Self::NotSignedIn => "Sign in and try again.".to_owned(),
            Self::BadToken(_) => {
                "Get another one with the refresh token, or sign in again.".to_owned()
            }
            Self::StaleProof => "Sign in once more and try again.".to_owned(),
            Self::NotPermitted => "Ask an administrator if you think it should.".to_owned(),
            Self::ForeignForm(_) => "Load the page again and send the form once more.".to_owned(),
            Self::MethodNotAllowed => "Go to the page and start from there.".to_owned(),
            Self::UnsupportedMediaType => {
                "Send a form from one of our pages, or JSON with the content type \
                 application/json."
                    .to_owned()
            }
            Self::TooLarge => "Send less.".to_owned(),
            Self::LastAdministrator => "Make somebody else an administrator first.".to_owned(),
            Self::TooManyOrders => "Let one finish, or stop one.".to_owned(),
            Self::Limited { retry_after } => format!("Try again in {}.", wait(*retry_after)),
            Self::Busy { retry_after } => {
                format!(
                    "This passes by itself: try again in {}.",
                    wait(*retry_after)
                )
            }
            Self::Timeout => {
                "Look whether what you asked for was done before you ask again.".to_owned()
            }
            Self::Internal(_) => {
                "Try again. If it happens again, tell whoever runs this server the request id: \
                 the log has the reason under it."
                    .to_owned()
            }
        }
    }

    /// What it means and what to do next.
    pub fn text(&self) -> String {
        let (happened, advice) = (self.happened(), self.advice());
        if advice.is_empty() {
            happened
        } else {
            format!("{happened} {advice}")
        }
    }
}
