//! `/api/admin/threats`: refresh tokens that were used as they should not be.

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse as _, Response},
};
use latchkey_authority::{
    Authority,
    incident::{self, IncidentRow, JudgeError, NOTE_LIMIT, Sighting},
    page::Window,
};
use latchkey_types::{FamilyId, IncidentClass, IncidentId, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{List, UserRef, families::SideJson, instant, limit};
use crate::{
    failure::Failure,
    form::{JsonBody, Query},
    pages::{
        admin_threats::{ThreatsQuery, incident_id},
        names::Names,
    },
    visit::Visit,
};

/// What was done by itself.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ThreatAction)]
enum Action {
    FamilyEnded,
    Recorded,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Threat)]
pub(super) struct ThreatJson {
    id: IncidentId,
    class: IncidentClass,
    family_id: FamilyId,
    user: UserRef,
    #[schema(example = "2026-01-01T12:00:00Z")]
    at: String,
    #[schema(example = 252_000)]
    gap_ms: u64,
    #[schema(example = 7)]
    presented_generation: i64,
    #[schema(example = 9)]
    current_generation: i64,
    rotated_by: SideJson,
    replayed_by: SideJson,
    action: Action,
    #[schema(example = "2026-01-01T12:00:00Z")]
    seen_at: Option<String>,
    verdict: Option<Verdict>,
    #[schema(example = json!(null))]
    judged_by: Option<UserRef>,
    #[schema(example = "2026-01-01T12:00:00Z")]
    judged_at: Option<String>,
    #[schema(example = "Asked Ann: it was her own script.")]
    note: Option<String>,
    #[schema(example = 4)]
    sightings: u64,
}

fn json_of(names: &Names, row: IncidentRow) -> ThreatJson {
    let judged = row.judged;
    ThreatJson {
        id: row.incident_id,
        class: row.class,
        family_id: row.family_id,
        user: UserRef::of(names, row.user_id),
        at: instant(row.at),
        gap_ms: u64::try_from(row.gap.as_millis()).unwrap_or(u64::MAX),
        presented_generation: row.presented_generation,
        current_generation: row.current_generation,
        rotated_by: SideJson::of(row.rotated_by, row.rotated_at),
        replayed_by: SideJson::of(row.replayed_by, row.at),
        action: if row.ended_family {
            Action::FamilyEnded
        } else {
            Action::Recorded
        },
        seen_at: row.seen_at.map(instant),
        verdict: judged.as_ref().map(|judged| judged.verdict),
        judged_by: judged
            .as_ref()
            .and_then(|judged| judged.by)
            .map(|by| UserRef::of(names, by)),
        judged_at: judged.as_ref().map(|judged| instant(judged.at)),
        note: judged.and_then(|judged| judged.note),
        sightings: row.sightings,
    }
}

pub(super) async fn with_names(
    authority: &Authority,
    window: Window<IncidentRow>,
) -> Result<Window<ThreatJson>, Failure> {
    let mentioned = window.items.iter().flat_map(|row| {
        let judge = row.judged.as_ref().and_then(|judged| judged.by);
        [Some(row.user_id), judge].into_iter().flatten()
    });
    let names = Names::of(authority, mentioned).await?;
    Ok(window.map(|row| json_of(&names, row)))
}

#[utoipa::path(get, path = "/api/admin/threats", tag = "Threats", params(ThreatsQuery), responses((status = 200, body = List<ThreatJson>)))]
/// Lists incidents.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<ThreatsQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let read = query.read(authority).await?.strict()?;
    let limit = limit(query.limit)?;
    let window = incident::window(authority, &read.filter, read.sort, read.position, limit).await?;
    Ok(super::listed(&read, with_names(authority, window).await?))
}

#[utoipa::path(get, path = "/api/admin/threats/{incident_id}", tag = "Threats", responses((status = 200, body = ThreatWithSightings)))]
/// One incident, and the presentations that followed.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let row = one(authority, &id).await?;
    let sightings = incident::sightings(authority, row.incident_id).await?;
    let window = Window {
        items: vec![row],
        previous: None,
        next: None,
    };
    let mut window = with_names(authority, window).await?;
    let threat = window.items.pop().ok_or(Failure::NotFound)?;
    let sightings = sightings.into_iter().map(sighting_json).collect();
    Ok(Json(ThreatWithSightings { threat, sightings }).into_response())
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sighting)]
struct SightingJson {
    #[schema(example = 7)]
    generation: i64,
    by: SideJson,
}

fn sighting_json(sighting: Sighting) -> SightingJson {
    SightingJson {
        generation: sighting.generation,
        by: SideJson::of(sighting.by, sighting.at),
    }
}

/// An incident, and the presentations that followed it.
#[derive(Debug, Serialize, ToSchema)]
struct ThreatWithSightings {
    threat: ThreatJson,
    sightings: Vec<SightingJson>,
}

/// The verdict that stands now.
#[derive(Debug, Serialize, ToSchema)]
struct Judged {
    verdict: Verdict,
}

/// What an incident was found to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VerdictChange)]
pub(crate) struct VerdictBody {
    verdict: Verdict,
    #[serde(default)]
    #[schema(example = "Asked Ann: it was her own script.")]
    note: String,
}

#[utoipa::path(post, path = "/api/admin/threats/{incident_id}/verdict", tag = "Threats", request_body = VerdictBody, responses((status = 200, body = Judged)))]
/// Judges an incident.
pub(crate) async fn judge(
    visit: Visit,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<VerdictBody>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let id = incident_id(&id)?;
    let principal = visit.signed_in()?;
    let outcome = incident::judge(
        authority,
        principal,
        id,
        body.verdict,
        &body.note,
        visit.caller(),
    )
    .await;
    match outcome {
        Ok(()) => Ok(Json(Judged {
            verdict: body.verdict,
        })
        .into_response()),
        Err(JudgeError::NoteTooLong) => Err(Failure::BadRequest(format!(
            "note: at most {NOTE_LIMIT} characters"
        ))),
        Err(JudgeError::Act(error)) => Err(error.into()),
    }
}

async fn one(authority: &Authority, id: &str) -> Result<IncidentRow, Failure> {
    incident::one(authority, incident_id(id)?)
        .await?
        .ok_or(Failure::NotFound)
}
