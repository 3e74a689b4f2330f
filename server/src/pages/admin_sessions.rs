//! `/admin/sessions`: everybody's sessions.

use axum::{extract::Path, response::Response};
use latchkey_app::{
    Notice, Section,
    page::admin_sessions::{AdminSessionsPage, SessionsFilter},
};
use latchkey_authority::{
    Authority,
    page::{Cursor, Page},
    principal::Permission,
    session::{self, SessionFilter, SessionRow, end},
};
use latchkey_identity::account;
use latchkey_types::{BulkTarget, SessionId, SessionState, Word as _};
use serde::Deserialize;

use super::{
    bulk_ends, items,
    respond::{self, Around},
};
use crate::{
    failure::Failure,
    form::{Fields, LocalPath, Query},
    visit::Visit,
};

/// So many rows a page.
pub(super) const ROWS: u64 = 50;

/// A filter by user finds at most so many of them.
pub(crate) const USERS_LIMIT: u64 = 100;

/// The browsers that the filter offers: those that are told apart and in wide use.
const BROWSERS: [&str; 6] = ["Chrome", "Edge", "Firefox", "Opera", "Safari", "Vivaldi"];

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SessionsQuery {
    /// An id, or the beginning of a username or an e-mail address.
    #[param(required = false)]
    pub(crate) user: String,
    /// Exactly this address.
    #[param(required = false)]
    pub(crate) address: String,
    /// This browser.
    #[param(required = false)]
    pub(crate) browser: String,
    /// `live` or `ended`.
    #[param(required = false)]
    pub(crate) state: String,
    /// Where the page begins: `next` of the page before.
    #[param(required = false)]
    pub(crate) cursor: String,
    /// So many rows, 1 to 200; 50 where it is left out.
    pub(crate) limit: Option<u64>,
}

impl SessionsQuery {
    /// The filter that the query means.
    pub(crate) async fn filter(&self, authority: &Authority) -> Result<SessionFilter, Failure> {
        let text = |text: &str| {
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let state = text(&self.state)
            .map(|word| SessionState::parse(&word))
            .transpose()
            .map_err(|error| Failure::BadRequest(format!("state: {error}")))?;
        let users = match text(&self.user) {
            None => None,
            Some(user) => Some(account::find_ids(authority, &user, USERS_LIMIT).await?),
        };
        Ok(SessionFilter {
            users,
            address: text(&self.address),
            browser: text(&self.browser),
            state,
        })
    }

    /// Where the page begins.
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Failure> {
        cursor(&self.cursor)
    }

    pub(super) fn address_of(&self, cursor: Option<Cursor>) -> String {
        address_of(
            "/admin/sessions",
            &[
                ("user", &self.user),
                ("address", &self.address),
                ("browser", &self.browser),
                ("state", &self.state),
            ],
            cursor,
        )
    }
}

/// Reads a cursor from a query; an empty one is none.
pub(crate) fn cursor(text: &str) -> Result<Option<Cursor>, Failure> {
    (!text.is_empty())
        .then(|| Cursor::parse(text))
        .transpose()
        .map_err(|error| Failure::BadRequest(format!("cursor: {error}")))
}

/// The address of a page of a list, with its filter.
pub(super) fn address_of(path: &str, fields: &[(&str, &str)], cursor: Option<Cursor>) -> String {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    let mut query: Vec<String> = fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    query.extend(cursor.map(|cursor| format!("cursor={}", cursor.encode())));
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", query.join("&"))
    }
}

/// The list.
pub(crate) async fn show(
    visit: Visit,
    Query(query): Query<SessionsQuery>,
) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let filter = query.filter(authority).await?;
    let cursor = query.cursor()?;
    let found: Page<SessionRow> = session::list(authority, &filter, cursor, ROWS).await?;
    let page = AdminSessionsPage {
        next: found.next.map(|next| query.address_of(Some(next))),
        first: cursor.map(|_| query.address_of(None)),
        back: query.address_of(cursor),
        sessions: items::sessions(authority, found.items, principal.session_id()).await?,
        browsers: BROWSERS.map(ToOwned::to_owned).to_vec(),
        may_end: visit.may(Permission::EndSessions),
        bulk: bulk_ends::links(&visit, BulkTarget::Sessions, &query.address_of(None)).await?,
        filter: SessionsFilter {
            state: filter.state,
            error: filter
                .users
                .as_ref()
                .filter(|users| users.is_empty())
                .map(|_| "No user has a name or an address that begins so.".to_owned()),
            user: query.user,
            address: query.address,
            browser: query.browser,
        },
    };
    respond::page(
        &visit,
        Around::new("Sessions", Section::AdminSessions),
        page,
    )
    .await
}

#[derive(Debug, Deserialize)]
pub(crate) struct EndForm {
    #[serde(default)]
    pub(super) back: String,
}

/// Ends a session, as an administrator.
pub(crate) async fn end(
    visit: Visit,
    Path(session_id): Path<String>,
    Fields(form): Fields<EndForm>,
) -> Result<Response, Failure> {
    let session_id: SessionId = session_id.parse().map_err(|_| Failure::NotFound)?;
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let ended = end::as_administrator(authority, principal, session_id, visit.caller()).await?;
    if Some(session_id) == principal.session_id() {
        return Ok(respond::led_to_page("/login", Notice::SignedOut));
    }
    let notice = if ended {
        Notice::SessionEnded
    } else {
        Notice::NothingEnded
    };
    Ok(match LocalPath::parse(&form.back) {
        Some(back) => respond::led_to(&back, notice),
        None => respond::led_to_page("/admin/sessions", notice),
    })
}
