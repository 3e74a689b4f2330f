//! The picture of a family: who got which generation when, where a token came back, what ended it.
//!
//! A drawing for the eye, and beneath it the same facts as a table: nothing is in the drawing alone,
//! so it is one image to a screen reader, with a sentence of what it shows. Shapes differ as well
//! as colours do.

mod history;
mod layout;

use leptos::prelude::*;

pub(crate) use self::history::HistoryTable;
use self::layout::{Dot, Layout, Mark, Thread, WIDTH};
use super::{Stamp, stamp_text};
use crate::{
    page::{
        families::{FamilyItem, GenerationItem},
        threats::IncidentItem,
    },
    words::{common, families::history as words},
};
use latchkey_types::{IncidentClass, Word};

/// The drawing.
#[component]
pub(crate) fn Timeline(
    /// The family.
    family: FamilyItem,
    /// Its generations, newest first: all of them, or one page of its history.
    generations: Vec<GenerationItem>,
    /// Its incidents.
    incidents: Vec<IncidentItem>,
) -> impl IntoView {
    let layout = Layout::of(&family, &generations, &incidents);
    let lanes = layout
        .lanes
        .iter()
        .map(|lane| {
            view! {
                <div class="lane">
                    <span class="lane-name">
                        {lane.name.clone()} " "
                        <span class="mono text-muted">{lane.network.clone()}</span>
                    </span>
                </div>
            }
        })
        .collect_view();
    let threads = layout
        .threads
        .iter()
        .map(|(thread, path)| {
            let class = thread_class(*thread, &incidents);
            view! { <path class=class d=path.clone()></path> }
        })
        .collect_view();
    let dots = layout
        .dots
        .iter()
        .map(|dot| draw(dot, &generations, &incidents))
        .collect_view();
    let height = layout.height();
    let end = layout
        .end
        .map(|x| view! { <path class="thread-end" d=format!("M{x} 0V{height}")></path> });
    let (oldest, newest) = (generations.last(), generations.first());
    view! {
        <figure class="picture">
            <div class="lanes" aria-hidden="true">
                {lanes}
            </div>
            <svg
                class="drawing"
                viewBox=format!("0 0 {WIDTH} {height}")
                preserveAspectRatio="none"
                height=height
                role="img"
                aria-labelledby="picture-title"
                aria-describedby="picture-text"
            >
                <title id="picture-title">{words::TITLE}</title>
                {threads}
                {end}
                {dots}
            </svg>
            <div class="axis" aria-hidden="true">
                {oldest.map(|item| view! { <Stamp at=item.made.at /> })}
                {newest
                    .filter(|_| generations.len() > 1)
                    .map(|item| view! { <Stamp at=item.made.at /> })}
            </div>
            <figcaption>
                <p id="picture-text" class="sr-only">
                    {summary(&family, &generations, &incidents, &layout)}
                </p>
                <Legend layout incidents />
            </figcaption>
        </figure>
    }
    .into_any()
}

fn thread_class(thread: Thread, incidents: &[IncidentItem]) -> &'static str {
    match thread {
        Thread::Next => "thread",
        Thread::Unseen => "thread thread-unseen",
        Thread::Replay(index) if is_theft(incidents, index) => "thread thread-replay",
        Thread::Replay(_) => "thread thread-replay thread-milder",
    }
}

fn is_theft(incidents: &[IncidentItem], index: usize) -> bool {
    incidents
        .get(index)
        .is_some_and(|incident| incident.class == IncidentClass::Theft)
}

