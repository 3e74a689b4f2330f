//! `GET /api/admin/overview`: the numbers of the console's first page.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use latchkey_authority::{audit, bulk, page::Count, session, user};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{failure::Failure, visit::Visit};

#[utoipa::path(get, path = "/api/admin/overview", tag = "Console", responses((status = 200, body = Overview)))]
/// The numbers.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let day = audit::day_counts(authority).await?;
    Ok(Json(Overview {
        live_sessions: session::count_live(authority, None).await?.into(),
        users: user::count(authority).await?.into(),
        sign_ins: day.sign_ins.into(),
        failures: day.failures.into(),
    })
    .into_response())
}

/// A count that stops at 10,000 where nothing else is said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Count)]
pub(super) struct CountJson {
    #[schema(example = 412)]
    count: u64,
    /// Whether there may be more.
    capped: bool,
}

impl From<Count> for CountJson {
    fn from(count: Count) -> Self {
        Self {
            count: count.0,
            capped: count.is_capped(),
        }
    }
}

impl From<bulk::Tally> for CountJson {
    fn from(tally: bulk::Tally) -> Self {
        Self {
            count: tally.count,
            capped: tally.is_capped,
        }
    }
}

/// The numbers of the console's first page.
#[derive(Debug, Serialize, ToSchema)]
struct Overview {
    live_sessions: CountJson,
    users: CountJson,
    /// Of the last 24 hours.
    sign_ins: CountJson,
    /// Of the last 24 hours.
    failures: CountJson,
}
