//! What the world may know without asking: `/.well-known/…`.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, header};
use latchkey_authority::key;

use crate::{failure::Failure, state::AppState};

/// So long may anybody keep the key set: a good deal shorter than a key is published before it
/// signs.
const KEEP: &str = "public, max-age=300";

/// The public halves of the signing keys (RFC 7517 §5), for whoever verifies tokens: also for
/// scripts of other origins, since nothing in them is a secret.
pub(crate) async fn jwks(State(state): State<AppState>) -> Result<Response, Failure> {
    let mut response = Json(key::jwks(state.authority()).await?).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/jwk-set+json"),
        (header::CACHE_CONTROL, KEEP),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
