//! Points in time. The server words them for everyone; the island `LocalTimes` words them for the
//! viewer's zone.

use latchkey_types::UnixMillis;
use leptos::prelude::*;
use time::{
    OffsetDateTime, format_description::StaticFormatDescription, macros::format_description,
};

use super::around;
use crate::phrase;

const MACHINE: StaticFormatDescription =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const LONG: StaticFormatDescription =
    format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");
const DAY: StaticFormatDescription =
    format_description!("[day padding:none] [month repr:long] [year]");

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

/// `shows` tells the island what it finds as text.
fn element(at: UnixMillis, shows: &'static str, text: Option<String>) -> impl IntoView {
    match Written::of(at) {
        Some(written) => view! {
            <time
                datetime=written.machine
                title=written.long
                data-shows=shows
                class="whitespace-nowrap"
            >
                {text.unwrap_or(written.day)}
            </time>
        }
        .into_any(),
        None => view! { <span>"unknown"</span> }.into_any(),
    }
}

/// A point in time as text, in UTC.
struct Written {
    machine: String,
    long: String,
    day: String,
}

impl Written {
    /// `None` where no calendar reaches.
    fn of(at: UnixMillis) -> Option<Self> {
        let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000).ok()?;
        Some(Self {
            machine: time.format(MACHINE).ok()?,
            long: time.format(LONG).ok()?,
            day: time.format(DAY).ok()?,
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
        assert!(Written::of(UnixMillis(i64::MAX)).is_none());
        assert!(Written::of(UnixMillis(i64::MIN)).is_none());
    }
}
