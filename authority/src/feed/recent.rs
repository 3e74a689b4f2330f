//! What was applied lately, in order: for resource servers that keep an index of their own.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::watch;
use uuid::Uuid;

use super::index::{Change, Index};
use crate::{
    random::{OsRandomness, Randomness},
    signal::Signal,
};

/// So many changes are kept in order; whoever is further behind is answered from the index.
const LIMIT: usize = 100_000;

/// One change, as it was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What happened.
    pub change: Change,
    /// To what; nil for the keys.
    pub id: Uuid,
}

/// What was applied after a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// In the order in which it was applied; perhaps what is known already.
    pub entries: Vec<Entry>,
    /// Where to go on.
    pub next: String,
    /// The cursor was none of this node, so that everything is told which the node remembers.
    pub is_reset: bool,
    /// There is more at once.
    pub has_more: bool,
}

#[derive(Debug)]
pub(super) struct Recent {
    /// Tells this run of this node from every other.
    epoch: Uuid,
    entries: Mutex<VecDeque<(u64, Entry)>>,
    applied: watch::Sender<u64>,
}

impl Default for Recent {
    fn default() -> Self {
        let random: &dyn Randomness = &OsRandomness;
        Self {
            // No secret, only another one each time, in tests too: whoever took the cursor of one
            // run for that of another would miss what was told in between.
            epoch: Uuid::from_bytes(random.bytes()),
            entries: Mutex::default(),
            applied: watch::channel(0).0,
        }
    }
}

impl Recent {
    /// Applies a signal to the index and notes what it says. Numbers are given and noted under one
    /// lock, so that nobody who follows can be handed a later one before an earlier one. Checks
    /// never take it.
    pub(super) fn record(&self, index: &Index, signal: &Signal, at: Duration) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in entries_of(signal) {
            let number = index.tell(entry.id, entry.change, at);
            if entries.len() >= LIMIT {
                entries.pop_front();
            }
            entries.push_back((number, entry));
        }
        self.applied.send_replace(index.applied());
    }

    pub(super) fn after(&self, index: &Index, cursor: Option<&str>, limit: usize) -> Heard {
        // Before anything is looked up: what is applied meanwhile is told again.
        let applied = self.applied(index);
        let known = cursor
            .and_then(|cursor| self.number(cursor))
            .filter(|number| *number <= applied);
        let after = known.unwrap_or(0);
        let kept = known.and_then(|after| self.kept_after(after, limit));
        let from_index = kept.is_none();
        let (mut found, is_all) = kept.unwrap_or_else(|| {
            let (told, is_all) = index.told_between(after, applied, limit);
            let found = told
                .into_iter()
                .map(|(number, id, change)| (number, Entry { change, id }))
                .collect();
            (found, is_all)
        });
        let last = found.last().map_or(0, |(number, _)| *number);
        if from_index && cursor.is_some() {
            // The index holds ids alone: whether the keys changed meanwhile nobody can say any more.
            let keys = Entry {
                change: Change::KeysChanged,
                id: Uuid::nil(),
            };
            found.insert(0, (after, keys));
        }
        let next = if is_all { applied.max(last) } else { last };
        Heard {
            entries: found.into_iter().map(|(_, entry)| entry).collect(),
            next: format!("{}.{next}", self.epoch.simple()),
            is_reset: known.is_none(),
            has_more: !is_all,
        }
    }

    /// Waits until more was applied than `cursor` knows of. At once where it is none of ours.
    pub(super) async fn more_than(&self, cursor: &str) {
        let Some(after) = self.number(cursor) else {
            return;
        };
        // The sender lives as long as this does.
        let _ = self
            .applied
            .subscribe()
            .wait_for(|applied| *applied > after)
            .await;
    }

    /// How many wait in [`Recent::more_than`].
    pub(super) fn waiting(&self) -> usize {
        self.applied.receiver_count()
    }

    /// Notes that whatever follows the keys has to fetch them again.
    pub(super) fn doubt_keys(&self, index: &Index, at: Duration) {
        self.record(index, &Signal::KeysChanged, at);
    }

    /// Signals that were applied and can be found. Under the lock: a number is given a moment before
    /// it can.
    fn applied(&self, index: &Index) -> u64 {
        let _entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        index.applied()
    }

    /// What is kept in order after a number, if everything after it still is.
    fn kept_after(&self, after: u64, limit: usize) -> Option<(Vec<(u64, Entry)>, bool)> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let first = entries.front().map(|(number, _)| *number);
        let begins_in_time = match first {
            Some(first) => first <= after.saturating_add(1) || entries.len() < LIMIT,
            None => true,
        };
        if !begins_in_time {
            return None;
        }
        let from = entries.partition_point(|(number, _)| *number <= after);
        let found: Vec<_> = entries.range(from..).take(limit).copied().collect();
        let is_all = from + found.len() == entries.len();
        Some((found, is_all))
    }

    fn number(&self, cursor: &str) -> Option<u64> {
        let (epoch, number) = cursor.split_once('.')?;
        (epoch == self.epoch.simple().to_string())
            .then(|| number.parse().ok())
            .flatten()
    }
}

