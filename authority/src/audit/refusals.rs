//! Floods of the same refusal: one row for each address and minute, however many there were.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use latchkey_types::{EventKind, Word};
use sea_orm::{
    ActiveValue::Set,
    EntityTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::{Authority, entity::refusals, error::StoreError};

const MINUTE: i64 = 60_000;

/// Refusals counted in memory until a job writes them.
#[derive(Debug, Default)]
pub struct RefusalCounts {
    counts: Mutex<HashMap<(i64, &'static str, String), i64>>,
}

impl RefusalCounts {
    /// So many addresses are told apart between two writes; the rest are counted as one.
    const ADDRESS_LIMIT: usize = 10_000;

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

    /// Writes what was counted, one row for each address, kind and minute.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; then the counts are kept for the next time.
    pub async fn flush(&self, authority: &Authority) -> Result<(), StoreError> {
        let current = authority.now().0.div_euclid(MINUTE) * MINUTE;
        let finished: Vec<_> = {
            let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            // The running minute stays: its first refusal must be told from its second.
            counts
                .iter()
                .filter(|((minute, ..), _)| *minute < current)
                .map(|(key, times)| (key.clone(), *times))
                .collect()
        };
        for (key, times) in finished {
            refusals::Entity::insert(refusals::ActiveModel {
                minute: Set(key.0),
                kind: Set(key.1.to_owned()),
                address: Set(key.2.clone()),
                times: Set(times),
            })
            .on_conflict(
                OnConflict::columns([
                    refusals::Column::Minute,
                    refusals::Column::Kind,
                    refusals::Column::Address,
                ])
                .value(
                    refusals::Column::Times,
                    Expr::col((refusals::Entity, refusals::Column::Times)).add(times),
                )
                .to_owned(),
            )
            .exec_without_returning(authority.database())
            .await?;
            self.counts
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&key);
        }
        Ok(())
    }
}
