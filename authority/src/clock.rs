//! The time, as a parameter.

use std::{fmt::Debug, time::Duration};

use latchkey_types::UnixMillis;

/// Tells the time. Tests set theirs; the program uses [`SystemClock`].
pub trait Clock: Debug + Send + Sync {
    /// The wall-clock time now.
    fn now(&self) -> UnixMillis;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one true source of the time")]
    fn now(&self) -> UnixMillis {
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        UnixMillis::default().after(since_epoch)
    }
}
