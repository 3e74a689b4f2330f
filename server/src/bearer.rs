//! Bearer tokens: reading the `Authorization` header, and what is said when one is refused
//! (RFC 6750).

use http::HeaderMap;
use latchkey_authority::{
    access_token::{self, AccessTokenError, Verified},
    caller::Caller,
    family::{self, Check},
    principal::Principal,
};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{
    failure::Failure,
    header::{self, Ambiguous},
    state::AppState,
};

/// What a 401 says where no token was sent: no error code then (RFC 6750 §3.1).
pub(crate) const CHALLENGE: &str = "Bearer realm=\"api\"";

/// Longer than any token of ours: nothing longer is looked at.
const LENGTH_LIMIT: usize = 4_096;

/// Why a bearer token lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BearerError {
    /// The header is not a scheme and a token, or stands there twice.
    Header,
    /// The token is not good; says why, in words that clients know.
    Token(&'static str),
    /// Its user was disabled.
    UserInactive,
    /// Its user is gone.
    UserNotFound,
}

/// Not one of ours, or not any more.
pub(crate) const INVALID: BearerError = BearerError::Token("Token is invalid");
/// Ours, but its time is over.
pub(crate) const EXPIRED: BearerError = BearerError::Token("Token is expired");
const WRONG_TYPE: BearerError = BearerError::Token("Token has wrong type");

impl BearerError {
    /// The body that front ends know: they look at the status and at `code`.
    pub(crate) fn body(self) -> Value {
        match self {
            Self::Header => json!({
                "detail": "Authorization header must contain two space-delimited values",
                "code": "bad_authorization_header",
            }),
            Self::Token(message) => json!({
                "detail": "Given token not valid for any token type",
                "code": "token_not_valid",
                "messages": [{
                    "token_class": "AccessToken",
                    "token_type": "access",
                    "message": message,
                }],
            }),
            Self::UserInactive => {
                json!({ "detail": "User is inactive", "code": "user_inactive" })
            }
            Self::UserNotFound => {
                json!({ "detail": "User not found", "code": "user_not_found" })
            }
        }
    }

    /// `WWW-Authenticate` (RFC 6750 §3).
    pub(crate) fn challenge(self) -> String {
        let (code, said) = match self {
            Self::Header => ("invalid_request", "The header must be a scheme and a token"),
            Self::Token(message) => ("invalid_token", message),
            Self::UserInactive => ("invalid_token", "User is inactive"),
            Self::UserNotFound => ("invalid_token", "User not found"),
        };
        format!("{CHALLENGE}, error=\"{code}\", error_description=\"{said}\"")
    }
}

/// The token of the `Authorization` header; `None` where there is no header, or one of another
/// scheme.
///
/// The header wins over every cookie: so one that is there and is no good lets nobody in.
pub(crate) fn in_header(headers: &HeaderMap) -> Result<Option<&str>, BearerError> {
    header::bearer(headers).map_err(|Ambiguous| BearerError::Header)
}

/// Whether the header shows one of these tokens of the settings. Which one it is nearest to cannot
/// be told by the time that this takes.
pub(crate) fn shows_one_of<'a>(
    headers: &HeaderMap,
    tokens: impl IntoIterator<Item = &'a Zeroizing<String>>,
) -> bool {
    let shown = in_header(headers).ok().flatten().unwrap_or_default();
    let none = subtle::Choice::from(0);
    let is_known = tokens.into_iter().fold(none, |known, token| {
        known | token.as_bytes().ct_eq(shown.as_bytes())
    });
    is_known.into()
}

/// Whether a text is a refresh token by its looks: something to tell its owner.
fn is_refresh_token(text: &str) -> bool {
    text.starts_with("lkr_")
}

/// Verifies an access token: what it says, without asking whether its family still lives.
pub(crate) async fn verify(state: &AppState, text: &str) -> Result<Verified, Failure> {
    let authority = state.authority();
    if is_refresh_token(text) {
        return Err(WRONG_TYPE.into());
    }
    if text.len() > LENGTH_LIMIT {
        return Err(INVALID.into());
    }
    access_token::verify(authority, text, authority.now())
        .await
        .map_err(|error| match error {
            AccessTokenError::Expired => EXPIRED.into(),
            AccessTokenError::WrongType => WRONG_TYPE.into(),
            AccessTokenError::Internal(error) => Failure::unchecked(error),
            _ => INVALID.into(),
        })
}

/// The same for a token whose time is over: it lets nobody in, but it says whose it was.
pub(crate) async fn verify_even_expired(
    state: &AppState,
    text: &str,
) -> Result<Option<Verified>, Failure> {
    if text.len() > LENGTH_LIMIT {
        return Ok(None);
    }
    match access_token::verify_even_expired(state.authority(), text).await {
        Ok(verified) => Ok(Some(verified)),
        Err(AccessTokenError::Internal(error)) => Err(Failure::unchecked(error)),
        Err(_) => Ok(None),
    }
}

/// Who acts through an access token of ours, as their family and their user stand now.
pub(crate) async fn principal(
    state: &AppState,
    text: &str,
    caller: &Caller,
) -> Result<Principal, Failure> {
    let verified = verify(state, text).await?;
    // Doors of ours take first-party tokens only: what was granted to another client is for the
    // resources that it was granted for.
    if verified.client_id.is_some() {
        return Err(INVALID.into());
    }
    live(state, &verified, caller).await
}

/// Whether the family and the user of a verified token still may act.
pub(crate) async fn live(
    state: &AppState,
    verified: &Verified,
    caller: &Caller,
) -> Result<Principal, Failure> {
    let check = family::check(state.authority(), verified, caller)
        .await
        .map_err(Failure::unchecked)?;
    match check {
        Check::Live { principal } => Ok(principal),
        Check::Ended { .. } | Check::Unknown => Err(INVALID.into()),
        Check::UserDisabled => Err(BearerError::UserInactive.into()),
        Check::UserGone => Err(BearerError::UserNotFound.into()),
    }
}

impl From<BearerError> for Failure {
    fn from(error: BearerError) -> Self {
        Self::BadToken(error)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};

    use super::{BearerError, HeaderMap, in_header};

    #[test]
    fn a_header_is_a_scheme_and_a_token_or_nothing() {
        for (value, expected) in [
            ("Bearer x", Ok(Some("x"))),
            ("bearer x", Ok(Some("x"))),
            ("BEARER   x", Ok(Some("x"))),
            (" Bearer x", Ok(Some("x"))),
            ("Bearer", Err(BearerError::Header)),
            ("Bearer a b", Err(BearerError::Header)),
            ("Bearerx", Ok(None)),
            ("Basic x", Ok(None)),
            ("", Ok(None)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            assert_eq!(in_header(&headers), expected, "{value}");
        }
        assert_eq!(in_header(&HeaderMap::new()), Ok(None));
        let mut twice = HeaderMap::new();
        twice.append(header::AUTHORIZATION, HeaderValue::from_static("Basic x"));
        twice.append(header::AUTHORIZATION, HeaderValue::from_static("Bearer x"));
        assert_eq!(in_header(&twice), Err(BearerError::Header));
        let mut odd = HeaderMap::new();
        let value = HeaderValue::from_bytes(b"Bearer \xff").unwrap();
        odd.insert(header::AUTHORIZATION, value);
        assert_eq!(in_header(&odd), Err(BearerError::Header));
    }
}
