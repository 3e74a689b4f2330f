//! Bars and lines over a day or a week, drawn by the server.
//!
//! Numbers and times stand beside the drawing as text, which keeps its size however far the drawing
//! is stretched. Whoever cannot see it hears its sentence, and has all of it in a table.

use latchkey_types::{Span, UnixMillis};
use leptos::prelude::*;

use super::{Cell, Row, Stamp, Table, when};
use crate::{
    page::admin_overview::Piece,
    words::{
        common,
        overview::chart as words,
        phrase::{counted, thousands},
    },
};

/// How the numbers are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drawn {
    /// What happened in each piece: bars.
    Bars,
    /// How many there were: a line with the room below it.
    Line,
}

/// What a chart shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    /// Its name.
    pub(crate) name: &'static str,
    /// What one is called.
    pub(crate) one: &'static str,
    /// What many are called.
    pub(crate) many: &'static str,
    /// How it is drawn.
    pub(crate) drawn: Drawn,
    /// The colour: what is good news, what is not.
    pub(crate) class: &'static str,
}

/// The drawing is so high, in its own units; each piece of time is [`WIDTH`] wide.
const HEIGHT: f64 = 100.0;
const WIDTH: f64 = 10.0;
/// Of that, so much is left between two bars.
const GAP: f64 = 2.0;
/// Something is never drawn as nothing.
const LEAST: f64 = 2.0;

/// One chart.
#[component]
pub(crate) fn Chart(
    /// What it shows.
    about: About,
    /// How far back.
    span: Span,
    /// The pieces, oldest first.
    pieces: Vec<Piece>,
) -> impl IntoView {
    let top = pieces.iter().filter_map(|piece| piece.count).max();
    let sentence = sentence(about, span, &pieces);
    let headline = match about.drawn {
        Drawn::Bars => sum(&pieces).map(thousands),
        Drawn::Line => newest(&pieces).map(thousands),
    };
    let box_ = format!(
        "0 0 {} {HEIGHT}",
        fixed(WIDTH * f64::from(u32::try_from(pieces.len()).unwrap_or(u32::MAX)))
    );
    let middle = pieces.get(pieces.len() / 2).copied();
    let ends = (pieces.first().copied(), pieces.last().copied());
    let areas = pieces
        .iter()
        .enumerate()
        .map(|(place, piece)| {
            let class = if piece.count.is_some() {
                "chart-area"
            } else {
                "chart-area chart-unknown"
            };
            view! {
                <rect class=class x=fixed(x(place)) y="0" width=fixed(WIDTH) height=fixed(HEIGHT)>
                    <title>{told(about, *piece)}</title>
                </rect>
            }
        })
        .collect_view();
    let shape = match about.drawn {
        Drawn::Bars => bars(&pieces, top.unwrap_or(0)),
        Drawn::Line => line(&pieces, top.unwrap_or(0)),
    };
    let form = match about.drawn {
        Drawn::Bars => "chart-bars",
        Drawn::Line => "chart-line",
    };
    view! {
        <figure class=format!("chart {}", about.class)>
            <figcaption class="chart-head">
                <span class="chart-name">{about.name}</span>
                <span class="chart-sum">{headline.unwrap_or_else(|| common::NONE.to_owned())}</span>
            </figcaption>
            <div class="chart-plot">
                <span class="chart-top" aria-hidden="true">
                    {top.filter(|top| *top > 0).map(|top| words::peak(&thousands(top)))}
                </span>
                <svg
                    class="chart-drawing"
                    role="img"
                    aria-label=sentence
                    viewBox=box_
                    preserveAspectRatio="none"
                >
                    <path class=form d=shape />
                    {areas}
                </svg>
            </div>
            <div class="axis" aria-hidden="true">
                {ends.0.map(|piece| tick(span, piece.from))}
                {middle.map(|piece| tick(span, piece.from))}
                {ends.1.map(|_| view! { <span>{words::NOW}</span> })}
            </div>
        </figure>
    }
    .into_any()
}

