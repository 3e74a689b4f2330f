//! What is in a token.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_types::{FamilyId, UnixMillis, UserId};
use serde_json::json;

use super::{AccessTokenError, FIRST_PARTY, Json, Verified, mint::Grant, verify::Expectations};
use crate::{TokenPolicy, random::Randomness};

/// Clocks may differ by so much, where a token says from when on it is good. None is given to
/// `exp`.
const LEEWAY_MILLIS: i64 = 30_000;

/// What tells an access token from every other one (SimpleJWT).
const TOKEN_TYPE: &str = "access";

/// Every claim of an access token; one that is not among them is not understood.
const CLAIMS: [&str; 11] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "sid",
    "client_id",
    "token_type",
    "user_id",
];

/// The claims of a new token, and when it is over.
pub(super) fn of(
    policy: &TokenPolicy,
    random: &dyn Randomness,
    grant: &Grant<'_>,
    now: UnixMillis,
) -> (String, UnixMillis) {
    let lifetime = policy.lifetime.min(TokenPolicy::LIFETIME_LIMIT);
    // Whole seconds, rounded down: never past the end of the family.
    let exp = now.after(lifetime).min(grant.ends_at).0.div_euclid(1_000);
    let user_id = grant.user_id.to_string();
    let claims = json!({
        "iss": policy.issuer,
        "sub": user_id,
        "aud": policy.audience,
        "exp": exp,
        "iat": now.0.div_euclid(1_000),
        "jti": jti(grant.generation, random),
        "sid": grant.family_id.to_string(),
        "client_id": grant.client_id.unwrap_or(FIRST_PARTY),
        "token_type": TOKEN_TYPE,
        "user_id": user_id,
    });
    (claims.to_string(), UnixMillis(exp * 1_000))
}

fn jti(generation: i64, random: &dyn Randomness) -> String {
    let random = URL_SAFE_NO_PAD.encode(random.bytes::<16>());
    format!("{generation}.{random}")
}

/// The generation of a `jti`, if it is one of ours.
fn generation(jti: &str) -> Option<i64> {
    let (generation, random) = jti.split_once('.')?;
    let number: i64 = generation.parse().ok()?;
    // One spelling: no sign, no zero before it.
    let is_ours = number >= 0
        && number.to_string() == generation
        && super::canonical_base64(random).is_some_and(|bytes| bytes.len() == 16);
    is_ours.then_some(number)
}

/// Checks what is expected of claims, whoever issued them.
pub(super) fn meet(claims: &Json, expected: &Expectations<'_>) -> Result<(), AccessTokenError> {
    let text = |name| claims.member(name).and_then(Json::as_text);
    if expected.issuer.is_some() && text("iss") != expected.issuer {
        return Err(AccessTokenError::WrongIssuer);
    }
    if let Some(audience) = expected.audience {
        let aud = claims
            .member("aud")
            .ok_or(AccessTokenError::WrongAudience)?;
        let mut names = match aud {
            Json::List(names) => names.iter(),
            one => std::slice::from_ref(one).iter(),
        };
        if !names.clone().all(|name| name.as_text().is_some()) {
            return Err(AccessTokenError::BadClaims);
        }
        if !names.any(|name| name.as_text() == Some(audience)) {
            return Err(AccessTokenError::WrongAudience);
        }
    }
    if let Some(at) = expected.at {
        times(claims, at)?;
    }
    Ok(())
}

fn times(claims: &Json, at: UnixMillis) -> Result<(), AccessTokenError> {
    let instant = |name| match claims.member(name) {
        None => Ok(None),
        Some(value) => value
            .as_millis()
            .map(Some)
            .ok_or(AccessTokenError::BadClaims),
    };
    let exp = instant("exp")?.ok_or(AccessTokenError::BadClaims)?;
    if at.0 >= exp {
        return Err(AccessTokenError::Expired);
    }
    for from in [instant("nbf")?, instant("iat")?].into_iter().flatten() {
        if from > at.0.saturating_add(LEEWAY_MILLIS) {
            return Err(AccessTokenError::NotYet);
        }
    }
    Ok(())
}

/// Reads the claims of an access token of ours, of which [`meet`] has seen issuer, audience and
/// times.
pub(super) fn read(claims: &Json, kid: &str) -> Result<Verified, AccessTokenError> {
    let members = claims.members().ok_or(AccessTokenError::BadClaims)?;
    if members
        .iter()
        .any(|(name, _)| !CLAIMS.contains(&name.as_str()))
    {
        return Err(AccessTokenError::BadClaims);
    }
    let text = |name| {
        claims
            .member(name)
            .and_then(Json::as_text)
            .ok_or(AccessTokenError::BadClaims)
    };
    let instant = |name| {
        claims
            .member(name)
            .and_then(Json::as_millis)
            .map(UnixMillis)
            .ok_or(AccessTokenError::BadClaims)
    };
    if text("token_type")? != TOKEN_TYPE {
        return Err(AccessTokenError::WrongType);
    }
    let (sub, user_id) = (text("sub")?, text("user_id")?);
    if sub != user_id {
        return Err(AccessTokenError::BadClaims);
    }
    let user_id: UserId = user_id.parse().map_err(|_| AccessTokenError::BadClaims)?;
    let family_id: FamilyId = text("sid")?
        .parse()
        .map_err(|_| AccessTokenError::BadClaims)?;
    let jti = text("jti")?.to_owned();
    let client_id = text("client_id")?;
    if client_id.is_empty() {
        return Err(AccessTokenError::BadClaims);
    }
    Ok(Verified {
        user_id,
        family_id,
        generation: generation(&jti).ok_or(AccessTokenError::BadClaims)?,
        client_id: (client_id != FIRST_PARTY).then(|| client_id.to_owned()),
        jti,
        issued_at: instant("iat")?,
        expires_at: instant("exp")?,
        key_id: kid.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jti_has_one_spelling() {
        assert_eq!(generation("0.AAAAAAAAAAAAAAAAAAAAAA"), Some(0));
        assert_eq!(generation("17.AAAAAAAAAAAAAAAAAAAAAA"), Some(17));
        for wrong in [
            "",
            ".",
            "0",
            "0.",
            "00.AAAAAAAAAAAAAAAAAAAAAA",
            "+1.AAAAAAAAAAAAAAAAAAAAAA",
            "-1.AAAAAAAAAAAAAAAAAAAAAA",
            "1.AAAAAAAAAAAAAAAAAAAAAB",
            "1.AAAA",
            "1.AAAAAAAAAAAAAAAAAAAAAA.",
            "99999999999999999999.AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(generation(wrong), None, "{wrong}");
        }
    }
}
