//! As of when a node knows everything.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::watch;

/// The instant before the last successful poll was sent, and the numbers of polls.
#[derive(Debug)]
pub(super) struct Lease {
    bound: Duration,
    /// Nanoseconds of the boot-time clock; 0 before the first successful poll.
    as_of: AtomicU64,
    begun: AtomicU64,
    succeeded: AtomicU64,
    position: Mutex<String>,
    /// The last poll that ended, and whether it succeeded.
    ended: watch::Sender<(u64, bool)>,
}

impl Lease {
    pub(super) fn new(bound: Duration) -> Self {
        Self {
            bound,
            as_of: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            succeeded: AtomicU64::new(0),
            position: Mutex::default(),
            ended: watch::channel((0, true)).0,
        }
    }

    pub(super) fn bound(&self) -> Duration {
        self.bound
    }

    /// How old what the node knows is.
    pub(super) fn age(&self, now: Duration) -> Option<Duration> {
        let as_of = self.as_of.load(Ordering::Acquire);
        (as_of != 0).then(|| now.saturating_sub(Duration::from_nanos(as_of)))
    }

    /// Whether that is within the bound. With a bound of nothing it never is, and every check
    /// joins a poll.
    pub(super) fn is_fresh(&self, now: Duration) -> bool {
        self.age(now)
            .is_some_and(|age| age <= self.bound && !self.bound.is_zero())
    }

    /// The number of the last poll that was begun.
    pub(super) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Acquire)
    }

    /// The number of the last poll that succeeded.
    pub(super) fn succeeded(&self) -> u64 {
        self.succeeded.load(Ordering::Acquire)
    }

    /// Begins a poll. Only one at a time.
    pub(super) fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// Everything that a poll saw has been applied: the node knows all that was committed at
    /// `as_of`, the instant before the poll was sent.
    pub(super) fn succeed(&self, number: u64, as_of: Duration, position: String) {
        *self.position.lock().unwrap_or_else(PoisonError::into_inner) = position;
        let nanos = u64::try_from(as_of.as_nanos()).unwrap_or(u64::MAX).max(1);
        self.as_of.fetch_max(nanos, Ordering::AcqRel);
        self.succeeded.fetch_max(number, Ordering::AcqRel);
        self.ended.send_replace((number, true));
    }

    /// A poll failed: those who wait for its end are told.
    pub(super) fn fail(&self, number: u64) {
        self.ended.send_replace((number, false));
    }

    /// Hears of every poll that ends from now on.
    pub(super) fn ended(&self) -> watch::Receiver<(u64, bool)> {
        self.ended.subscribe()
    }

    /// Whether the last poll that ended has succeeded.
    pub(super) fn last_succeeded(&self) -> bool {
        self.ended.borrow().1
    }

    /// Up to where the last successful poll has read.
    pub(super) fn position(&self) -> String {
        self.position
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn i03_a_node_is_fresh_for_the_bound_after_a_poll_was_sent_and_not_longer() {
        let lease = Lease::new(2 * SECOND);
        assert!(!lease.is_fresh(100 * SECOND));
        let number = lease.begin();
        lease.succeed(number, 100 * SECOND, String::new());
        assert!(lease.is_fresh(102 * SECOND));
        assert!(!lease.is_fresh(102 * SECOND + Duration::from_nanos(1)));
    }

    #[test]
    fn i03_an_older_poll_that_ends_late_does_not_move_the_instant_back() {
        let lease = Lease::new(2 * SECOND);
        let number = lease.begin();
        lease.succeed(number, 100 * SECOND, String::new());
        lease.succeed(number, 90 * SECOND, String::new());
        assert_eq!(lease.age(101 * SECOND), Some(SECOND));
    }

    #[test]
    fn with_a_bound_of_nothing_no_node_is_fresh_by_age() {
        let lease = Lease::new(Duration::ZERO);
        let number = lease.begin();
        lease.succeed(number, SECOND, String::new());
        assert!(!lease.is_fresh(SECOND));
    }
}
