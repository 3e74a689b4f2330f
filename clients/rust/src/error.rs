//! Why somebody is not let in, and why a follower does not start.

use thiserror::Error;

/// Why a request is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no token.
    #[error("Authentication credentials were not provided.")]
    NoToken,
    /// The token is no access token of this issuer for this audience.
    #[error("Token is invalid")]
    Invalid,
    /// It is another kind of token.
    #[error("Token has wrong type")]
    WrongType,
    /// Its time is over.
    #[error("Token is expired")]
    Expired,
    /// The sign-in that it belongs to was ended, or its key was killed.
    #[error("Token is invalid")]
    Ended,
    /// Nobody here knows what was ended lately: neither yes nor no.
    #[error("Service temporarily unavailable, try again later.")]
    NotFresh,
}

/// Why a follower does not start.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// An address is not one such as `https://id.example.com`.
    #[error("not an address such as https://id.example.com: {0}")]
    Address(String),
    /// The token is none.
    #[error("expected one of LATCHKEY_FOLLOWER_TOKENS, at least 32 characters")]
    Token,
    /// The bound is out of bounds.
    #[error("max_staleness: expected between 0.5 and 60 seconds")]
    MaxStaleness,
    /// The certificates to trust do not parse, or there are none.
    #[error("root_certificates: expected certificates as PEM")]
    Certificates,
}
