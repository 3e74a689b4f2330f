//! Tokens that somebody else signed: ID tokens, security events.
//!
//! Judged as strictly as our own: one spelling, no member twice, the algorithm of the key. Only
//! the header may say more, since others put there what helps nobody and harms nobody.

use serde_json::{Map, Value};

use super::{
    AccessTokenError, Json,
    compact::Compact,
    verify::{Expectations, KeySource, held_foreign},
};

/// Verifies a token of somebody else and gives its claims.
///
/// What is expected is all that is checked of the claims; what they mean is the caller's to judge.
///
/// # Errors
/// [`AccessTokenError`] says which expectation does not hold.
pub fn verify_foreign(
    text: &str,
    keys: &impl KeySource,
    expected: &Expectations<'_>,
) -> Result<Map<String, Value>, AccessTokenError> {
    match held_foreign(text, keys, expected)?.claims.map(Value::from) {
        Some(Value::Object(claims)) => Ok(claims),
        _ => Err(AccessTokenError::BadClaims),
    }
}

/// What such a token says that it is (`typ` of its header), before anything of it is verified.
///
/// # Errors
/// [`AccessTokenError::Malformed`] or [`AccessTokenError::BadHeader`].
pub fn foreign_type(text: &str) -> Result<Option<String>, AccessTokenError> {
    Ok(Compact::parse_foreign(text)?.header.typ)
}

impl From<Json> for Value {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Integer(number) => number.into(),
            Json::Number(number) => number.into(),
            Json::Text(text) => Self::String(text),
            Json::List(items) => items.into_iter().map(Self::from).collect(),
            Json::Object(members) => Self::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name, value.into()))
                    .collect(),
            ),
        }
    }
}
