//! `/api/admin/bulk-ends`, and ending many: `POST /api/admin/{sessions,families}/revoke`.

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use latchkey_authority::{
    Authority,
    bulk::{self, BulkEndRow, Order, Preview, Scope, ScopeError},
    page::Page,
};
use latchkey_types::{
    BulkEndId, BulkEndState, BulkTarget, FamilyId, FamilyState, SessionId, SessionState, Word as _,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{List, UserRef, instant, limit, overview::CountJson};
use crate::{
    failure::Failure,
    form::{JsonBody, Query},
    pages::{
        admin_families::FamiliesQuery,
        admin_sessions::{SessionsQuery, cursor},
        bulk_ends::bulk_end_id,
        bulk_wish::{enough, mentioned, said_if_all, words},
        names::Names,
    },
    visit::Visit,
};

/// Which sessions to end: by ids, by a filter, or all.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = SessionsToEnd, example = json!({ "browser": "Safari", "dry_run": true }))]
pub(crate) struct SessionsBody {
    /// Exactly these, at most 1,000. Then no filter is given.
    ids: Vec<SessionId>,
    /// An id, or the beginning of a username or an e-mail address.
    #[schema(example = "ann")]
    user: String,
    /// Exactly this address.
    #[schema(example = "192.0.2.41")]
    address: String,
    /// Signed in or last used from exactly this address.
    #[schema(example = "192.0.2.41")]
    used_from: String,
    /// Exactly this network, as the list shows it.
    #[schema(example = "192.0.2.0/24")]
    network: String,
    /// This browser.
    #[schema(example = "Firefox")]
    browser: String,
    /// This system.
    #[schema(example = "Linux")]
    system: String,
    /// This kind of device.
    #[schema(example = "desktop")]
    device: String,
    /// Signed in in this way.
    #[schema(example = "password")]
    method: String,
    /// Not signed in before this: a day (`2026-01-31`, UTC) or an instant (RFC 3339).
    #[schema(example = "2026-01-01")]
    from: String,
    /// Signed in until this: a day, which belongs to it, or an instant, which does not.
    #[schema(example = "2026-01-31")]
    to: String,
    /// Says that no filter is meant.
    all: bool,
    /// Ends that through which it is ordered too.
    include_own: bool,
    /// Says how many it would be, and ends none.
    dry_run: bool,
}

/// Which families to end: by ids, by a filter, or all.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = FamiliesToEnd, example = json!({ "event": "theft", "dry_run": true }))]
pub(crate) struct FamiliesBody {
    /// Exactly these, at most 1,000. Then no filter is given.
    ids: Vec<FamilyId>,
    /// An id, or the beginning of a username or an e-mail address.
    #[schema(example = "ann")]
    user: String,
    /// Opened from exactly this address.
    #[schema(example = "192.0.2.41")]
    address: String,
    /// Opened or last refreshed from exactly this address.
    #[schema(example = "192.0.2.41")]
    used_from: String,
    /// Opened on this kind of device.
    #[schema(example = "desktop")]
    device: String,
    /// Not opened before this: a day (`2026-01-31`, UTC) or an instant (RFC 3339).
    #[schema(example = "2026-01-01")]
    from: String,
    /// Opened until this: a day, which belongs to it, or an instant, which does not.
    #[schema(example = "2026-01-31")]
    to: String,
    /// What happened to it last, as in the list.
    #[schema(example = "theft")]
    event: String,
    /// Says that no filter is meant.
    all: bool,
    /// Ends that through which it is ordered too.
    include_own: bool,
    /// Says how many it would be, and ends none.
    dry_run: bool,
}

impl SessionsBody {
    async fn scope(&self, authority: &Authority) -> Result<Scope, Failure> {
        let query = SessionsQuery {
            user: self.user.clone(),
            address: self.address.clone(),
            used_from: self.used_from.clone(),
            network: self.network.clone(),
            browser: self.browser.clone(),
            system: self.system.clone(),
            device: self.device.clone(),
            method: self.method.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            state: SessionState::Live.as_str().to_owned(),
            ..SessionsQuery::default()
        };
        let filter = query.read(authority).await?.strict()?.filter;
        enough(filter.users.as_deref())?;
        let by_filter = Scope::sessions(filter).map_err(bad)?;
        chosen_or(by_filter, self.all, &self.ids, Scope::these_sessions)
    }
}

impl FamiliesBody {
    async fn scope(&self, authority: &Authority) -> Result<Scope, Failure> {
        let query = FamiliesQuery {
            user: self.user.clone(),
            address: self.address.clone(),
            used_from: self.used_from.clone(),
            device: self.device.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            event: self.event.clone(),
            state: FamilyState::Live.as_str().to_owned(),
            ..FamiliesQuery::default()
        };
        let filter = query.filter(authority).await?;
        enough(filter.users.as_deref())?;
        let by_filter = Scope::families(filter).map_err(bad)?;
        chosen_or(by_filter, self.all, &self.ids, Scope::these_families)
    }
}

/// Ids or a filter, not both: what was meant would be a guess.
fn chosen_or<T: Copy>(
    by_filter: Scope,
    all: bool,
    ids: &[T],
    these: impl FnOnce(Vec<T>) -> Result<Scope, ScopeError>,
) -> Result<Scope, Failure> {
    let narrows = !by_filter.is_all();
    if all && (narrows || !ids.is_empty()) {
        return Err(Failure::BadRequest(
            "all: give no filter and no ids beside it".to_owned(),
        ));
    }
    if ids.is_empty() {
        said_if_all(&by_filter, all)?;
        return Ok(by_filter);
    }
    if narrows {
        return Err(Failure::BadRequest(
            "ids: give no filter beside them".to_owned(),
        ));
    }
    these(ids.to_vec()).map_err(bad)
}

fn bad(error: ScopeError) -> Failure {
    Failure::BadRequest(error.to_string())
}

/// What would end, or that there is nothing to end.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkEndPreview)]
struct PreviewJson {
    /// False where it was no dry run, and nothing fitted.
    dry_run: bool,
    /// So many; capped where there are more than 1,000,000.
    would_end: CountJson,
    /// Of so many users.
    #[schema(example = 37)]
    users: u64,
    /// The users with most of them, ten at most.
    most: Vec<MostJson>,
    /// Whether that through which is asked fits too.
    own_fits: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkEndOfUser)]
