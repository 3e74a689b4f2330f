//! `/admin/audit`: the record.

use axum::response::Response;
use latchkey_app::{Section, page::admin_audit::AdminAuditPage};
use latchkey_authority::{
    Authority,
    audit::{self, AuditFilter},
};
use latchkey_types::ListSort;
use serde::Deserialize;

use super::{
    admin_sessions::{ROWS, text},
    items,
    listing::{self, AUDIT, Read, Wrong},
    respond::{self, Around},
};
use crate::{failure::Failure, form::Query, visit::Visit};

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// An id, or the beginning of a username or an e-mail address.
    #[param(required = false)]
    pub(crate) user: String,
    /// Events of this kind.
    #[param(required = false)]
    pub(crate) kind: String,
    /// `success` or `failure`.
    #[param(required = false)]
    pub(crate) outcome: String,
    /// Exactly this address.
    #[param(required = false)]
    pub(crate) address: String,
    /// Events about this session, or done through it.
    #[param(required = false)]
    pub(crate) session: String,
    /// Events about this refresh family.
    #[param(required = false)]
    pub(crate) family: String,
    /// Events of the request with this id.
    #[param(required = false)]
    pub(crate) request: String,
    /// `newest` (as they were written; the usual order) or `oldest`.
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

impl AuditQuery {
    /// What the query asks for.
    pub(crate) async fn read(
        &self,
        authority: &Authority,
    ) -> Result<Read<AuditFilter, ListSort>, Failure> {
        let mut wrong = Wrong::default();
        let filter = AuditFilter {
            users: wrong.users(authority, &self.user).await?,
            kind: wrong.word("kind", &self.kind),
            outcome: wrong.word("outcome", &self.outcome),
            address: text(&self.address),
            session: wrong.id("session", &self.session),
            family: wrong.id("family", &self.family),
            request_id: text(&self.request),
            period: wrong.period(&self.from, &self.to),
        };
        let sort = (self.sort.as_str(), ListSort::Newest);
        Ok(Read::new(filter, wrong, AUDIT, sort, &self.cursor))
    }

    /// The fields as they stand in addresses.
    pub(crate) fn fields(&self) -> listing::Fields<'_> {
        vec![
            ("user", &self.user),
            ("kind", &self.kind),
            ("outcome", &self.outcome),
            ("address", &self.address),
            ("sort", &self.sort),
            ("session", &self.session),
            ("family", &self.family),
            ("request", &self.request),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }
}

const PATH: &str = "/admin/audit";

/// The record.
pub(crate) async fn show(
    visit: Visit,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let read = query.read(authority).await?;
    let window = if read.is_wrong() {
        listing::nothing()
    } else {
        audit::window(authority, &read.filter, read.sort, read.position, ROWS).await?
    };
    let fields = query.fields();
    let found = [("user", listing::found(read.filter.users.as_ref()))];
    let page = AdminAuditPage {
        links: read.links(PATH, &fields, &window, true),
        events: items::events(authority, window.items).await?,
        asked: read.asked(&fields, &found),
    };
    let around = Around::new("Audit", Section::AdminAudit);
    respond::list(&visit, around, page, read.is_wrong()).await
}
