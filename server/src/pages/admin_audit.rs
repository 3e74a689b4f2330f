//! `/admin/audit`: the record.

use axum::response::Response;
use latchkey_app::{Section, page::admin_audit::AdminAuditPage};
use latchkey_authority::{
    Authority,
    audit::{self, AuditFilter},
};
use latchkey_identity::account;
use latchkey_types::{EventKind, Outcome};
use serde::Deserialize;

use super::{
    admin_sessions::{ROWS, USERS_LIMIT, address_of, cursor},
    admin_users::word,
    items,
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
    /// Where the page begins: `next` of the page before.
    #[param(required = false)]
    pub(crate) cursor: String,
    /// So many rows, 1 to 200; 50 where it is left out.
    pub(crate) limit: Option<u64>,
}

impl AuditQuery {
    /// The filter that the query means.
    pub(crate) async fn filter(&self, authority: &Authority) -> Result<AuditFilter, Failure> {
        let user = self.user.trim();
        let address = self.address.trim();
        Ok(AuditFilter {
            users: if user.is_empty() {
                None
            } else {
                Some(account::find_ids(authority, user, USERS_LIMIT).await?)
            },
            kind: word::<EventKind>("kind", &self.kind)?,
            outcome: word::<Outcome>("outcome", &self.outcome)?,
            address: (!address.is_empty()).then(|| address.to_owned()),
        })
    }
}

/// The record, newest first.
pub(crate) async fn show(
    visit: Visit,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let filter = query.filter(authority).await?;
    let cursor = cursor(&query.cursor)?;
    let found = audit::list(authority, &filter, cursor, ROWS).await?;
    let address = |cursor| {
        address_of(
            "/admin/audit",
            &[
                ("user", &query.user),
                ("kind", &query.kind),
                ("outcome", &query.outcome),
                ("address", &query.address),
            ],
            cursor,
        )
    };
    let page = AdminAuditPage {
        next: found.next.map(|next| address(Some(next))),
        first: cursor.map(|_| address(None)),
        events: items::events(authority, found.items).await?,
        kind: filter.kind,
        outcome: filter.outcome,
        error: filter
            .users
            .as_ref()
            .filter(|users| users.is_empty())
            .map(|_| "No user has a name or an address that begins so.".to_owned()),
        user: query.user.clone(),
        address: query.address.clone(),
    };
    respond::page(&visit, Around::new("Audit", Section::AdminAudit), page).await
}
