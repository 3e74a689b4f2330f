//! A security event token, verified in full (RFC 8417).

use latchkey_authority::{
    Authority,
    access_token::{AccessTokenError, Expectations, foreign_type, verify_foreign},
};
use latchkey_types::UnixMillis;
use serde_json::{Map, Value};

use super::{
    SecurityEventError, Transmitter,
    event::{self, Told},
    subject,
};
use crate::provider::{OutgoingError, Providers};

/// What a token may say that it is, where it says it (RFC 8417 §2.3). Google's once said `JWT`.
const TYPES: [&str; 2] = ["secevent+jwt", "JWT"];

/// So long a token is remembered as used. What is older is refused: nobody knows any more whether
/// it was there before.
const REMEMBERED_MILLIS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// Clocks may differ by so much.
const LEEWAY_MILLIS: i64 = 30_000;

/// So many events stand in one token: they are about one thing (RFC 8417 §2).
const EVENT_LIMIT: usize = 16;

/// A token that was verified.
#[derive(Debug)]
pub(super) struct Verified {
    /// Names it among all of its issuer.
    pub(super) jti: String,
    /// When it was issued.
    pub(super) issued_at: UnixMillis,
    /// What it tells, one at least.
    pub(super) events: Vec<Told>,
}

impl Verified {
    /// Until when it must be remembered as used.
    pub(super) fn remembered_until(&self) -> UnixMillis {
        UnixMillis(self.issued_at.0.saturating_add(REMEMBERED_MILLIS))
    }
}

/// Verifies a token.
pub(super) async fn verify(
    authority: &Authority,
    providers: &Providers,
    transmitter: &Transmitter,
    text: &str,
) -> Result<Verified, SecurityEventError> {
    // Whoever sends another kind of token has no keys read.
    let typ = foreign_type(text)?;
    if typ.is_some_and(|typ| !TYPES.contains(&typ.as_str())) {
        return Err(AccessTokenError::WrongType.into());
    }
    let claims = signed(authority, providers, transmitter, text).await?;
    read(transmitter, &claims, authority.now())
}

/// Signature, issuer and audience.
async fn signed(
    authority: &Authority,
    providers: &Providers,
    transmitter: &Transmitter,
    text: &str,
) -> Result<Map<String, Value>, SecurityEventError> {
    let outgoing = providers
        .outgoing()
        .map_err(|_| OutgoingError::Down("no client"))?;
    let expected = Expectations {
        issuer: Some(transmitter.issuer()),
        audience: Some(&transmitter.provider().client_id),
        ..Expectations::default()
    };
    let known = transmitter.keys(authority, outgoing).await?;
    let verified = match verify_foreign(text, &known.keys, &expected) {
        // The keys may have changed since they were read.
        Err(AccessTokenError::UnknownKey) => {
            let newer = transmitter
                .newer_keys(authority, outgoing, &known)
                .await?
                .ok_or(SecurityEventError::Key)?;
            verify_foreign(text, &newer.keys, &expected)
        }
        other => other,
    };
    Ok(verified?)
}

/// What signature, issuer and audience leave open.
fn read(
    transmitter: &Transmitter,
    claims: &Map<String, Value>,
    now: UnixMillis,
) -> Result<Verified, SecurityEventError> {
    let malformed = SecurityEventError::Malformed;
    // An ID token is signed with the same keys, for the same audience (RFC 8417 §4.5, §4.7).
    if claims.contains_key("nonce") {
        return Err(malformed("it has a `nonce`, as an ID token has"));
    }
    let jti = claims
        .get("jti")
        .and_then(Value::as_str)
        .filter(|jti| !jti.is_empty())
        .ok_or(malformed("it has no `jti`"))?;
    let issued_at = instant(claims, "iat")?.ok_or(malformed("it has no `iat`"))?;
    if issued_at.0 > now.0.saturating_add(LEEWAY_MILLIS) {
        return Err(malformed("its `iat` is in the future"));
    }
    if now.0 >= issued_at.0.saturating_add(REMEMBERED_MILLIS) {
        return Err(malformed("its `iat` is too long ago"));
    }
    if instant(claims, "exp")?.is_some_and(|exp| now >= exp) {
        return Err(malformed("its `exp` is past"));
    }
    let events = claims
        .get("events")
        .and_then(Value::as_object)
        .filter(|events| !events.is_empty())
        .ok_or(malformed("it has no `events`"))?;
    if events.len() > EVENT_LIMIT {
        return Err(malformed("it has too many `events`"));
    }
    let of_all = member(claims, "sub_id")?;
    let events = events
        .iter()
        .map(|(name, facts)| {
            let facts = facts
                .as_object()
                .ok_or(malformed("an event is not an object"))?;
            let subject = member(facts, "subject")?.or(of_all);
            Ok(Told {
                what: event::meaning(name, facts),
                name: event::cut(name),
                subject: subject.and_then(|subject| subject::of(transmitter, subject)),
            })
        })
        .collect::<Result<_, SecurityEventError>>()?;
    Ok(Verified {
        jti: jti.to_owned(),
        issued_at,
        events,
    })
}

/// A member that is an object, if it is there.
fn member<'a>(
    of: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, SecurityEventError> {
    of.get(name)
        .map(|value| {
            value.as_object().ok_or(SecurityEventError::Malformed(
                "its subject is not an object",
            ))
        })
        .transpose()
}

/// A time, if it is there (RFC 7519 §2, `NumericDate`).
fn instant(
    claims: &Map<String, Value>,
    name: &str,
) -> Result<Option<UnixMillis>, SecurityEventError> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounds down, within what both types hold exactly"
    )]
    value
        .as_f64()
        .filter(|seconds| seconds.abs() < 9.0e12)
        .map(|seconds| Some(UnixMillis((seconds * 1_000.0).floor() as i64)))
        .ok_or(SecurityEventError::Malformed("a time is not a number"))
}