struct MostJson {
    user: UserRef,
    #[schema(example = 412)]
    count: u64,
}

/// An order to end many, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkEnd)]
struct BulkEndJson {
    id: BulkEndId,
    target: BulkTarget,
    /// Which, in words.
    #[schema(example = "sessions with Safari")]
    which: String,
    #[schema(example = "2026-01-01T12:00:00Z")]
    ordered_at: String,
    /// Null where it was on the command line.
    ordered_by: Option<UserRef>,
    /// So many were there; capped where there were more than 1,000,000.
    found: CountJson,
    /// Of so many users.
    #[schema(example = 37)]
    users: u64,
    /// So many have ended.
    #[schema(example = 200)]
    ended: u64,
    /// And so many refresh families with the sessions that had opened them.
    #[schema(example = 3)]
    families: u64,
    /// So many were over before their turn came; known once it is done.
    #[schema(example = 2)]
    skipped: Option<u64>,
    state: BulkEndState,
    /// Null while it waits for its turn.
    #[schema(example = "2026-01-01T12:00:00Z")]
    started_at: Option<String>,
    #[schema(example = "2026-01-01T12:00:00Z")]
    finished_at: Option<String>,
    #[schema(example = json!(null))]
    stopped_by: Option<UserRef>,
}

/// Whether an order was stopped by this request.
#[derive(Debug, Serialize, ToSchema)]
struct Stopped {
    /// False where it was over already.
    stopped: bool,
}

#[utoipa::path(post, path = "/api/admin/sessions/revoke", tag = "Sessions", request_body = SessionsBody, responses(
    (status = 200, body = PreviewJson, description = "A dry run, or nothing fits."),
    (status = 202, body = BulkEndJson, description = "Ordered.", headers(("Location" = String, description = "Where to ask how far it is"))),
    (status = 409, body = super::auth::shapes::Problem, content_type = "application/problem+json", description = "Too many orders are unfinished.")))]
/// Has all live sessions end that a filter matches, or says how many these are.
pub(crate) async fn revoke_sessions(
    visit: Visit,
    JsonBody(body): JsonBody<SessionsBody>,
) -> Result<Response, Failure> {
    let scope = body.scope(visit.state().authority()).await?;
    revoke(&visit, scope, body.include_own, body.dry_run).await
}

#[utoipa::path(post, path = "/api/admin/families/revoke", tag = "Families", request_body = FamiliesBody, responses(
    (status = 200, body = PreviewJson, description = "A dry run, or nothing fits."),
    (status = 202, body = BulkEndJson, description = "Ordered.", headers(("Location" = String, description = "Where to ask how far it is"))),
    (status = 409, body = super::auth::shapes::Problem, content_type = "application/problem+json", description = "Too many orders are unfinished.")))]
