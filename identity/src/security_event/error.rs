//! Why a security event counts for nothing.

use latchkey_authority::{StoreError, access_token::AccessTokenError};

use crate::provider::OutgoingError;

/// Why a security event counts for nothing.
#[derive(Debug, thiserror::Error)]
pub enum SecurityEventError {
    /// It is not a security event token; says what is wrong with it.
    #[error("not a security event token: {0}")]
    Malformed(&'static str),
    /// It names no key of the issuer, or another algorithm than the key has.
    #[error("no key of the issuer is good for it")]
    Key,
    /// The signature is not that of the key.
    #[error("the signature does not verify")]
    Signature,
    /// Somebody else issued it.
    #[error("the issuer is another one")]
    Issuer,
    /// It is for somebody else.
    #[error("the audience is another one")]
    Audience,
    /// The issuer's keys cannot be read: nothing can be said of it.
    #[error("the issuer's keys cannot be read: {0}")]
    NoKeys(#[from] OutgoingError),
    /// It did not happen, for a reason of ours.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

impl SecurityEventError {
    /// The reason in a word, for the record; `None` where it says nothing of the token.
    pub fn reason(&self) -> Option<&'static str> {
        Some(match self {
            Self::Malformed(_) => "token_malformed",
            Self::Key => "token_key",
            Self::Signature => "token_signature",
            Self::Issuer => "token_issuer",
            Self::Audience => "token_audience",
            Self::NoKeys(_) | Self::Internal(_) => return None,
        })
    }
}

impl From<AccessTokenError> for SecurityEventError {
    fn from(error: AccessTokenError) -> Self {
        match error {
            AccessTokenError::Malformed => Self::Malformed("size, characters or parts"),
            AccessTokenError::BadHeader => Self::Malformed("its header"),
            AccessTokenError::WrongType => Self::Malformed("its type"),
            AccessTokenError::WrongAlgorithm | AccessTokenError::UnknownKey => Self::Key,
            AccessTokenError::BadSignature => Self::Signature,
            AccessTokenError::WrongIssuer => Self::Issuer,
            AccessTokenError::WrongAudience => Self::Audience,
            AccessTokenError::BadClaims
            | AccessTokenError::Expired
            | AccessTokenError::NotYet
            | AccessTokenError::Internal(_) => Self::Malformed("its claims"),
        }
    }
}
