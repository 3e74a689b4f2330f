//! `/api/admin/threats`: refresh tokens that were used as they should not be.

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse as _, Response},
};
use latchkey_authority::{
    Authority,
    incident::{self, IncidentFilter, IncidentRow, JudgeError, NOTE_LIMIT, Sighting},
    page::Page,
};
use latchkey_identity::account;
use latchkey_types::{FamilyId, IncidentClass, IncidentId, Verdict, Word as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{List, UserRef, families::SideJson, instant, limit};
use crate::{
    failure::Failure,
    form::{JsonBody, Query},
    pages::{
        admin_sessions::{USERS_LIMIT, cursor},
        names::Names,
    },
    visit::Visit,
};

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ThreatsQuery {
    /// An id, or the beginning of a username or an e-mail address.
    #[param(required = false)]
    user: String,
    /// Of this family.
    #[param(required = false)]
    family: String,
    /// Of this class.
    #[param(required = false)]
    class: String,
    /// `confirmed`, `false_alarm`, or `open` where nobody has judged it.
    #[param(required = false)]
    verdict: String,
    /// Replayed from exactly this address.
    #[param(required = false)]
    address: String,
    /// Where the page begins: `next` of the page before.
    #[param(required = false)]
    cursor: String,
    /// So many rows, 1 to 200; 50 where it is left out.
    limit: Option<u64>,
}

/// The word for "nobody has judged it yet" in the filter.
const OPEN: &str = "open";

impl ThreatsQuery {
    async fn filter(&self, authority: &Authority) -> Result<IncidentFilter, Failure> {
        let text = |text: &str| {
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let users = match text(&self.user) {
            None => None,
            Some(user) => Some(account::find_ids(authority, &user, USERS_LIMIT).await?),
        };
        Ok(IncidentFilter {
            users,
            family_id: text(&self.family)
                .map(|id| id.parse())
                .transpose()
                .map_err(|error| Failure::BadRequest(format!("family: {error}")))?,
            class: text(&self.class)
                .map(|word| IncidentClass::parse(&word))
                .transpose()
                .map_err(|error| Failure::BadRequest(format!("class: {error}")))?,
            verdict: match text(&self.verdict) {
                None => None,
                Some(word) if word == OPEN => Some(None),
                Some(word) => {
                    Some(Some(Verdict::parse(&word).map_err(|error| {
                        Failure::BadRequest(format!("verdict: {error}"))
                    })?))
                }
            },
            address: text(&self.address),
        })
    }
}

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
    at: String,
    gap_ms: u64,
    presented_generation: i64,
    current_generation: i64,
    rotated_by: SideJson,
    replayed_by: SideJson,
    action: Action,
    seen_at: Option<String>,
    verdict: Option<Verdict>,
    judged_by: Option<UserRef>,
    judged_at: Option<String>,
    note: Option<String>,
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
    page: Page<IncidentRow>,
) -> Result<Page<ThreatJson>, Failure> {
    let mentioned = page.items.iter().flat_map(|row| {
        let judge = row.judged.as_ref().and_then(|judged| judged.by);
        [Some(row.user_id), judge].into_iter().flatten()
    });
    let names = Names::of(authority, mentioned).await?;
    Ok(page.map(|row| json_of(&names, row)))
}

#[utoipa::path(get, path = "/api/admin/threats", tag = "Threats", params(ThreatsQuery), responses((status = 200, body = List<ThreatJson>)))]
/// Lists incidents, newest first.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<ThreatsQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let filter = query.filter(authority).await?;
    let limit = limit(query.limit)?;
    let page = incident::list(authority, &filter, cursor(&query.cursor)?, limit).await?;
    Ok(super::list(with_names(authority, page).await?))
}

#[utoipa::path(get, path = "/api/admin/threats/{incident_id}", tag = "Threats", responses((status = 200, body = ThreatWithSightings)))]
/// One incident, and the presentations that followed.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let row = one(authority, &id).await?;
    let sightings = incident::sightings(authority, row.incident_id).await?;
    let page = Page {
        items: vec![row],
        next: None,
    };
    let mut page = with_names(authority, page).await?;
    let threat = page.items.pop().ok_or(Failure::NotFound)?;
    let sightings = sightings.into_iter().map(sighting_json).collect();
    Ok(Json(ThreatWithSightings { threat, sightings }).into_response())
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sighting)]
struct SightingJson {
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
    let id: IncidentId = id.parse().map_err(|_| Failure::NotFound)?;
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
    let id: IncidentId = id.parse().map_err(|_| Failure::NotFound)?;
    incident::one(authority, id).await?.ok_or(Failure::NotFound)
}
