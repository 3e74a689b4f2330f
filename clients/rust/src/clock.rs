//! The two clocks: one for how old knowledge is, one for when a token expires.

use std::{fmt::Debug, time::Duration};

/// Tells the time. Tests set theirs; everybody else takes [`SystemClock`].
pub trait Clock: Debug + Send + Sync + 'static {
    /// Time on a clock that nobody sets and that runs on while the machine is suspended. One that
    /// stands still through a suspend would take yesterday's knowledge for fresh.
    fn boot(&self) -> Duration;

    /// Time since 1970, by which tokens expire.
    fn unix(&self) -> Duration;
}

/// The machine's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[cfg(target_os = "linux")]
    fn boot(&self) -> Duration {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        // Never negative: it counts from the start of the machine.
        Duration::new(
            now.tv_sec.unsigned_abs(),
            u32::try_from(now.tv_nsec).unwrap_or(0),
        )
    }

    #[cfg(not(target_os = "linux"))]
    fn boot(&self) -> Duration {
        use std::{sync::OnceLock, time::Instant};
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "the one true source of the time")]
    fn unix(&self) -> Duration {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or(Duration::MAX)
    }
}
