//! `/account`

use axum::response::Response;
use latchkey_app::{Section, page::account::AccountPage};
use latchkey_authority::session;
use latchkey_identity::account;

use super::respond::{self, Around};
use crate::{failure::Failure, visit::Visit};

/// The user's own account.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let account = account::one(authority, principal.user_id)
        .await?
        .ok_or(Failure::NotFound)?;
    let live = session::count_live(authority, Some(principal.user_id)).await?;
    let page = AccountPage {
        username: account.username,
        email: account.email,
        email_verified: account.email_verified_at.is_some(),
        role: principal.role,
        created_at: account.created_at,
        live_sessions: live.0,
    };
    respond::page(&visit, Around::new("Your account", Section::Account), page).await
}
