//! `/api/admin/nodes` and `/api/admin/signals`: which nodes there are, and by when each had applied
//! a revocation.

use std::time::Duration;

use axum::response::Response;
use latchkey_authority::{
    node::{self, NodeRow, NodeState, Receipt, Reception, Revocation},
    page::Page,
    signal::Signal,
};
use latchkey_types::{FamilyId, NodeId, SessionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{List, UserRef, instant, limit};
use crate::{
    failure::Failure,
    form::Query,
    pages::{admin_sessions::cursor, names::Names},
    visit::Visit,
};

/// A process that serves this database.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Node)]
struct NodeJson {
    id: NodeId,
    /// The machine, and the process there.
    #[schema(example = "edge-1:4711")]
    name: String,
    #[schema(example = "1.0.0")]
    version: String,
    /// `fresh`: it knows of every end within its bound. `behind`: it does not, and refuses
    /// everybody. `silent`: nothing is heard of it. `gone`: that for more than an hour. `stopped`: it
    /// was shut down.
    #[schema(example = "fresh")]
    state: &'static str,
    /// Of a node that is silent or gone: cut off from the database, it lets nobody in since then at the latest.
    #[schema(example = json!(null))]
    refuses_since: Option<String>,
    #[schema(example = json!(null))]
    stopped_at: Option<String>,
    #[schema(example = "2026-01-01T08:00:00Z")]
    started_at: String,
    #[schema(example = "2026-01-01T12:00:00.204Z")]
    beat_at: String,
    /// How old what it knew was at its last beat; null before its first poll.
    #[schema(example = 312)]
    lag_ms: Option<u64>,
    /// How old that may get before it refuses.
    #[schema(example = 2000)]
    bound_ms: u64,
    /// Whether hints of other nodes reach it. Without them it polls.
    #[schema(example = true)]
    listening: bool,
    /// Signals that it has applied since its start.
    #[schema(example = 1204)]
    applied: u64,
    /// Up to where it has read, in the database's own words.
    #[schema(example = "8123:8123:")]
    position: String,
}

fn node_json(row: NodeRow) -> NodeJson {
    let (refuses_since, stopped_at) = match row.state {
        NodeState::Silent { refuses_since } | NodeState::Gone { refuses_since } => {
            (Some(refuses_since), None)
        }
        NodeState::Stopped { at } => (None, Some(at)),
        NodeState::Fresh | NodeState::Behind => (None, None),
    };
    NodeJson {
        id: row.node_id,
        name: row.name,
        version: row.version,
        state: row.state.as_str(),
        refuses_since: refuses_since.map(instant),
        stopped_at: stopped_at.map(instant),
        started_at: instant(row.started_at),
        beat_at: instant(row.beat_at),
        lag_ms: row.lag.map(millis),
        bound_ms: millis(row.bound),
        listening: row.is_listening,
        applied: row.applied,
        position: row.position,
    }
}

/// Something that was revoked or changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Revocation)]
struct RevocationJson {
    /// Larger for later ones.
    #[schema(example = 812)]
    number: i64,
    /// `session_ended`, `family_ended`, `user_signed_out`, `user_changed` or `keys_changed`.
    #[schema(example = "session_ended")]
    kind: String,
    /// Whose it was.
    user: Option<UserRef>,
    /// The sessions that ended.
    sessions: Vec<SessionId>,
    /// The refresh families that ended.
    families: Vec<FamilyId>,
    /// When its transaction began; it was committed then or soon after.
    #[schema(example = "2026-01-01T12:00:00Z")]
    at: String,
    /// Within so many milliseconds every node that is there had applied it; null where one had not
    /// or refuses.
    #[schema(example = 14)]
    within_ms: Option<u64>,
    /// What became of it on each node.
    receipts: Vec<ReceiptJson>,
}

/// What became of a revocation on one node.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Receipt)]
struct ReceiptJson {
    node_id: NodeId,
    #[schema(example = "edge-1:4711")]
    node: String,
    /// `applied`: by `at`, perhaps sooner. `rebuilt`: the node started later, at `at`, and knew of it.
    /// `refusing`: the node is silent, and lets nobody in since `at`. `gone`: it stopped at `at`, or
    /// has been silent since for more than an hour.
    /// `awaited`: its next beat will tell. `missing`: it should have been applied by now.
    #[schema(example = "applied")]
    state: &'static str,
    #[schema(example = "2026-01-01T12:00:00.014Z")]
    at: Option<String>,
    /// Where it was applied: so many milliseconds after the revocation at most.
    #[schema(example = 14)]
    within_ms: Option<u64>,
}

fn receipt_json(receipt: Receipt) -> ReceiptJson {
    let (at, within) = match receipt.reception {
        Reception::Applied { by, within } => (Some(by), Some(within)),
        Reception::Rebuilt { at } | Reception::Gone { at } => (Some(at), None),
        Reception::Refusing { since } => (Some(since), None),
        Reception::Awaited | Reception::Missing => (None, None),
    };
    ReceiptJson {
        node_id: receipt.node_id,
        node: receipt.name,
        state: receipt.reception.as_str(),
        at: at.map(instant),
        within_ms: within.map(millis),
    }
}

fn revocation_json(names: &Names, row: Revocation) -> RevocationJson {
    let within_ms = row.within().map(millis);
    let (sessions, families) = match row.signal {
        Some(
            Signal::SessionEnded { session_id, .. } | Signal::SessionChanged { session_id, .. },
        ) => (vec![session_id], Vec::new()),
        Some(Signal::FamilyEnded { family_id, .. }) => (Vec::new(), vec![family_id]),
        Some(Signal::UserSignedOut {
            sessions, families, ..
        }) => (sessions, families),
        Some(Signal::UserChanged { .. } | Signal::KeysChanged) | None => (Vec::new(), Vec::new()),
    };
    RevocationJson {
        number: row.number,
        kind: row.kind,
        user: row.user_id.map(|id| UserRef::of(names, id)),
        sessions,
        families,
        at: instant(row.at),
        within_ms,
        receipts: row.receipts.into_iter().map(receipt_json).collect(),
    }
}

#[utoipa::path(get, path = "/api/admin/nodes", tag = "Nodes", responses((status = 200, body = List<NodeJson>)))]
/// Lists the nodes that run, and those that stopped or fell silent within a day; at most 100.
pub(crate) async fn list(visit: Visit) -> Result<Response, Failure> {
    let items = node::list(visit.state().authority()).await?;
    Ok(super::list(Page { items, next: None }.map(node_json)))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct RevocationsQuery {
    /// Where the page begins: `next` of the page before.
    #[param(required = false)]
    cursor: String,
    /// So many rows, 1 to 200; 50 where it is left out.
    limit: Option<u64>,
}

#[utoipa::path(get, path = "/api/admin/signals", tag = "Nodes", params(RevocationsQuery), responses((status = 200, body = List<RevocationJson>)))]
/// Lists what was revoked or changed within the last hour, newest first, with what became of it on each node.
pub(crate) async fn revocations(
    visit: Visit,
    Query(query): Query<RevocationsQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let limit = limit(query.limit)?;
    let cursor = cursor(&query.cursor)?;
    let nodes = node::list(authority).await?;
    let page = node::revocations(authority, &nodes, cursor, limit).await?;
    let names = Names::of(authority, page.items.iter().filter_map(|row| row.user_id)).await?;
    Ok(super::list(page.map(|row| revocation_json(&names, row))))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
