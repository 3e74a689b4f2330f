//! Which nodes there are.

use std::time::Duration;

use latchkey_types::{NodeId, UnixMillis};
use sea_orm::{ColumnTrait, EntityTrait, QueryOrder, QuerySelect};

use super::{GONE_AFTER, LIMIT, MISSED_BEATS, period};
use crate::{Authority, StoreError, entity::nodes};

/// How a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeState {
    /// It knows of every end within its bound.
    Fresh,
    /// It beats, and what it knows is too old: it refuses everybody until that changes.
    Behind,
    /// It does not beat. Cut off from the database it refuses everybody since then at the latest:
    /// its last poll was not later than the beat that is missing.
    Silent {
        /// Since when.
        refuses_since: UnixMillis,
    },
    /// It has been silent for an hour, and nobody need look for it.
    Gone {
        /// From when on it let nobody in, at the latest.
        refuses_since: UnixMillis,
    },
    /// It said goodbye.
    Stopped {
        /// When.
        at: UnixMillis,
    },
}

impl NodeState {
    /// The state as it is printed and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Behind => "behind",
            Self::Silent { .. } => "silent",
            Self::Gone { .. } => "gone",
            Self::Stopped { .. } => "stopped",
        }
    }
}

/// A node as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRow {
    /// Its id.
    pub node_id: NodeId,
    /// What it calls itself: the machine, and the process there.
    pub name: String,
    /// Its release.
    pub version: String,
    /// How it is.
    pub state: NodeState,
    /// When it began to serve.
    pub started_at: UnixMillis,
    /// When it beat last.
    pub beat_at: UnixMillis,
    /// How old what it knew was then; `None` before its first poll.
    pub lag: Option<Duration>,
    /// How old that may get before it refuses.
    pub bound: Duration,
    /// Signals that it has applied since its start.
    pub applied: u64,
    /// Whether hints of other nodes reach it, so that it need not wait for its next poll.
    pub is_listening: bool,
    /// Up to where it has read, in the database's own words.
    pub position: String,
}

/// The nodes that run, and those that stopped or fell silent within a day: those that run first,
/// the last beat first, at most a hundred.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list(authority: &Authority) -> Result<Vec<NodeRow>, StoreError> {
    let models = nodes::Entity::find()
        .order_by_asc(nodes::Column::StoppedAt.is_not_null())
        .order_by_desc(nodes::Column::BeatAt)
        .order_by_desc(nodes::Column::NodeId)
        .limit(LIMIT)
        .all(authority.database())
        .await?;
    let mut rows: Vec<_> = models
        .into_iter()
        .map(|model| row(authority, model))
        .collect();
    // Beats change the order each second; people look for a name where they saw it last.
    rows.sort_by(|one, other| {
        let is_over = |row: &NodeRow| {
            matches!(
                row.state,
                NodeState::Stopped { .. } | NodeState::Gone { .. }
            )
        };
        is_over(one)
            .cmp(&is_over(other))
            .then(one.name.cmp(&other.name))
            .then(other.started_at.cmp(&one.started_at))
            .then(one.node_id.cmp(&other.node_id))
    });
    Ok(rows)
}

fn row(authority: &Authority, model: nodes::Model) -> NodeRow {
    let bound = duration(model.bound_ms);
    NodeRow {
        node_id: NodeId::from_uuid(model.node_id),
        state: state(authority, &model, bound),
        name: model.name,
        version: model.version,
        started_at: UnixMillis(model.started_at),
        beat_at: UnixMillis(model.beat_at),
        lag: model.lag_ms.map(duration),
        bound,
        applied: u64::try_from(model.applied).unwrap_or_default(),
        is_listening: model.is_listening,
        position: model.position,
    }
}

fn state(authority: &Authority, model: &nodes::Model, bound: Duration) -> NodeState {
    if let Some(at) = model.stopped_at {
        return NodeState::Stopped { at: UnixMillis(at) };
    }
    let period = period(authority);
    let beat_at = UnixMillis(model.beat_at);
    // Until the next beat was due it may have polled once more.
    let refuses_after = period + bound;
    let silent_after = (period * MISSED_BEATS).max(refuses_after);
    let silence = authority.now().since(beat_at);
    let refuses_since = beat_at.after(refuses_after);
    if silence > silent_after.max(GONE_AFTER) {
        NodeState::Gone { refuses_since }
    } else if silence > silent_after {
        NodeState::Silent { refuses_since }
    } else if model.is_fresh {
        NodeState::Fresh
    } else {
        NodeState::Behind
    }
}

fn duration(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}
