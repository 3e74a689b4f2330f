//! What was revoked lately, and by when each node had applied it.

use std::{collections::HashMap, fmt::Write as _, time::Duration};

use latchkey_types::{NodeId, UnixMillis, UserId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};
use uuid::Uuid;

use super::{LIMIT, NodeRow, NodeState, period};
use crate::{
    Authority, StoreError,
    entity::signals,
    page::{Cursor, MAX_LIMIT, Page},
    signal::Signal,
};

/// A position may be dated so much before the signals that it contains: the clocks of two nodes
/// are measured apart.
const SKEW: Duration = Duration::from_secs(5);

/// Something that was revoked or changed, and who has heard of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Its number, larger for later ones.
    pub number: i64,
    /// What it is, as it stands in the table.
    pub kind: String,
    /// What it is; `None` where a later release wrote it.
    pub signal: Option<Signal>,
    /// Whose session, sign-in or standing it is about.
    pub user_id: Option<UserId>,
    /// When its transaction began: it was committed at this time or soon after.
    pub at: UnixMillis,
    /// What became of it on each node that was there.
    pub receipts: Vec<Receipt>,
}

impl Revocation {
    /// Within what time every node that is there had applied it, where all of them had.
    pub fn within(&self) -> Option<Duration> {
        let mut longest = Duration::ZERO;
        for receipt in &self.receipts {
            match receipt.reception {
                Reception::Applied { within, .. } => longest = longest.max(within),
                Reception::Rebuilt { .. } | Reception::Gone { .. } => {}
                Reception::Refusing { .. } | Reception::Awaited | Reception::Missing => {
                    return None;
                }
            }
        }
        Some(longest)
    }
}

/// What became of a signal on one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Which node.
    pub node_id: NodeId,
    /// What it calls itself.
    pub name: String,
    /// What became of it there.
    pub reception: Reception,
}

/// What became of a signal on one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reception {
    /// It had been applied by then, perhaps sooner.
    Applied {
        /// By when.
        by: UnixMillis,
        /// How long after the signal that is: the time between commit and application was no longer.
        within: Duration,
    },
    /// The node started later, and knew of it before it answered anybody.
    Rebuilt {
        /// When it started.
        at: UnixMillis,
    },
    /// The node has fallen silent without it: cut off as it is, it lets nobody in.
    Refusing {
        /// Since when, at the latest.
        since: UnixMillis,
    },
    /// The node stopped before it said that it had applied it, or has been silent since for an hour,
    /// and lets nobody in any more.
    Gone {
        /// Since when.
        at: UnixMillis,
    },
    /// Its next beat will tell.
    Awaited,
    /// The node beats, and should have applied it by now.
    Missing,
}

impl Reception {
    /// The word for it as it is printed and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied { .. } => "applied",
            Self::Rebuilt { .. } => "rebuilt",
            Self::Refusing { .. } => "refusing",
            Self::Gone { .. } => "gone",
            Self::Awaited => "awaited",
            Self::Missing => "missing",
        }
    }
}

/// What was revoked or changed lately, newest first, with what became of it on each of the `nodes`
/// ([`super::list`]). A new cookie of a session that goes on is left out: nothing ended.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn revocations(
    authority: &Authority,
    nodes: &[NodeRow],
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<Revocation>, StoreError> {
    let limit = limit.clamp(1, MAX_LIMIT);
    let mut select = signals::Entity::find().filter(signals::Column::Kind.ne("session_changed"));
    if let Some(cursor) = cursor {
        select = select.filter(signals::Column::SignalId.lt(cursor.key));
    }
    let rows = select
        .order_by_desc(signals::Column::SignalId)
        .limit(limit + 1)
        .all(authority.database())
        .await?;
    let page = Page::cut(rows, limit, |row| Cursor {
        key: row.signal_id,
        id: Uuid::nil(),
    });
    if page.items.is_empty() {
        return Ok(Page {
            items: Vec::new(),
            next: None,
        });
    }
    let applied = applied(authority, &page.items).await?;
    Ok(page.map(|row| revocation(authority, row, nodes, &applied)))
}

