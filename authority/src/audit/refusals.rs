//! Floods of the same refusal: one row for each address and minute, however many there were.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use latchkey_types::{EventKind, Word};
use sea_orm::{
    ActiveValue::Set,
    EntityTrait,
    sea_query::{Alias, Expr, ExprTrait, OnConflict},
};

use crate::{Authority, entity::refusals, error::StoreError};

const MINUTE: i64 = 60_000;

/// The minute, the kind, the address.
type Key = (i64, &'static str, String);

/// Refusals counted in memory until a job writes them.
#[derive(Debug, Default)]
pub struct RefusalCounts {
    counts: Mutex<HashMap<Key, i64>>,
}

impl RefusalCounts {
    /// So many addresses are told apart between two writes; the rest are counted as one.
    const ADDRESS_LIMIT: usize = 10_000;

    /// So many rows are written in one statement.
    const BATCH: usize = 500;

    /// Counts one refusal. Returns whether it is the first of its address and minute here, the one
    /// that deserves an event of its own.
    pub fn count(&self, authority: &Authority, kind: EventKind, address: &str) -> bool {
        let minute = authority.now().0.div_euclid(MINUTE) * MINUTE;
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (minute, kind.as_str(), address.to_owned());
        if counts.len() >= Self::ADDRESS_LIMIT && !counts.contains_key(&key) {
            *counts
                .entry((minute, kind.as_str(), "others".to_owned()))
                .or_default() += 1;
            return false;
        }
        let times = counts.entry(key).or_default();
        *times += 1;
        *times == 1
    }

    /// Writes what was counted in minutes that are over, one row for each address, kind and minute.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; then the counts are kept for the next time.
    pub async fn flush(&self, authority: &Authority) -> Result<(), StoreError> {
        // The running minute stays: its first refusal must be told from its second.
        let current = authority.now().0.div_euclid(MINUTE) * MINUTE;
        self.write_before(authority, current).await
    }

    /// Writes everything, the running minute too, before the program stops.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn finish(&self, authority: &Authority) -> Result<(), StoreError> {
        self.write_before(authority, i64::MAX).await
    }

    async fn write_before(&self, authority: &Authority, end: i64) -> Result<(), StoreError> {
        let mut finished: Vec<_> = {
            let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            counts
                .iter()
                .filter(|((minute, ..), _)| *minute < end)
                .map(|(key, times)| (key.clone(), *times))
                .collect()
        };
        // In the order of the primary key, so that two nodes do not wait for each other.
        finished.sort();
        for batch in finished.chunks(Self::BATCH) {
            write(authority, batch).await?;
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, _) in batch {
                counts.remove(key);
            }
        }
        Ok(())
    }
}

async fn write(authority: &Authority, batch: &[(Key, i64)]) -> Result<(), StoreError> {
    let rows = batch
        .iter()
        .map(|((minute, kind, address), times)| refusals::ActiveModel {
            minute: Set(*minute),
            kind: Set((*kind).to_owned()),
            address: Set(address.clone()),
            times: Set(*times),
        });
    let counted_here = Expr::col((Alias::new("excluded"), refusals::Column::Times));
    let _turn = authority.turn().await;
    refusals::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([
                refusals::Column::Minute,
                refusals::Column::Kind,
                refusals::Column::Address,
            ])
            .value(
                refusals::Column::Times,
                Expr::col((refusals::Entity, refusals::Column::Times)).add(counted_here),
            )
            .to_owned(),
        )
        .exec_without_returning(authority.database())
        .await?;
    Ok(())
}
