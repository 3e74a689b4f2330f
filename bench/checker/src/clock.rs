//! The one clock: nanoseconds of `CLOCK_BOOTTIME`, which no correction moves and which runs on
//! through a suspend. Every instant of a history comes from it, so no two clocks are compared.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// An instant, in nanoseconds.
pub(crate) type Nanos = u64;

/// One millisecond.
pub(crate) const MILLISECOND: Nanos = 1_000_000;

/// One second.
pub(crate) const SECOND: Nanos = 1_000_000_000;

/// This instant.
pub(crate) fn now() -> Nanos {
    let time = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    seconds * SECOND + u64::try_from(time.tv_nsec).unwrap_or_default()
}

/// A duration in nanoseconds.
pub(crate) fn nanos(duration: Duration) -> Nanos {
    u64::try_from(duration.as_nanos()).unwrap_or(Nanos::MAX)
}

/// Waits until an instant, to the millisecond in which it falls.
pub(crate) async fn wait_until(at: Nanos) {
    let now = now();
    if at > now {
        tokio::time::sleep(Duration::from_nanos(at - now)).await;
    }
}