/// For each signal and node: the earliest position of the node that contains the signal.
type Applied = HashMap<(i64, Uuid), UnixMillis>;

async fn applied(authority: &Authority, rows: &[signals::Model]) -> Result<Applied, StoreError> {
    let backend = authority.database().get_database_backend();
    let contains = match backend {
        // Exact: a snapshot says of every transaction whether it was visible.
        DbBackend::Postgres => {
            "pg_visible_in_snapshot(s.transaction_id, p.\"position\"::pg_snapshot)"
        }
        // Numbers are the order of commits there.
        _ => "CAST(p.\"position\" AS INTEGER) >= s.signal_id",
    };
    let mut numbers = String::new();
    for row in rows {
        let separator = if numbers.is_empty() { "" } else { ", " };
        // Numbers that the database gave: nothing that somebody typed.
        let _ = write!(numbers, "{separator}{}", row.signal_id);
    }
    let skew = SKEW.as_millis();
    let sql = format!(
        "SELECT s.signal_id, n.node_id, \
         (SELECT p.at FROM node_positions p \
          WHERE p.node_id = n.node_id AND p.at >= s.at - {skew} AND {contains} \
          ORDER BY p.at LIMIT 1) AS applied_at \
         FROM signals s CROSS JOIN \
         (SELECT node_id FROM nodes \
          ORDER BY stopped_at IS NOT NULL, beat_at DESC, node_id DESC LIMIT {LIMIT}) n \
         WHERE s.signal_id IN ({numbers})"
    );
    let mut applied = Applied::new();
    for row in authority
        .database()
        .query_all_raw(Statement::from_string(backend, sql))
        .await?
    {
        if let Some(at) = row.try_get::<Option<i64>>("", "applied_at")? {
            let key = (row.try_get("", "signal_id")?, row.try_get("", "node_id")?);
            applied.insert(key, UnixMillis(at));
        }
    }
    Ok(applied)
}

fn revocation(
    authority: &Authority,
    row: signals::Model,
    nodes: &[NodeRow],
    applied: &Applied,
) -> Revocation {
    let at = UnixMillis(row.at);
    let receipts = nodes
        .iter()
        .filter_map(|node| {
            let applied_by = applied.get(&(row.signal_id, node.node_id.as_uuid()));
            let reception = reception(authority, at, node, applied_by.copied())?;
            Some(Receipt {
                node_id: node.node_id,
                name: node.name.clone(),
                reception,
            })
        })
        .collect();
    Revocation {
        number: row.signal_id,
        signal: Signal::read(
            &row.kind,
            row.user_id,
            row.session_id,
            row.payload.as_deref(),
        ),
        kind: row.kind,
        user_id: row.user_id.map(UserId::from_uuid),
        at,
        receipts,
    }
}

/// What became of a signal of `at` on a node; `None` where the node was gone before.
fn reception(
    authority: &Authority,
    at: UnixMillis,
    node: &NodeRow,
    applied_by: Option<UnixMillis>,
) -> Option<Reception> {
    if let Some(by) = applied_by {
        return Some(if by <= node.started_at {
            Reception::Rebuilt {
                at: node.started_at,
            }
        } else {
            Reception::Applied {
                by,
                within: by.since(at),
            }
        });
    }
    Some(match node.state {
        NodeState::Stopped { at: stopped_at } if stopped_at < at => return None,
        NodeState::Stopped { at } => Reception::Gone { at },
        NodeState::Gone { refuses_since } if refuses_since < at => return None,
        NodeState::Gone { refuses_since } => Reception::Gone { at: refuses_since },
        NodeState::Silent { refuses_since } => Reception::Refusing {
            since: refuses_since,
        },
        NodeState::Fresh | NodeState::Behind => {
            // A poll, and a beat after it.
            let expected = period(authority) * 2 + node.bound;
            if authority.now().since(at) <= expected {
                Reception::Awaited
            } else {
                Reception::Missing
            }
        }
    })
}
