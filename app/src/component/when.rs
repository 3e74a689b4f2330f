//! Points in time. The server words them for everyone; the island `LocalTimes` words them for the
//! viewer's zone.

use latchkey_types::UnixMillis;
use leptos::prelude::*;
use time::{
    OffsetDateTime, format_description::StaticFormatDescription, macros::format_description,
};

use super::around;
use crate::words::{part, phrase, times};

const MACHINE: StaticFormatDescription =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// How long ago or ahead something is, with the exact time in the title: `3 min ago`.
#[component]
pub(crate) fn When(
    /// The point in time.
    at: UnixMillis,
) -> impl IntoView {
    element(at, "age", phrase::age(around().now, at))
}

/// On which day something was, with the exact time in the title: `1 January 2026`.
#[component]
pub(crate) fn Day(
    /// The point in time.
    at: UnixMillis,
) -> impl IntoView {
    element(at, "day", None)
}

/// The exact time, to be read in a sentence: `1 January 2026 at 10:02 UTC`.
#[component]
pub(crate) fn Moment(
    /// The point in time.
    at: UnixMillis,
) -> impl IntoView {
    element(at, "moment", Written::of(at).map(|written| written.moment))
}

/// The exact time to the second, to be compared with its neighbours: `1 Jan 2026, 10:02:13`.
#[component]
pub(crate) fn Stamp(
    /// The point in time.
    at: UnixMillis,
) -> impl IntoView {
    element(at, "stamp", Written::of(at).map(|written| written.stamp))
}

/// The same as text, where no element can stand.
pub(crate) fn stamp_text(at: UnixMillis) -> String {
    Written::of(at).map_or_else(String::new, |written| times::utc(&written.stamp))
}

/// The time of day, where the day is plain: `14:00`.
#[component]
pub(crate) fn Clock(
    /// The point in time.
    at: UnixMillis,
) -> impl IntoView {
    element(at, "clock", Some(clock_text(at)))
}

/// The day without its year, where there is little room: `1 Jan`.
pub(crate) fn short_day(at: UnixMillis) -> String {
    written_as(at, times::SHORT_DAY)
}

/// The time of day, in UTC: `14:00`.
pub(crate) fn clock_text(at: UnixMillis) -> String {
    written_as(at, times::CLOCK)
}

/// Both, in UTC: `1 Jan, 14:00`.
pub(crate) fn day_and_clock(at: UnixMillis) -> String {
    times::day_and_clock(&short_day(at), &clock_text(at))
}

fn written_as(at: UnixMillis, format: StaticFormatDescription) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000)
        .ok()
        .and_then(|time| time.format(format).ok())
        .unwrap_or_default()
}

/// `shows` tells the island what it finds as text.
fn element(at: UnixMillis, shows: &'static str, text: Option<String>) -> impl IntoView {
    match Written::of(at) {
        Some(written) => view! {
            <time
                datetime=written.machine
                title=written.long
                data-shows=shows
            >
                {text.unwrap_or(written.day)}
            </time>
        }
        .into_any(),
        None => view! { <span>{part::UNKNOWN_TIME}</span> }.into_any(),
    }
}

/// A point in time as text, in UTC.
struct Written {
    machine: String,
    long: String,
    day: String,
    moment: String,
    stamp: String,
}

impl Written {
    /// `None` where no calendar reaches.
    fn of(at: UnixMillis) -> Option<Self> {
        let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000).ok()?;
        Some(Self {
            machine: time.format(MACHINE).ok()?,
            long: time.format(times::LONG).ok()?,
            day: time.format(times::DAY).ok()?,
            moment: time.format(times::MOMENT).ok()?,
            stamp: time.format(times::STAMP).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_for_machines_and_for_people() {
        let written = Written::of(UnixMillis(1_767_225_600_999)).unwrap();
        assert_eq!(written.machine, "2026-01-01T00:00:00Z");
        assert_eq!(written.long, "1 January 2026, 00:00 UTC");
        assert_eq!(written.day, "1 January 2026");
        assert_eq!(written.moment, "1 January 2026 at 00:00 UTC");
        assert_eq!(written.stamp, "1 Jan 2026, 00:00:00");
        assert_eq!(short_day(UnixMillis(1_767_225_600_999)), "1 Jan");
        assert!(Written::of(UnixMillis(i64::MAX)).is_none());
        assert!(Written::of(UnixMillis(i64::MIN)).is_none());
    }
}
