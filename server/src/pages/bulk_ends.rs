//! Ending many at once: `/admin/sessions/end` and `/admin/families/end` ask, `/admin/bulk-ends` and
//! `/admin/bulk-ends/{id}` tell how far it is.

use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use http::{HeaderName, HeaderValue};
use latchkey_app::{
    Notice, Section, Tally,
    page::{
        bulk_ends::{BulkEndItem, BulkEndPage, BulkEndsPage, BulkLinks},
        bulk_preview::BulkPreviewPage,
    },
};
use latchkey_authority::{
    Authority, StoreError,
    bulk::{self, BulkEndRow, Order},
    page::Cursor,
    principal::Permission,
};
use latchkey_types::{BulkEndId, BulkEndState, BulkTarget};
use serde::Deserialize;

use super::{
    admin_sessions::{ROWS, cursor},
    bulk_wish::{Wish, WishError, address_of_preview, list_of, mentioned, words, words_of},
    listing,
    names::Names,
    respond::{self, Around},
};
use crate::{
    failure::Failure,
    form::{Fields, LocalPath, Query},
    visit::Visit,
};

/// A page of an order that is carried out is loaded again after so many seconds.
const AGAIN: HeaderValue = HeaderValue::from_static("3");

const REFRESH: HeaderName = HeaderName::from_static("refresh");

/// What would end of the sessions.
pub(crate) async fn preview_sessions(visit: Visit) -> Result<Response, Failure> {
    preview(&visit, BulkTarget::Sessions).await
}

/// What would end of the refresh families.
pub(crate) async fn preview_families(visit: Visit) -> Result<Response, Failure> {
    preview(&visit, BulkTarget::Families).await
}

async fn preview(visit: &Visit, target: BulkTarget) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let query = visit.here().split_once('?').map_or("", |(_, query)| query);
    let wish = match Wish::read(authority, target, query).await {
        Ok(wish) => wish,
        Err(error) => return refused(target, error),
    };
    let principal = visit.signed_in()?;
    let found = bulk::preview(authority, &wish.scope, Some(principal), false).await?;
    let most = Names::of(authority, found.most.iter().map(|(user, _)| *user)).await?;
    let page = BulkPreviewPage {
        target,
        words: words_of(authority, &wish.scope).await?,
        filter: wish.filter,
        found: tally(found.found),
        users: found.users,
        most: found
            .most
            .into_iter()
            .map(|(user, count)| (most.link(user), count))
            .collect(),
        opened: tally(found.opened),
        is_own_among: found.is_own_among,
        is_all: wish.scope.is_all(),
        back: wish.back,
    };
    let around = match target {
        BulkTarget::Sessions => Around::new("End many sessions", Section::AdminSessions),
        BulkTarget::Families => Around::new("End many API sign-ins", Section::AdminFamilies),
    };
    respond::page(visit, around, page).await
}

fn refused(target: BulkTarget, error: WishError) -> Result<Response, Failure> {
    match error {
        WishError::NothingChosen => {
            Ok(respond::led_to_page(list_of(target), Notice::NothingChosen))
        }
        WishError::Failure(failure) => Err(failure),
    }
}

/// The form that confirms.
#[derive(Debug, Deserialize)]
pub(crate) struct OrderForm {
    /// What the page before showed, as it had it in its query.
    filter: String,
    /// Whether that through which it is ordered may end too.
    #[serde(default)]
    own: String,
}

/// Has sessions end.
pub(crate) async fn order_sessions(
    visit: Visit,
    Fields(form): Fields<OrderForm>,
) -> Result<Response, Failure> {
    order(&visit, BulkTarget::Sessions, &form).await
}

/// Has refresh families end.
pub(crate) async fn order_families(
    visit: Visit,
    Fields(form): Fields<OrderForm>,
) -> Result<Response, Failure> {
    order(&visit, BulkTarget::Families, &form).await
}

async fn order(visit: &Visit, target: BulkTarget, form: &OrderForm) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let wish = match Wish::read(authority, target, &form.filter).await {
        Ok(wish) => wish,
        Err(error) => return refused(target, error),
    };
    let order = Order {
        scope: wish.scope,
        include_own: form.own == "yes",
    };
    let principal = visit.signed_in()?;
    let ordered = bulk::order(authority, principal, order, visit.caller()).await?;
    Ok(match (ordered, LocalPath::parse(&wish.back)) {
        (Some(id), _) => to_order(id, Notice::BulkEndOrdered),
        (None, Some(back)) => respond::led_to(&back, Notice::NothingEnded),
        (None, None) => respond::led_to_page(list_of(target), Notice::NothingEnded),
    })
}

