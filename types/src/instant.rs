//! Points in time, as both databases and every page spell them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// One integer on SQLite, PostgreSQL, in JSON and in the browser: it sorts, pages and compares the
/// same everywhere.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// This instant moved forward by `duration`, or the end of time.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// This instant moved back by `duration`, or the beginning of time.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// How long it has been since `earlier`; zero if that lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates_instead_of_wrapping() {
        let now = UnixMillis(1_000);
        assert_eq!(now.after(Duration::from_secs(1)), UnixMillis(2_000));
        assert_eq!(now.before(Duration::from_secs(2)), UnixMillis(-1_000));
        assert_eq!(now.since(UnixMillis(5_000)), Duration::ZERO);
        assert_eq!(UnixMillis(i64::MAX).after(Duration::MAX).0, i64::MAX);
    }
}
