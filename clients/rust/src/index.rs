//! What is known: which ids ended, and as of when.
//!
//! One task writes; readers never wait for it. What they rely on is the order. The writer applies
//! an answer first and says as of when afterwards; a reader asks as of when first and looks up
//! afterwards, so that what it finds is never older than was said.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use papaya::HashMap;
use uuid::Uuid;

use crate::wire::{Answer, Signal};

/// Forgetting looks at every entry: so often at most.
const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// Ended ids, each kept as long as a token of it could be good, and a mark for each user who
/// changed. Times are on the boot-time clock.
#[derive(Debug, Default)]
pub(crate) struct Index {
    ended: HashMap<Uuid, Duration>,
    marks: HashMap<Uuid, (u64, Duration)>,
    mark: AtomicU64,
    mark_of_all: AtomicU64,
    swept_at: AtomicU64,
    /// In nanoseconds; 0 is never.
    known_at: AtomicU64,
}

impl Index {
    /// As of when everything is known.
    pub(crate) fn known_at(&self) -> Option<Duration> {
        match self.known_at.load(Ordering::Acquire) {
            0 => None,
            nanos => Some(Duration::from_nanos(nanos)),
        }
    }

    /// Says so, after everything until then was applied.
    pub(crate) fn set_known_at(&self, at: Duration) {
        self.known_at.store(nanos(at).max(1), Ordering::Release);
    }

    /// Whether a session or family is known to have ended.
    pub(crate) fn has_ended(&self, id: Uuid) -> bool {
        self.ended.pin().contains_key(&id)
    }

    /// A number that grows when something about a user changed. Where it is not known it grows for
    /// everybody.
    pub(crate) fn mark(&self, user_id: Uuid) -> u64 {
        let own = self.marks.pin().get(&user_id).map_or(0, |(mark, _)| *mark);
        // In this order: see `sweep`.
        own.max(self.mark_of_all.load(Ordering::Acquire))
    }

    /// Takes in one page. It may tell what is known already; nothing is forgotten by it.
    pub(crate) fn apply(&self, answer: &Answer, now: Duration, after_gap: bool) {
        let keep_until = now.saturating_add(answer.remember());
        let ended = self.ended.pin();
        let marks = self.marks.pin();
        for signal in &answer.signals {
            match signal {
                Signal::SessionEnded { session_id: id } | Signal::FamilyEnded { family_id: id } => {
                    ended.insert(*id, keep_until);
                }
                Signal::UserChanged { user_id } => {
                    marks.insert(*user_id, (self.next_mark(), keep_until));
                }
                Signal::KeysChanged | Signal::Unknown => {}
            }
        }
        if after_gap {
            // What lies between is lost on us: anybody may have changed.
            self.mark_of_all.store(self.next_mark(), Ordering::Release);
        }
        self.sweep(now);
    }

    fn next_mark(&self) -> u64 {
        self.mark.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn sweep(&self, now: Duration) {
        let swept_at = Duration::from_nanos(self.swept_at.load(Ordering::Relaxed));
        if now.saturating_sub(swept_at) < SWEEP_EVERY {
            return;
        }
        self.swept_at.store(nanos(now), Ordering::Relaxed);
        self.ended.pin().retain(|_, keep_until| *keep_until >= now);
        let marks = self.marks.pin();
        let over = marks
            .values()
            .filter(|(_, keep_until)| *keep_until < now)
            .map(|(mark, _)| *mark)
            .max();
        if let Some(mark) = over {
            // First for all, then forgotten one by one: no mark ever falls.
            self.mark_of_all.fetch_max(mark, Ordering::AcqRel);
            marks.retain(|_, (_, keep_until)| *keep_until >= now);
        }
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::wire::tests::{ALICE, FAMILY, OTHER, answer, changed, ended};

    impl Index {
        fn take(&self, seconds: u64, signals: Value, members: Value) {
            let told = Answer::parse(&answer(signals, members)).unwrap();
            self.apply(&told, Duration::from_secs(seconds), told.reset);
        }
    }

    #[test]
    fn an_ended_id_is_kept_for_as_long_as_it_must() {
        let index = Index::default();
        assert_eq!(index.known_at(), None);
        index.take(100, json!([ended(FAMILY)]), json!({}));
        index.take(1_089, json!([]), json!({}));
        assert!(index.has_ended(FAMILY));
        index.take(1_120, json!([]), json!({}));
        assert!(!index.has_ended(FAMILY));
    }

    #[test]
    fn told_twice_it_is_kept_from_the_second_time_on() {
        let index = Index::default();
        index.take(100, json!([ended(FAMILY)]), json!({}));
        index.take(600, json!([ended(FAMILY)]), json!({}));
        index.take(1_500, json!([]), json!({}));
        assert!(index.has_ended(FAMILY));
        index.take(1_600, json!([]), json!({}));
        assert!(!index.has_ended(FAMILY));
    }

    #[test]
    fn a_reset_takes_nothing_away() {
        let index = Index::default();
        index.take(100, json!([ended(FAMILY)]), json!({}));
        index.take(110, json!([ended(OTHER)]), json!({ "reset": true }));
        assert!(index.has_ended(FAMILY) && index.has_ended(OTHER));
    }

    #[test]
    fn a_mark_grows_with_each_change_and_never_falls() {
        let index = Index::default();
        index.take(100, json!([changed(OTHER)]), json!({}));
        assert_eq!(index.mark(ALICE), 0);
        let mut before = 0;
        for (seconds, signals, members) in [
            (101, json!([changed(ALICE)]), json!({})),
            (102, json!([changed(ALICE)]), json!({})),
            (103, json!([]), json!({ "reset": true })),
            (104, json!([changed(ALICE)]), json!({})),
        ] {
            index.take(seconds, signals, members);
            assert!(index.mark(ALICE) > before);
            before = index.mark(ALICE);
        }
        index.take(5_000, json!([]), json!({}));
        assert!(index.mark(ALICE) >= before && index.mark(OTHER) >= before);
    }
}
