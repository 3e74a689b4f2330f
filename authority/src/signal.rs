//! Signals: rows that tell every node that some authority has shrunk or changed.
//!
//! Written only by [`crate::AuthorityTx::commit`], in the transaction of the change. The table is
//! append-only and is never read on the path of a request.

use latchkey_types::{SessionId, UnixMillis, UserId};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait};
use serde_json::json;

use crate::entity::signals;

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// One session is over.
    SessionEnded {
        /// The session.
        session_id: SessionId,
        /// Whose it was.
        user_id: UserId,
    },
    /// A user's role, state or password changed: whatever is cached of them is stale.
    UserChanged {
        /// The user.
        user_id: UserId,
    },
    /// Sessions of one user ended together. Names every ended id: "not before" would need clocks
    /// that agree.
    UserSignedOut {
        /// The user.
        user_id: UserId,
        /// Every session that ended.
        sessions: Vec<SessionId>,
    },
}

impl Signal {
    fn kind(&self) -> &'static str {
        match self {
            Self::SessionEnded { .. } => "session_ended",
            Self::UserChanged { .. } => "user_changed",
            Self::UserSignedOut { .. } => "user_signed_out",
        }
    }

    fn user_id(&self) -> UserId {
        match self {
            Self::SessionEnded { user_id, .. }
            | Self::UserChanged { user_id }
            | Self::UserSignedOut { user_id, .. } => *user_id,
        }
    }
}

/// What a transaction tells the other nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signals {
    /// Nothing: authority was only born, so nobody can hold a stale copy of it.
    Nothing,
    /// These, in order.
    These(Vec<Signal>),
}

impl Signals {
    /// The signals, in order.
    pub fn as_slice(&self) -> &[Signal] {
        match self {
            Self::Nothing => &[],
            Self::These(signals) => signals,
        }
    }
}

impl From<Signal> for Signals {
    fn from(signal: Signal) -> Self {
        Self::These(vec![signal])
    }
}

pub(crate) async fn write(
    connection: &impl ConnectionTrait,
    signals: &Signals,
    now: UnixMillis,
) -> Result<(), DbErr> {
    let rows: Vec<_> = signals
        .as_slice()
        .iter()
        .map(|signal| signals::ActiveModel {
            kind: Set(signal.kind().to_owned()),
            user_id: Set(Some(signal.user_id().as_uuid())),
            session_id: Set(match signal {
                Signal::SessionEnded { session_id, .. } => Some(session_id.as_uuid()),
                Signal::UserChanged { .. } | Signal::UserSignedOut { .. } => None,
            }),
            payload: Set(match signal {
                Signal::UserSignedOut { sessions, .. } => {
                    Some(json!({ "sessions": sessions }).to_string())
                }
                Signal::SessionEnded { .. } | Signal::UserChanged { .. } => None,
            }),
            at: Set(now.0),
            ..Default::default()
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    signals::Entity::insert_many(rows)
        .exec_without_returning(connection)
        .await?;
    Ok(())
}
