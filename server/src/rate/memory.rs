//! Counters in this process's memory.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use latchkey_types::UnixMillis;

use super::counter::{Counter, MEMORY};

/// So many names are counted apart.
const LIMIT: usize = 100_000;

/// When there are more names than that, the rest share one counter: a flood of names is a flood.
const OVERFLOW: &str = "overflow";

#[derive(Debug, Default)]
pub(super) struct MemoryCounters(Mutex<HashMap<String, Counter>>);

impl MemoryCounters {
    pub(super) fn count(&self, name: &str, most: u32, now: UnixMillis) -> Option<UnixMillis> {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.len() >= LIMIT && !counters.contains_key(name) {
            counters.retain(|_, counter| now.since(counter.touched) < MEMORY);
        }
        let is_full = counters.len() >= LIMIT && !counters.contains_key(name);
        let (name, most) = if is_full {
            // Generous: it stands for very many.
            (OVERFLOW, most.saturating_mul(20))
        } else {
            (name, most)
        };
        counters
            .entry(name.to_owned())
            .or_default()
            .count(most, now)
    }

    pub(super) fn refund(&self, name: &str) {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = counters.get_mut(name) {
            counter.refund();
        }
    }
}
