//! Error pages: what happened, what to do next, and ways on that fit who is looking.

use std::time::Duration;

use axum::response::Response;
use http::Method;
use latchkey_app::{
    Section, Theme, Viewer,
    page::error::{ErrorPage, Way},
};
use latchkey_authority::principal::Permission;

use super::respond;
use crate::{failure::Failure, form::LocalPath, routes, state::AppState, visit::Visit};

/// The navigation is not waited for any longer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The page of a failure for a visitor. Whoever is signed in keeps the navigation, unless it may be
/// the database that failed; nothing that goes wrong with it keeps the page away.
pub(crate) async fn show(visit: &Visit, failure: &Failure, request_id: &str) -> Response {
    let page = ErrorPage {
        typed: visit.typed().to_vec(),
        ..page(failure, ways(visit, failure), request_id)
    };
    let viewer = viewer(visit, failure).await;
    let title = failure.title().to_owned();
    let mut response = respond::framed(visit, viewer, title, Section::None, page);
    *response.status_mut() = failure.status();
    response
}

/// The same where it is not known who is looking. `again` is the page that was asked for.
pub(crate) fn bare(
    state: &AppState,
    theme: Theme,
    again: Option<&LocalPath>,
    failure: &Failure,
    request_id: &str,
) -> Response {
    let ways = match (failure, again) {
        (Failure::Misdirected(base), _) => vec![way("Open it there", base)],
        (Failure::Busy { .. } | Failure::Timeout | Failure::Internal(_), Some(again)) => {
            vec![way("Try again", again.as_str())]
        }
        _ => vec![way("Go to the start page", "/")],
    };
    let page = page(failure, ways, request_id);
    let mut response = respond::bare(state, theme, failure.title(), page);
    *response.status_mut() = failure.status();
    response
}

fn page(failure: &Failure, ways: Vec<Way>, request_id: &str) -> ErrorPage {
    ErrorPage {
        status: failure.status().as_u16(),
        title: failure.title(),
        text: failure.happened(),
        advice: failure.advice(),
        typed: Vec::new(),
        ways,
        request_id: request_id.to_owned(),
    }
}

async fn viewer(visit: &Visit, failure: &Failure) -> Option<Viewer> {
    if failure.status().is_server_error() {
        return None;
    }
    let found = tokio::time::timeout(PATIENCE, respond::viewer(visit)).await;
    found.ok().and_then(Result::ok).flatten()
}

/// Where to go from here, the best way first.
fn ways(visit: &Visit, failure: &Failure) -> Vec<Way> {
    if let Failure::Misdirected(base) = failure {
        return vec![way("Open it there", base)];
    }
    let page = visit.page();
    let is_form = visit.route().method != Method::GET;
    let back = page.as_ref().filter(|_| is_form).map(LocalPath::as_str);
    let first = match failure {
        Failure::Busy { .. }
        | Failure::Timeout
        | Failure::Internal(_)
        | Failure::Limited { .. }
            if !is_form =>
        {
            page.as_ref().map(|page| way("Try again", page.as_str()))
        }
        Failure::ForeignForm(_) => back.map(|page| way("Load the page again", page)),
        Failure::MethodNotAllowed => page
            .as_ref()
            .map(LocalPath::as_str)
            .filter(|page| routes::is_page(page))
            .map(|page| way("Go to the page", page)),
        Failure::NotPermitted | Failure::NotFound => None,
        _ => back.map(|page| way("Go back to the page", page)),
    };
    let is_in = visit.principal().is_some();
    let home = if !is_in {
        way("Sign in", "/login")
    } else if visit.may(Permission::ViewConsole) && visit.here().starts_with("/admin") {
        way("Go to the console", "/admin")
    } else {
        way("Go to your account", "/account")
    };
    // Twice the same way is no choice.
    let is_there = first.as_ref().is_some_and(|first| first.href == home.href);
    first
        .into_iter()
        .chain((!is_there).then_some(home))
        .collect()
}

fn way(label: &'static str, href: &str) -> Way {
    Way {
        label,
        href: href.to_owned(),
    }
}
