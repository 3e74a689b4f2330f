//! `/admin/threats` and `/admin/threats/{id}`: refresh tokens that were used as they should not be.

use std::time::Duration;

use axum::{extract::Path, response::Response};
use latchkey_app::{
    Notice, Section, Tally,
    page::{
        admin_threat::{AddressItem, AdminThreatPage, Side},
        admin_threats::{AdminThreatsPage, Judged},
        threats::{ClassCount, WeekItem},
    },
};
use latchkey_authority::{
    Authority,
    family::{self, FamilyFilter},
    incident::{self, IncidentFilter, IncidentRow, JudgeError, NOTE_LIMIT},
    page::MAX_LIMIT,
    principal::Permission,
    session::{self, SessionFilter},
};
use latchkey_types::{FamilyState, IncidentId, ListSort, SessionId, SessionState, UserId, Verdict};
use serde::Deserialize;

use super::{
    admin_sessions::{ROWS, text},
    admin_users::word,
    family_items, items,
    listing::{self, Read, THREATS, Wrong},
    respond::{self, Around},
};
use crate::{
    failure::Failure,
    form::{Fields, LocalPath, Query},
    visit::Visit,
};

/// The weeks that are counted.
const WEEKS: u8 = 8;

/// So many rows of each list beside an incident.
const RELATED: usize = 20;

/// So many later sightings, the newest of them.
const SIGHTINGS: usize = 20;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ThreatsQuery {
    /// An id, or the beginning of a username or an e-mail address.
    #[param(required = false)]
    pub(crate) user: String,
    /// Of this class.
    #[param(required = false)]
    pub(crate) class: String,
    /// `confirmed`, `false_alarm`, or `none` where nobody has judged it.
    #[param(required = false)]
    pub(crate) verdict: String,
    /// `newest` (the usual order) or `oldest`.
    #[param(required = false)]
    pub(crate) sort: String,
    /// Presented again from exactly this address.
    #[param(required = false)]
    pub(crate) address: String,
    /// The earliest time, by which the list is ordered: a day (`2026-01-31`, UTC) or an instant
    /// (RFC 3339).
    #[param(required = false)]
    pub(crate) from: String,
    /// The latest time: a day, which belongs to it, or an instant, which does not.
    #[param(required = false)]
    pub(crate) to: String,
    /// Where the page begins: `next` of the page before; or `last`.
    #[param(required = false)]
    pub(crate) cursor: String,
    /// So many rows, 1 to 200; 50 where it is left out.
    pub(crate) limit: Option<u64>,
}

impl ThreatsQuery {
    /// What the query asks for.
    pub(crate) async fn read(
        &self,
        authority: &Authority,
    ) -> Result<Read<IncidentFilter, ListSort>, Failure> {
        let mut wrong = Wrong::default();
        let filter = IncidentFilter {
            users: wrong.users(authority, &self.user).await?,
            class: wrong.word("class", &self.class),
            verdict: wrong.known("verdict", &self.verdict, || {
                let judged = Judged::parse(&self.verdict).ok_or_else(|| {
                    let known = Judged::ALL.map(Judged::as_str).join(", ");
                    format!("expected one of {known}")
                })?;
                Ok(match judged {
                    Judged::Not => None,
                    Judged::As(verdict) => Some(verdict),
                })
            }),
            address: text(&self.address),
            period: wrong.period(&self.from, &self.to),
            ..Default::default()
        };
        let sort = (self.sort.as_str(), ListSort::Newest);
        Ok(Read::new(filter, wrong, THREATS, sort, &self.cursor))
    }

    fn fields(&self) -> listing::Fields<'_> {
        vec![
            ("user", &self.user),
            ("class", &self.class),
            ("verdict", &self.verdict),
            ("sort", &self.sort),
            ("address", &self.address),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }
}

const PATH: &str = "/admin/threats";

/// An incident's id from a path.
pub(crate) fn incident_id(text: &str) -> Result<IncidentId, Failure> {
    text.parse().map_err(|_| Failure::NotFound)
}

/// The list.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<ThreatsQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let read = query.read(authority).await?;
    let window = if read.is_wrong() {
        listing::nothing()
    } else {
        incident::window(authority, &read.filter, read.sort, read.position, ROWS).await?
    };
    let fields = query.fields();
    let found = [("user", listing::found(read.filter.users.as_ref()))];
    let page = AdminThreatsPage {
        links: read.links(PATH, &fields, &window, false),
        counts: counts(authority).await?,
        weeks: weeks(authority).await?,
        incidents: family_items::incidents(authority, window.items).await?,
        asked: read.asked(&fields, &found),
    };
    let around = Around::new("Threats", Section::AdminThreats);
    respond::list(&visit, around, page, read.is_wrong()).await
}

async fn counts(authority: &Authority) -> Result<Vec<ClassCount>, Failure> {
    let since = authority
        .now()
        .before(Duration::from_hours(u64::from(WEEKS) * 7 * 24));
    let exactly = |count| Tally {
        count,
        capped: false,
    };
    Ok(incident::tally(authority, since)
        .await?
        .into_iter()
        .map(|tally| ClassCount {
            class: tally.class,
            all: exactly(tally.all),
            confirmed: exactly(tally.confirmed),
            false_alarms: exactly(tally.false_alarms),
        })
        .collect())
}

async fn weeks(authority: &Authority) -> Result<Vec<WeekItem>, Failure> {
    Ok(incident::weeks(authority, WEEKS)
        .await?
        .into_iter()
        .map(|week| WeekItem {
            from: week.began_at,
            unjudged: week.all.saturating_sub(week.judged),
            confirmed: week.judged.saturating_sub(week.false_alarms),
            false_alarms: week.false_alarms,
        })
        .collect())
}

