//! One counter: the rule by which attempts are counted.
//!
//! The same rule stands in `count.lua` for Redis; one test drives both.

use std::time::Duration;

use latchkey_types::UnixMillis;

/// Attempts are counted in windows of this length.
pub(super) const WINDOW: Duration = Duration::from_mins(1);

/// The longest pause.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_mins(15);

/// After so long without an attempt, a counter is as good as new.
pub(super) const MEMORY: Duration = Duration::from_hours(1);

/// How many attempts are too many, and how long the pause may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    /// So many in a window.
    pub(super) most: u32,
    pub(super) longest_pause: Duration,
}

impl Rule {
    /// Each pause is twice as long as the one before.
    pub(super) const fn growing(most: u32) -> Self {
        Self {
            most,
            longest_pause: LONGEST_PAUSE,
        }
    }

    /// Each pause is a window.
    pub(super) const fn steady(most: u32) -> Self {
        Self {
            most,
            longest_pause: WINDOW,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counter {
    attempts: u32,
    window_began: UnixMillis,
    blocked_until: UnixMillis,
    /// How often the limit was reached in a row: each time the pause doubles.
    pauses: u32,
    pub(super) touched: UnixMillis,
}

impl Counter {
    /// Counts an attempt; returns until when there are none, if there are none.
    pub(super) fn count(&mut self, rule: Rule, now: UnixMillis) -> Option<UnixMillis> {
        let most = rule.most;
        if now.since(self.touched) >= MEMORY {
            *self = Self::default();
        }
        if now < self.blocked_until {
            return Some(self.blocked_until);
        }
        if now.since(self.window_began) >= WINDOW || self.attempts >= most {
            self.window_began = now;
            self.attempts = 0;
        }
        self.touched = now;
        self.attempts += 1;
        if self.attempts >= most {
            let pause = (WINDOW * 2_u32.saturating_pow(self.pauses.min(8))).min(rule.longest_pause);
            self.blocked_until = now.after(pause);
            self.pauses += 1;
        }
        None
    }

    /// Gives an attempt back, and the pause that it caused.
    pub(super) fn refund(&mut self) {
        self.attempts = self.attempts.saturating_sub(1);
        if self.blocked_until > UnixMillis(0) {
            self.blocked_until = UnixMillis(0);
            self.pauses = self.pauses.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: Rule = Rule::growing(5);

    fn at(seconds: u64) -> UnixMillis {
        UnixMillis(1_767_225_600_000).after(Duration::from_secs(seconds))
    }

    #[test]
    fn five_a_minute_pass_and_the_pause_doubles_each_time() {
        let mut counter = Counter::default();
        for _ in 0..5 {
            assert_eq!(counter.count(FIVE, at(0)), None);
        }
        assert_eq!(counter.count(FIVE, at(1)), Some(at(60)));
        for _ in 0..5 {
            assert_eq!(counter.count(FIVE, at(60)), None);
        }
        assert_eq!(counter.count(FIVE, at(61)), Some(at(180)));
        // An hour of quiet forgives.
        assert_eq!(counter.count(FIVE, at(4_000)), None);
        assert_eq!(counter.pauses, 0);
    }

    #[test]
    fn slow_attempts_never_pause_and_the_pause_has_an_end() {
        let mut counter = Counter::default();
        for minute in 0..100 {
            assert_eq!(counter.count(FIVE, at(minute * 61)), None);
        }
        let mut now = 10_000;
        for _ in 0..40 {
            while counter.count(FIVE, at(now)).is_none() {}
            let until = counter.count(FIVE, at(now)).unwrap();
            let pause = until.since(at(now));
            assert!(pause <= LONGEST_PAUSE);
            now += pause.as_secs();
        }
    }

    #[test]
    fn a_steady_rule_pauses_for_a_minute_each_time() {
        let mut counter = Counter::default();
        for round in 0..10 {
            for _ in 0..30 {
                assert_eq!(counter.count(Rule::steady(30), at(round * 60)), None);
            }
            let until = counter.count(Rule::steady(30), at(round * 60 + 1));
            assert_eq!(until, Some(at(round * 60 + 60)));
        }
    }

    #[test]
    fn a_success_takes_back_its_attempt_and_the_pause_it_caused() {
        let mut counter = Counter::default();
        for _ in 0..5 {
            assert_eq!(counter.count(FIVE, at(0)), None);
        }
        counter.refund();
        assert_eq!(counter.count(FIVE, at(0)), None);
        assert_eq!(counter.count(FIVE, at(0)), Some(at(60)));
    }
}