/// A line of no length: its round or square end is the mark, and keeps its shape however far the
/// drawing is stretched.
fn draw(dot: &Dot, generations: &[GenerationItem], incidents: &[IncidentItem]) -> AnyView {
    let d = format!("M{} {}h.01", dot.x, dot.y);
    let title = match dot.mark {
        Mark::Replay(index) => incidents.get(index).map(replay_title),
        _ => dot
            .generation
            .and_then(|index| generations.get(index))
            .map(generation_title),
    }
    .unwrap_or_default();
    let (class, hole) = match dot.mark {
        Mark::Rotated => ("dot", false),
        Mark::Current => ("dot dot-current", false),
        Mark::Superseded => ("dot dot-superseded", true),
        Mark::Replay(index) if is_theft(incidents, index) => ("dot dot-replay", false),
        Mark::Replay(_) => ("dot dot-replay dot-milder", false),
    };
    view! {
        {dot.is_retried.then(|| view! { <path class="dot dot-retried" d=d.clone()></path> })}
        <path class=class d=d.clone()>
            <title>{title}</title>
        </path>
        {hole.then(|| view! { <path class="dot dot-hole" d=d></path> })}
    }
    .into_any()
}

fn generation_title(item: &GenerationItem) -> String {
    words::mark(
        item.generation,
        &stamp_text(item.made.at),
        &item.made.agent.name(),
        &item.made.address,
    )
}

fn replay_title(incident: &IncidentItem) -> String {
    words::replay(
        incident.class.label(),
        incident.presented,
        &stamp_text(incident.replayed.at),
        &incident.replayed.agent.name(),
        &incident.replayed.address,
    )
}

/// What the drawing shows, for those who cannot see it.
fn summary(
    family: &FamilyItem,
    generations: &[GenerationItem],
    incidents: &[IncidentItem],
    layout: &Layout,
) -> String {
    let mut sentences = Vec::new();
    if let (Some(newest), Some(oldest)) = (generations.first(), generations.last()) {
        sentences.push(words::from_places(
            oldest.generation,
            newest.generation,
            layout.lanes.len(),
        ));
    }
    for dot in &layout.dots {
        if let Mark::Replay(index) = dot.mark
            && let Some(incident) = incidents.get(index)
        {
            sentences.push(words::was_again(
                incident.presented,
                &incident.replayed.agent.name_within(),
            ));
        }
    }
    if let Some(ended) = family.ended.as_ref().filter(|_| layout.end.is_some()) {
        sentences.push(words::then_ended(ended.reason.label()));
    }
    sentences.push(words::SEE_TABLE.to_owned());
    sentences.join(" ")
}

/// What the marks mean: those that the drawing has.
#[component]
fn Legend(layout: Layout, incidents: Vec<IncidentItem>) -> impl IntoView {
    let has = |mark: fn(Mark) -> bool| layout.dots.iter().any(|dot| mark(dot.mark));
    let retried = layout.dots.iter().any(|dot| dot.is_retried);
    let is_theft = |mark: Mark| matches!(mark, Mark::Replay(index) if is_theft(&incidents, index));
    let replay = if layout.dots.iter().any(|dot| is_theft(dot.mark)) {
        "dot dot-replay"
    } else {
        "dot dot-replay dot-milder"
    };
    let entries: [(bool, &str, &str); 6] = [
        (has(|mark| mark == Mark::Rotated), "dot", words::ROTATED),
        (
            has(|mark| mark == Mark::Current),
            "dot dot-current",
            common::CURRENT,
        ),
        (retried, "dot dot-retried", words::ASKED_AGAIN),
        (
            has(|mark| mark == Mark::Superseded),
            "dot dot-superseded",
            words::UNRECEIVED,
        ),
        (
            has(|mark| matches!(mark, Mark::Replay(_))),
            replay,
            words::PRESENTED_AGAIN,
        ),
        (layout.end.is_some(), "thread-end", common::ENDED),
    ];
    let entries = entries
        .into_iter()
        .filter(|(shown, ..)| *shown)
        .map(|(_, class, text)| {
            let d = if class == "thread-end" {
                "M8 0V16"
            } else {
                "M8 8h.01"
            };
            let over = match class {
                "dot dot-retried" => Some("dot"),
                "dot dot-superseded" => Some("dot dot-hole"),
                _ => None,
            };
            view! {
                <li>
                    <svg viewBox="0 0 16 16" class="size-4" aria-hidden="true">
                        <path class=class d=d></path>
                        {over.map(|class| view! { <path class=class d=d></path> })}
                    </svg>
                    {text}
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="legend" aria-hidden="true">
            {entries}
        </ul>
    }
    .into_any()
}
