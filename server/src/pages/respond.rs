//! Pages as responses: the document around them, the policy, the cookies.

use axum::response::{Html, IntoResponse as _, Redirect, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use http::{HeaderValue, StatusCode, header};
use latchkey_app::{Frame, Notice, Page, Section, Tally, Theme, Viewer, render};
use latchkey_authority::{incident, principal::Permission};
use latchkey_identity::account;

use super::items;
use crate::{
    failure::Failure,
    form::LocalPath,
    middleware::{STRICT_POLICY, island_policy},
    state::AppState,
    visit::Visit,
};

/// What a page says of itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around {
    /// The title, without the product's name.
    pub(crate) title: &'static str,
    /// Where it is in the navigation.
    pub(crate) section: Section,
}

impl Around {
    pub(crate) const fn new(title: &'static str, section: Section) -> Self {
        Self { title, section }
    }
}

/// A page for a visitor.
pub(crate) async fn page<P: Page>(
    visit: &Visit,
    around: Around,
    page: P,
) -> Result<Response, Failure> {
    titled(visit, around.title.to_owned(), around.section, page).await
}

/// A page of a list. What makes no sense in the address is a bad request, and the page says what.
pub(crate) async fn list<P: Page>(
    visit: &Visit,
    around: Around,
    page: P,
    is_wrong: bool,
) -> Result<Response, Failure> {
    let mut response = self::page(visit, around, page).await?;
    if is_wrong {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    Ok(response)
}

/// A page for a visitor whose title depends on what it shows.
pub(crate) async fn titled<P: Page>(
    visit: &Visit,
    title: String,
    section: Section,
    page: P,
) -> Result<Response, Failure> {
    let viewer = viewer(visit).await?;
    Ok(framed(visit, viewer, title, section, page))
}

/// Who looks at a page, for its navigation.
pub(super) async fn viewer(visit: &Visit) -> Result<Option<Viewer>, Failure> {
    let Some(principal) = visit.principal() else {
        return Ok(None);
    };
    let authority = visit.state().authority();
    let unread_threats = if visit.may(Permission::ViewConsole) {
        items::tally(incident::unread(authority).await?)
    } else {
        Tally::default()
    };
    let account = account::one(authority, principal.user_id).await?;
    Ok(account.map(|account| Viewer {
        username: account.username,
        role: principal.role,
        unread_threats,
    }))
}

/// A page for a visitor, with the navigation of `viewer`. It asks the database nothing.
pub(super) fn framed<P: Page>(
    visit: &Visit,
    viewer: Option<Viewer>,
    title: String,
    section: Section,
    page: P,
) -> Response {
    let authority = visit.state().authority();
    let nonce = P::HAS_ISLANDS.then(|| STANDARD_NO_PAD.encode(authority.random().bytes::<16>()));
    let frame = Frame {
        title,
        viewer,
        section,
        notice: notice(visit.here()),
        csrf: visit.csrf_token(),
        assets: visit.state().assets().links(),
        nonce: nonce.clone(),
        now: authority.now(),
        theme: visit.theme(),
        here: Some(
            visit
                .page()
                .map_or_else(|| "/".to_owned(), |path| path.as_str().to_owned()),
        ),
    };
    let mut response = Html(render(frame, page)).into_response();
    if let Some(nonce) = nonce
        && let Ok(policy) = HeaderValue::from_str(&island_policy(&nonce))
    {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // Whoever is signed in has a session for the tokens to be bound to.
    if let Some(cookie) = visit
        .pre_session_cookie()
        .filter(|_| visit.principal().is_none())
    {
        response
            .headers_mut()
            .append(header::SET_COOKIE, cookie.clone());
    }
    response
}

/// A page for nobody in particular.
pub(super) fn bare<P: Page>(state: &AppState, theme: Theme, title: &str, page: P) -> Response {
    let frame = Frame {
        title: title.to_owned(),
        viewer: None,
        section: Section::None,
        notice: None,
        csrf: String::new(),
        assets: state.assets().links(),
        nonce: None,
        now: state.authority().now(),
        theme,
        here: None,
    };
    let mut response = Html(render(frame, page)).into_response();
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(STRICT_POLICY),
    );
    response
}

/// Leads from a form to a page that says what happened.
pub(crate) fn led_to(path: &LocalPath, notice: Notice) -> Response {
    Redirect::to(&path.with_notice(notice.as_str())).into_response()
}

/// Leads to one of our own pages, with what happened.
pub(crate) fn led_to_page(path: &'static str, notice: Notice) -> Response {
    Redirect::to(&format!("{path}?notice={}", notice.as_str())).into_response()
}

/// The notice in the page's own address.
fn notice(here: &str) -> Option<Notice> {
    let (_, query) = here.split_once('?')?;
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("notice="))
        .and_then(Notice::parse)
}
