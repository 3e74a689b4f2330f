//! Phrases that the server and the islands word alike: ages and counts.

use std::time::Duration;

use latchkey_types::UnixMillis;
use serde::{Deserialize, Serialize};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
#[cfg(feature = "ssr")]
const TWO_DAYS: u64 = 2 * DAY;

/// Beyond this many days an age says less than the date does.
const LAST_AGE: u64 = 30;

/// A number that may stand for "so many or more".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// Whether there may be more.
    pub capped: bool,
}

impl Tally {
    /// The number with separators, and a plus sign where there may be more: `10,000+`.
    pub fn text(self) -> String {
        let mut text = thousands(self.count);
        if self.capped {
            text.push('+');
        }
        text
    }
}

/// The number with separators between its thousands: `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The number with its noun: `1 session`, `2,000 sessions`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", thousands(number))
}

/// How far `at` lies from `now`, or `None` where the date says more.
pub(crate) fn age(now: UnixMillis, at: UnixMillis) -> Option<String> {
    if at <= now {
        Some(match span(now.since(at))? {
            Span::Moment => "just now".to_owned(),
            Span::Length(length) => format!("{length} ago"),
        })
    } else {
        Some(match span(at.since(now))? {
            Span::Moment => "in under a minute".to_owned(),
            Span::Length(length) => format!("in {length}"),
        })
    }
}

/// How long something took or lasted, in its largest unit: `12 seconds`, `4 minutes`, `3 days`.
#[cfg(feature = "ssr")]
pub(crate) fn length(millis: u64) -> String {
    let seconds = millis / 1_000;
    match seconds {
        0 => "less than a second".to_owned(),
        1..MINUTE => counted(seconds, "second", "seconds"),
        MINUTE..HOUR => counted(seconds / MINUTE, "minute", "minutes"),
        HOUR..TWO_DAYS => counted(seconds / HOUR, "hour", "hours"),
        _ => counted(seconds / DAY, "day", "days"),
    }
}

/// Seconds as a person waits for them: never less than it takes.
#[cfg(feature = "ssr")]
pub fn wait(seconds: u64) -> String {
    if seconds < 2 * MINUTE {
        counted(seconds.max(1), "second", "seconds")
    } else {
        counted(seconds.div_ceil(MINUTE), "minute", "minutes")
    }
}

/// The same to the second, or below a minute to the tenth of one: `4 min 12 s`, `2 days 3 h`.
#[cfg(feature = "ssr")]
pub(crate) fn exact_length(millis: u64) -> String {
    let seconds = millis / 1_000;
    let two = |first: String, rest: u64, unit: &str| {
        if rest == 0 {
            first
        } else {
            format!("{first} {rest} {unit}")
        }
    };
    match seconds {
        0..MINUTE => format!("{seconds}.{} s", millis % 1_000 / 100),
        MINUTE..HOUR => two(format!("{} min", seconds / MINUTE), seconds % MINUTE, "s"),
        HOUR..DAY => two(
            format!("{} h", seconds / HOUR),
            seconds % HOUR / MINUTE,
            "min",
        ),
        _ => two(
            counted(seconds / DAY, "day", "days"),
            seconds % DAY / HOUR,
            "h",
        ),
    }
}

/// How long something took, short as it may be: `12 ms`, `1.4 s`, `2 s`, `4 min 12 s`.
#[cfg(feature = "ssr")]
pub(crate) fn gap(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 if millis % 1_000 < 100 => format!("{} s", millis / 1_000),
        _ => exact_length(millis),
    }
}

enum Span {
    Moment,
    Length(String),
}

fn span(duration: Duration) -> Option<Span> {
    let seconds = duration.as_secs();
    Some(match seconds {
        0..MINUTE => Span::Moment,
        MINUTE..HOUR => Span::Length(format!("{} min", seconds / MINUTE)),
        HOUR..DAY => Span::Length(format!("{} h", seconds / HOUR)),
        _ if seconds / DAY <= LAST_AGE => Span::Length(counted(seconds / DAY, "day", "days")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_767_225_600_000);

    #[test]
    #[cfg(feature = "ssr")]
    fn the_wait_is_said_in_the_unit_that_a_person_would_use() {
        for (seconds, text) in [
            (0, "1 second"),
            (45, "45 seconds"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (121, "3 minutes"),
        ] {
            assert_eq!(wait(seconds), text);
        }
    }

    #[test]
    fn ages_are_worded_by_their_largest_unit() {
        for (seconds_ago, text) in [
            (0, Some("just now")),
            (59, Some("just now")),
            (60, Some("1 min ago")),
            (185, Some("3 min ago")),
            (3_599, Some("59 min ago")),
            (3_600, Some("1 h ago")),
            (86_399, Some("23 h ago")),
            (86_400, Some("1 day ago")),
            (30 * 86_400, Some("30 days ago")),
            (31 * 86_400, None),
            (-1, Some("in under a minute")),
            (-60, Some("in 1 min")),
            (-7_200, Some("in 2 h")),
            (-30 * 86_400, Some("in 30 days")),
            (-31 * 86_400, None),
        ] {
            let at = UnixMillis(NOW.0 - seconds_ago * 1_000);
            assert_eq!(age(NOW, at).as_deref(), text, "{seconds_ago} s ago");
        }
        assert_eq!(age(NOW, UnixMillis(i64::MIN)), None);
        assert_eq!(age(NOW, UnixMillis(i64::MAX)), None);
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn lengths_are_worded_by_their_largest_unit_or_exactly() {
        for (millis, text, exact) in [
            (0, "less than a second", "0.0 s"),
            (999, "less than a second", "0.9 s"),
            (1_000, "1 second", "1.0 s"),
            (59_999, "59 seconds", "59.9 s"),
            (60_000, "1 minute", "1 min"),
            (252_400, "4 minutes", "4 min 12 s"),
            (3_600_000, "1 hour", "1 h"),
            (90_000_000, "25 hours", "1 day 1 h"),
            (172_800_000, "2 days", "2 days"),
            (
                u64::MAX,
                "213,503,982,334 days",
                "213,503,982,334 days 14 h",
            ),
        ] {
            assert_eq!(length(millis), text);
            assert_eq!(exact_length(millis), exact);
        }
        for (millis, text) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_400, "1.4 s"),
            (2_000, "2 s"),
            (252_400, "4 min 12 s"),
        ] {
            assert_eq!(gap(millis), text);
        }
    }

    #[test]
    fn numbers_have_separators_and_say_when_there_may_be_more() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345, "12,345"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), text);
        }
        assert_eq!(counted(1, "session", "sessions"), "1 session");
        assert_eq!(counted(0, "session", "sessions"), "0 sessions");
        let tally = Tally {
            count: 10_000,
            capped: true,
        };
        assert_eq!(tally.text(), "10,000+");
    }
}
