//! What request headers carry as a credential, read without judging it.
//!
//! Nothing else of this crate is used here, so that it can be fuzzed by itself.

use http::{HeaderMap, header};

/// The header does not say one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ambiguous;

/// The token of the `Authorization` header; `None` where there is no header, or one of another
/// scheme.
///
/// # Errors
/// [`Ambiguous`] if it is not a scheme and a token, or stands there twice: a proxy may have judged
/// the other one.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Ambiguous> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Ambiguous);
    }
    let Ok(value) = value.to_str() else {
        return Err(Ambiguous);
    };
    let mut parts = value.split_ascii_whitespace();
    // RFC 9110 §11.1: the case of a scheme means nothing.
    if !parts
        .next()
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"))
    {
        return Ok(None);
    }
    match (parts.next(), parts.next()) {
        (Some(token), None) => Ok(Some(token)),
        _ => Err(Ambiguous),
    }
}

/// The value of the one cookie of this name; an empty one is none.
///
/// # Errors
/// [`Ambiguous`] if there are several with different values: a neighbour on the same site may have
/// set one of them, for a narrower path, and the browser does not say which.
pub(crate) fn only_cookie<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> Result<Option<&'a str>, Ambiguous> {
    let mut values = cookies(headers, name).filter(|value| !value.is_empty());
    let first = values.next();
    if values.any(|other| Some(other) != first) {
        return Err(Ambiguous);
    }
    Ok(first)
}

/// The value of the first cookie of this name.
pub(crate) fn first_cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookies(headers, name).next()
}

fn cookies<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(move |(known, _)| *known == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests;
