//! Lists as files: `export.csv` and `export.jsonl` beside each list, narrowed and ordered like it.
//!
//! A file is read from the database in batches by key and sent as it is made: memory does not grow
//! with it, and no transaction is open for longer than a batch. Whoever asked is looked up again at
//! each batch; where they may no longer see the list, the body breaks off, so that nobody takes it
//! for whole. That somebody takes a list away is on the record before the first byte leaves.

mod stream;
mod table;

use std::{sync::Arc, time::Duration};

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use latchkey_authority::{
    ActError, Authority, AuthorityTx,
    audit::{self, AuditEvent, AuditFilter},
    family::{self, FamilyFilter},
    page::{BATCH_LIMIT, Position, Window},
    principal::{Credential, Permission, Principal, authorize},
    session::{self, Check, SessionFilter},
    signal::Signals,
    user,
};
use latchkey_identity::account::{self, AccountFilter};
use latchkey_types::{
    EventKind, ExportFormat, FamilySort, ListName, ListSort, SessionSort, UserId, UserState,
    Word as _,
};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use self::{
    stream::{Outlet, body},
    table::{Column, Table},
};
use crate::{
    api,
    failure::Failure,
    pages::{
        admin_audit::AuditQuery, admin_families::FamiliesQuery, admin_sessions::SessionsQuery,
        admin_users::UsersQuery, listing::Fields,
    },
    visit::Visit,
};

/// So many exports at once on one node.
pub(crate) const AT_ONCE: usize = 2;

/// When somebody who was turned away may try again, in seconds.
const RETRY_AFTER: u64 = 30;

/// The places for exports on this node.
#[derive(Debug, Clone)]
pub(crate) struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Fields of a filter that are read as words of closed sets, instants or ids. All others may be any text,
/// or say who or where somebody is: they are kept beside the event, erasable.
const PLAIN: [&str; 14] = [
    "state", "role", "kind", "outcome", "event", "class", "verdict", "method", "reason", "sort",
    "from", "to", "session", "family",
];

/// Of each text, so many characters are kept.
const VALUE_LIMIT: usize = 64;

/// An export that takes longer is broken off: its place is another one's.
const LONGEST: Duration = Duration::from_mins(30);

/// What is read, in which order.
enum Source {
    Sessions(SessionFilter, SessionSort),
    Families(FamilyFilter, FamilySort),
    Users(AccountFilter, ListSort),
    Audit(AuditFilter, ListSort),
}

impl Source {
    fn name(&self) -> ListName {
        match self {
            Self::Sessions(..) => ListName::Sessions,
            Self::Families(..) => ListName::Families,
            Self::Users(..) => ListName::Users,
            Self::Audit(..) => ListName::Audit,
        }
    }

    /// The users whom its filter means, by the names of the fields.
    fn users(&self) -> [(&'static str, Option<&Vec<UserId>>); 2] {
        let (users, by) = match self {
            Self::Sessions(filter, _) => (&filter.users, &filter.ended_by),
            Self::Families(filter, _) => (&filter.users, &filter.ended_by),
            Self::Audit(filter, _) => (&filter.users, &None),
            Self::Users(..) => (&None, &None),
        };
        [("user", users.as_ref()), ("by", by.as_ref())]
    }

    fn columns(&self) -> &'static [Column] {
        match self {
            Self::Sessions(..) => SESSIONS,
            Self::Families(..) => FAMILIES,
            Self::Users(..) => USERS,
            Self::Audit(..) => AUDIT,
        }
    }

    /// The next rows as the API gives them, and where it goes on.
    async fn batch(
        &self,
        authority: &Authority,
        at: Position,
    ) -> Result<(Vec<Value>, Option<Position>), Failure> {
        match self {
            Self::Sessions(filter, sort) => {
                let window = session::window(authority, filter, *sort, at, BATCH_LIMIT).await?;
                values(api::sessions::with_names(authority, window).await?)
            }
            Self::Families(filter, sort) => {
                let window = family::window(authority, filter, *sort, at, BATCH_LIMIT).await?;
                values(api::families::with_names(authority, window).await?)
            }
            Self::Users(filter, sort) => {
                let window = account::window(authority, filter, *sort, at, BATCH_LIMIT).await?;
                values(window.map(api::users::json_of))
            }
            Self::Audit(filter, sort) => {
                let window = audit::window(authority, filter, *sort, at, BATCH_LIMIT).await?;
                values(api::audit::with_names(authority, window).await?)
            }
        }
    }
}

