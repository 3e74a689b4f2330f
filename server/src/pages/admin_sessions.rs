//! `/admin/sessions`: everybody's sessions.

use axum::{extract::Path, response::Response};
use latchkey_app::{Notice, Section, page::admin_sessions::AdminSessionsPage};
use latchkey_authority::{
    Authority,
    page::{Cursor, Window},
    principal::Permission,
    session::{self, SessionFilter, SessionRow, end},
};
use latchkey_types::{BulkTarget, SessionId, SessionSort};
use serde::Deserialize;

use super::{
    bulk_ends, items,
    listing::{self, Read, SESSIONS, Wrong},
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

const PATH: &str = "/admin/sessions";

/// The systems that the filter offers.
const SYSTEMS: [&str; 7] = [
    "Android",
    "ChromeOS",
    "iPad",
    "iPhone",
    "Linux",
    "macOS",
    "Windows 10",
];

/// The browsers that the filter offers: those that are told apart and in wide use.
const BROWSERS: [&str; 6] = ["Chrome", "Edge", "Firefox", "Opera", "Safari", "Vivaldi"];

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SessionsQuery {
    /// An id, or the beginning of a username or an e-mail address.
    #[param(required = false)]
    pub(crate) user: String,
    /// Signed in from exactly this address.
    #[param(required = false)]
    pub(crate) address: String,
    /// Signed in or last used from exactly this address.
    #[param(required = false)]
    pub(crate) used_from: String,
    /// This browser.
    #[param(required = false)]
    pub(crate) browser: String,
    /// `live` or `ended`.
    #[param(required = false)]
    pub(crate) state: String,
    /// Exactly this network, as the list shows it.
    #[param(required = false)]
    pub(crate) network: String,
    /// This system.
    #[param(required = false)]
    pub(crate) system: String,
    /// This kind of device.
    #[param(required = false)]
    pub(crate) device: String,
    /// Signed in in this way.
    #[param(required = false)]
    pub(crate) method: String,
    /// Ended for this reason.
    #[param(required = false)]
    pub(crate) reason: String,
    /// Ended by somebody: an id, or the beginning of a username or an e-mail address.
    #[param(required = false)]
    pub(crate) by: String,
    /// `newest` (by sign-in; the usual order), `oldest`, `last_used` or `ended`.
    #[param(required = false)]
    pub(crate) sort: String,
    /// The earliest time, by which the list is ordered: a day (`2026-01-31`, UTC) or an instant
    /// (RFC 3339).
    #[param(required = false)]
    pub(crate) from: String,
    /// The latest time: a day, which belongs to it, or an instant, which does not.
    #[param(required = false)]
    pub(crate) to: String,
    /// Where the page begins: `next` of the page before; or `last`.
    #[param(required = false)]
    pub(crate) cursor: String,
    /// So many rows, 1 to 200; 50 where it is left out.
    pub(crate) limit: Option<u64>,
}

impl SessionsQuery {
    /// What the query asks for.
    pub(crate) async fn read(
        &self,
        authority: &Authority,
    ) -> Result<Read<SessionFilter, SessionSort>, Failure> {
        let mut wrong = Wrong::default();
        let filter = SessionFilter {
            users: wrong.users(authority, &self.user).await?,
            address: text(&self.address),
            used_from: text(&self.used_from),
            network: text(&self.network),
            browser: text(&self.browser),
            system: text(&self.system),
            device: text(&self.device),
            method: wrong.word("method", &self.method),
            state: wrong.word("state", &self.state),
            end_reason: wrong.word("reason", &self.reason),
            ended_by: wrong.users(authority, &self.by).await?,
            period: wrong.period(&self.from, &self.to),
        };
        let sort = (self.sort.as_str(), SessionSort::Newest);
        Ok(Read::new(filter, wrong, SESSIONS, sort, &self.cursor))
    }

    /// The fields as they stand in addresses.
    pub(crate) fn fields(&self) -> listing::Fields<'_> {
        vec![
            ("user", &self.user),
            ("address", &self.address),
            ("browser", &self.browser),
            ("state", &self.state),
            ("sort", &self.sort),
            ("used_from", &self.used_from),
            ("network", &self.network),
            ("system", &self.system),
            ("device", &self.device),
            ("method", &self.method),
            ("reason", &self.reason),
            ("by", &self.by),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }
}

/// A text to filter by; a blank one is none.
pub(crate) fn text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Reads a cursor from a query; an empty one is none.
pub(crate) fn cursor(text: &str) -> Result<Option<Cursor>, Failure> {
    (!text.is_empty())
        .then(|| Cursor::parse(text))
        .transpose()
        .map_err(|error| Failure::BadRequest(format!("cursor: {error}")))
}

/// The list.
pub(crate) async fn show(
    visit: Visit,
    Query(query): Query<SessionsQuery>,
) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let read = query.read(authority).await?;
    let window: Window<SessionRow> = if read.is_wrong() {
        listing::nothing()
    } else {
        session::window(authority, &read.filter, read.sort, read.position, ROWS).await?
    };
    let fields = query.fields();
    let found = [
        ("user", listing::found(read.filter.users.as_ref())),
        ("by", listing::found(read.filter.ended_by.as_ref())),
    ];
    let at = read.encode(Some(read.position));
    let page = AdminSessionsPage {
        links: read.links(PATH, &fields, &window, true),
        back: listing::address(PATH, &fields, at.as_deref()),
        sessions: items::sessions(authority, window.items, principal.session_id()).await?,
        browsers: BROWSERS.map(ToOwned::to_owned).to_vec(),
        systems: SYSTEMS.map(ToOwned::to_owned).to_vec(),
        may_end: visit.may(Permission::EndSessions),
        asked: read.asked(&fields, &found),
        bulk: bulk_ends::links(
            &visit,
            BulkTarget::Sessions,
            &listing::address(PATH, &fields, None),
        )
        .await?,
    };
    let around = Around::new("Sessions", Section::AdminSessions);
    respond::list(&visit, around, page, read.is_wrong()).await
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
