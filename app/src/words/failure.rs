//! What pages say when something went wrong. What happened and what to do next is said in the server
//! (`failure/words.rs`), which tells programs the same.

/// Before the id of the request.
pub(crate) const QUOTE: &str = "If you report this, quote the request ";
pub(crate) const TYPED: &str = "What you had typed";

/// What stands above the title.
pub(crate) fn status(status: u16) -> String {
    format!("Error {status}")
}

/// The way through a provider led nowhere.
pub(crate) mod provider {
    use crate::{page::provider_failure::ProviderFailure, words::common};

    pub(crate) const GO_TO_ACCOUNT: &str = "Go to your account";
    pub(crate) const GO_TO_CONNECTIONS: &str = "Go to connections";
    pub(crate) const TRY_AGAIN: &str = "Try again";

    /// What happened, in a few words; the title of the document too.
    pub(crate) const fn title(failure: ProviderFailure) -> &'static str {
        match failure {
            ProviderFailure::ConsentDenied => "That was cancelled",
            ProviderFailure::ProviderDown => "No answer from the provider",
            ProviderFailure::ClockOff => "The clocks do not agree",
            ProviderFailure::AccountDisabled => "Your account is disabled",
            ProviderFailure::IdentityBlocked => "That account is blocked",
            ProviderFailure::DomainNotAllowed => "That account is not let in here",
            ProviderFailure::AddressInUse => "You may have an account already",
            ProviderFailure::SignUpClosed => common::SIGN_UP_CLOSED,
            ProviderFailure::IdentityTaken => "That account is in use already",
            ProviderFailure::OtherBrowser => "Please start again",
            ProviderFailure::Refused => "The answer could not be trusted",
            ProviderFailure::NoSuchProvider => "There is no such provider",
        }
    }

    /// What it means and what to do next.
    pub(crate) fn text(failure: ProviderFailure, provider: &str, signed_in: bool) -> String {
        match failure {
            ProviderFailure::ConsentDenied => {
                format!("{provider} was not allowed to tell us who you are. Nothing has changed.")
            }
            ProviderFailure::ProviderDown => {
                format!("{provider} cannot be reached right now. Try again in a few minutes.")
            }
            ProviderFailure::ClockOff => format!(
                "The time on this server and the time at {provider} are too far apart to trust an answer. Ask an administrator to set this server’s clock."
            ),
            ProviderFailure::AccountDisabled => {
                "You cannot sign in to it. Ask an administrator of this server to enable it again."
                    .to_owned()
            }
            ProviderFailure::IdentityBlocked => format!(
                "{provider} says that it was taken over or disabled, so it lets nobody in here. Make it safe at {provider} first."
            ),
            ProviderFailure::DomainNotAllowed => format!(
                "Only accounts of certain organisations may come through {provider}. Choose the one from your work or school."
            ),
            ProviderFailure::AddressInUse => format!(
                "There is one here with the same e-mail address. Sign in to it as you did before, then connect {provider} under Connections."
            ),
            ProviderFailure::SignUpClosed if signed_in => format!(
                "No account here is connected to that one at {provider}. Connect it under Connections."
            ),
            ProviderFailure::SignUpClosed => format!(
                "No account here is connected to that one at {provider}, and new ones are made by an administrator. If you have an account, sign in and connect it under Connections."
            ),
            ProviderFailure::IdentityTaken => format!(
                "That account at {provider} is connected to another account here. Disconnect it there first, or choose another one."
            ),
            ProviderFailure::OtherBrowser => format!(
                "The answer of {provider} came to another browser than asked for it, came twice or came too late."
            ),
            ProviderFailure::Refused => format!(
                "What {provider} sent does not verify, so nothing was done. Try again; if it stays so, tell an administrator of this server."
            ),
            ProviderFailure::NoSuchProvider => {
                "The address may be mistyped, or this server no longer offers it.".to_owned()
            }
        }
    }
}