fn values<T: Serialize>(window: Window<T>) -> Result<(Vec<Value>, Option<Position>), Failure> {
    let next = window.next;
    let rows = window
        .items
        .into_iter()
        .map(serde_json::to_value)
        .collect::<Result<_, _>>()
        .map_err(Failure::internal)?;
    Ok((rows, next))
}

/// Sessions as a file.
pub(crate) async fn sessions(
    visit: Visit,
    query: SessionsQuery,
    format: ExportFormat,
) -> Result<Response, Failure> {
    let read = query.read(visit.state().authority()).await?.strict()?;
    let source = Source::Sessions(read.filter, read.sort);
    begin(visit, source, format, &query.fields()).await
}

/// Refresh families as a file.
pub(crate) async fn families(
    visit: Visit,
    query: FamiliesQuery,
    format: ExportFormat,
) -> Result<Response, Failure> {
    let read = query.read(visit.state().authority()).await?.strict()?;
    let source = Source::Families(read.filter, read.sort);
    begin(visit, source, format, &query.fields()).await
}

/// Users as a file.
pub(crate) async fn users(
    visit: Visit,
    query: UsersQuery,
    format: ExportFormat,
) -> Result<Response, Failure> {
    let read = query.read().strict()?;
    let source = Source::Users(read.filter, read.sort);
    begin(visit, source, format, &query.fields()).await
}

/// The record as a file.
pub(crate) async fn audit(
    visit: Visit,
    query: AuditQuery,
    format: ExportFormat,
) -> Result<Response, Failure> {
    let read = query.read(visit.state().authority()).await?.strict()?;
    let source = Source::Audit(read.filter, read.sort);
    begin(visit, source, format, &query.fields()).await
}

/// Puts the export on the record and begins it.
async fn begin(
    visit: Visit,
    source: Source,
    format: ExportFormat,
    fields: &Fields<'_>,
) -> Result<Response, Failure> {
    // It writes to the record, and takes one of few places.
    visit.require_own_link()?;
    let busy = Failure::Busy {
        retry_after: RETRY_AFTER,
    };
    let places = Arc::clone(&visit.state().exports().0);
    let place = places.try_acquire_owned().map_err(|_| busy)?;
    record(&visit, &source, format, fields).await?;
    let (outlet, body) = body(place);
    let name = source.name();
    let principal = visit.signed_in()?.clone();
    let authority = visit.state().authority().clone();
    let day = api::instant(authority.now());
    let day = day.split('T').next().unwrap_or_default();
    tokio::spawn(async move {
        let export = run(&authority, &principal, &source, format, outlet);
        let export = async {
            tokio::time::timeout(LONGEST, export)
                .await
                .unwrap_or_else(|_| Err(anyhow::anyhow!("it took too long")))
        };
        if let Err(error) = export.await {
            tracing::warn!(
                export.list = source.name().as_str(),
                error = format!("{error:#}"),
                "an export broke off"
            );
        }
    });
    let (media_type, ending) = match format {
        ExportFormat::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
        ExportFormat::JsonLines => ("application/x-ndjson", "jsonl"),
    };
    let file = format!(
        "attachment; filename=\"latchkey-{}-{day}.{ending}\"",
        name.as_str()
    );
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_str(&file).map_err(Failure::internal)?,
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    Ok(response)
}

/// Writes that somebody takes a list away: which, as what, and narrowed how. What says who or where
/// somebody is stands beside the event, so that it can be erased.
async fn record(
    visit: &Visit,
    source: &Source,
    format: ExportFormat,
    fields: &Fields<'_>,
) -> Result<(), Failure> {
    let principal = visit.signed_in()?;
    let mut filter = serde_json::Map::new();
    let mut personal = Vec::new();
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        // What may be any text stays out of what stands for good.
        if PLAIN.contains(name) {
            filter.insert((*name).to_owned(), (*value).into());
        } else {
            filter.insert((*name).to_owned(), true.into());
            let value: String = value.trim().chars().take(VALUE_LIMIT).collect();
            personal.push(format!("{name}={value}"));
        }
    }
    // Whom the beginning of a name meant is not known later: ids are.
    for (name, users) in source.users() {
        if let Some(users) = users {
            filter.insert(name.to_owned(), json!(users));
        }
    }
    let mut event = AuditEvent::success(EventKind::ListExported, visit.caller())
        .actor(principal.user_id)
        .through(principal.credential)
        .detail(json!({
            "list": source.name().as_str(),
            "format": format.as_str(),
            "filter": filter,
        }));
    if !personal.is_empty() {
        event = event.identifier(&personal.join(" "));
    }
    let mut tx = AuthorityTx::begin(visit.state().authority()).await?;
    tx.act(principal, Permission::ViewConsole, &[]).await?;
    tx.commit([event], Signals::Nothing).await?;
    Ok(())
}

