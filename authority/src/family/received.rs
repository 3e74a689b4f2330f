//! Who has shown that they hold what a rotation gave: noted in memory, written behind.
//!
//! It only refuses sooner: a client that was seen with its new pair did not lose the reply. Safety
//! never rests on it, because a token that was moved past is reuse when it comes back.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use latchkey_types::{FamilyId, UnixMillis};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::side::Side;
use crate::{Authority, entity::rotations, error::StoreError};

#[derive(Debug, Clone)]
struct Receipt {
    generation: i64,
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

    /// Notes that somebody holds what this generation gave. The first of a generation stays.
    pub(crate) fn note(&self, family_id: FamilyId, generation: i64, side: Side, at: UnixMillis) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() >= Self::LIMIT && !noted.contains_key(&family_id) {
            noted.retain(|_, receipt| !receipt.is_written);
            if noted.len() >= Self::LIMIT {
                return;
            }
        }
        match noted.get(&family_id) {
            Some(known) if known.generation >= generation => {}
            _ => {
                let receipt = Receipt {
                    generation,
                    side,
                    at,
                    is_written: false,
                };
                noted.insert(family_id, receipt);
            }
        }
    }

    /// Who was noted with this generation.
    pub(crate) fn of(&self, family_id: FamilyId, generation: i64) -> Option<Side> {
        self.noted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&family_id)
            .filter(|receipt| receipt.generation == generation)
            .map(|receipt| receipt.side.clone())
    }

    /// Drops what was noted of a family that ended.
    pub(crate) fn forget(&self, family_id: FamilyId) {
        self.noted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&family_id);
    }

    /// Writes what was noted and is not written yet; returns how much that was.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; what was not written is kept for the next time.
    pub async fn flush(&self, authority: &Authority) -> Result<usize, StoreError> {
        let pending: Vec<(FamilyId, Receipt)> = self
            .noted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .filter(|(_, receipt)| !receipt.is_written)
            .map(|(family_id, receipt)| (*family_id, receipt.clone()))
            .collect();
        for (family_id, receipt) in &pending {
            write(authority, *family_id, receipt).await?;
            let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = noted.get_mut(family_id)
                && known.generation == receipt.generation
            {
                known.is_written = true;
            }
        }
        Ok(pending.len())
    }
}

/// One row, which nobody locks for long: rotations are only written by who holds their family.
async fn write(
    authority: &Authority,
    family_id: FamilyId,
    receipt: &Receipt,
) -> Result<(), StoreError> {
    let _turn = authority.turn().await;
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
        .filter(rotations::Column::FamilyId.eq(family_id.as_uuid()))
        .filter(rotations::Column::Generation.eq(receipt.generation))
        .filter(rotations::Column::ReceivedAt.is_null())
        .exec(authority.database())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn i12_no_more_families_are_noted_than_the_limit() {
        let receipts = Receipts::default();
        let family = |number: usize| FamilyId::from_uuid(Uuid::from_u128(number as u128));
        for number in 0..Receipts::LIMIT + 10 {
            receipts.note(family(number), 0, Side::default(), UnixMillis(1));
        }
        assert_eq!(receipts.noted.lock().unwrap().len(), Receipts::LIMIT);
        assert!(receipts.of(family(Receipts::LIMIT), 0).is_none());
        assert!(receipts.of(family(0), 0).is_some());
        assert!(receipts.of(family(0), 1).is_none());
    }
}
