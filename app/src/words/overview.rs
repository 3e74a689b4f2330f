//! What the console's first page says. Its four numbers stand in [`super::tallies`].

pub(crate) const TITLE: &str = "Overview";
pub(crate) const ABOUT: &str = "Who is signed in to this server, and what happened last.";
pub(crate) const NOBODY: &str = "Nobody is signed in.";
pub(crate) const NEWEST_SESSIONS: &str = "Newest sessions";
pub(crate) const ALL_SESSIONS: &str = "All sessions";
pub(crate) const WHOLE_RECORD: &str = "Whole record";

// The charts.
pub(crate) const ACTIVITY: &str = "Activity";
pub(crate) const HOW_FAR_BACK: &str = "How far back";
pub(crate) const AS_TABLE: &str = "The same as a table";
/// Before how long ago something was last counted.
pub(crate) const COUNTED: &str = "Counted each minute, ";
/// After it.
pub(crate) const THE_LAST_TIME: &str = " the last time.";
pub(crate) const NOTHING_COUNTED: &str =
    "Nothing is counted yet: the first numbers come within a minute.";
pub(crate) const TURNED_AWAY: &str = "Turned away by limits";

// What one and many of each are called.
pub(crate) const ONE_SIGN_IN: &str = "sign-in";
pub(crate) const MANY_SIGN_INS: &str = "sign-ins";
pub(crate) const ONE_REFUSED: &str = "refused sign-in";
pub(crate) const MANY_REFUSED: &str = "refused sign-ins";
pub(crate) const ONE_TURNED_AWAY: &str = "attempt turned away by limits";
pub(crate) const MANY_TURNED_AWAY: &str = "attempts turned away by limits";
pub(crate) const ONE_LIVE: &str = "live session";
pub(crate) const MANY_LIVE: &str = "live sessions";

/// What a chart and its table say.
pub(crate) mod chart {
    use latchkey_types::Span;

    pub(crate) const CAPTION: &str = "Activity, newest first";
    /// The end of its axis.
    pub(crate) const NOW: &str = "now";
    pub(crate) const NOT_COUNTED: &str = "not counted";
    /// Where the most was: in bars, in a line.
    pub(crate) const MOST_FROM: &str = "from";
    pub(crate) const MOST_AFTER: &str = "after";

    /// The number at the top.
    pub(crate) fn peak(number: &str) -> String {
        format!("peak {number}")
    }

    /// The time of a bar.
    pub(crate) fn between(from: &str, until: &str) -> String {
        format!("{from} to {until} UTC")
    }

    /// The time of a step of a line.
    pub(crate) fn before(until: &str) -> String {
        format!("Before {until} UTC")
    }

    /// The time that a whole chart is about.
    pub(crate) const fn over(span: Span) -> &'static str {
        match span {
            Span::Day => "the last 24 hours",
            Span::Week => "the last seven days",
        }
    }

    /// A chart of what nobody has counted.
    pub(crate) fn not_counted_yet(name: &str, over: &str) -> String {
        format!("{name} in {over}: not counted yet.")
    }

    /// How many over the whole time.
    pub(crate) fn in_all(counted: &str, over: &str) -> String {
        format!("{counted} in {over}")
    }

    /// How many at its end.
    pub(crate) fn by_now(counted: &str) -> String {
        format!("{counted} now")
    }

    /// A chart in a sentence, with when there were most: `whence` is [`MOST_FROM`] or [`MOST_AFTER`].
    pub(crate) fn at_most(first: &str, most: &str, whence: &str, at: &str) -> String {
        format!("{first}; at most {most}, {whence} {at} UTC.")
    }
}
