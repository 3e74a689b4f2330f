//! For whoever runs the server: is it alive, can it work.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use latchkey_authority::feed;
use sea_orm::ConnectionTrait as _;

use crate::state::AppState;

/// The process answers.
pub(crate) async fn healthz() -> Response {
    text(StatusCode::OK, "ok\n".to_owned())
}

/// The database answers, and this node knows of every end that it has to know of.
pub(crate) async fn readyz(State(state): State<AppState>) -> Response {
    let authority = state.authority();
    if let Err(error) = authority.database().execute_unprepared("SELECT 1").await {
        tracing::error!(error = %error, "not ready: the database does not answer");
        return not_ready("the database does not answer");
    }
    if !feed::is_fresh(authority).await {
        tracing::error!("not ready: the feed of signals is behind");
        return not_ready("the feed of signals is behind, so that nobody is let in");
    }
    text(StatusCode::OK, "ready\n".to_owned())
}

fn not_ready(why: &str) -> Response {
    let mut response = text(
        StatusCode::SERVICE_UNAVAILABLE,
        format!("not ready: {why}\n"),
    );
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

fn text(status: StatusCode, body: String) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        body,
    )
        .into_response()
}
