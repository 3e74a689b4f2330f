//! For whoever runs the server: is it alive, can it work.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use sea_orm::ConnectionTrait as _;

use crate::state::AppState;

/// The process answers.
pub(crate) async fn healthz() -> Response {
    text(StatusCode::OK, "ok\n")
}

/// The database answers.
pub(crate) async fn readyz(State(state): State<AppState>) -> Response {
    match state
        .authority()
        .database()
        .execute_unprepared("SELECT 1")
        .await
    {
        Ok(_) => text(StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(error = %error, "not ready: the database does not answer");
            let mut response = text(
                StatusCode::SERVICE_UNAVAILABLE,
                "not ready: the database does not answer\n",
            );
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            response
        }
    }
}

fn text(status: StatusCode, body: &'static str) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        body,
    )
        .into_response()
}
