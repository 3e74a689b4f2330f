//! How a pair of tokens travels: in bodies, or in cookies that no script can read.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode, header};
use latchkey_authority::family::{self, Issued};
use latchkey_types::{FamilyId, Transport};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{body::Body, refusal::Refusal};
use crate::{api::instant, bearer, cookies, failure::Failure, state::AppState, visit::Visit};

/// `?transport=cookie`.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TransportQuery {
    /// `cookie` sets the pair in cookies that no script can read; `body` where it is left out.
    transport: Option<String>,
}

impl TransportQuery {
    /// How the pair of a sign-in shall travel. In cookies only for JSON from a page of ours: the
    /// form of any other page could put its own owner's cookies into this browser.
    pub(super) fn wanted(&self, visit: &Visit, body: &Body) -> Result<Transport, Refusal> {
        match self.transport.as_deref() {
            None | Some("body") => Ok(Transport::Body),
            Some("cookie") => {
                body.json_only()?;
                visit.require_meant()?;
                Ok(Transport::Cookie)
            }
            Some(_) => Err(Refusal::invalid(&[(
                "transport",
                "Expected \"body\" or \"cookie\".",
            )])),
        }
    }
}

/// The family whose cookies a request has, by what they say under our own signature or MAC:
/// whether it lives is not asked here.
pub(crate) async fn family(
    state: &AppState,
    headers: &HeaderMap,
) -> Result<Option<FamilyId>, Failure> {
    let names = state.token_cookies();
    if let Ok(Some(text)) = cookies::only(headers, names.access)
        && let Some(verified) = bearer::verify_even_expired(state, text).await?
    {
        return Ok(Some(verified.family_id));
    }
    Ok(match cookies::only(headers, names.refresh) {
        Ok(Some(text)) => family::family_of(state.authority(), text),
        Ok(None) | Err(_) => None,
    })
}

/// Whether an answer says when the tokens expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expirations {
    /// Always.
    Said,
    /// Where they travel in cookies, so that no script can look into them.
    InCookies,
}

/// Answers with a pair, by the transport of its family.
pub(super) fn answer(
    visit: &Visit,
    issued: &Issued,
    expirations: Expirations,
    status: StatusCode,
    mut body: Map<String, Value>,
) -> Response {
    let is_cookie = issued.transport == Transport::Cookie;
    let access = &issued.access_token;
    let (access_text, refresh_text) = if is_cookie {
        ("", "")
    } else {
        (access.text.as_str(), issued.refresh_token.as_str())
    };
    body.insert("access".to_owned(), access_text.into());
    body.insert("refresh".to_owned(), refresh_text.into());
    let is_said = match expirations {
        Expirations::Said => true,
        Expirations::InCookies => is_cookie,
    };
    if is_said {
        let refresh_expiration = instant(issued.refresh_expires_at).into();
        body.insert(
            "access_expiration".to_owned(),
            instant(access.expires_at).into(),
        );
        body.insert("refresh_expiration".to_owned(), refresh_expiration);
    }
    let mut response = (status, Json(Value::Object(body))).into_response();
    if is_cookie {
        let now = visit.state().authority().now();
        let names = visit.state().token_cookies();
        let headers = response.headers_mut();
        headers.append(
            header::SET_COOKIE,
            names.write_access(&access.text, access.expires_at.since(now)),
        );
        headers.append(
            header::SET_COOKIE,
            names.write_refresh(&issued.refresh_token, issued.refresh_expires_at.since(now)),
        );
    }
    response
}
