//! `/admin/nodes`: which nodes there are, and by when each had applied a revocation.

use axum::response::Response;
use latchkey_app::{
    Section,
    page::admin_nodes::{
        AdminNodesPage, NodeItem, NodeStanding, ReceiptItem, ReceptionItem, RevocationItem, Revoked,
    },
};
use latchkey_authority::{
    node::{self, NodeRow, NodeState, Receipt, Reception, Revocation},
    page::Cursor,
    signal::Signal,
};
use serde::Deserialize;

use super::{
    admin_sessions::cursor,
    listing,
    names::Names,
    respond::{self, Around},
};
use crate::{failure::Failure, form::Query, visit::Visit};

/// So many revocations on one page: each is a look-up for every node.
const ROWS: u64 = 25;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NodesQuery {
    cursor: String,
}

/// The nodes, and the latest revocations.
pub(crate) async fn show(
    visit: Visit,
    Query(query): Query<NodesQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let cursor = cursor(&query.cursor)?;
    let nodes = node::list(authority).await?;
    let found = node::revocations(authority, &nodes, cursor, ROWS).await?;
    let names = Names::of(authority, found.items.iter().filter_map(|row| row.user_id)).await?;
    let address = |cursor: Option<Cursor>| {
        let cursor = cursor.map(Cursor::encode);
        listing::address("/admin/nodes", &Vec::new(), cursor.as_deref())
    };
    let page = AdminNodesPage {
        nodes: nodes.into_iter().map(node_item).collect(),
        is_embedded: visit.state().settings().is_embedded(),
        next: found.next.map(|next| address(Some(next))),
        first: cursor.map(|_| address(None)),
        revocations: found
            .items
            .into_iter()
            .map(|row| revocation_item(&names, row))
            .collect(),
    };
    respond::page(&visit, Around::new("Nodes", Section::AdminNodes), page).await
}

fn node_item(row: NodeRow) -> NodeItem {
    NodeItem {
        name: row.name,
        version: row.version,
        standing: match row.state {
            NodeState::Fresh => NodeStanding::Fresh,
            NodeState::Behind => NodeStanding::Behind,
            NodeState::Silent { refuses_since } => NodeStanding::Silent { refuses_since },
            NodeState::Gone { refuses_since } => NodeStanding::Gone { refuses_since },
            NodeState::Stopped { at } => NodeStanding::Stopped { at },
        },
        started_at: row.started_at,
        beat_at: row.beat_at,
        lag_ms: row.lag.map(millis),
        bound_ms: millis(row.bound),
        is_listening: row.is_listening,
        applied: row.applied,
    }
}

fn revocation_item(names: &Names, row: Revocation) -> RevocationItem {
    let what = match row.signal {
        Some(
            Signal::SessionEnded { session_id, .. } | Signal::SessionChanged { session_id, .. },
        ) => Revoked::Session {
            short: session_id.short(),
        },
        Some(Signal::FamilyEnded { family_id, .. }) => Revoked::Family {
            id: family_id.to_string(),
            short: family_id.short(),
        },
        Some(Signal::UserSignedOut {
            sessions, families, ..
        }) => Revoked::Several {
            sessions: sessions.len() as u64,
            families: families.len() as u64,
        },
        Some(Signal::UserChanged { .. }) => Revoked::User,
        Some(Signal::KeysChanged) => Revoked::Keys,
        None => Revoked::Unknown { kind: row.kind },
    };
    RevocationItem {
        what,
        user: row.user_id.map(|id| names.link(id)),
        at: row.at,
        receipts: row.receipts.into_iter().map(receipt_item).collect(),
    }
}

fn receipt_item(receipt: Receipt) -> ReceiptItem {
    ReceiptItem {
        node: receipt.name,
        reception: match receipt.reception {
            Reception::Applied { within, .. } => ReceptionItem::Applied {
                within_ms: millis(within),
            },
            Reception::Rebuilt { .. } => ReceptionItem::Rebuilt,
            Reception::Refusing { since } => ReceptionItem::Refusing { since },
            Reception::Gone { .. } => ReceptionItem::Gone,
            Reception::Awaited => ReceptionItem::Awaited,
            Reception::Missing => ReceptionItem::Missing,
        },
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
