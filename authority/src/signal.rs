//! Signals: rows that tell every node that some authority has shrunk or changed.
//!
//! Written only by [`crate::AuthorityTx::commit`], in the transaction of the change. The table is
//! append-only and is never read on the path of a request.

use latchkey_types::{FamilyId, SessionId, UnixMillis, UserId};
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
    /// One refresh family is over, and its access tokens with it.
    FamilyEnded {
        /// The family.
        family_id: FamilyId,
        /// Whose it was.
        user_id: UserId,
    },
    /// The signing keys changed: one was made, retired or killed.
    KeysChanged,
    /// A user's role, state or password changed: whatever is cached of them is stale.
    UserChanged {
        /// The user.
        user_id: UserId,
    },
    /// Sessions and refresh families of one user ended together. Names every ended id: "not
    /// before" would need clocks that agree.
    UserSignedOut {
        /// The user.
        user_id: UserId,
        /// Every session that ended.
        sessions: Vec<SessionId>,
        /// Every refresh family that ended.
        families: Vec<FamilyId>,
    },
}

impl Signal {
    fn kind(&self) -> &'static str {
        match self {
            Self::SessionEnded { .. } => "session_ended",
            Self::UserChanged { .. } => "user_changed",
            Self::UserSignedOut { .. } => "user_signed_out",
            Self::FamilyEnded { .. } => "family_ended",
            Self::KeysChanged => "keys_changed",
        }
    }

    fn user_id(&self) -> Option<UserId> {
        match self {
            Self::SessionEnded { user_id, .. }
            | Self::FamilyEnded { user_id, .. }
            | Self::UserChanged { user_id }
            | Self::UserSignedOut { user_id, .. } => Some(*user_id),
            Self::KeysChanged => None,
        }
    }

    /// The facts that have no column of their own.
    fn payload(&self) -> Option<serde_json::Value> {
        match self {
            Self::UserSignedOut {
                sessions, families, ..
            } => Some(json!({ "sessions": sessions, "families": families })),
            Self::FamilyEnded { family_id, .. } => Some(json!({ "families": [family_id] })),
            Self::SessionEnded { .. } | Self::UserChanged { .. } | Self::KeysChanged => None,
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

impl Extend<Signal> for Signals {
    fn extend<I: IntoIterator<Item = Signal>>(&mut self, more: I) {
        let mut signals = match std::mem::replace(self, Self::Nothing) {
            Self::Nothing => Vec::new(),
            Self::These(signals) => signals,
        };
        signals.extend(more);
        if !signals.is_empty() {
            *self = Self::These(signals);
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
            user_id: Set(signal.user_id().map(UserId::as_uuid)),
            session_id: Set(match signal {
                Signal::SessionEnded { session_id, .. } => Some(session_id.as_uuid()),
                _ => None,
            }),
            payload: Set(signal.payload().map(|payload| payload.to_string())),
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
