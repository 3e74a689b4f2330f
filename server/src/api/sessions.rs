//! `/api/admin/sessions`

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse as _, Response},
};
use latchkey_authority::{
    Authority,
    page::Window,
    session::{self, SessionRow, end},
};
use latchkey_types::{EndReason, SessionId, SignInMethod};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Ended, List, UserRef, instant, limit};
use crate::{
    failure::Failure,
    form::Query,
    pages::{admin_sessions::SessionsQuery, names::Names},
    visit::Visit,
};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionJson {
    id: SessionId,
    user: UserRef,
    method: SignInMethod,
    #[schema(example = "2026-01-01T12:00:00Z")]
    signed_in_at: String,
    #[schema(example = "2026-01-01T12:00:00Z")]
    last_seen_at: String,
    #[schema(example = "2026-01-01T12:00:00Z")]
    expires_at: String,
    #[schema(example = "192.0.2.41")]
    address: String,
    #[schema(example = "192.0.2.0/24")]
    network: String,
    #[schema(example = "192.0.2.41")]
    last_address: String,
    #[schema(example = "Firefox")]
    browser: String,
    #[schema(example = "Linux")]
    system: String,
    #[schema(example = "desktop")]
    device: String,
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")]
    user_agent: String,
    #[schema(example = json!(null))]
    ended: Option<EndedJson>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionEnd)]
struct EndedJson {
    #[schema(example = "2026-01-01T12:00:00Z")]
    at: String,
    reason: EndReason,
    by: Option<UserRef>,
}

fn json_of(names: &Names, row: SessionRow) -> SessionJson {
    SessionJson {
        id: row.session_id,
        user: UserRef::of(names, row.user_id),
        method: row.method,
        signed_in_at: instant(row.created_at),
        last_seen_at: instant(row.last_seen_at),
        expires_at: instant(row.expires_at),
        address: row.address,
        network: row.network,
        last_address: row.last_address,
        browser: row.browser,
        system: row.system,
        device: row.device,
        user_agent: row.user_agent,
        ended: row.ended.map(|ended| EndedJson {
            at: instant(ended.at),
            reason: ended.reason,
            by: ended.by.map(|by| UserRef::of(names, by)),
        }),
    }
}

#[utoipa::path(get, path = "/api/admin/sessions", tag = "Sessions", params(SessionsQuery), responses((status = 200, body = List<SessionJson>)))]
/// Lists sessions.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<SessionsQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let read = query.read(authority).await?.strict()?;
    let limit = limit(query.limit)?;
    let window = session::window(authority, &read.filter, read.sort, read.position, limit).await?;
    Ok(super::listed(&read, with_names(authority, window).await?))
}

pub(crate) async fn with_names(
    authority: &Authority,
    window: Window<SessionRow>,
) -> Result<Window<SessionJson>, Failure> {
    let mentioned = window.items.iter().flat_map(|row| {
        [Some(row.user_id), row.ended.and_then(|ended| ended.by)]
            .into_iter()
            .flatten()
    });
    let names = Names::of(authority, mentioned).await?;
    Ok(window.map(|row| json_of(&names, row)))
}

#[utoipa::path(get, path = "/api/admin/sessions/{session_id}", tag = "Sessions", responses((status = 200, body = SessionJson)))]
/// One session.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let id: SessionId = id.parse().map_err(|_| Failure::NotFound)?;
    let authority = visit.state().authority();
    let row = session::one(authority, id).await?;
    let window = Window {
        items: row.into_iter().collect(),
        previous: None,
        next: None,
    };
    let mut window = with_names(authority, window).await?;
    let session = window.items.pop().ok_or(Failure::NotFound)?;
    Ok(Json(session).into_response())
}

#[utoipa::path(delete, path = "/api/admin/sessions/{session_id}", tag = "Sessions", responses((status = 200, body = Ended)))]
/// Ends a session.
pub(crate) async fn revoke(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let id: SessionId = id.parse().map_err(|_| Failure::NotFound)?;
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let ended = end::as_administrator(authority, principal, id, visit.caller()).await?;
    Ok(Json(Ended { ended }).into_response())
}
