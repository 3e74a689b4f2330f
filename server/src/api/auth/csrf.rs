//! `GET /api/auth/csrf/`: the token for the `X-CSRFToken` header.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::header;
use serde_json::json;

use super::shapes;
use crate::visit::Visit;

#[utoipa::path(get, path = "/api/auth/csrf/", tag = "Sign-in", responses((status = 200, body = shapes::Csrf)))]
/// Gives the token that a front end sends in `X-CSRFToken`.
///
/// It is bound to the family whose cookies the browser has, else to its session, else to a cookie
/// that is set here.
pub(crate) async fn show(visit: Visit) -> Response {
    let mut response = Json(json!({ "csrfToken": visit.csrf_token() })).into_response();
    if let Some(cookie) = visit.pre_session_cookie().filter(|_| !visit.is_bound()) {
        response
            .headers_mut()
            .append(header::SET_COOKIE, cookie.clone());
    }
    response
}
