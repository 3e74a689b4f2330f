//! Calls for programs, in the wire shapes of SimpleJWT and dj-rest-auth: paths, bodies, statuses
//! and texts are theirs, so that a front end written for them switches over unchanged.
//!
//! - A first-party door: each sign-in opens a refresh family of its own. `api_password_login = off`
//!   closes it.
//! - How a pair travels is a property of its family. What came in a cookie is answered only in a
//!   cookie; and whatever sets a cookie or acts through one falls under the origin rule.
//! - Each path is served with and without the slash at its end.

mod body;
pub(crate) mod csrf;
mod door;
mod fields;
pub(crate) mod google;
mod json;
pub(crate) mod login;
pub(crate) mod logout;
mod options;
pub(crate) mod password;
mod presented;
mod refusal;
pub(crate) mod registration;
pub(super) mod shapes;
pub(crate) mod token;
pub(crate) mod transport;
pub(crate) mod user;

use axum::{
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
    routing::MethodRouter,
};
use http::{HeaderValue, Method, header};

use crate::{failure::Failure, routes::ROUTES, state::AppState};

/// Completes the handlers of a path: `OPTIONS`, what its other methods are answered, and the
/// headers of every answer.
pub(crate) fn mount(path: &'static str, methods: MethodRouter<AppState>) -> MethodRouter<AppState> {
    let allowed = allowed(path);
    methods
        .options(move || async move { options::describe(path) })
        .fallback(|| async { Failure::MethodNotAllowed.into_response() })
        .layer(from_fn(move |request: Request, next: Next| {
            let allowed = allowed.clone();
            async move { with_headers(next.run(request).await, allowed) }
        }))
}

fn with_headers(mut response: Response, allowed: HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, allowed);
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    response
}

/// The methods of a path, in the order in which Django REST framework names them.
fn allowed(path: &str) -> HeaderValue {
    let has = |method: &Method| {
        ROUTES
            .iter()
            .any(|route| route.path == path && route.method == *method)
    };
    let mut names: Vec<&str> = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ]
    .iter()
    .filter(|method| has(method))
    .map(|method| match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        _ => "DELETE",
    })
    .collect();
    if has(&Method::GET) {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
}
