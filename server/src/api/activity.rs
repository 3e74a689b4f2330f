//! `GET /api/admin/activity`: what the console's charts show.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use latchkey_authority::activity;
use serde::Serialize;
use utoipa::ToSchema;

use super::instant;
use crate::{failure::Failure, form::Query, pages::admin_overview::SpanQuery, visit::Visit};

#[utoipa::path(
    get,
    path = "/api/admin/activity",
    tag = "Console",
    params(SpanQuery),
    responses((status = 200, body = Activity)),
)]
/// Sign-ins, refusals and live sessions over a day (by the hour) or a week (by six hours).
pub(crate) async fn show(
    visit: Visit,
    Query(query): Query<SpanQuery>,
) -> Result<Response, Failure> {
    let activity = activity::read(visit.state().authority(), query.span()?).await?;
    Ok(Json(Activity {
        counted_at: activity.counted_at.map(instant),
        items: activity
            .buckets
            .into_iter()
            .map(|bucket| Piece {
                from: instant(bucket.from),
                until: instant(bucket.until),
                sign_ins: bucket.sign_ins,
                refused: bucket.refused,
                limited: bucket.limited,
                live_sessions: bucket.live_sessions,
            })
            .collect(),
    })
    .into_response())
}

/// What happened, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
struct Activity {
    items: Vec<Piece>,
    /// When the newest of it was counted.
    counted_at: Option<String>,
}

/// What happened in one piece of time; `null` where nobody counted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityPiece)]
struct Piece {
    /// When it began.
    from: String,
    /// When it is over.
    until: String,
    /// Sign-ins.
    sign_ins: Option<u64>,
    /// Refused sign-ins.
    refused: Option<u64>,
    /// Attempts that a limit turned away.
    limited: Option<u64>,
    /// Sessions that were live at its end, or when they were counted last.
    live_sessions: Option<u64>,
}
