//! Which pages of other origins may call the API from a browser: those of `allowed_origins`.
//!
//! This grants nothing: it lets a page read the answers to what it may send anyway. What the browser
//! keeps for us (cookies) goes along with their requests to the calls for front ends alone; the rest
//! of the API they call with a token in the header. What changes something through a cookie asks
//! for more (see [`crate::origin`]).

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::{routes::ROUTES, state::AppState};

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const HEADERS: &str = "authorization, content-type, x-csrftoken";

/// What a page may read beside the headers that every page may.
const EXPOSED: &str = "retry-after, www-authenticate, x-request-id";

/// A browser may remember the answer to its question for so many seconds.
const MAX_AGE: &str = "600";

/// Answers the questions of browsers, and lets pages of known origins read answers of the API.
pub(crate) async fn share(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let known = &state.settings().allowed_origins;
    if known.is_empty() || !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let origin = request
        .headers()
        .get(header::ORIGIN)
        .filter(|origin| {
            known
                .iter()
                .any(|known| known.as_bytes() == origin.as_bytes())
        })
        .cloned();
    let with_cookies = origin.is_some() && is_for_front_ends(request.uri().path());
    let is_question = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if origin.is_some() && is_question {
        let mut response = StatusCode::NO_CONTENT.into_response();
        let headers = response.headers_mut();
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
            (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    // Whoever keeps an answer must not show it to a page of another origin.
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        allow(headers, origin, with_cookies);
    }
    response
}

/// Whether a path is one of the calls for front ends, in either spelling.
fn is_for_front_ends(path: &str) -> bool {
    let bare = |path| str::strip_suffix(path, '/').unwrap_or(path);
    ROUTES
        .iter()
        .any(|route| route.is_for_front_ends() && bare(route.path) == bare(path))
}

fn allow(headers: &mut HeaderMap, origin: HeaderValue, with_cookies: bool) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if with_cookies {
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
    }
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED),
    );
}
