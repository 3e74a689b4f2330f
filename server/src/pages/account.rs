//! `/account`

use axum::response::{IntoResponse as _, Redirect, Response};
use latchkey_app::{
    Notice, Section,
    page::account::{AccountPage, TheftItem},
};
use latchkey_authority::{Authority, family, incident, session};
use latchkey_identity::{account, provider::connections::has_password};
use latchkey_types::{IncidentId, UserId};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{
    family_items,
    respond::{self, Around},
};
use crate::{
    failure::Failure,
    form::{Fields, LocalPath, Query},
    routes::is_for_reading,
    visit::Visit,
};

/// What stands in the page's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AccountQuery {
    next: String,
}

/// The address of the page, with where its reader was going.
pub(super) fn address(next: Option<&LocalPath>) -> String {
    next.map_or("/account".to_owned(), |next| {
        let next = utf8_percent_encode(next.as_str(), NON_ALPHANUMERIC);
        format!("/account?next={next}")
    })
}

/// The user's own account.
pub(crate) async fn show(
    visit: Visit,
    Query(query): Query<AccountQuery>,
) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let account = account::one(authority, principal.user_id)
        .await?
        .ok_or(Failure::NotFound)?;
    let live = session::count_live(authority, Some(principal.user_id)).await?;
    let families = family::count_live(authority, Some(principal.user_id)).await?;
    let thefts = thefts(authority, principal.user_id).await?;
    let page = AccountPage {
        username: account.username,
        email: account.email,
        email_verified: account.email_verified_at.is_some(),
        role: principal.role,
        created_at: account.created_at,
        has_password: has_password(authority, principal.user_id).await?,
        live_sessions: live.0,
        live_families: families.0,
        next: thefts
            .first()
            .and_then(|_| going(&query.next))
            .map(|next| next.as_str().to_owned()),
        thefts,
    };
    respond::page(&visit, Around::new("Your account", Section::Account), page).await
}

/// A page tells of so many thefts; the next one of the rest.
const MOST_THEFTS: usize = 5;

/// The thefts that the user was not told of yet.
async fn thefts(authority: &Authority, user_id: UserId) -> Result<Vec<TheftItem>, Failure> {
    Ok(incident::untold(authority, user_id, MOST_THEFTS as u64)
        .await?
        .into_iter()
        .map(|row| TheftItem {
            incident_id: row.incident_id,
            rotated: family_items::sight(row.rotated_at, row.rotated_by),
            replayed: family_items::sight(row.at, row.replayed_by),
        })
        .collect())
}

/// What the form says that tells that they were read.
#[derive(Debug, Deserialize)]
pub(crate) struct ToldForm {
    /// Their ids, with commas between.
    incidents: String,
    /// Where the reader was going.
    #[serde(default)]
    next: String,
}

/// Notes that the user has read of those that the page showed.
pub(crate) async fn told(
    visit: Visit,
    Fields(form): Fields<ToldForm>,
) -> Result<Response, Failure> {
    let read: Option<Vec<IncidentId>> = form
        .incidents
        .split(',')
        .map(|id| id.parse().ok())
        .collect();
    let read = read
        .filter(|read| read.len() <= MOST_THEFTS)
        .ok_or_else(|| Failure::BadRequest("Load the page again.".to_owned()))?;
    incident::tell(visit.state().authority(), visit.signed_in()?, &read).await?;
    let Some(next) = going(&form.next) else {
        return Ok(respond::led_to_page("/account", Notice::IncidentTold));
    };
    let user_id = visit.signed_in()?.user_id;
    let more = incident::untold(visit.state().authority(), user_id, 1).await?;
    let page = match LocalPath::parse(&address(Some(&next))) {
        Some(page) if !more.is_empty() => page.with_notice(Notice::IncidentTold.as_str()),
        _ => next.as_str().to_owned(),
    };
    Ok(Redirect::to(&page).into_response())
}

/// Where a reader was going, if that is a page to be read. What does something when it is asked for (an
/// export, the way to a provider) is not led to: the address may be of somebody else's making.
fn going(next: &str) -> Option<LocalPath> {
    LocalPath::parse(next).filter(|next| is_for_reading(next.as_str()))
}