/// The same numbers, to be read one by one.
#[component]
pub(crate) fn ChartTable(
    /// What each column is.
    columns: Vec<&'static str>,
    /// The pieces of each column, oldest first, of the same times.
    series: Vec<Vec<Piece>>,
) -> impl IntoView {
    let times: Vec<UnixMillis> = series
        .first()
        .map(|pieces| pieces.iter().map(|piece| piece.from).collect())
        .unwrap_or_default();
    let rows = times
        .into_iter()
        .enumerate()
        .rev()
        .map(|(place, from)| {
            let cells = columns
                .iter()
                .zip(&series)
                .map(|(column, pieces)| {
                    let count = pieces.get(place).and_then(|piece| piece.count);
                    view! {
                        <Cell label=*column>
                            <span class="tabular-nums">
                                {count.map_or_else(|| words::NOT_COUNTED.to_owned(), thousands)}
                            </span>
                        </Cell>
                    }
                })
                .collect_view();
            view! {
                <Row>
                    <Cell label=common::FROM>
                        <Stamp at=from />
                    </Cell>
                    {cells}
                </Row>
            }
        })
        .collect_view();
    let mut heads = vec![common::FROM];
    heads.extend(columns.iter().copied());
    view! {
        <Table caption=words::CAPTION columns=heads>
            {rows}
        </Table>
    }
    .into_any()
}

fn tick(span: Span, at: UnixMillis) -> impl IntoView {
    match span {
        Span::Day => view! { <when::Clock at /> }.into_any(),
        Span::Week => view! { <span>{when::short_day(at)}</span> }.into_any(),
    }
}

fn x(place: usize) -> f64 {
    WIDTH * f64::from(u32::try_from(place).unwrap_or(u32::MAX))
}

/// Where a count stands, from above.
fn y(count: u64, top: u64) -> f64 {
    if count == 0 || top == 0 {
        return HEIGHT;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a picture shows no sixteenth digit"
    )]
    let share = count as f64 / top as f64;
    HEIGHT - (share * HEIGHT).clamp(LEAST, HEIGHT)
}

