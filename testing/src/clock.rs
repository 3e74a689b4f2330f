use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use latchkey_authority::clock::Clock;
use latchkey_types::UnixMillis;

/// A clock that stands still until it is told to move.
#[derive(Debug)]
pub struct ManualClock {
    now: AtomicI64,
    boot_time: AtomicI64,
}

impl Default for ManualClock {
    /// 2026-01-01T00:00:00Z.
    fn default() -> Self {
        Self {
            now: AtomicI64::new(1_767_225_600_000),
            // Long after the start, so that a test may look back.
            boot_time: AtomicI64::new(1_000_000_000),
        }
    }
}

impl ManualClock {
    /// Moves the clock forward.
    pub fn advance(&self, duration: Duration) {
        let millis = i64::try_from(duration.as_millis()).unwrap();
        self.now.fetch_add(millis, Ordering::SeqCst);
        self.boot_time.fetch_add(millis, Ordering::SeqCst);
    }

    /// Moves the clock back, as a correction of the machine's clock does.
    pub fn rewind(&self, duration: Duration) {
        let millis = i64::try_from(duration.as_millis()).unwrap();
        self.now.fetch_sub(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.now.load(Ordering::SeqCst))
    }

    fn boot_time(&self) -> Duration {
        Duration::from_millis(self.boot_time.load(Ordering::SeqCst).unsigned_abs())
    }
}
