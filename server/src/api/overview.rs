//! `GET /api/admin/overview`: the numbers of the console's first page.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use latchkey_authority::{audit, page::Count, session, user};
use serde_json::{Value, json};

use crate::{failure::Failure, visit::Visit};

/// The numbers.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let day = audit::day_counts(authority).await?;
    Ok(Json(json!({
        "live_sessions": tally(session::count_live(authority, None).await?),
        "users": tally(user::count(authority).await?),
        "sign_ins": tally(day.sign_ins),
        "failures": tally(day.failures),
    }))
    .into_response())
}

fn tally(count: Count) -> Value {
    json!({ "count": count.0, "capped": count.is_capped() })
}
