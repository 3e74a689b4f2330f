//! What is said of a refresh token that is no good.

use latchkey_authority::family::RefreshError;
use latchkey_types::FamilyEndReason;

use super::refusal::Refusal;
use crate::{bearer, failure::Failure, visit::Visit};

/// Why a presented token is refused, in the words that clients know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// It is nobody's.
    Invalid,
    /// It is an access token.
    WrongType,
    /// Its family was not refreshed for too long, or reached its lifetime.
    Expired,
    /// Its family was ended, by whatever else.
    Blacklisted,
    /// Its user was disabled.
    NoAccount,
}

impl Why {
    /// Finds out.
    pub(super) async fn of(
        visit: &Visit,
        presented: &str,
        error: RefreshError,
    ) -> Result<Self, Refusal> {
        Ok(match error {
            RefreshError::Internal(error) => return Err(error.into()),
            RefreshError::Forged => match bearer::verify(visit.state(), presented).await {
                Ok(_) => Self::WrongType,
                Err(Failure::BadToken(bearer::EXPIRED)) => Self::Expired,
                Err(_) => Self::Invalid,
            },
            RefreshError::UnknownKey | RefreshError::NotTheirs | RefreshError::OtherTransport => {
                Self::Invalid
            }
            RefreshError::Reused { .. } => Self::Blacklisted,
            RefreshError::Ended { reason, .. } => match reason {
                FamilyEndReason::Idle | FamilyEndReason::Expired => Self::Expired,
                FamilyEndReason::UserDisabled => Self::NoAccount,
                FamilyEndReason::SignOut
                | FamilyEndReason::EndedByOwner
                | FamilyEndReason::EndedByAdministrator
                | FamilyEndReason::SessionEnded
                | FamilyEndReason::PasswordChanged
                | FamilyEndReason::Theft
                | FamilyEndReason::StaleCopy
                | FamilyEndReason::LostTimeline
                | FamilyEndReason::Recovered
                | FamilyEndReason::ProviderRevoked => Self::Blacklisted,
            },
        })
    }

    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Invalid => "Token is invalid",
            Self::WrongType => "Token has wrong type",
            Self::Expired => "Token is expired",
            Self::Blacklisted => "Token is blacklisted",
            Self::NoAccount => "No active account found for the given token.",
        }
    }

    /// As SimpleJWT says it.
    pub(super) fn refusal(self) -> Refusal {
        match self {
            // It has no code, so that front ends do not try again.
            Self::NoAccount => Refusal::unauthorized(self.text()),
            Self::Invalid | Self::WrongType | Self::Expired | Self::Blacklisted => {
                Refusal::bad_token(self.text())
            }
        }
    }
}
