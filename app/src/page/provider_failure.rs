//! What a page says when the way through a provider led nowhere.

use leptos::prelude::*;

use crate::{
    Frame, Page,
    component::{GateCard, LinkButton},
    words::{common, failure::provider as words},
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
        words::title(self)
    }

    /// Where to go from here: label and path.
    const fn action(self, signed_in: bool) -> (&'static str, &'static str) {
        const CONNECTIONS: &str = "/account/connections";
        match (self, signed_in) {
            (Self::AccountDisabled, true) => (words::GO_TO_ACCOUNT, "/account"),
            (_, true) => (words::GO_TO_CONNECTIONS, CONNECTIONS),
            // They come back to where they connect it.
            (Self::AddressInUse | Self::SignUpClosed, false) => {
                (common::SIGN_IN, "/login?next=/account/connections")
            }
            (
                Self::ConsentDenied | Self::ProviderDown | Self::OtherBrowser | Self::Refused,
                false,
            ) => (words::TRY_AGAIN, "/login"),
            (_, false) => (common::GO_TO_SIGN_IN, "/login"),
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
                    text=words::text(failure, &self.provider, self.signed_in)
                >
                    <LinkButton text href />
                </GateCard>
            </div>
        }
        .into_any()
    }
}