/// Has all live families end that a filter matches, or says how many these are.
pub(crate) async fn revoke_families(
    visit: Visit,
    JsonBody(body): JsonBody<FamiliesBody>,
) -> Result<Response, Failure> {
    let scope = body.scope(visit.state().authority()).await?;
    revoke(&visit, scope, body.include_own, body.dry_run).await
}

async fn revoke(
    visit: &Visit,
    scope: Scope,
    include_own: bool,
    dry_run: bool,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let principal = visit.signed_in()?;
    if !dry_run {
        let order = Order {
            scope: scope.clone(),
            include_own,
        };
        if let Some(id) = bulk::order(authority, principal, order, visit.caller()).await? {
            return ordered(authority, id).await;
        }
    }
    let found = bulk::preview(authority, &scope, Some(principal), include_own).await?;
    Ok(Json(preview_json(authority, dry_run, found).await?).into_response())
}

async fn ordered(authority: &Authority, id: BulkEndId) -> Result<Response, Failure> {
    let body = one(authority, id).await?;
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("/api/admin/bulk-ends/{id}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn preview_json(
    authority: &Authority,
    dry_run: bool,
    found: Preview,
) -> Result<PreviewJson, Failure> {
    let names = Names::of(authority, found.most.iter().map(|(user, _)| *user)).await?;
    Ok(PreviewJson {
        dry_run,
        would_end: found.found.into(),
        users: found.users,
        most: found
            .most
            .into_iter()
            .map(|(user, count)| MostJson {
                user: UserRef::of(&names, user),
                count,
            })
            .collect(),
        own_fits: found.is_own_among,
    })
}

/// Where a page of orders begins.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct BulkEndsQuery {
    /// Where the page begins: `next` of the page before.
    #[param(required = false)]
    cursor: String,
    /// So many rows, 1 to 200; 50 where it is left out.
    limit: Option<u64>,
}

#[utoipa::path(get, path = "/api/admin/bulk-ends", tag = "Bulk ends", params(BulkEndsQuery), responses((status = 200, body = List<BulkEndJson>)))]
/// Lists orders to end many, newest first.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<BulkEndsQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let page = bulk::list(authority, cursor(&query.cursor)?, limit(query.limit)?).await?;
    Ok(super::list(with_names(authority, page).await?))
}

#[utoipa::path(get, path = "/api/admin/bulk-ends/{bulk_end_id}", tag = "Bulk ends", responses((status = 200, body = BulkEndJson)))]
/// One order to end many, and how far it is.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let body = one(visit.state().authority(), bulk_end_id(&id)?).await?;
    Ok(Json(body).into_response())
}

#[utoipa::path(post, path = "/api/admin/bulk-ends/{bulk_end_id}/stop", tag = "Bulk ends", responses((status = 200, body = Stopped)))]
/// Stops an order: what has ended stays so, the rest is left alone.
pub(crate) async fn stop(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let id = bulk_end_id(&id)?;
    let principal = visit.signed_in()?;
    let stopped = bulk::stop(visit.state().authority(), principal, id, visit.caller()).await?;
    Ok(Json(Stopped { stopped }).into_response())
}

async fn one(authority: &Authority, id: BulkEndId) -> Result<BulkEndJson, Failure> {
    let row = bulk::one(authority, id).await?.ok_or(Failure::NotFound)?;
    let page = Page {
        items: vec![row],
        next: None,
    };
    let mut page = with_names(authority, page).await?;
    page.items.pop().ok_or(Failure::NotFound)
}

async fn with_names(
    authority: &Authority,
    page: Page<BulkEndRow>,
) -> Result<Page<BulkEndJson>, Failure> {
    let people = page.items.iter().flat_map(|row| {
        [row.ordered_by, row.stopped_by]
            .into_iter()
            .flatten()
            .chain(mentioned(row.scope.as_ref()))
    });
    let names = Names::of(authority, people).await?;
    Ok(page.map(|row| BulkEndJson {
        id: row.bulk_end_id,
        target: row.target,
        which: words(row.target, row.scope.as_ref(), &names),
        ordered_at: instant(row.ordered_at),
        ordered_by: row.ordered_by.map(|user| UserRef::of(&names, user)),
        found: row.found.into(),
        users: row.users,
        ended: row.ended,
        families: row.families,
        skipped: row.skipped,
        state: row.state,
        started_at: row.started_at.map(instant),
        finished_at: row.finished_at.map(instant),
        stopped_by: row.stopped_by.map(|user| UserRef::of(&names, user)),
    }))
}
