//! `GET /api/check`: whether somebody is signed in, and who, for a reverse proxy that asks before it
//! lets a request through (`auth_request` of nginx, `ForwardAuth` of Traefik, `ext_authz` of Envoy).

use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use latchkey_authority::principal::Credential;
use latchkey_identity::account;
use latchkey_types::Word as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{failure::Failure, visit::Visit};

/// What stands in a header as it is (RFC 3986 §2.3); everything else is percent-encoded UTF-8.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

const USER: HeaderName = HeaderName::from_static("x-latchkey-user");
const USERNAME: HeaderName = HeaderName::from_static("x-latchkey-username");
const ROLE: HeaderName = HeaderName::from_static("x-latchkey-role");
const SESSION: HeaderName = HeaderName::from_static("x-latchkey-session");
const FAMILY: HeaderName = HeaderName::from_static("x-latchkey-family");

#[utoipa::path(get, path = "/api/check", tag = "Account",
    responses((status = 204, description = "Somebody is signed in: who stands in the headers.",
        headers(
            ("X-Latchkey-User" = String, description = "The user's id"),
            ("X-Latchkey-Username" = String, description = "Percent-encoded UTF-8"),
            ("X-Latchkey-Role" = String, description = "As it stands now"),
            ("X-Latchkey-Session" = Option<String>, description = "The session, if that is the proof"),
            ("X-Latchkey-Family" = Option<String>, description = "The refresh family of the access token, else"),
        ))))]
/// Says who is signed in, to a reverse proxy that asks before it lets a request through.
///
/// A proxy passes on the cookies and the `Authorization` header of the request, and sends no body.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let account = account::copy(visit.state().identity(), principal.user_id)
        .await
        .map_err(|error| {
            // Neither yes nor no, as where the proof itself cannot be looked up.
            tracing::error!(error = %error, "the account cannot be looked up");
            Failure::Busy { retry_after: 5 }
        })?
        .ok_or(Failure::NotSignedIn)?;
    let (credential, id) = match principal.credential {
        Credential::Session(session_id) => (SESSION, session_id.to_string()),
        Credential::Family(family_id) => (FAMILY, family_id.to_string()),
    };
    let mut response = StatusCode::NO_CONTENT.into_response();
    for (name, value) in [
        (USER, principal.user_id.to_string()),
        (
            USERNAME,
            utf8_percent_encode(&account.username, ENCODED).to_string(),
        ),
        (ROLE, principal.role.as_str().to_owned()),
        (credential, id),
    ] {
        let value = HeaderValue::try_from(value).map_err(Failure::internal)?;
        response.headers_mut().insert(name, value);
    }
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
