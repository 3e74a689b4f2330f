//! What a page says when the way through a provider led nowhere.

use leptos::prelude::*;

use crate::{
    Frame, Page,
    component::{GateCard, LinkButton},
};

/// Why the way through a provider led nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderFailure {
    /// The person did not agree at the provider.
    ConsentDenied,
    /// The provider does not answer.
    ProviderDown,
    /// Our clock and the provider's are too far apart.
    ClockOff,
    /// The account here is disabled.
    AccountDisabled,
    /// The provider says that the account there was taken over or disabled.
    IdentityBlocked,
    /// The account there belongs to a domain that is not let in.
    DomainNotAllowed,
    /// Another account here has the same e-mail address.
    AddressInUse,
    /// No account here is connected, and new ones are not made.
    SignUpClosed,
    /// The account there is connected to another account here.
    IdentityTaken,
    /// The answer came to another browser, for the second time, or too late.
    OtherBrowser,
    /// What the provider sent does not verify.
    Refused,
    /// There is no such provider.
    NoSuchProvider,
}

/// The page that says so, and what to do next.
#[derive(Debug, Clone)]
pub struct ProviderFailurePage {
    /// What the provider is called. Not shown where there is none.
    pub provider: String,
    /// What went wrong.
    pub failure: ProviderFailure,
    /// Whether somebody is signed in: they go back to their connections, others to sign-in.
    pub signed_in: bool,
}

impl ProviderFailure {
    /// Every failure.
    pub const ALL: [Self; 12] = [
        Self::ConsentDenied,
        Self::ProviderDown,
        Self::ClockOff,
        Self::AccountDisabled,
        Self::IdentityBlocked,
        Self::DomainNotAllowed,
        Self::AddressInUse,
        Self::SignUpClosed,
        Self::IdentityTaken,
        Self::OtherBrowser,
        Self::Refused,
        Self::NoSuchProvider,
    ];

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::OtherBrowser => 400,
            Self::ConsentDenied
            | Self::AccountDisabled
            | Self::IdentityBlocked
            | Self::DomainNotAllowed
            | Self::SignUpClosed => 403,
            Self::NoSuchProvider => 404,
            Self::AddressInUse | Self::IdentityTaken => 409,
            Self::ClockOff => 500,
            Self::Refused => 502,
            Self::ProviderDown => 503,
        }
    }

    /// What happened, in a few words; the title of the document too.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ConsentDenied => "That was cancelled",
            Self::ProviderDown => "No answer from the provider",
            Self::ClockOff => "The clocks do not agree",
            Self::AccountDisabled => "Your account is disabled",
            Self::IdentityBlocked => "That account is blocked",
            Self::DomainNotAllowed => "That account is not let in here",
            Self::AddressInUse => "You may have an account already",
            Self::SignUpClosed => "Sign-up is closed",
            Self::IdentityTaken => "That account is in use already",
            Self::OtherBrowser => "Please start again",
            Self::Refused => "The answer could not be trusted",
            Self::NoSuchProvider => "There is no such provider",
        }
    }

    /// What it means and what to do next.
    fn text(self, provider: &str, signed_in: bool) -> String {
        match self {
            Self::ConsentDenied => {
                format!("{provider} was not allowed to tell us who you are. Nothing has changed.")
            }
            Self::ProviderDown => {
                format!("{provider} cannot be reached right now. Try again in a few minutes.")
            }
            Self::ClockOff => format!(
                "The time on this server and the time at {provider} are too far apart to trust an answer. Ask an administrator to set this server’s clock."
            ),
            Self::AccountDisabled => {
                "You cannot sign in to it. Ask an administrator of this server to enable it again."
                    .to_owned()
            }
            Self::IdentityBlocked => format!(
                "{provider} says that it was taken over or disabled, so it lets nobody in here. Make it safe at {provider} first."
            ),
            Self::DomainNotAllowed => format!(
                "Only accounts of certain organisations may come through {provider}. Choose the one from your work or school."
            ),
            Self::AddressInUse => format!(
                "There is one here with the same e-mail address. Sign in to it as you did before, then connect {provider} under Connections."
            ),
            Self::SignUpClosed if signed_in => format!(
                "No account here is connected to that one at {provider}. Connect it under Connections."
            ),
            Self::SignUpClosed => format!(
                "No account here is connected to that one at {provider}, and new ones are made by an administrator. If you have an account, sign in and connect it under Connections."
            ),
            Self::IdentityTaken => format!(
                "That account at {provider} is connected to another account here. Disconnect it there first, or choose another one."
            ),
            Self::OtherBrowser => format!(
                "The answer of {provider} came to another browser than asked for it, came twice or came too late."
            ),
            Self::Refused => format!(
                "What {provider} sent does not verify, so nothing was done. Try again; if it stays so, tell an administrator of this server."
            ),
            Self::NoSuchProvider => {
                "The address may be mistyped, or this server no longer offers it.".to_owned()
            }
        }
    }

    /// Where to go from here: label and path.
    const fn action(self, signed_in: bool) -> (&'static str, &'static str) {
        const CONNECTIONS: &str = "/account/connections";
        match (self, signed_in) {
            (Self::AccountDisabled, true) => ("Go to your account", "/account"),
            (_, true) => ("Go to connections", CONNECTIONS),
            // They come back to where they connect it.
            (Self::AddressInUse | Self::SignUpClosed, false) => {
                ("Sign in", "/login?next=/account/connections")
            }
            (
                Self::ConsentDenied | Self::ProviderDown | Self::OtherBrowser | Self::Refused,
                false,
            ) => ("Try again", "/login"),
            (_, false) => ("Go to sign-in", "/login"),
        }
    }
}

impl Page for ProviderFailurePage {
    fn view(self, _frame: &Frame) -> AnyView {
        let failure = self.failure;
        let (text, href) = failure.action(self.signed_in);
        // Whatever was asked for is no provider's name.
        let over = if failure == ProviderFailure::NoSuchProvider {
            String::new()
        } else {
            self.provider.clone()
        };
        view! {
            <div class="mx-auto w-full max-w-md">
                <GateCard
                    title=failure.title()
                    over
                    text=failure.text(&self.provider, self.signed_in)
                >
                    <LinkButton text href />
                </GateCard>
            </div>
        }
        .into_any()
    }
}
