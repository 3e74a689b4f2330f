//! Handlers of pages and of the forms on them, one file a page.
//!
//! A form is answered with a redirect to a page (303, RFC 9700 §4.12) that says what happened, or
//! with the same page again, with what was typed and what is wrong with it.

pub(crate) mod account;
pub(crate) mod admin_audit;
pub(crate) mod admin_families;
pub(crate) mod admin_invitations;
pub(crate) mod admin_keys;
pub(crate) mod admin_nodes;
pub(crate) mod admin_overview;
pub(crate) mod admin_sessions;
pub(crate) mod admin_settings;
pub(crate) mod admin_threats;
pub(crate) mod admin_users;
pub(crate) mod bulk_ends;
pub(crate) mod bulk_wish;
pub(crate) mod connections;
#[cfg(debug_assertions)]
pub(crate) mod dev;
pub(crate) mod errors;
mod family_items;
pub(crate) mod invitation;
mod items;
pub(crate) mod listing;
pub(crate) mod login;
pub(crate) mod names;
pub(crate) mod providers;
pub(crate) mod register;
pub(crate) mod respond;
pub(crate) mod security;
pub(crate) mod sessions;
pub(crate) mod setup;
mod signed_in;
pub(crate) mod theme;

use axum::response::{IntoResponse as _, Redirect, Response};
use latchkey_authority::user;

use crate::{failure::Failure, visit::Visit};

/// `/`: leads to the account, to the sign-in page, or to the set-up page of a new installation.
pub(crate) async fn home(visit: Visit) -> Result<Response, Failure> {
    let path = if visit.principal().is_some() {
        "/account"
    } else if user::administrator_ever(visit.state().authority().database()).await? {
        "/login"
    } else {
        "/setup"
    };
    Ok(Redirect::to(path).into_response())
}
