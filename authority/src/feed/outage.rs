//! When the log is told that the feed fails, and that it works again: once for each outage.

use std::time::Duration;

/// An outage is over when the feed has worked for so long: a connection that comes and goes is one
/// outage, not many.
const CALM: Duration = Duration::from_secs(10);

/// One that lasts is told of again after this.
const SAY_AGAIN: Duration = Duration::from_mins(1);

/// How the feed has been lately, by the boot-time clock.
#[derive(Debug, Default)]
pub(super) struct Outage(Option<Told>);

#[derive(Debug)]
struct Told {
    said_at: Duration,
    failed_at: Duration,
}

impl Outage {
    /// A poll failed; returns whether that is to be said.
    pub(super) fn fail(&mut self, now: Duration) -> bool {
        let said_at = match &self.0 {
            Some(told) if now.saturating_sub(told.said_at) < SAY_AGAIN => Some(told.said_at),
            Some(_) | None => None,
        };
        self.0 = Some(Told {
            said_at: said_at.unwrap_or(now),
            failed_at: now,
        });
        said_at.is_none()
    }

    /// A poll succeeded; returns whether that is to be said: an outage is over.
    pub(super) fn succeed(&mut self, now: Duration) -> bool {
        let is_over = self
            .0
            .as_ref()
            .is_some_and(|told| now.saturating_sub(told.failed_at) >= CALM);
        if is_over {
            self.0 = None;
        }
        is_over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn an_outage_is_told_of_when_it_begins_each_minute_and_when_it_is_over() {
        let mut outage = Outage::default();
        assert!(!outage.succeed(99 * SECOND));
        assert!(outage.fail(100 * SECOND));
        assert!(!outage.fail(101 * SECOND));
        assert!(!outage.fail(159 * SECOND));
        assert!(outage.fail(160 * SECOND));
        assert!(!outage.fail(161 * SECOND));
        assert!(!outage.succeed(170 * SECOND));
        assert!(outage.succeed(171 * SECOND));
        assert!(!outage.succeed(172 * SECOND));
        assert!(outage.fail(173 * SECOND), "another one");
    }

    #[test]
    fn a_connection_that_comes_and_goes_is_one_outage() {
        let mut outage = Outage::default();
        assert!(outage.fail(100 * SECOND));
        for second in 101..150 {
            assert!(!outage.succeed(second * SECOND));
            assert!(!outage.fail(second * SECOND));
        }
        assert!(outage.succeed(159 * SECOND));
    }
}
