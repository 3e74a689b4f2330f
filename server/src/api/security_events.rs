//! `POST /auth/google/risc`: security events that Google pushes (RFC 8935).
//!
//! Nobody is signed in here and no cookie counts: a token is good by its signature. Only what does
//! not verify is counted against its address.

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use latchkey_identity::security_event::{self, Received, SecurityEventError};
use serde_json::json;

use crate::{
    failure::Failure,
    limits::{self, address},
    middleware::BODY_LIMIT,
    rate::Counted,
    visit::Visit,
};

/// Where it is.
pub(crate) const PATH: &str = "/auth/google/risc";

/// RFC 8417 §7.2.
const MEDIA_TYPE: &str = "application/secevent+jwt";

/// When to come again where the issuer's keys cannot be read, in seconds.
const KEYS_AGAIN: u64 = 30;

/// Takes in one security event token.
pub(crate) async fn receive(visit: Visit, request: Request) -> Result<Response, Failure> {
    let state = visit.state();
    let transmitter = state.security_events().ok_or(Failure::NotFound)?;
    let counted = [(Counted::SecurityEvent, address(&visit))];
    let [(kind, address)] = &counted;
    let place = limits::reserve(&visit, &[(*kind, address)])
        .await?
        .map_err(|limited| Failure::Limited {
            retry_after: limited.retry_after,
        })?;
    if !is_security_event(request.headers()) {
        return Ok(refusal(&SecurityEventError::Malformed(
            "its content type is not application/secevent+jwt",
        )));
    }
    let body = Limited::new(request.into_body(), BODY_LIMIT)
        .collect()
        .await
        .map_err(|_| Failure::TooLarge)?
        .to_bytes();
    // What is not text has other characters than a token.
    let text = str::from_utf8(&body).unwrap_or_default();
    let received = security_event::receive(
        state.identity(),
        state.providers(),
        transmitter,
        text,
        visit.caller(),
    )
    .await;
    match received {
        // RFC 8935 §2.2: whoever delivers twice is told the same.
        Ok(Received::Now | Received::Before) => {
            place.give_back().await;
            Ok(StatusCode::ACCEPTED.into_response())
        }
        Err(SecurityEventError::NoKeys(_)) => {
            place.give_back().await;
            Err(Failure::Busy {
                retry_after: KEYS_AGAIN,
            })
        }
        Err(SecurityEventError::Internal(error)) => {
            place.give_back().await;
            Err(error.into())
        }
        Err(error) => Ok(refusal(&error)),
    }
}

fn is_security_event(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(MEDIA_TYPE)
}

/// RFC 8935 §2.3 and §2.4.
fn refusal(error: &SecurityEventError) -> Response {
    let code = match error {
        SecurityEventError::Malformed(_)
        | SecurityEventError::NoKeys(_)
        | SecurityEventError::Internal(_) => "invalid_request",
        SecurityEventError::Key => "invalid_key",
        SecurityEventError::Signature => "authentication_failed",
        SecurityEventError::Issuer => "invalid_issuer",
        SecurityEventError::Audience => "invalid_audience",
    };
    let body = json!({ "err": code, "description": error.to_string() });
    let mut response = (StatusCode::BAD_REQUEST, body.to_string()).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_LANGUAGE, "en"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