/// One incident with everything that belongs to it. An administrator who opens it has read it.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let incident_id = incident_id(&id)?;
    let row = incident::one(authority, incident_id)
        .await?
        .ok_or(Failure::NotFound)?;
    incident::mark_seen(authority, principal, &row).await?;
    let family = family::one(authority, row.family_id)
        .await?
        .ok_or(Failure::NotFound)?;
    let (user_id, family_id) = (row.user_id, row.family_id);
    let there = there(authority, &row, principal.session_id()).await?;
    let current = principal.session_id();

    let mut of_user = families_of(authority, Some(user_id), None).await?;
    of_user.retain(|other| other.family_id != family_id);
    of_user.truncate(RELATED);
    let mut sessions = sessions_of(authority, Some(user_id), None).await?;
    sessions.truncate(RELATED);
    let mut sightings = incident::sightings(authority, incident_id).await?;
    sightings.reverse();
    sightings.truncate(SIGHTINGS);

    let mut incidents = family_items::incidents(authority, vec![row]).await?;
    let mut family = family_items::families(authority, vec![family]).await?;
    let page = AdminThreatPage {
        incident: incidents.pop().ok_or(Failure::NotFound)?,
        family: family.pop().ok_or(Failure::NotFound)?,
        sightings: sightings.into_iter().map(family_items::sighting).collect(),
        families_of_user: family_items::families(authority, of_user).await?,
        of_user: family_items::of_user(authority, user_id).await?,
        sessions_of_user: items::sessions(authority, sessions, current).await?,
        there,
        back: format!("/admin/threats/{incident_id}"),
        may_end: visit.may(Permission::EndSessions),
        may_judge: visit.may(Permission::JudgeIncidents),
    };
    respond::page(&visit, Around::new("Threat", Section::AdminThreats), page).await
}

/// What others hold and did at the addresses of both sides; what was at both is listed at both.
async fn there(
    authority: &Authority,
    incident: &IncidentRow,
    current: Option<SessionId>,
) -> Result<Vec<AddressItem>, Failure> {
    let replayed = incident.replayed_by.address.as_str();
    let rotated = incident.rotated_by.address.as_str();
    let sides = if replayed == rotated {
        vec![(replayed, Side::Both)]
    } else {
        vec![(replayed, Side::Replayed), (rotated, Side::Rotated)]
    };
    let mut places = Vec::new();
    for (address, side) in sides.into_iter().filter(|(address, _)| !address.is_empty()) {
        let from = Some(address.to_owned());
        let mut families = families_of(authority, None, from.clone()).await?;
        families.retain(|other| other.user_id != incident.user_id);
        families.truncate(RELATED);
        let mut sessions = sessions_of(authority, None, from.clone()).await?;
        sessions.retain(|other| other.user_id != incident.user_id);
        sessions.truncate(RELATED);
        let filter = IncidentFilter {
            address: from,
            ..Default::default()
        };
        let mut incidents = incident::list(authority, &filter, None, MAX_LIMIT)
            .await?
            .items;
        incidents.retain(|other| other.incident_id != incident.incident_id);
        incidents.truncate(RELATED);
        places.push(AddressItem {
            address: address.to_owned(),
            side,
            families: family_items::families(authority, families).await?,
            sessions: items::sessions(authority, sessions, current).await?,
            incidents: family_items::incidents(authority, incidents).await?,
        });
    }
    Ok(places)
}

async fn families_of(
    authority: &Authority,
    user_id: Option<UserId>,
    used_from: Option<String>,
) -> Result<Vec<family::FamilyRow>, Failure> {
    let filter = FamilyFilter {
        users: user_id.map(|user_id| vec![user_id]),
        used_from,
        state: Some(FamilyState::Live),
        ..Default::default()
    };
    let page = family::list(authority, &filter, None, MAX_LIMIT).await?;
    Ok(page.items)
}

async fn sessions_of(
    authority: &Authority,
    user_id: Option<UserId>,
    used_from: Option<String>,
) -> Result<Vec<session::SessionRow>, Failure> {
    let filter = SessionFilter {
        users: user_id.map(|user_id| vec![user_id]),
        used_from,
        state: Some(SessionState::Live),
        ..Default::default()
    };
    let page = session::list(authority, &filter, None, MAX_LIMIT).await?;
    Ok(page.items)
}

#[derive(Debug, Deserialize)]
pub(crate) struct VerdictForm {
    verdict: String,
    #[serde(default)]
    note: String,
}

/// Says what an incident was.
pub(crate) async fn judge(
    visit: Visit,
    Path(id): Path<String>,
    Fields(form): Fields<VerdictForm>,
) -> Result<Response, Failure> {
    let incident_id = incident_id(&id)?;
    let verdict = word::<Verdict>("verdict", &form.verdict)?
        .ok_or_else(|| Failure::BadRequest("Choose a verdict.".to_owned()))?;
    let outcome = incident::judge(
        visit.state().authority(),
        visit.signed_in()?,
        incident_id,
        verdict,
        &form.note,
        visit.caller(),
    )
    .await;
    match outcome {
        Ok(()) => {}
        Err(JudgeError::NoteTooLong) => {
            return Err(Failure::BadRequest(format!(
                "The note is too long: {NOTE_LIMIT} characters at most."
            )));
        }
        Err(JudgeError::Act(error)) => return Err(error.into()),
    }
    Ok(
        match LocalPath::parse(&format!("/admin/threats/{incident_id}")) {
            Some(path) => respond::led_to(&path, Notice::IncidentJudged),
            None => respond::led_to_page("/admin/threats", Notice::IncidentJudged),
        },
    )
}