/// Reads and sends batch after batch.
async fn run(
    authority: &Authority,
    principal: &Principal,
    source: &Source,
    format: ExportFormat,
    outlet: Outlet,
) -> anyhow::Result<()> {
    let table = Table::new(source.columns());
    if format == ExportFormat::Csv {
        outlet.part(table.head()?).await?;
    }
    let mut at = Position::First;
    loop {
        may_go_on(authority, principal).await?;
        let (rows, next) = source
            .batch(authority, at)
            .await
            .map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
        outlet
            .part(match format {
                ExportFormat::Csv => table.rows(&rows)?,
                ExportFormat::JsonLines => lines(&rows),
            })
            .await?;
        let Some(next) = next else { break };
        at = next;
    }
    Ok(outlet.end().await?)
}

fn lines(rows: &[Value]) -> Vec<u8> {
    let mut text = String::new();
    for row in rows {
        text.push_str(&row.to_string());
        text.push('\n');
    }
    text.into_bytes()
}

/// Looks up again whether somebody may still see the console, through what they asked.
async fn may_go_on(authority: &Authority, principal: &Principal) -> Result<(), ActError> {
    let role = match principal.credential {
        Credential::Session(session_id) => match session::check(authority, session_id).await? {
            Check::Live { principal, .. } => principal.role,
            Check::Ended { .. } | Check::Unknown => return Err(ActError::SignedOut),
        },
        Credential::Family(family_id) => {
            let family = family::one(authority, family_id).await?;
            let user = user::one(authority, principal.user_id).await?;
            match (family, user) {
                (Some(family), Some(user))
                    if family.ended.is_none() && user.state() == UserState::Active =>
                {
                    user.role
                }
                _ => return Err(ActError::SignedOut),
            }
        }
    };
    if authorize(role, Permission::ViewConsole) {
        Ok(())
    } else {
        Err(ActError::NotPermitted)
    }
}

const SESSIONS: &[Column] = &[
    ("id", "/id"),
    ("user_id", "/user/id"),
    ("username", "/user/username"),
    ("method", "/method"),
    ("signed_in_at", "/signed_in_at"),
    ("last_seen_at", "/last_seen_at"),
    ("expires_at", "/expires_at"),
    ("address", "/address"),
    ("network", "/network"),
    ("last_address", "/last_address"),
    ("browser", "/browser"),
    ("system", "/system"),
    ("device", "/device"),
    ("user_agent", "/user_agent"),
    ("ended_at", "/ended/at"),
    ("end_reason", "/ended/reason"),
    ("ended_by_id", "/ended/by/id"),
    ("ended_by", "/ended/by/username"),
];

const FAMILIES: &[Column] = &[
    ("id", "/id"),
    ("user_id", "/user/id"),
    ("username", "/user/username"),
    ("session_id", "/session_id"),
    ("client_id", "/client_id"),
    ("transport", "/transport"),
    ("method", "/method"),
    ("generation", "/generation"),
    ("opened_at", "/opened/at"),
    ("address", "/opened/address"),
    ("network", "/opened/network"),
    ("browser", "/opened/browser"),
    ("system", "/opened/system"),
    ("device", "/opened/device"),
    ("user_agent", "/opened/user_agent"),
    ("rotated_at", "/rotated_at"),
    ("expires_at", "/expires_at"),
    ("ends_at", "/ends_at"),
    ("last_address", "/last_address"),
    ("last_event", "/last_event"),
    ("last_event_at", "/last_event_at"),
    ("ended_at", "/ended/at"),
    ("end_reason", "/ended/reason"),
    ("ended_by_id", "/ended/by/id"),
    ("ended_by", "/ended/by/username"),
];

const USERS: &[Column] = &[
    ("id", "/id"),
    ("username", "/username"),
    ("email", "/email"),
    ("email_verified", "/email_verified"),
    ("role", "/role"),
    ("state", "/state"),
    ("created_at", "/created_at"),
    ("disabled_at", "/disabled_at"),
];

const AUDIT: &[Column] = &[
    ("seq", "/seq"),
    ("id", "/id"),
    ("at", "/at"),
    ("kind", "/kind"),
    ("outcome", "/outcome"),
    ("reason", "/reason"),
    ("actor_id", "/actor/id"),
    ("actor", "/actor/username"),
    ("subject_id", "/subject/id"),
    ("subject", "/subject/username"),
    ("session_id", "/session_id"),
    ("request_id", "/request_id"),
    ("address", "/address"),
    ("user_agent", "/user_agent"),
    ("identifier", "/identifier"),
    ("detail", "/detail"),
];
