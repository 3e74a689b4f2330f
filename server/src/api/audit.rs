//! `/api/admin/audit`

use axum::response::Response;
use latchkey_authority::{
    Authority,
    audit::{self, AuditRow},
    page::Window,
};
use latchkey_types::{EventId, EventKind, Outcome, SessionId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{List, UserRef, instant, limit};
use crate::{
    failure::Failure,
    form::Query,
    pages::{admin_audit::AuditQuery, names::Names},
    visit::Visit,
};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventJson {
    id: EventId,
    #[schema(example = 812)]
    seq: i64,
    #[schema(example = "2026-01-01T12:00:00Z")]
    at: String,
    kind: EventKind,
    outcome: Outcome,
    #[schema(example = "wrong_password")]
    reason: Option<String>,
    actor: Option<UserRef>,
    subject: Option<UserRef>,
    session_id: Option<SessionId>,
    #[schema(example = "f3Jk0hY2xQ9aLm1Z")]
    request_id: Option<String>,
    #[schema(example = json!(null))]
    detail: Option<Value>,
    #[schema(example = "192.0.2.41")]
    address: Option<String>,
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")]
    user_agent: Option<String>,
    #[schema(example = "ann")]
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
/// Lists the record.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let read = query.read(authority).await?.strict()?;
    let limit = limit(query.limit)?;
    let window = audit::window(authority, &read.filter, read.sort, read.position, limit).await?;
    Ok(super::listed(&read, with_names(authority, window).await?))
}

pub(crate) async fn with_names(
    authority: &Authority,
    window: Window<AuditRow>,
) -> Result<Window<EventJson>, Failure> {
    let mentioned = window
        .items
        .iter()
        .flat_map(|row| [row.actor, row.subject].into_iter().flatten());
    let names = Names::of(authority, mentioned).await?;
    Ok(window.map(|row| json_of(&names, row)))
}
