//! `/admin`: how things stand.

use axum::response::Response;
use latchkey_app::{
    Section,
    page::admin_overview::{ActivityCharts, OverviewPage, Piece},
};
use latchkey_authority::{
    activity::{self, Activity, Bucket},
    audit::{self, AuditFilter},
    principal::Principal,
    session::{self, SessionFilter},
    user,
};
use latchkey_types::{SessionState, Span, Word as _};
use serde::Deserialize;

use super::{
    items,
    respond::{self, Around},
};
use crate::{failure::Failure, form::Query, visit::Visit};

/// So many rows of each list.
const ROWS: u64 = 6;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SpanQuery {
    /// `day` or `week`; a day where it is left out.
    #[param(required = false)]
    span: String,
}

impl SpanQuery {
    /// How far back is asked for.
    pub(crate) fn span(&self) -> Result<Span, Failure> {
        if self.span.is_empty() {
            return Ok(Span::Day);
        }
        Span::parse(&self.span).map_err(|error| Failure::BadRequest(format!("span: {error}")))
    }
}

/// The console's first page.
pub(crate) async fn show(
    visit: Visit,
    Query(query): Query<SpanQuery>,
) -> Result<Response, Failure> {
    let span = query.span()?;
    let authority = visit.state().authority();
    let current = visit.principal().and_then(Principal::session_id);
    let day = audit::day_counts(authority).await?;
    let live = SessionFilter {
        state: Some(SessionState::Live),
        ..Default::default()
    };
    let newest = session::list(authority, &live, None, ROWS).await?;
    let events = audit::list(authority, &AuditFilter::default(), None, ROWS).await?;
    let activity = activity::read(authority, span).await?;
    let page = OverviewPage {
        activity: charts(span, &activity),
        live_sessions: items::tally(session::count_live(authority, None).await?),
        users: items::tally(user::count(authority).await?),
        sign_ins: items::tally(day.sign_ins),
        failures: items::tally(day.failures),
        newest_sessions: items::sessions(authority, newest.items, current).await?,
        newest_events: items::events(authority, events.items).await?,
    };
    respond::page(
        &visit,
        Around::new("Overview", Section::AdminOverview),
        page,
    )
    .await
}

fn charts(span: Span, activity: &Activity) -> ActivityCharts {
    let pieces = |count: fn(&Bucket) -> Option<u64>| {
        activity
            .buckets
            .iter()
            .map(|bucket| Piece {
                from: bucket.from,
                until: bucket.until,
                count: count(bucket),
            })
            .collect()
    };
    ActivityCharts {
        span,
        sign_ins: pieces(|bucket| bucket.sign_ins),
        refused: pieces(|bucket| bucket.refused),
        limited: pieces(|bucket| bucket.limited),
        live_sessions: pieces(|bucket| bucket.live_sessions),
        counted_at: activity.counted_at,
    }
}