/// A number as a drawing needs it: a tenth of a unit is finer than any screen.
fn fixed(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

fn bars(pieces: &[Piece], top: u64) -> String {
    use std::fmt::Write as _;
    let mut path = String::new();
    for (place, piece) in pieces.iter().enumerate() {
        let Some(count) = piece.count.filter(|count| *count > 0) else {
            continue;
        };
        let (left, right) = (x(place) + GAP / 2.0, x(place) + WIDTH - GAP / 2.0);
        // Writing into a string cannot fail.
        let _ = write!(
            path,
            "M{} {HEIGHT}V{}H{}V{HEIGHT}Z",
            fixed(left),
            fixed(y(count, top)),
            fixed(right)
        );
    }
    path
}

/// One shape for each stretch in which somebody counted.
fn line(pieces: &[Piece], top: u64) -> String {
    use std::fmt::Write as _;
    let mut path = String::new();
    let mut begun = false;
    for (place, piece) in pieces.iter().enumerate() {
        match piece.count {
            Some(count) => {
                let height = fixed(y(count, top));
                let start = if begun {
                    String::new()
                } else {
                    format!("M{} {HEIGHT}V{height}", fixed(x(place)))
                };
                let _ = write!(
                    path,
                    "{start}L{0} {height}H{1}",
                    fixed(x(place)),
                    fixed(x(place) + WIDTH)
                );
                begun = true;
            }
            None if begun => {
                let _ = write!(path, "V{HEIGHT}Z");
                begun = false;
            }
            None => {}
        }
    }
    if begun {
        let _ = write!(path, "V{HEIGHT}Z");
    }
    path
}

fn sum(pieces: &[Piece]) -> Option<u64> {
    let mut counts = pieces.iter().filter_map(|piece| piece.count).peekable();
    counts.peek().is_some().then(|| counts.sum())
}

fn newest(pieces: &[Piece]) -> Option<u64> {
    pieces.iter().rev().find_map(|piece| piece.count)
}

/// One piece, in words.
fn told(about: About, piece: Piece) -> String {
    let time = match about.drawn {
        Drawn::Bars => words::between(
            &when::day_and_clock(piece.from),
            &when::clock_text(piece.until),
        ),
        Drawn::Line => words::before(&when::day_and_clock(piece.until)),
    };
    match piece.count {
        Some(count) => format!("{time}: {}", counted(count, about.one, about.many)),
        None => format!("{time}: {}", words::NOT_COUNTED),
    }
}

/// The whole chart, in words.
fn sentence(about: About, span: Span, pieces: &[Piece]) -> String {
    let over = words::over(span);
    let most = pieces
        .iter()
        .filter(|piece| piece.count.is_some_and(|count| count > 0))
        .max_by_key(|piece| piece.count);
    let (Some(sum), Some(newest)) = (sum(pieces), newest(pieces)) else {
        return words::not_counted_yet(about.name, over);
    };
    let first = match about.drawn {
        Drawn::Bars => words::in_all(&counted(sum, about.one, about.many), over),
        Drawn::Line => words::by_now(&counted(newest, about.one, about.many)),
    };
    match most.and_then(|piece| piece.count.map(|count| (piece, count))) {
        Some((piece, count)) => {
            let whence = match about.drawn {
                Drawn::Bars => words::MOST_FROM,
                Drawn::Line => words::MOST_AFTER,
            };
            words::at_most(
                &first,
                &thousands(count),
                whence,
                &when::day_and_clock(piece.from),
            )
        }
        None => format!("{first}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const BARS: About = About {
        name: "Sign-ins",
        one: "sign-in",
        many: "sign-ins",
        drawn: Drawn::Bars,
        class: "",
    };
    const LINE: About = About {
        name: "Live sessions",
        one: "live session",
        many: "live sessions",
        drawn: Drawn::Line,
        class: "",
    };

    fn pieces(counts: &[Option<u64>]) -> Vec<Piece> {
        (0_i64..)
            .zip(counts)
            .map(|(place, count)| Piece {
                from: UnixMillis(1_767_225_600_000 + place * HOUR),
                until: UnixMillis(1_767_225_600_000 + (place + 1) * HOUR),
                count: *count,
            })
            .collect()
    }

    #[test]
    fn a_bar_is_as_high_as_its_share_and_something_is_never_nothing() {
        let path = bars(&pieces(&[Some(100), Some(50), Some(0), None, Some(1)]), 100);
        assert_eq!(path, "M1 100V0H9V100ZM11 100V50H19V100ZM41 100V98H49V100Z");
    }

    #[test]
    fn a_line_breaks_where_nobody_counted() {
        let path = line(&pieces(&[Some(2), None, Some(1), Some(2)]), 2);
        assert_eq!(path, "M0 100V0L0 0H10V100ZM20 100V50L20 50H30L30 0H40V100Z");
    }

    #[test]
    fn a_chart_says_in_a_sentence_what_it_shows() {
        let day = pieces(&[Some(3), None, Some(1_000)]);
        assert_eq!(
            sentence(BARS, Span::Day, &day),
            "1,003 sign-ins in the last 24 hours; at most 1,000, from 1 Jan, 02:00 UTC."
        );
        assert_eq!(
            sentence(LINE, Span::Week, &day),
            "1,000 live sessions now; at most 1,000, after 1 Jan, 02:00 UTC."
        );
        assert_eq!(
            sentence(BARS, Span::Day, &pieces(&[Some(0), Some(0)])),
            "0 sign-ins in the last 24 hours."
        );
        assert_eq!(
            sentence(BARS, Span::Week, &pieces(&[None, None])),
            "Sign-ins in the last seven days: not counted yet."
        );
        assert_eq!(told(BARS, day[0]), "1 Jan, 00:00 to 01:00 UTC: 3 sign-ins");
        assert_eq!(told(BARS, day[1]), "1 Jan, 01:00 to 02:00 UTC: not counted");
        assert_eq!(
            told(LINE, day[0]),
            "Before 1 Jan, 01:00 UTC: 3 live sessions"
        );
    }
}
