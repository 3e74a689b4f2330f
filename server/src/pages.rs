//! Handlers of pages and of the forms on them, one file a page.
//!
//! A form is answered with a redirect to a page (303, RFC 9700 §4.12) that says what happened, or
//! with the same page again, with what was typed and what is wrong with it.

pub(crate) mod account;
pub(crate) mod admin_audit;
pub(crate) mod admin_families;
pub(crate) mod admin_keys;
pub(crate) mod admin_nodes;
pub(crate) mod admin_overview;
pub(crate) mod admin_sessions;
pub(crate) mod admin_threats;
pub(crate) mod admin_users;
pub(crate) mod connections;
mod family_items;
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

use axum::response::{IntoResponse as _, Redirect, Response};
use latchkey_app::page::error::ErrorPage;
use latchkey_authority::user;

use self::respond::Around;
use crate::{failure::Failure, state::AppState, visit::Visit};

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

/// An error page. It asks the database nothing: that may be what failed.
pub(crate) fn error(
    state: &AppState,
    around: Around,
    failure: &Failure,
    request_id: &str,
) -> Response {
    let action = match failure {
        Failure::Misdirected(base) => Some(("Open it there", base.clone())),
        Failure::NotSignedIn => Some(("Sign in", "/login".to_owned())),
        Failure::StaleProof => Some(("Sign in once more", "/login?again=1".to_owned())),
        _ => Some(("Go to the start page", "/".to_owned())),
    };
    let page = ErrorPage {
        status: failure.status().as_u16(),
        title: failure.title(),
        text: failure.text(),
        action,
        request_id: request_id.to_owned(),
    };
    let mut response = respond::bare(state, around, page);
    *response.status_mut() = failure.status();
    response
}
