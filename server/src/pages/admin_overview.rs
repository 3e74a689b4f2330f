//! `/admin`: how things stand.

use axum::response::Response;
use latchkey_app::{Section, page::admin_overview::OverviewPage};
use latchkey_authority::{
    audit::{self, AuditFilter},
    principal::Principal,
    session::{self, SessionFilter},
    user,
};
use latchkey_types::SessionState;

use super::{
    items,
    respond::{self, Around},
};
use crate::{failure::Failure, visit::Visit};

/// So many rows of each list.
const ROWS: u64 = 6;

/// The console's first page.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let current = visit.principal().and_then(Principal::session_id);
    let day = audit::day_counts(authority).await?;
    let live = SessionFilter {
        state: Some(SessionState::Live),
        ..Default::default()
    };
    let newest = session::list(authority, &live, None, ROWS).await?;
    let events = audit::list(authority, &AuditFilter::default(), None, ROWS).await?;
    let page = OverviewPage {
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
