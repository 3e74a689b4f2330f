//! When sessions were last seen: noted in memory, written in batches off the path of requests.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use latchkey_types::{SessionId, UnixMillis};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, SqliteTransactionMode, TransactionOptions,
    TransactionTrait, sea_query::Expr,
};

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

    /// Notes that a session was used.
    pub fn note(&self, session_id: SessionId, at: UnixMillis, address: String) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < Self::LIMIT || seen.contains_key(&session_id) {
            seen.insert(session_id, (at, address));
        }
    }

    /// When a session was last seen, if that is not written yet.
    pub(super) fn pending(&self, session_id: SessionId) -> Option<UnixMillis> {
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

async fn write(
    authority: &Authority,
    batch: &[(SessionId, (UnixMillis, String))],
) -> Result<(), StoreError> {
    let _writer = if authority.is_sqlite() {
        Some(authority.writer().lock_owned().await)
    } else {
        None
    };
    let mut batch = batch.to_vec();
    // In the order of ids, so that two nodes that write the same rows do not wait for each other.
    batch.sort_by_key(|(session_id, _)| *session_id);
    let transaction = authority
        .database()
        .begin_with_options(TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        })
        .await?;
    for (session_id, (at, address)) in batch {
        sessions::Entity::update_many()
            .col_expr(sessions::Column::LastSeenAt, Expr::value(at.0))
            .col_expr(sessions::Column::LastAddress, Expr::value(address))
            .filter(sessions::Column::SessionId.eq(session_id.as_uuid()))
            .filter(sessions::Column::EndedAt.is_null())
            .filter(sessions::Column::LastSeenAt.lt(at.0))
            .exec(&transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}
