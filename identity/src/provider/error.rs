//! Why nobody came in through a provider.

use latchkey_authority::{ActError, StoreError};
use sea_orm::DbErr;

use super::OutgoingError;

/// Why nobody came in through a provider, or nothing was connected.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The person said no, or had nothing to say yes with.
    #[error("consent was denied")]
    ConsentDenied,
    /// The provider is not there, too slow, or says that it cannot just now.
    #[error("the provider cannot be reached")]
    Down,
    /// The same, found out a moment ago: it was not asked again.
    #[error("the provider could not be reached a moment ago")]
    StillDown,
    /// The provider's clock and ours differ too much.
    #[error("the clocks differ")]
    ClockOff,
    /// What came does not verify; the word says what of it.
    #[error("what the provider sent is refused: {0}")]
    Refused(&'static str),
    /// The answer belongs to another browser, or is none of ours.
    #[error("the answer belongs to another browser")]
    OtherBrowser,
    /// The answer was used already.
    #[error("the answer was used already")]
    Used,
    /// The answer came too late.
    #[error("the answer came too late")]
    TooLate,
    /// The user was disabled here.
    #[error("the user is disabled")]
    AccountDisabled,
    /// The provider said that this account of theirs is not to be trusted now.
    #[error("the provider's account is blocked")]
    IdentityBlocked,
    /// The person is not of an organisation that may sign in.
    #[error("the domain is not allowed")]
    DomainNotAllowed,
    /// Somebody here has the address, and the provider's word does not show that they are the same.
    #[error("the address is in use")]
    AddressInUse,
    /// Nobody may make an account.
    #[error("sign-up is closed")]
    SignUpClosed,
    /// The identity is connected to somebody else.
    #[error("the identity belongs to another user")]
    IdentityTaken,
    /// Whoever began this is not signed in any more.
    #[error("the session is over")]
    SignedOut,
    /// It would leave no way in.
    #[error("it is the last way in")]
    LastWayIn,
    /// There is no such connection.
    #[error("there is no such connection")]
    NotFound,
    /// It did not happen, for a reason of ours.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

impl ProviderError {
    /// The reason in a word, for the record; `None` where the fault is ours, and where it stands
    /// there already.
    pub fn reason(&self) -> Option<&'static str> {
        Some(match self {
            Self::ConsentDenied => "consent_denied",
            Self::Down => "provider_down",
            Self::ClockOff => "clock",
            Self::Refused(what) => what,
            Self::OtherBrowser => "other_browser",
            Self::Used => "state_used",
            Self::TooLate => "too_late",
            Self::AccountDisabled => "disabled",
            Self::IdentityBlocked => "identity_blocked",
            Self::DomainNotAllowed => "domain",
            Self::AddressInUse => "address_in_use",
            Self::SignUpClosed => "sign_up_closed",
            Self::IdentityTaken => "identity_taken",
            Self::SignedOut => "signed_out",
            Self::LastWayIn => "last_way_in",
            Self::NotFound => "not_found",
            Self::Internal(_) | Self::StillDown => return None,
        })
    }
}

impl From<OutgoingError> for ProviderError {
    fn from(error: OutgoingError) -> Self {
        if error != OutgoingError::Paused {
            tracing::warn!(error = %error, "a provider did not answer as it should");
        }
        match error {
            OutgoingError::Paused => Self::StillDown,
            OutgoingError::Down(_) => Self::Down,
            OutgoingError::Refused(_) => Self::Refused("answer"),
        }
    }
}

impl From<DbErr> for ProviderError {
    fn from(error: DbErr) -> Self {
        Self::Internal(error.into())
    }
}

impl From<ActError> for ProviderError {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Internal(error) => Self::Internal(error),
            // Everybody who is signed in may use their own account.
            ActError::SignedOut
            | ActError::NotPermitted
            | ActError::NotFound
            | ActError::LastAdministrator => Self::SignedOut,
        }
    }
}
