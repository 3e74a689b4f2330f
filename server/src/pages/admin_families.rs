//! `/admin/families` and `/admin/families/{id}`: everybody's refresh families.

use axum::{extract::Path, response::Response};
use latchkey_app::{
    Notice, Section,
    page::{admin_families::AdminFamiliesPage, admin_family::AdminFamilyPage},
};
use latchkey_authority::{
    Authority,
    family::{self, FamilyFilter, end},
    page::Cursor,
    principal::Permission,
};
use latchkey_types::{BulkTarget, FamilyId, FamilySort, RefreshOutcome, SessionId, Word};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    admin_sessions::{EndForm, ROWS, text},
    bulk_ends, family_items,
    listing::{self, FAMILIES, Read, Wrong},
    respond::{self, Around},
};
use crate::{
    failure::Failure,
    form::{Fields, LocalPath, Query},
    visit::Visit,
};

const PATH: &str = "/admin/families";

/// So many generations in one picture.
const GENERATIONS: u64 = 50;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct FamiliesQuery {
    /// An id, or the beginning of a username or an e-mail address.
    #[param(required = false)]
    pub(crate) user: String,
    /// Opened from exactly this address.
    #[param(required = false)]
    pub(crate) address: String,
    /// Opened or last refreshed from exactly this address.
    #[param(required = false)]
    pub(crate) used_from: String,
    /// Opened on this kind of device.
    #[param(required = false)]
    pub(crate) device: String,
    /// `live` or `ended`.
    #[param(required = false)]
    pub(crate) state: String,
    /// What happened to it last: `rotated`, `foreign_retry`, `lost_response`, `lost_timeline`,
    /// `stale_copy`, `theft` or `ended`.
    #[param(required = false)]
    pub(crate) event: String,
    /// Ended for this reason.
    #[param(required = false)]
    pub(crate) reason: String,
    /// Ended by somebody: an id, or the beginning of a username or an e-mail address.
    #[param(required = false)]
    pub(crate) by: String,
    /// `newest` (by sign-in; the usual order), `oldest` or `ended`.
    #[param(required = false)]
    pub(crate) sort: String,
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

impl FamiliesQuery {
    /// The filter that the query means.
    pub(crate) async fn filter(&self, authority: &Authority) -> Result<FamilyFilter, Failure> {
        Ok(self.read(authority).await?.strict()?.filter)
    }

    /// What the query asks for.
    pub(crate) async fn read(
        &self,
        authority: &Authority,
    ) -> Result<Read<FamilyFilter, FamilySort>, Failure> {
        let mut wrong = Wrong::default();
        let filter = FamilyFilter {
            users: wrong.users(authority, &self.user).await?,
            address: text(&self.address),
            used_from: text(&self.used_from),
            device: text(&self.device),
            state: wrong.word("state", &self.state),
            last_event: wrong.known("event", &self.event, || last_event(&self.event)),
            end_reason: wrong.word("reason", &self.reason),
            ended_by: wrong.users(authority, &self.by).await?,
            period: wrong.period(&self.from, &self.to),
        };
        let sort = (self.sort.as_str(), FamilySort::Newest);
        Ok(Read::new(filter, wrong, FAMILIES, sort, &self.cursor))
    }

    /// The fields as they stand in addresses.
    pub(crate) fn fields(&self) -> listing::Fields<'_> {
        vec![
            ("user", &self.user),
            ("address", &self.address),
            ("device", &self.device),
            ("state", &self.state),
            ("event", &self.event),
            ("sort", &self.sort),
            ("used_from", &self.used_from),
            ("reason", &self.reason),
            ("by", &self.by),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }
}

/// What happened to a family last: what can never have is as little understood as any other word.
fn last_event(word: &str) -> Result<RefreshOutcome, String> {
    let known = RefreshOutcome::LAST_EVENTS;
    known
        .into_iter()
        .find(|event| event.as_str() == word)
        .ok_or_else(|| {
            let known = known.map(Word::as_str).join(", ");
            format!("expected one of {known}")
        })
}

/// A family's id from a path.
pub(crate) fn family_id(text: &str) -> Result<FamilyId, Failure> {
    text.parse().map_err(|_| Failure::NotFound)
}

/// The list.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<FamiliesQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let read = query.read(authority).await?;
    let window = if read.is_wrong() {
        listing::nothing()
    } else {
        family::window(authority, &read.filter, read.sort, read.position, ROWS).await?
    };
    let of_user = match read.filter.users.as_deref() {
        Some([user_id]) => Some(family_items::of_user(authority, *user_id).await?),
        _ => None,
    };
    let fields = query.fields();
    let found = [
        ("user", listing::found(read.filter.users.as_ref())),
        ("by", listing::found(read.filter.ended_by.as_ref())),
    ];
    let at = read.encode(Some(read.position));
    let page = AdminFamiliesPage {
        links: read.links(PATH, &fields, &window, true),
        back: listing::address(PATH, &fields, at.as_deref()),
        families: family_items::families(authority, window.items).await?,
        of_user,
        may_end: visit.may(Permission::EndSessions),
        asked: read.asked(&fields, &found),
        bulk: bulk_ends::links(
            &visit,
            BulkTarget::Families,
            &listing::address(PATH, &fields, None),
        )
        .await?,
    };
    let around = Around::new("API sign-ins", Section::AdminFamilies);
    respond::list(&visit, around, page, read.is_wrong()).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PictureQuery {
    before: String,
}

impl PictureQuery {
    /// Where a page of the history begins: a generation, by which rotations are keyed.
    fn cursor(&self) -> Result<Option<Cursor>, Failure> {
        if self.before.is_empty() {
            return Ok(None);
        }
        let generation: u32 = self.before.parse().map_err(|_| {
            Failure::BadRequest("before: expected the number of a generation".to_owned())
        })?;
        Ok(Some(Cursor {
            key: i64::from(generation),
            id: Uuid::nil(),
        }))
    }
}

/// One family with its history.
pub(crate) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    Query(query): Query<PictureQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let family_id = family_id(&id)?;
    let before = query.cursor()?;
    let picture = family::picture(authority, family_id, before, GENERATIONS)
        .await?
        .ok_or(Failure::NotFound)?;
    let path = format!("/admin/families/{family_id}");
    let newest = picture.rotations.items.first();
    let is_newest = newest.is_none_or(|row| row.generation >= picture.family.generation);
    let until = match newest {
        // The one after the page's first says when that gave way.
        Some(row) if !is_newest => {
            let next = Cursor {
                key: row.generation.saturating_add(2),
                id: Uuid::nil(),
            };
            family::picture(authority, family_id, Some(next), 1)
                .await?
                .and_then(|page| page.rotations.items.first().map(|row| row.at))
        }
        _ => picture.family.ended.map(|ended| ended.at),
    };
    let session = picture.family.session_id.map(SessionId::short);
    let mut families = family_items::families(authority, vec![picture.family]).await?;
    let page = AdminFamilyPage {
        family: families.pop().ok_or(Failure::NotFound)?,
        generations: family_items::generations(picture.rotations.items, until),
        incidents: family_items::incidents(authority, picture.incidents).await?,
        session,
        earlier: picture
            .rotations
            .next
            .map(|next| format!("{path}?before={}", next.key)),
        newest: before.map(|_| path.clone()),
        back: path,
        may_end: visit.may(Permission::EndSessions),
    };
    respond::page(
        &visit,
        Around::new("API sign-in", Section::AdminFamilies),
        page,
    )
    .await
}

/// Ends a family, as an administrator.
pub(crate) async fn end(
    visit: Visit,
    Path(id): Path<String>,
    Fields(form): Fields<EndForm>,
) -> Result<Response, Failure> {
    let family_id = family_id(&id)?;
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let ended = end::as_administrator(authority, principal, family_id, visit.caller()).await?;
    let notice = if ended {
        Notice::FamilyEnded
    } else {
        Notice::NothingEnded
    };
    Ok(match LocalPath::parse(&form.back) {
        Some(back) => respond::led_to(&back, notice),
        None => respond::led_to_page("/admin/families", notice),
    })
}