fn to_order(id: BulkEndId, notice: Notice) -> Response {
    Redirect::to(&format!("/admin/bulk-ends/{id}?notice={}", notice.as_str())).into_response()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    cursor: String,
}

/// All orders.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let cursor = cursor(&query.cursor)?;
    let found = bulk::list(authority, cursor, ROWS).await?;
    let address = |cursor: Option<Cursor>| {
        listing::address(
            "/admin/bulk-ends",
            &Vec::new(),
            cursor.map(Cursor::encode).as_deref(),
        )
    };
    let page = BulkEndsPage {
        next: found.next.map(|next| address(Some(next))),
        first: cursor.map(|_| address(None)),
        items: items(authority, found.items).await?,
    };
    respond::page(
        &visit,
        Around::new("Bulk ends", Section::AdminSessions),
        page,
    )
    .await
}

/// An order's id from a path.
pub(crate) fn bulk_end_id(text: &str) -> Result<BulkEndId, Failure> {
    text.parse().map_err(|_| Failure::NotFound)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ShowQuery {
    /// Anything: the page is not to be loaded again by itself.
    still: String,
}

/// One order, and how far it is.
pub(crate) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    Query(query): Query<ShowQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let row = bulk::one(authority, bulk_end_id(&id)?)
        .await?
        .ok_or(Failure::NotFound)?;
    let section = match row.target {
        BulkTarget::Sessions => Section::AdminSessions,
        BulkTarget::Families => Section::AdminFamilies,
    };
    let refreshes = (row.state == BulkEndState::Running).then_some(query.still.is_empty());
    let item = items(authority, vec![row])
        .await?
        .pop()
        .ok_or(Failure::NotFound)?;
    let page = BulkEndPage {
        item,
        may_end: visit.may(Permission::EndSessions),
        refreshes,
    };
    let mut response = respond::page(&visit, Around::new("Bulk end", section), page).await?;
    if refreshes == Some(true) {
        response.headers_mut().insert(REFRESH, AGAIN);
    }
    Ok(response)
}

/// Stops an order.
pub(crate) async fn stop(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let id = bulk_end_id(&id)?;
    let principal = visit.signed_in()?;
    let stopped = bulk::stop(visit.state().authority(), principal, id, visit.caller()).await?;
    let notice = if stopped {
        Notice::BulkEndStopped
    } else {
        Notice::NothingStopped
    };
    Ok(to_order(id, notice))
}

/// What a list says of orders about it, and where its filter leads.
pub(super) async fn links(
    visit: &Visit,
    target: BulkTarget,
    list: &str,
) -> Result<BulkLinks, Failure> {
    let authority = visit.state().authority();
    let mut unfinished = bulk::unfinished(authority, target).await?;
    let waiting = unfinished.len().saturating_sub(1);
    unfinished.truncate(1);
    Ok(BulkLinks {
        end_all: address_of_preview(target, list).filter(|_| visit.may(Permission::EndSessions)),
        running: items(authority, unfinished).await?.pop(),
        waiting: u64::try_from(waiting).unwrap_or(u64::MAX),
    })
}

async fn items(
    authority: &Authority,
    rows: Vec<BulkEndRow>,
) -> Result<Vec<BulkEndItem>, StoreError> {
    let people = rows.iter().flat_map(|row| {
        [row.ordered_by, row.stopped_by]
            .into_iter()
            .flatten()
            .chain(mentioned(row.scope.as_ref()))
    });
    let names = Names::of(authority, people).await?;
    Ok(rows
        .into_iter()
        .map(|row| BulkEndItem {
            id: row.bulk_end_id.to_string(),
            target: row.target,
            words: words(row.target, row.scope.as_ref(), &names),
            ordered_at: row.ordered_at,
            ordered_by: row.ordered_by.map(|user| names.link(user)),
            spares_own: row.spares_own,
            found: tally(row.found),
            users: row.users,
            ended: row.ended,
            families: row.families,
            skipped: row.skipped,
            state: row.state,
            started_at: row.started_at,
            finished_at: row.finished_at,
            stopped_by: row.stopped_by.map(|user| names.link(user)),
        })
        .collect())
}

fn tally(tally: bulk::Tally) -> Tally {
    Tally {
        count: tally.count,
        capped: tally.is_capped,
    }
}
