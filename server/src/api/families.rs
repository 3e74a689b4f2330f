//! `/api/admin/families`

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse as _, Response},
};
use latchkey_authority::{
    Authority,
    caller::Place,
    family::{self, FamilyRow, RotationRow, end},
    page::Window,
};
use latchkey_types::{
    FamilyEndReason, FamilyId, RefreshOutcome, SessionId, SignInMethod, Transport, UnixMillis,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Ended, List, UserRef, instant, limit, threats};
use crate::{
    failure::Failure,
    form::Query,
    pages::{
        admin_families::{FamiliesQuery, family_id},
        admin_sessions::cursor,
        names::Names,
    },
    visit::Visit,
};

/// Somebody's place at one time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Side)]
pub(super) struct SideJson {
    #[schema(example = "192.0.2.41")]
    address: String,
    #[schema(example = "192.0.2.0/24")]
    network: String,
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")]
    user_agent: String,
    #[schema(example = "Firefox")]
    browser: String,
    #[schema(example = "Linux")]
    system: String,
    #[schema(example = "desktop")]
    device: String,
    #[schema(example = "2026-01-01T12:00:00Z")]
    at: String,
}

impl SideJson {
    pub(super) fn of(place: Place, at: UnixMillis) -> Self {
        Self {
            address: place.address,
            network: place.network,
            user_agent: place.user_agent,
            browser: place.browser,
            system: place.system,
            device: place.device,
            at: instant(at),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Family)]
pub(crate) struct FamilyJson {
    id: FamilyId,
    user: UserRef,
    session_id: Option<SessionId>,
    #[schema(example = "ios-app")]
    client_id: Option<String>,
    transport: Transport,
    method: SignInMethod,
    #[schema(example = 7)]
    generation: i64,
    opened: SideJson,
    #[schema(example = "2026-01-01T12:00:00Z")]
    rotated_at: String,
    #[schema(example = "2026-01-01T12:00:00Z")]
    expires_at: String,
    #[schema(example = "2026-01-01T12:00:00Z")]
    ends_at: String,
    #[schema(example = "192.0.2.41")]
    last_address: String,
    last_event: RefreshOutcome,
    #[schema(example = "2026-01-01T12:00:00Z")]
    last_event_at: String,
    #[schema(example = json!(null))]
    ended: Option<EndedJson>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FamilyEnd)]
struct EndedJson {
    #[schema(example = "2026-01-01T12:00:00Z")]
    at: String,
    reason: FamilyEndReason,
    by: Option<UserRef>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rotation)]
struct RotationJson {
    #[schema(example = 7)]
    generation: i64,
    #[schema(example = 6)]
    from_generation: Option<i64>,
    outcome: RefreshOutcome,
    by: SideJson,
    #[schema(example = 0)]
    retries: i64,
    #[schema(example = "2026-01-01T12:00:00Z")]
    retried_at: Option<String>,
    superseded: bool,
    #[schema(example = "2026-01-01T12:00:00Z")]
    received_at: Option<String>,
}

/// A family with its generations and its incidents.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FamilyPicture)]
struct PictureJson {
    family: FamilyJson,
    rotations: List<RotationJson>,
    incidents: Vec<threats::ThreatJson>,
}

fn json_of(names: &Names, row: FamilyRow) -> FamilyJson {
    FamilyJson {
        id: row.family_id,
        user: UserRef::of(names, row.user_id),
        session_id: row.session_id,
        client_id: row.client_id,
        transport: row.transport,
        method: row.method,
        generation: row.generation,
        opened: SideJson::of(row.opened, row.created_at),
        rotated_at: instant(row.rotated_at),
        expires_at: instant(row.expires_at),
        ends_at: instant(row.ends_at),
        last_address: row.last_address,
        last_event: row.last_event,
        last_event_at: instant(row.last_event_at),
        ended: row.ended.map(|ended| EndedJson {
            at: instant(ended.at),
            reason: ended.reason,
            by: ended.by.map(|by| UserRef::of(names, by)),
        }),
    }
}

fn rotation_json(row: RotationRow) -> RotationJson {
    RotationJson {
        generation: row.generation,
        from_generation: row.from_generation,
        outcome: row.outcome,
        by: SideJson::of(row.by, row.at),
        retries: row.retries,
        retried_at: row.retried_at.map(instant),
        superseded: row.superseded,
        received_at: row.received_at.map(instant),
    }
}

pub(crate) async fn with_names(
    authority: &Authority,
    window: Window<FamilyRow>,
) -> Result<Window<FamilyJson>, Failure> {
    let mentioned = window.items.iter().flat_map(|row| {
        [Some(row.user_id), row.ended.and_then(|ended| ended.by)]
            .into_iter()
            .flatten()
    });
    let names = Names::of(authority, mentioned).await?;
    Ok(window.map(|row| json_of(&names, row)))
}

#[utoipa::path(get, path = "/api/admin/families", tag = "Families", params(FamiliesQuery), responses((status = 200, body = List<FamilyJson>)))]
/// Lists families.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<FamiliesQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let read = query.read(authority).await?.strict()?;
    let limit = limit(query.limit)?;
    let window = family::window(authority, &read.filter, read.sort, read.position, limit).await?;
    Ok(super::listed(&read, with_names(authority, window).await?))
}

/// Where a page of generations begins.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct PictureQuery {
    /// Where the page of generations begins.
    #[param(required = false)]
    cursor: String,
    /// So many rows, 1 to 200; 50 where it is left out.
    limit: Option<u64>,
}

#[utoipa::path(get, path = "/api/admin/families/{family_id}", tag = "Families", params(PictureQuery), responses((status = 200, body = PictureJson)))]
/// One family, with its generations, newest first, and its incidents.
pub(crate) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    Query(query): Query<PictureQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let picture = family::picture(
        authority,
        family_id(&id)?,
        cursor(&query.cursor)?,
        limit(query.limit)?,
    )
    .await?
    .ok_or(Failure::NotFound)?;
    let window = Window {
        items: vec![picture.family],
        previous: None,
        next: None,
    };
    let mut window = with_names(authority, window).await?;
    let family = window.items.pop().ok_or(Failure::NotFound)?;
    let rotations = picture.rotations.map(rotation_json);
    let incidents = threats::with_names(
        authority,
        Window {
            items: picture.incidents,
            previous: None,
            next: None,
        },
    )
    .await?;
    Ok(Json(PictureJson {
        family,
        rotations: rotations.into(),
        incidents: incidents.items,
    })
    .into_response())
}

#[utoipa::path(delete, path = "/api/admin/families/{family_id}", tag = "Families", responses((status = 200, body = Ended)))]
/// Ends a family, and its access tokens with it.
pub(crate) async fn revoke(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let id = family_id(&id)?;
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let ended = end::as_administrator(authority, principal, id, visit.caller()).await?;
    Ok(Json(Ended { ended }).into_response())
}
