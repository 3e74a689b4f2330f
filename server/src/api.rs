//! JSON for programs and islands.
//!
//! Lists answer `{"items": […], "next": cursor or null}` to `?cursor=&limit=` and their filters.
//! Times are RFC 3339 in UTC. Failures are problem documents (RFC 9457).

pub(crate) mod activity;
pub(crate) mod audit;
pub(crate) mod auth;
pub(crate) mod bulk_ends;
pub(crate) mod check;
pub(crate) mod docs;
mod examples;
pub(crate) mod exports;
pub(crate) mod families;
pub(crate) mod invitations;
pub(crate) mod keys;
pub(crate) mod nodes;
pub mod openapi;
pub(crate) mod overview;
pub(crate) mod security_events;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod signals;
pub(crate) mod threats;
pub(crate) mod users;

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use latchkey_authority::page::{Cursor, MAX_LIMIT, Page, Window};
use latchkey_identity::account;
use latchkey_types::{FamilyId, Role, SessionId, UnixMillis, UserId, Word};
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::ToSchema;

use crate::{
    failure::Failure,
    pages::{listing::Read, names::Names},
    visit::Visit,
};

/// So many rows where nobody asks for another number.
const DEFAULT_LIMIT: u64 = 50;

#[utoipa::path(get, path = "/api/ping", tag = "Operations",
    responses((status = 200, body = Pong, example = json!({ "pong": true }))))]
/// Answers: no proof, the same layers; the yardstick of every measurement.
pub(crate) async fn ping() -> Response {
    Json(Pong { pong: true }).into_response()
}

#[utoipa::path(get, path = "/api/me", tag = "Account", responses((status = 200, body = Me)))]
/// Says who is signed in, with their roles as they stand now.
pub(crate) async fn me(visit: Visit) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let account = account::copy(visit.state().identity(), principal.user_id)
        .await?
        .ok_or(Failure::NotFound)?;
    Ok(Json(Me {
        id: account.user_id,
        username: account.username.clone(),
        email: account.email.clone(),
        email_verified: account.email_verified_at.is_some(),
        roles: vec![principal.role],
        session_id: principal.session_id(),
        family_id: principal.family_id(),
    })
    .into_response())
}

/// A user as other rows mention them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserRef {
    id: UserId,
    #[schema(example = "ann")]
    username: String,
}

impl UserRef {
    fn of(names: &Names, id: UserId) -> Self {
        Self {
            id,
            username: names.link(id).name,
        }
    }
}

/// An instant as JSON has it.
pub(crate) fn instant(at: UnixMillis) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}

fn limit(asked: Option<u64>) -> Result<u64, Failure> {
    match asked {
        None => Ok(DEFAULT_LIMIT),
        Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(_) => Err(Failure::BadRequest(format!(
            "limit: expected between 1 and {MAX_LIMIT}"
        ))),
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
struct List<T> {
    /// The rows, in the order that was asked for.
    items: Vec<T>,
    /// What to send as `cursor` for the next page; null on the last one.
    #[schema(example = "EAAAAAGbqYz-AAGWHg…")]
    next: Option<String>,
}

impl<T> From<Page<T>> for List<T> {
    fn from(page: Page<T>) -> Self {
        Self {
            items: page.items,
            next: page.next.map(Cursor::encode),
        }
    }
}

fn list<T: Serialize>(page: Page<T>) -> Response {
    Json(List::from(page)).into_response()
}

/// A list in the order and from the place that were asked for.
fn listed<F, S: Word, T: Serialize>(read: &Read<F, S>, window: Window<T>) -> Response {
    Json(List {
        next: read.encode(window.next),
        items: window.items,
    })
    .into_response()
}

/// Whether something ended by this request.
#[derive(Debug, Serialize, ToSchema)]
struct Ended {
    /// False where it was over already.
    ended: bool,
}

/// Whether something changed by this request.
#[derive(Debug, Serialize, ToSchema)]
struct Changed {
    /// False where it was so already.
    changed: bool,
}

/// The yardstick of every measurement.
#[derive(Debug, Serialize, ToSchema)]
struct Pong {
    pong: bool,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    id: UserId,
    #[schema(example = "ann")]
    username: String,
    #[schema(example = "ann@example.com")]
    email: Option<String>,
    email_verified: bool,
    /// What they may do, as it stands now.
    roles: Vec<Role>,
    /// The session through which they ask, where it is one.
    session_id: Option<SessionId>,
    /// The refresh family of the access token through which they ask, where it is one.
    family_id: Option<FamilyId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_rfc_3339() {
        assert_eq!(
            instant(UnixMillis(1_767_225_600_000)),
            "2026-01-01T00:00:00Z"
        );
        assert_eq!(
            instant(UnixMillis(1_767_225_600_123)),
            "2026-01-01T00:00:00.123Z"
        );
    }
}
