//! When sessions were last seen: noted in memory, written in batches off the path of requests.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use latchkey_types::{SessionId, UnixMillis};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
    sea_query::{Expr, LockBehavior, LockType},
};
use uuid::Uuid;

use crate::{Authority, entity::sessions, error::StoreError};

/// Sessions that were seen since the last write.
#[derive(Debug, Default)]
pub struct LastSeen {
    seen: Mutex<HashMap<SessionId, (UnixMillis, String)>>,
}

impl LastSeen {
    /// So many sessions are noted between two writes; the others keep their older instant.
    const LIMIT: usize = 100_000;

    /// So many rows are written in one transaction.
    const BATCH: usize = 500;

    /// Notes that a session was used. Of several uses between two writes the latest stays, in
    /// whatever order they are noted.
    pub fn note(&self, session_id: SessionId, at: UnixMillis, address: String) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = seen.len() >= Self::LIMIT;
        match seen.get_mut(&session_id) {
            Some(noted) if noted.0 > at => {}
            Some(noted) => *noted = (at, address),
            None if is_full => {}
            None => {
                seen.insert(session_id, (at, address));
            }
        }
    }

    /// When a session was last seen, if that is not written yet.
    pub fn pending(&self, session_id: SessionId) -> Option<UnixMillis> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&session_id)
            .map(|(at, _)| *at)
    }

    /// Drops what was noted of a session that ended.
    pub(crate) fn forget(&self, session_id: SessionId) {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&session_id);
    }

    /// Writes what was noted. An instant never moves back, and an ended session is left alone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; what was not written is kept for the next time.
    pub async fn flush(&self, authority: &Authority) -> Result<usize, StoreError> {
        let noted: Vec<_> = self
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|(id, seen)| (*id, seen.clone()))
            .collect();
        for batch in noted.chunks(Self::BATCH) {
            write(authority, batch).await?;
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            for (session_id, written) in batch {
                // Whoever was seen again meanwhile stays for the next write.
                if seen.get(session_id) == Some(written) {
                    seen.remove(session_id);
                }
            }
        }
        Ok(noted.len())
    }
}

/// Writes one batch.
///
/// Somebody who holds the row of one session (because they act through it) may be about to change
/// another one. So nothing here waits while it holds anything: the rows that nobody holds are
/// written together, the others one by one.
async fn write(
    authority: &Authority,
    batch: &[(SessionId, (UnixMillis, String))],
) -> Result<(), StoreError> {
    let _turn = authority.turn().await;
    let transaction = authority
        .database()
        .begin_with_options(TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        })
        .await?;
    let free: HashSet<Uuid> = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::SessionId)
        .filter(sessions::Column::SessionId.is_in(batch.iter().map(|(id, _)| id.as_uuid())))
        .filter(sessions::Column::EndedAt.is_null())
        .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked)
        .into_tuple()
        .all(&transaction)
        .await?
        .into_iter()
        .collect();
    let (free, held): (Vec<_>, Vec<_>) =
        (batch.iter()).partition(|(id, _)| free.contains(&id.as_uuid()));
    for (session_id, (at, address)) in free {
        write_one(&transaction, *session_id, *at, address).await?;
    }
    transaction.commit().await?;
    for (session_id, (at, address)) in held {
        write_one(authority.database(), *session_id, *at, address).await?;
    }
    Ok(())
}

async fn write_one(
    connection: &impl ConnectionTrait,
    session_id: SessionId,
    at: UnixMillis,
    address: &str,
) -> Result<(), StoreError> {
    sessions::Entity::update_many()
        .col_expr(sessions::Column::LastSeenAt, Expr::value(at.0))
        .col_expr(sessions::Column::LastAddress, Expr::value(address))
        .filter(sessions::Column::SessionId.eq(session_id.as_uuid()))
        .filter(sessions::Column::EndedAt.is_null())
        .filter(sessions::Column::LastSeenAt.lt(at.0))
        .exec(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i12_no_more_sessions_are_noted_than_the_limit_and_known_ones_go_on() {
        let seen = LastSeen::default();
        let session = |number: usize| SessionId::from_uuid(Uuid::from_u128(number as u128));
        for number in 0..LastSeen::LIMIT + 10 {
            seen.note(session(number), UnixMillis(1), String::new());
        }
        assert_eq!(seen.seen.lock().unwrap().len(), LastSeen::LIMIT);
        assert_eq!(seen.pending(session(LastSeen::LIMIT)), None);
        seen.note(session(0), UnixMillis(2), String::new());
        assert_eq!(seen.pending(session(0)), Some(UnixMillis(2)));
    }

    #[test]
    fn i08_of_two_uses_the_later_one_counts_however_they_are_noted() {
        let seen = LastSeen::default();
        let session = SessionId::from_uuid(Uuid::from_u128(1));
        for at in [5, 9, 7] {
            seen.note(session, UnixMillis(at), at.to_string());
        }
        assert_eq!(
            seen.seen.lock().unwrap().get(&session),
            Some(&(UnixMillis(9), "9".to_owned()))
        );
    }
}
