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
    #[schema(example = "2026-01-01T12:00:00Z")]
    counted_at: Option<String>,
}

/// What happened in one piece of time; `null` where nobody counted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityPiece)]
struct Piece {
    /// When it began.
    #[schema(example = "2026-01-01T12:00:00Z")]
    from: String,
    /// When it is over.
    #[schema(example = "2026-01-01T13:00:00Z")]
    until: String,
    /// Sign-ins.
    #[schema(example = 41)]
    sign_ins: Option<u64>,
    /// Refused sign-ins.
    #[schema(example = 3)]
    refused: Option<u64>,
    /// Attempts that a limit turned away.
    #[schema(example = 0)]
    limited: Option<u64>,
    /// Sessions that were live at its end, or when they were counted last.
    #[schema(example = 128)]
    live_sessions: Option<u64>,
}