fn entries_of(signal: &Signal) -> Vec<Entry> {
    let entry = |change, id| Entry { change, id };
    match signal {
        Signal::SessionEnded { session_id, .. } => {
            vec![entry(Change::SessionEnded, session_id.as_uuid())]
        }
        Signal::SessionChanged { session_id, .. } => {
            vec![entry(Change::SessionChanged, session_id.as_uuid())]
        }
        Signal::FamilyEnded { family_id, .. } => {
            vec![entry(Change::FamilyEnded, family_id.as_uuid())]
        }
        Signal::UserChanged { user_id } => vec![entry(Change::UserChanged, user_id.as_uuid())],
        Signal::KeysChanged => vec![entry(Change::KeysChanged, Uuid::nil())],
        Signal::UserSignedOut {
            sessions, families, ..
        } => sessions
            .iter()
            .map(|id| entry(Change::SessionEnded, id.as_uuid()))
            .chain(
                families
                    .iter()
                    .map(|id| entry(Change::FamilyEnded, id.as_uuid())),
            )
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use latchkey_types::{FamilyId, UserId};

    use super::*;

    fn ended(number: u128) -> Signal {
        Signal::FamilyEnded {
            family_id: FamilyId::from_uuid(Uuid::from_u128(number)),
            user_id: UserId::from_uuid(Uuid::nil()),
        }
    }

    fn numbers(heard: &Heard) -> Vec<u128> {
        heard
            .entries
            .iter()
            .filter(|entry| entry.change != Change::KeysChanged)
            .map(|entry| entry.id.as_u128())
            .collect()
    }

    #[test]
    fn i02_a_follower_is_told_everything_once_and_then_what_is_new() {
        let (recent, index) = (Recent::default(), Index::default());
        for number in 1..=5 {
            recent.record(&index, &ended(number), Duration::from_secs(1));
        }
        let first = recent.after(&index, None, 3);
        assert!(first.is_reset && first.has_more);
        assert_eq!(numbers(&first), [1, 2, 3]);
        let second = recent.after(&index, Some(&first.next), 3);
        assert!(!second.is_reset && !second.has_more);
        assert_eq!(numbers(&second), [4, 5]);
        recent.record(&index, &ended(6), Duration::from_secs(1));
        let third = recent.after(&index, Some(&second.next), 3);
        assert_eq!(numbers(&third), [6]);
        assert!(
            recent
                .after(&index, Some(&third.next), 3)
                .entries
                .is_empty()
        );
    }

    #[test]
    fn i02_a_cursor_of_another_run_or_no_cursor_at_all_begins_anew() {
        let (recent, index) = (Recent::default(), Index::default());
        recent.record(&index, &ended(1), Duration::from_secs(1));
        let other = Recent::default().after(&Index::default(), None, 3).next;
        let ahead = format!("{}.{}", recent.epoch.simple(), u64::MAX);
        for cursor in ["", "x", "0.1", &other, &ahead] {
            let heard = recent.after(&index, Some(cursor), 3);
            assert!(heard.is_reset, "{cursor}");
            assert_eq!(numbers(&heard), [1], "{cursor}");
            let keys = |entry: &Entry| entry.change == Change::KeysChanged;
            assert!(heard.entries.iter().any(keys), "the keys may have changed");
        }
    }
}
