//! For whoever runs the server: is it alive, can it work.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use latchkey_authority::feed;
use sea_orm::ConnectionTrait as _;

use crate::{bearer, failure::Failure, state::AppState};

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

/// What this node counts of itself, for whoever shows the token of the setting; without one there is
/// nothing here.
pub(crate) async fn metrics(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let Some(token) = &state.settings().metrics_token else {
        return Err(Failure::NotFound);
    };
    if !bearer::shows_one_of(&headers, [token]) {
        let mut refusal = text(
            StatusCode::UNAUTHORIZED,
            "The token of the setting `metrics_token` is needed.\n".to_owned(),
        );
        let challenge = HeaderValue::from_static("Bearer realm=\"metrics\"");
        refusal
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
        return Ok(refusal);
    }
    metrics_page(&state)
}

/// The same on a listener of its own, which whoever runs the server keeps from strangers.
pub(crate) async fn open_metrics(State(state): State<AppState>) -> Result<Response, Failure> {
    metrics_page(&state)
}

fn metrics_page(state: &AppState) -> Result<Response, Failure> {
    let text = crate::metrics::text(state).map_err(Failure::internal)?;
    // The version is that of the format.
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
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
