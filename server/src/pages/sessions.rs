//! `/account/sessions`: where one is signed in, with a browser or a program, and ending it.

use axum::{extract::Path, response::Response};
use latchkey_app::{Notice, Section, page::sessions::SessionsPage};
use latchkey_authority::{
    family,
    session::{self, end},
};
use latchkey_types::SessionId;

use super::{
    admin_families::family_id,
    family_items, items,
    respond::{self, Around},
};
use crate::{failure::Failure, visit::Visit};

/// The user's own live sessions, the current one first.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let live = session::list_live_of_user(authority, principal.user_id).await?;
    let truncated = live.next.is_some();
    let mut sessions = items::sessions(authority, live.items, principal.session_id()).await?;
    sessions.sort_by_key(|session| !session.is_current);
    let families = family::list_live_of_user(authority, principal.user_id).await?;
    let page = SessionsPage {
        sessions,
        truncated,
        families_truncated: families.next.is_some(),
        families: family_items::families(authority, families.items).await?,
    };
    respond::page(
        &visit,
        Around::new("Your sessions", Section::AccountSessions),
        page,
    )
    .await
}

/// Ends one of the user's own sessions.
pub(crate) async fn end(visit: Visit, Path(session_id): Path<String>) -> Result<Response, Failure> {
    let session_id: SessionId = session_id.parse().map_err(|_| Failure::NotFound)?;
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let ended = end::own(authority, principal, session_id, visit.caller()).await?;
    if Some(session_id) == principal.session_id() {
        return Ok(respond::led_to_page("/login", Notice::SignedOut));
    }
    let notice = if ended {
        Notice::SessionEnded
    } else {
        Notice::NothingEnded
    };
    Ok(respond::led_to_page("/account/sessions", notice))
}

/// Ends all of the user's sessions but this one.
pub(crate) async fn end_others(visit: Visit) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let count = end::own_others(visit.state().authority(), principal, visit.caller()).await?;
    let notice = if count > 0 {
        Notice::SessionsEnded
    } else {
        Notice::NothingEnded
    };
    Ok(respond::led_to_page("/account/sessions", notice))
}

/// Ends one of the user's own refresh families.
pub(crate) async fn end_family(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let family_id = family_id(&id)?;
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let ended = family::end::own(authority, principal, family_id, visit.caller()).await?;
    let notice = if ended {
        Notice::FamilyEnded
    } else {
        Notice::NothingEnded
    };
    Ok(respond::led_to_page("/account/sessions", notice))
}
