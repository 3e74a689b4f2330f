//! Who has shown that they hold what a rotation gave: noted in memory, written behind.
//!
//! It only refuses sooner: a client that was seen with its new pair did not lose the reply. Safety
//! never rests on it, because a token that was moved past is reuse when it comes back.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use latchkey_types::{FamilyId, UnixMillis};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sea_query::{Expr, LockBehavior, LockType},
};
use uuid::Uuid;

use super::side::Side;
use crate::{
    Authority,
    entity::{families, rotations},
    error::StoreError,
};

/// The rotation that made a family's current token. Its time comes first: where the database lost
/// commits, a generation is made again, and what was seen of the lost one says nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Made {
    at: i64,
    generation: i64,
}

impl Made {
    pub(crate) fn of(family: &families::Model) -> Self {
        Self {
            at: family.rotated_at,
            generation: family.generation,
        }
    }
}

#[derive(Debug, Clone)]
struct Receipt {
    made: Made,
    side: Side,
    at: UnixMillis,
    is_written: bool,
}

/// Receipts of the current generations of families that were active lately.
#[derive(Debug, Default)]
pub struct Receipts {
    noted: Mutex<HashMap<FamilyId, Receipt>>,
}

impl Receipts {
    /// So many families are noted; the written ones make room for others.
    const LIMIT: usize = 100_000;

    /// Notes that somebody holds what this rotation gave. The first of a rotation stays.
    pub(crate) fn note(&self, family_id: FamilyId, made: Made, side: Side, at: UnixMillis) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() >= Self::LIMIT && !noted.contains_key(&family_id) {
            noted.retain(|_, receipt| !receipt.is_written);
            if noted.len() >= Self::LIMIT {
                return;
            }
        }
        match noted.get(&family_id) {
            Some(known) if known.made >= made => {}
            _ => {
                let receipt = Receipt {
                    made,
                    side,
                    at,
                    is_written: false,
                };
                noted.insert(family_id, receipt);
            }
        }
    }

    /// Who was noted with what this rotation gave.
    pub(crate) fn of(&self, family_id: FamilyId, made: Made) -> Option<Side> {
        self.noted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&family_id)
            .filter(|receipt| receipt.made == made)
            .map(|receipt| receipt.side.clone())
    }

    /// Drops what was noted of a family that ended.
    pub(crate) fn forget(&self, family_id: FamilyId) {
        self.noted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&family_id);
    }

    /// So many rows are written in one transaction.
    const BATCH: usize = 500;

    /// Writes what was noted and is not written yet; returns how much that was.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; what was not written is kept for the next time.
    pub async fn flush(&self, authority: &Authority) -> Result<usize, StoreError> {
        let mut pending: Vec<(FamilyId, Receipt)> = self
            .noted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .filter(|(_, receipt)| !receipt.is_written)
            .map(|(family_id, receipt)| (*family_id, receipt.clone()))
            .collect();
        pending.sort_unstable_by_key(|(family_id, _)| *family_id);
        for batch in pending.chunks(Self::BATCH) {
            write(authority, batch).await?;
            let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
            for (family_id, receipt) in batch {
                if let Some(known) = noted.get_mut(family_id)
                    && known.made == receipt.made
                {
                    known.is_written = true;
                }
            }
        }
        Ok(pending.len())
    }
}

/// Writes one batch.
///
/// A refresh that holds one rotation may want another one of its family, or of another family whose
/// user it holds. So nothing here waits while it holds anything: the rows that nobody holds are
/// written together, the others one by one.
async fn write(authority: &Authority, batch: &[(FamilyId, Receipt)]) -> Result<(), StoreError> {
    let _turn = authority.turn().await;
    let transaction = authority
        .database()
        .begin_with_options(TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        })
        .await?;
    let free: HashSet<Uuid> = rotations::Entity::find()
        .select_only()
        .column(rotations::Column::FamilyId)
        .filter(
            batch
                .iter()
                .fold(Condition::any(), |any, (family_id, receipt)| {
                    any.add(is_its_row(*family_id, receipt))
                }),
        )
        .order_by_asc(rotations::Column::FamilyId)
        .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked)
        .into_tuple()
        .all(&transaction)
        .await?
        .into_iter()
        .collect();
    // What is not there any more counts as held; there is nothing to wait for.
    let (free, held): (Vec<_>, Vec<_>) =
        (batch.iter()).partition(|(family_id, _)| free.contains(&family_id.as_uuid()));
    for (family_id, receipt) in free {
        write_one(&transaction, *family_id, receipt).await?;
    }
    transaction.commit().await?;
    for (family_id, receipt) in held {
        write_one(authority.database(), *family_id, receipt).await?;
    }
    Ok(())
}

/// The row of the rotation that made what was shown.
fn is_its_row(family_id: FamilyId, receipt: &Receipt) -> Condition {
    Condition::all()
        .add(rotations::Column::FamilyId.eq(family_id.as_uuid()))
        .add(rotations::Column::Generation.eq(receipt.made.generation))
        .add(rotations::Column::At.eq(receipt.made.at))
}

/// The first who was written stays.
async fn write_one(
    connection: &impl ConnectionTrait,
    family_id: FamilyId,
    receipt: &Receipt,
) -> Result<(), StoreError> {
    let side = &receipt.side;
    rotations::Entity::update_many()
        .col_expr(
            rotations::Column::ReceivedAt,
            Expr::value(Some(receipt.at.0)),
        )
        .col_expr(
            rotations::Column::ReceivedNetwork,
            Expr::value(Some(side.network.clone())),
        )
        .col_expr(
            rotations::Column::ReceivedUserAgent,
            Expr::value(Some(side.user_agent.clone())),
        )
        .col_expr(
            rotations::Column::ReceivedBrowser,
            Expr::value(Some(side.browser.clone())),
        )
        .col_expr(
            rotations::Column::ReceivedSystem,
            Expr::value(Some(side.system.clone())),
        )
        .filter(is_its_row(family_id, receipt))
        .filter(rotations::Column::ReceivedAt.is_null())
        .exec(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i12_no_more_families_are_noted_than_the_limit() {
        let receipts = Receipts::default();
        let family = |number: usize| FamilyId::from_uuid(Uuid::from_u128(number as u128));
        let made = |at, generation| Made { at, generation };
        for number in 0..Receipts::LIMIT + 10 {
            receipts.note(family(number), made(1, 0), Side::default(), UnixMillis(1));
        }
        assert_eq!(receipts.noted.lock().unwrap().len(), Receipts::LIMIT);
        assert!(receipts.of(family(Receipts::LIMIT), made(1, 0)).is_none());
        assert!(receipts.of(family(0), made(1, 0)).is_some());
        assert!(receipts.of(family(0), made(2, 1)).is_none());
    }

    #[test]
    fn what_was_seen_of_a_lost_time_line_says_nothing_of_the_next() {
        let receipts = Receipts::default();
        let family = FamilyId::from_uuid(Uuid::from_u128(1));
        let made = |at, generation| Made { at, generation };
        receipts.note(family, made(10, 8), Side::default(), UnixMillis(11));
        // Generation 8 again, made after the fail-over; and 6, which is older but later.
        assert!(receipts.of(family, made(30, 8)).is_none());
        receipts.note(family, made(20, 6), Side::default(), UnixMillis(21));
        assert!(receipts.of(family, made(20, 6)).is_some());
    }
}
