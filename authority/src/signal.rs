//! Signals: rows that tell every node that some authority has shrunk or changed.
//!
//! Written only by [`crate::AuthorityTx::commit`], in the transaction of the change. Each node
//! follows the table ([`crate::feed`]); no request reads it. What nobody can need any more is
//! pruned.

use std::time::Duration;

use latchkey_types::{FamilyId, SessionId, UnixMillis, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
    QueryTrait,
};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::{Authority, StoreError, entity::signals};

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
    /// One session has another cookie, or none: what is cached of it is stale.
    SessionChanged {
        /// The session.
        session_id: SessionId,
        /// Whose it is.
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
    /// What changed, as it stands in the table.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SessionChanged { .. } => "session_changed",
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
            | Self::SessionChanged { user_id, .. }
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
            Self::SessionEnded { .. }
            | Self::SessionChanged { .. }
            | Self::UserChanged { .. }
            | Self::KeysChanged => None,
        }
    }

    /// Understands a row; `None` where another release wrote what this one does not know.
    pub(crate) fn read(
        kind: &str,
        user_id: Option<Uuid>,
        session_id: Option<Uuid>,
        payload: Option<&str>,
    ) -> Option<Self> {
        let user_id = user_id.map(UserId::from_uuid);
        let session_id = session_id.map(SessionId::from_uuid);
        let named = || serde_json::from_str::<Named>(payload?).ok();
        Some(match kind {
            "session_ended" => Self::SessionEnded {
                session_id: session_id?,
                user_id: user_id?,
            },
            "session_changed" => Self::SessionChanged {
                session_id: session_id?,
                user_id: user_id?,
            },
            "user_changed" => Self::UserChanged { user_id: user_id? },
            "family_ended" => Self::FamilyEnded {
                family_id: *named()?.families.first()?,
                user_id: user_id?,
            },
            "user_signed_out" => {
                let named = named()?;
                Self::UserSignedOut {
                    user_id: user_id?,
                    sessions: named.sessions,
                    families: named.families,
                }
            }
            "keys_changed" => Self::KeysChanged,
            _ => return None,
        })
    }
}

/// The ids in a payload.
#[derive(Debug, Deserialize)]
struct Named {
    #[serde(default)]
    sessions: Vec<SessionId>,
    #[serde(default)]
    families: Vec<FamilyId>,
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

/// Signals are kept for so long: four times what any index needs, so that whoever looks into why
/// something ended finds it.
pub const KEPT: Duration = Duration::from_hours(1);

/// So many rows are deleted in one transaction.
const BATCH: u64 = 5_000;

/// Deletes what nobody can need any more; returns how many rows that were.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn prune(authority: &Authority) -> Result<u64, StoreError> {
    let before = authority.now().before(KEPT);
    let mut pruned = 0;
    loop {
        let batch = signals::Entity::find()
            .select_only()
            .column(signals::Column::SignalId)
            .filter(signals::Column::At.lt(before.0))
            .limit(BATCH)
            .into_query();
        let deleted = {
            let _turn = authority.turn().await;
            signals::Entity::delete_many()
                .filter(signals::Column::SignalId.in_subquery(batch))
                .exec(authority.database())
                .await?
                .rows_affected
        };
        pruned += deleted;
        if deleted < BATCH {
            return Ok(pruned);
        }
    }
}

fn row(signal: &Signal, now: UnixMillis) -> signals::ActiveModel {
    signals::ActiveModel {
        kind: Set(signal.kind().to_owned()),
        user_id: Set(signal.user_id().map(UserId::as_uuid)),
        session_id: Set(match signal {
            Signal::SessionEnded { session_id, .. } | Signal::SessionChanged { session_id, .. } => {
                Some(session_id.as_uuid())
            }
            _ => None,
        }),
        payload: Set(signal.payload().map(|payload| payload.to_string())),
        at: Set(now.0),
        ..Default::default()
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
        .map(|signal| row(signal, now))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    signals::Entity::insert_many(rows)
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i02_every_signal_is_understood_as_it_was_meant() {
        let uuid = |number| Uuid::from_u128(number);
        let user_id = UserId::from_uuid(uuid(1));
        let session_id = SessionId::from_uuid(uuid(2));
        let family_id = FamilyId::from_uuid(uuid(3));
        for signal in [
            Signal::SessionEnded {
                session_id,
                user_id,
            },
            Signal::SessionChanged {
                session_id,
                user_id,
            },
            Signal::FamilyEnded { family_id, user_id },
            Signal::UserChanged { user_id },
            Signal::UserSignedOut {
                user_id,
                sessions: vec![session_id],
                families: vec![family_id],
            },
            Signal::KeysChanged,
        ] {
            let mut row = row(&signal, UnixMillis(0));
            let payload = row.payload.take();
            let read = Signal::read(
                row.kind.as_ref(),
                *row.user_id.as_ref(),
                *row.session_id.as_ref(),
                payload.flatten().as_deref(),
            );
            assert_eq!(read, Some(signal));
        }
        assert_eq!(Signal::read("of_a_later_release", None, None, None), None);
        assert_eq!(Signal::read("session_ended", None, None, None), None);
    }
}
