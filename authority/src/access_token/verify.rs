//! Verifying, in this order: shape, header, key, signature, claims.

use jsonwebtoken::crypto;
use latchkey_types::{Algorithm, UnixMillis, Word as _};

use super::{AccessTokenError, Json, TYPE, Verified, claims, compact::Compact};
use crate::{
    Authority, feed,
    key::{self, PublicKey},
};

/// The least time between two readings of the keys that unknown key ids cause.
const READ_AGAIN_MILLIS: u64 = 1_000;

/// Public keys to choose from.
pub trait KeySource {
    /// The key that a header names; `None` if there is none, or more than one.
    fn find(&self, kid: Option<&str>) -> Option<&PublicKey>;
}

/// What is expected of a token. What is absent is not looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expectations<'a> {
    /// The algorithm; that of the key it must be in any case.
    pub algorithm: Option<Algorithm>,
    /// `typ` of the header.
    pub typ: Option<&'a str>,
    /// `iss`.
    pub issuer: Option<&'a str>,
    /// One of `aud`.
    pub audience: Option<&'a str>,
    /// The instant at which it must be good.
    pub at: Option<UnixMillis>,
}

impl Expectations<'_> {
    fn is_of_claims(&self) -> bool {
        self.issuer.is_some() || self.audience.is_some() || self.at.is_some()
    }
}

/// A token whose signature and expectations hold.
pub(super) struct Held {
    pub(super) kid: Option<String>,
    /// `None` where the payload is no JSON object, and nothing was expected of it.
    pub(super) claims: Option<Json>,
}

/// Checks any token against any keys: what [`verify`] does with ours and more.
///
/// # Errors
/// [`AccessTokenError`] says which expectation does not hold.
pub fn check(
    text: &str,
    keys: &impl KeySource,
    expected: &Expectations<'_>,
) -> Result<(), AccessTokenError> {
    held(text, keys, expected).map(drop)
}

fn held(
    text: &str,
    keys: &impl KeySource,
    expected: &Expectations<'_>,
) -> Result<Held, AccessTokenError> {
    judge(Compact::parse(text)?, keys, expected)
}

pub(super) fn held_foreign(
    text: &str,
    keys: &impl KeySource,
    expected: &Expectations<'_>,
) -> Result<Held, AccessTokenError> {
    judge(Compact::parse_foreign(text)?, keys, expected)
}

fn judge(
    token: Compact<'_>,
    keys: &impl KeySource,
    expected: &Expectations<'_>,
) -> Result<Held, AccessTokenError> {
    let header = &token.header;
    if expected.typ.is_some() && header.typ.as_deref() != expected.typ {
        return Err(AccessTokenError::WrongType);
    }
    let key = keys
        .find(header.kid.as_deref())
        .ok_or(AccessTokenError::UnknownKey)?;
    // The algorithm is the key's: the token may only agree (RFC 8725 §3.1).
    let is_pinned = header.algorithm == key.algorithm().as_str()
        && expected
            .algorithm
            .is_none_or(|algorithm| algorithm == key.algorithm());
    if !is_pinned {
        return Err(AccessTokenError::WrongAlgorithm);
    }
    let is_signed = crypto::verify(
        token.signature,
        token.signed.as_bytes(),
        key.decoding(),
        library_name(key.algorithm()),
    )
    .unwrap_or(false);
    if !is_signed {
        return Err(AccessTokenError::BadSignature);
    }
    let claims = object(&token.payload)?;
    match &claims {
        Some(claims) => claims::meet(claims, expected)?,
        None if expected.is_of_claims() => return Err(AccessTokenError::BadClaims),
        None => {}
    }
    Ok(Held {
        kid: token.header.kid,
        claims,
    })
}

/// The payload as an object; `None` where it does not begin like one.
fn object(payload: &[u8]) -> Result<Option<Json>, AccessTokenError> {
    let first = payload.iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'{') {
        return Ok(None);
    }
    std::str::from_utf8(payload)
        .ok()
        .and_then(Json::parse)
        .map(Some)
        .ok_or(AccessTokenError::BadClaims)
}

fn library_name(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
    }
}

/// Verifies an access token of ours. Whether its family and its user may still act is another
/// question, for [`crate::family`].
///
/// # Errors
/// [`AccessTokenError`]; [`AccessTokenError::Internal`] if the keys cannot be read, or this node
/// cannot show that it knows of every key that was killed.
pub async fn verify(
    authority: &Authority,
    text: &str,
    now: UnixMillis,
) -> Result<Verified, AccessTokenError> {
    // Before the keys are looked at: a killed one must be known by then.
    if !feed::is_fresh_now(authority) {
        // Whoever sends what is no token has nobody wait, and no poll made.
        Compact::parse(text)?;
        feed::fresh(authority)
            .await
            .map_err(|error| AccessTokenError::Internal(error.into()))?;
    }
    let keys = key::current(authority)
        .await
        .map_err(AccessTokenError::Internal)?;
    let cache = &authority.signing_keys().verified;
    if let Some(known) = cache.get(text) {
        // Its key may have been killed since, and time goes on.
        keys.verifying(now)
            .find(Some(&known.key_id))
            .ok_or(AccessTokenError::UnknownKey)?;
        if now >= known.expires_at {
            return Err(AccessTokenError::Expired);
        }
        return Ok(known);
    }
    let verified = match ours(authority, text, &keys.verifying(now), Some(now)) {
        // Another node may have made the key a moment ago. Whoever invents key ids has them read
        // once a second, and no more.
        Err(AccessTokenError::UnknownKey)
            if now.0.abs_diff(keys.read_at().0) >= READ_AGAIN_MILLIS =>
        {
            let keys = key::read_after(authority, &keys)
                .await
                .map_err(AccessTokenError::Internal)?;
            ours(authority, text, &keys.verifying(now), Some(now))
        }
        known => known,
    }?;
    cache.put(text, &verified);
    Ok(verified)
}

/// The same for a token whose time may be over: for a browser that gives its cookies up, or asks
/// for something that is bound to them. It must never let anybody in.
///
/// # Errors
/// As [`verify`], but for [`AccessTokenError::Expired`].
pub async fn verify_even_expired(
    authority: &Authority,
    text: &str,
) -> Result<Verified, AccessTokenError> {
    let keys = key::current(authority)
        .await
        .map_err(AccessTokenError::Internal)?;
    ours(authority, text, &keys.verifying(authority.now()), None)
}

fn ours(
    authority: &Authority,
    text: &str,
    keys: &impl KeySource,
    at: Option<UnixMillis>,
) -> Result<Verified, AccessTokenError> {
    let policy = &authority.policy().token;
    let expected = Expectations {
        algorithm: None,
        typ: Some(TYPE),
        issuer: Some(&policy.issuer),
        audience: Some(&policy.audience),
        at,
    };
    let held = held(text, keys, &expected)?;
    let kid = held.kid.ok_or(AccessTokenError::UnknownKey)?;
    let claims = held.claims.ok_or(AccessTokenError::BadClaims)?;
    claims::read(&claims, &kid)
}
