//! Counters in this process's memory.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use latchkey_types::UnixMillis;

use super::counter::{Counter, MEMORY, Rule};

/// So many names are counted apart.
const LIMIT: usize = 100_000;

/// When there are more names than that, the rest share one counter: a flood of names is a flood.
const OVERFLOW: &str = "overflow";

#[derive(Debug, Default)]
pub(super) struct MemoryCounters(Mutex<HashMap<String, Counter>>);

impl MemoryCounters {
    pub(super) fn count(&self, name: &str, rule: Rule, now: UnixMillis) -> Option<UnixMillis> {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.len() >= LIMIT && !counters.contains_key(name) {
            counters.retain(|_, counter| now.since(counter.touched) < MEMORY);
        }
        let is_full = counters.len() >= LIMIT && !counters.contains_key(name);
        let (name, rule) = if is_full {
            // Generous: it stands for very many.
            let most = rule.most.saturating_mul(20);
            (OVERFLOW, Rule { most, ..rule })
        } else {
            (name, rule)
        };
        counters
            .entry(name.to_owned())
            .or_default()
            .count(rule, now)
    }

    pub(super) fn refund(&self, name: &str) {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = counters.get_mut(name) {
            counter.refund();
        }
    }
}
