//! Durations next to a limit.

use std::time::Duration;

/// The least by which two instants differ.
pub(crate) const MILLISECOND: Duration = Duration::from_millis(1);

/// The longest duration that is shorter than `limit`.
pub(crate) fn just_under(limit: Duration) -> Duration {
    limit.saturating_sub(MILLISECOND)
}
