//! What is asked for where no row of the table is: a file of the site, or what says that nothing is
//! there.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::failures::is_for_a_program;
use crate::{failure::Failure, state::AppState};

/// Answers what no route is for with a file of the site. Programs are told that nothing is there
/// before anybody is looked up.
pub(crate) async fn files(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.method().is_safe()
        && let Some(response) = state.assets().serve(
            request.uri().path(),
            request.uri().query(),
            request.headers(),
        )
    {
        return response;
    }
    if is_for_a_program(request.uri().path()) {
        return Failure::NotFound.into_response();
    }
    next.run(request).await
}

/// Answers what is neither a route nor a file.
pub(crate) async fn not_found() -> Response {
    Failure::NotFound.into_response()
}

/// Tells programs that a path does not take a method before anybody is looked up.
pub(crate) async fn programs_first(request: Request, next: Next) -> Response {
    if is_for_a_program(request.uri().path()) {
        return Failure::MethodNotAllowed.into_response();
    }
    next.run(request).await
}

/// Answers a method that a path does not take.
pub(crate) async fn method_not_allowed() -> Response {
    Failure::MethodNotAllowed.into_response()
}
