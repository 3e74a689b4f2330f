//! `/api/admin/audit`

use axum::response::Response;
use latchkey_authority::audit::{self, AuditRow};
use latchkey_types::{EventId, EventKind, Outcome, SessionId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{List, UserRef, instant, limit};
use crate::{
    failure::Failure,
    form::Query,
    pages::{admin_audit::AuditQuery, admin_sessions::cursor, names::Names},
    visit::Visit,
};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
struct EventJson {
    id: EventId,
    seq: i64,
    at: String,
    kind: EventKind,
    outcome: Outcome,
    reason: Option<String>,
    actor: Option<UserRef>,
    subject: Option<UserRef>,
    session_id: Option<SessionId>,
    request_id: Option<String>,
    detail: Option<Value>,
    address: Option<String>,
    user_agent: Option<String>,
    identifier: Option<String>,
}

fn json_of(names: &Names, row: AuditRow) -> EventJson {
    EventJson {
        id: row.event_id,
        seq: row.seq,
        at: instant(row.at),
        kind: row.kind,
        outcome: row.outcome,
        reason: row.reason,
        actor: row.actor.map(|id| UserRef::of(names, id)),
        subject: row.subject.map(|id| UserRef::of(names, id)),
        session_id: row.session,
        request_id: row.request_id,
        detail: row
            .detail
            .and_then(|detail| serde_json::from_str(&detail).ok()),
        address: row.address,
        user_agent: row.user_agent,
        identifier: row.identifier,
    }
}

#[utoipa::path(get, path = "/api/admin/audit", tag = "Record", params(AuditQuery), responses((status = 200, body = List<EventJson>)))]
/// Lists the record, newest first.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let filter = query.filter(authority).await?;
    let limit = limit(query.limit)?;
    let page = audit::list(authority, &filter, cursor(&query.cursor)?, limit).await?;
    let mentioned = page
        .items
        .iter()
        .flat_map(|row| [row.actor, row.subject].into_iter().flatten());
    let names = Names::of(authority, mentioned).await?;
    Ok(super::list(page.map(|row| json_of(&names, row))))
}
