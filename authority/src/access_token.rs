//! Access tokens: short-lived, signed, and nothing in them that could go stale.
//!
//! - A token says who and until when (RFC 9068, and what SimpleJWT's back ends ask for): `iss`,
//!   `sub`, `aud`, `exp`, `iat`, `jti`, `sid`, `client_id`, `token_type`, `user_id`. No role, no
//!   permission, no name.
//! - It ends with its family at the latest, and is over at the very millisecond of `exp`.
//! - `jti` is `generation.random`: a token tells which rotation minted it.
//! - Before any library sees a token, its size, shape, character set and header are checked here:
//!   one spelling of each token, no member twice, no key or key address of its own. The algorithm
//!   is the key's, never the token's word.
//! - A verified token is remembered until it expires; that its key and its time are still good is
//!   looked at every time.

mod cache;
mod claims;
mod compact;
mod foreign;
mod inspect;
mod json;
mod mint;
mod verify;

use latchkey_types::{FamilyId, UnixMillis, UserId};

use crate::key::KeyError;

pub(crate) use cache::VerifiedTokens;
pub(crate) use compact::canonical_base64;
pub use foreign::{foreign_type, verify_foreign};
pub use inspect::{Inspected, inspect};
pub(crate) use json::Json;
pub use mint::{AccessToken, Grant, mint, mint_within};
pub use verify::{Expectations, KeySource, check, verify, verify_even_expired};

/// `client_id` of the program's own sign-in.
pub const FIRST_PARTY: &str = "latchkey";

/// `typ` of an access token (RFC 9068 §2.1).
pub const TYPE: &str = "at+jwt";

/// A token that was verified: what it says, and nothing else of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// For whom it acts.
    pub user_id: UserId,
    /// The refresh family that it came from.
    pub family_id: FamilyId,
    /// Which rotation of the family minted it.
    pub generation: i64,
    /// The client that it was given to; `None` for the program's own sign-in.
    pub client_id: Option<String>,
    /// Its id.
    pub jti: String,
    /// When it was minted. For the record; nothing is decided by it.
    pub issued_at: UnixMillis,
    /// The first instant at which it is over.
    pub expires_at: UnixMillis,
    /// What signed it.
    pub key_id: String,
}

/// Why a token is refused.
#[derive(Debug, thiserror::Error)]
pub enum AccessTokenError {
    /// It is too long, has other characters, other than three parts, or a part in another spelling
    /// than its only one.
    #[error("not a token: size, characters, parts or their encoding")]
    Malformed,
    /// Its header is not JSON, has a member twice, or one that is not understood.
    #[error("the header is not one that is understood")]
    BadHeader,
    /// It names another algorithm than its key has.
    #[error("the algorithm is not that of the key")]
    WrongAlgorithm,
    /// It names no key that verifies.
    #[error("no key of this id verifies")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the signature does not verify")]
    BadSignature,
    /// Its claims are not JSON, have a member twice, or lack what they must have.
    #[error("the claims are not those of such a token")]
    BadClaims,
    /// It is not an access token.
    #[error("the token is of another type")]
    WrongType,
    /// Somebody else issued it.
    #[error("the issuer is another one")]
    WrongIssuer,
    /// It is for somebody else.
    #[error("the audience is another one")]
    WrongAudience,
    /// It is over.
    #[error("expired")]
    Expired,
    /// It is from the future.
    #[error("not valid yet")]
    NotYet,
    /// It could not be looked at, for a reason of ours.
    #[error(transparent)]
    Internal(KeyError),
}

impl AccessTokenError {
    /// Whether it says nothing of the token.
    pub fn is_internal(&self) -> bool {
        matches!(self, Self::Internal(_))
    }
}
