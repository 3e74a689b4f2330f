//! Incidents over the last weeks, as bars.

use leptos::prelude::*;

use crate::{
    component::short_day,
    page::threats::WeekItem,
    words::{common, threats},
};

/// The height of the tallest bar, in the drawing's own units.
const HEIGHT: u64 = 96;

/// One bar for each week, oldest first, with how many of them were false alarms, and the share of
/// these. What a bar shows is said in words beneath it: the drawing is for the eye alone.
#[component]
pub(crate) fn Weeks(
    /// The weeks.
    weeks: Vec<WeekItem>,
) -> impl IntoView {
    let most = weeks
        .iter()
        .map(|week| week.all())
        .max()
        .unwrap_or(0)
        .max(1);
    let bars = weeks
        .into_iter()
        .map(|week| view! { <Bar week most /> })
        .collect_view();
    view! {
        <ol class="weeks">{bars}</ol>
        <ul class="legend mt-4" aria-hidden="true">
            <li><span class="swatch swatch-open"></span> {threats::NOT_JUDGED}</li>
            <li><span class="swatch swatch-confirmed"></span> {threats::CONFIRMED}</li>
            <li><span class="swatch swatch-false"></span> {threats::FALSE_ALARM}</li>
            <li>{threats::SHARES}</li>
        </ul>
    }
    .into_any()
}

#[component]
fn Bar(week: WeekItem, most: u64) -> impl IntoView {
    let scaled = |count: u64| (count * HEIGHT).div_ceil(most).min(HEIGHT);
    let mut below = HEIGHT;
    let parts = [
        ("bar bar-confirmed", week.confirmed),
        ("bar bar-open", week.unjudged),
        ("bar bar-false", week.false_alarms),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(class, count)| {
        let height = scaled(count).min(below);
        below -= height;
        view! { <rect class=class x=0 y=below width=24 height=height></rect> }
    })
    .collect_view();
    let what = if week.all() == 0 {
        threats::NO_INCIDENTS_THEN.to_owned()
    } else {
        threats::incidents(&week)
    };
    let words = threats::week(&short_day(week.from), &what);
    let share = week.share().map_or_else(|| "–".to_owned(), common::percent);
    let title = words.clone();
    view! {
        <li title=title>
            <span class="sr-only">{words}</span>
            <svg
                viewBox=format!("0 0 24 {HEIGHT}")
                preserveAspectRatio="none"
                class="week"
                aria-hidden="true"
            >
                {parts}
                <path class="week-ground" d=format!("M0 {HEIGHT}H24")></path>
            </svg>
            <span class="week-count" aria-hidden="true">
                {week.all()}
            </span>
            <span class="week-name" aria-hidden="true">
                {share}
            </span>
            <span class="week-name" aria-hidden="true">
                {short_day(week.from)}
            </span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use latchkey_types::UnixMillis;

    use super::*;

    #[test]
    fn each_week_says_its_share_of_false_alarms() {
        let week = |unjudged, confirmed, false_alarms| WeekItem {
            from: UnixMillis(0),
            unjudged,
            confirmed,
            false_alarms,
        };
        let weeks = vec![week(1, 2, 1), week(3, 0, 0), week(0, 0, 0)];
        let html = view! { <Weeks weeks /> }.to_html();
        for text in [
            "4 incidents; 2 confirmed, 1 false alarm, 1 not judged; false alarms are 33\u{a0}% of those judged",
            "3 incidents; 0 confirmed, 0 false alarms, 3 not judged; none judged yet",
            "no incidents",
            ">33\u{a0}%<",
        ] {
            assert!(html.contains(text), "{text}: {html}");
        }
    }
}
