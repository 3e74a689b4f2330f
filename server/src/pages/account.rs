//! `/account`

use axum::response::Response;
use latchkey_app::{
    Notice, Section,
    page::account::{AccountPage, TheftItem},
};
use latchkey_authority::{Authority, family, incident, session};
use latchkey_identity::account;
use latchkey_types::UserId;

use super::{
    family_items,
    respond::{self, Around},
};
use crate::{failure::Failure, visit::Visit};

/// The user's own account.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let account = account::one(authority, principal.user_id)
        .await?
        .ok_or(Failure::NotFound)?;
    let live = session::count_live(authority, Some(principal.user_id)).await?;
    let families = family::count_live(authority, Some(principal.user_id)).await?;
    let page = AccountPage {
        username: account.username,
        email: account.email,
        email_verified: account.email_verified_at.is_some(),
        role: principal.role,
        created_at: account.created_at,
        live_sessions: live.0,
        live_families: families.0,
        thefts: thefts(authority, principal.user_id).await?,
    };
    respond::page(&visit, Around::new("Your account", Section::Account), page).await
}

/// The thefts that the user was not told of yet.
async fn thefts(authority: &Authority, user_id: UserId) -> Result<Vec<TheftItem>, Failure> {
    /// More would say nothing more.
    const MOST: usize = 5;
    Ok(incident::untold(authority, user_id)
        .await?
        .into_iter()
        .take(MOST)
        .map(|row| TheftItem {
            rotated: family_items::sight(row.rotated_at, row.rotated_by),
            replayed: family_items::sight(row.at, row.replayed_by),
        })
        .collect())
}

/// Notes that the user has read of them.
pub(crate) async fn told(visit: Visit) -> Result<Response, Failure> {
    incident::tell(visit.state().authority(), visit.signed_in()?).await?;
    Ok(respond::led_to_page("/account", Notice::IncidentTold))
}
