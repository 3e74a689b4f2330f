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
    page::{MAX_LIMIT, Window},
};
use latchkey_types::{
    FamilyEndReason, FamilyId, FamilyState, RefreshOutcome, SessionId, SignInMethod, Transport,
    UnixMillis, Word as _,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Ended, List, UserRef, instant, limit, overview::CountJson, threats};
use crate::{
    failure::Failure,
    form::{JsonBody, Query},
    pages::{
        admin_families::{FamiliesQuery, family_id},
        admin_sessions::cursor,
        names::Names,
    },
    visit::Visit,
};

/// So many families end in one request.
const REVOKE_LIMIT: usize = 1_000;

/// Which families to end.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = FamiliesToEnd)]
pub(crate) struct RevokeBody {
    user: String,
    address: String,
    device: String,
    event: String,
    /// Says how many it would be, and ends none.
    dry_run: bool,
}

impl RevokeBody {
    /// The same as a question for live families.
    fn live(&self) -> FamiliesQuery {
        FamiliesQuery {
            user: self.user.clone(),
            address: self.address.clone(),
            device: self.device.clone(),
            event: self.event.clone(),
            state: FamilyState::Live.as_str().to_owned(),
            ..FamiliesQuery::default()
        }
    }
}

/// Somebody's place at one time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Side)]
pub(super) struct SideJson {
    address: String,
    network: String,
    user_agent: String,
    browser: String,
    system: String,
    device: String,
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
    client_id: Option<String>,
    transport: Transport,
    method: SignInMethod,
    generation: i64,
    opened: SideJson,
    rotated_at: String,
    expires_at: String,
    ends_at: String,
    last_address: String,
    last_event: RefreshOutcome,
    last_event_at: String,
    ended: Option<EndedJson>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FamilyEnd)]
struct EndedJson {
    at: String,
    reason: FamilyEndReason,
    by: Option<UserRef>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rotation)]
struct RotationJson {
    generation: i64,
    from_generation: Option<i64>,
    outcome: RefreshOutcome,
    by: SideJson,
    retries: i64,
    retried_at: Option<String>,
    superseded: bool,
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

/// What ended, or would.
#[derive(Debug, Serialize, ToSchema)]
struct RevokedMany {
    dry_run: bool,
    /// How many it would be; of a dry run alone.
    would_end: Option<CountJson>,
    ended: usize,
    /// Whether there are more: ask again.
    more: bool,
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

#[utoipa::path(post, path = "/api/admin/families/revoke", tag = "Families", request_body = RevokeBody, responses((status = 200, body = RevokedMany)))]
/// Ends all live families that a filter matches, or says how many these are.
pub(crate) async fn revoke_many(
    visit: Visit,
    JsonBody(body): JsonBody<RevokeBody>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let filter = body.live().filter(authority).await?;
    let is_narrow = filter.users.is_some()
        || filter.address.is_some()
        || filter.device.is_some()
        || filter.last_event.is_some();
    if !is_narrow {
        return Err(Failure::BadRequest(
            "Say which: user, address, device or event.".to_owned(),
        ));
    }
    if body.dry_run {
        let count = family::count(authority, &filter).await?;
        return Ok(Json(RevokedMany {
            dry_run: true,
            would_end: Some(count.into()),
            ended: 0,
            more: false,
        })
        .into_response());
    }
    let principal = visit.signed_in()?;
    let mut ended = 0_usize;
    // What has ended drops out of the list, so that each round sees others.
    loop {
        let page = family::list(authority, &filter, None, MAX_LIMIT).await?;
        let mut ended_here = 0;
        for row in &page.items {
            let id = row.family_id;
            if end::as_administrator(authority, principal, id, visit.caller()).await? {
                ended_here += 1;
            }
        }
        ended += ended_here;
        let has_more = page.next.is_some();
        if !has_more || ended_here == 0 || ended >= REVOKE_LIMIT {
            return Ok(Json(RevokedMany {
                dry_run: false,
                would_end: None,
                ended,
                more: has_more,
            })
            .into_response());
        }
    }
}
