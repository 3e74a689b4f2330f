//! How the server writes points in time, in UTC.

use time::{format_description::StaticFormatDescription, macros::format_description};

/// In titles: `1 January 2026, 10:02 UTC`.
pub(crate) const LONG: StaticFormatDescription =
    format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");
/// `1 January 2026`
pub(crate) const DAY: StaticFormatDescription =
    format_description!("[day padding:none] [month repr:long] [year]");
/// Within a sentence: `1 January 2026 at 10:02 UTC`.
pub(crate) const MOMENT: StaticFormatDescription =
    format_description!("[day padding:none] [month repr:long] [year] at [hour]:[minute] UTC");
/// To the second: `1 Jan 2026, 10:02:13`.
pub(crate) const STAMP: StaticFormatDescription =
    format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute]:[second]");
/// `1 Jan`
pub(crate) const SHORT_DAY: StaticFormatDescription =
    format_description!("[day padding:none] [month repr:short]");
/// `14:00`
pub(crate) const CLOCK: StaticFormatDescription = format_description!("[hour]:[minute]");

/// A time with its zone.
pub(crate) fn utc(text: &str) -> String {
    format!("{text} UTC")
}

/// `1 Jan, 14:00`
pub(crate) fn day_and_clock(day: &str, clock: &str) -> String {
    format!("{day}, {clock}")
}
