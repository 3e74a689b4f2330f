//! Where everything stands in the picture of a family: lanes for places, one step for each event.
//!
//! Steps follow each other in order and not to scale: a family rests for a night and rotates four
//! times an hour, and to scale its rotations would be one blot.

use crate::{
    page::{
        families::{FamilyItem, GenerationItem, SightItem},
        threats::IncidentItem,
    },
    words::families::history as words,
};

/// The width of the drawing in its own units; it is stretched to the width of the page.
pub(super) const WIDTH: usize = 1_000;
/// The height of a lane, in pixels as the stylesheet has it.
pub(super) const LANE: usize = 56;

/// More places than these are drawn as one.
const MOST_LANES: usize = 5;
/// A short life does not fill the width.
const FEWEST_STEPS: usize = 12;
const MARGIN: usize = 24;
/// Where in its lane the line runs, below the lane's name.
const LINE: usize = 40;
const ARCH: usize = 14;

/// A place: a device in a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lane {
    /// The device.
    pub(super) name: String,
    /// The network; empty where the lane holds several.
    pub(super) network: String,
}

/// What stands at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// A generation that gave way to the next one.
    Rotated,
    /// The current one.
    Current,
    /// One that the family moved past.
    Superseded,
    /// A token presented again, with the index of its incident.
    Replay(usize),
}

/// One mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dot {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) mark: Mark,
    /// Whether the reply that brought this generation was asked for again.
    pub(super) is_retried: bool,
    /// The index among the generations, if it is one.
    pub(super) generation: Option<usize>,
}

/// What a line between two marks says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thread {
    /// One generation followed another.
    Next,
    /// It followed, and was never seen.
    Unseen,
    /// A token was presented again, with the index of its incident.
    Replay(usize),
}

/// The whole picture.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) lanes: Vec<Lane>,
    pub(super) dots: Vec<Dot>,
    pub(super) threads: Vec<(Thread, String)>,
    /// Where the family ended, if it did and this page of its history shows it.
    pub(super) end: Option<usize>,
}

enum Event<'a> {
    Generation(usize, &'a GenerationItem),
    Replay(usize, &'a IncidentItem),
}

impl Event<'_> {
    fn sight(&self) -> &SightItem {
        match self {
            Self::Generation(_, item) => &item.made,
            Self::Replay(_, item) => &item.replayed,
        }
    }
}

impl Layout {
    /// Lays out generations and incidents, both newest first.
    pub(super) fn of(
        family: &FamilyItem,
        generations: &[GenerationItem],
        incidents: &[IncidentItem],
    ) -> Self {
        let events = events(generations, incidents);
        let shows_newest = generations
            .first()
            .is_some_and(|newest| newest.generation == family.generation);
        let has_end = shows_newest && family.ended.is_some();
        let steps = (events.len() + usize::from(has_end)).max(FEWEST_STEPS);
        let x_of = |step: usize| MARGIN + step * (WIDTH - 2 * MARGIN) / (steps - 1);
        let (lanes, lane_of) = lanes(&events);

        let mut dots = Vec::with_capacity(events.len());
        for (step, event) in events.iter().enumerate() {
            let is_live = family.ended.is_none();
            let (mark, is_retried, generation) = match event {
                Event::Generation(index, item) => {
                    let mark = if item.superseded {
                        Mark::Superseded
                    } else if is_live && item.generation == family.generation {
                        Mark::Current
                    } else {
                        Mark::Rotated
                    };
                    (mark, item.retries > 0, Some(*index))
                }
                Event::Replay(index, _) => (Mark::Replay(*index), false, None),
            };
            dots.push(Dot {
                x: x_of(step),
                y: lane_of[step] * LANE + LINE,
                mark,
                is_retried,
                generation,
            });
        }
        let threads = threads(&events, &dots);
        Self {
            lanes,
            end: has_end.then(|| x_of(events.len())),
            dots,
            threads,
        }
    }

    /// The height of the drawing.
    pub(super) fn height(&self) -> usize {
        self.lanes.len() * LANE
    }
}

/// Everything that this page of the history shows, oldest first.
fn events<'a>(generations: &'a [GenerationItem], incidents: &'a [IncidentItem]) -> Vec<Event<'a>> {
    let from = generations.last().map(|oldest| oldest.made.at);
    let until = generations.first().and_then(|newest| newest.until);
    let mut events: Vec<Event<'a>> = generations
        .iter()
        .enumerate()
        .map(|(index, item)| Event::Generation(index, item))
        .collect();
    events.extend(
        incidents
            .iter()
            .enumerate()
            .filter(|(_, incident)| {
                let at = incident.replayed.at;
                from.is_some_and(|from| at >= from) && until.is_none_or(|until| at <= until)
            })
            .map(|(index, item)| Event::Replay(index, item)),
    );
    // A generation comes before what is said of it at the same millisecond.
    events.sort_by_key(|event| match event {
        Event::Generation(_, item) => (item.made.at, 0, item.generation),
        Event::Replay(_, item) => (item.replayed.at, 1, item.presented),
    });
    events
}

/// The places of the events, and the lane of each: by device and network, or by device alone where
/// those are too many, or the last ones together where even these are.
fn lanes(events: &[Event<'_>]) -> (Vec<Lane>, Vec<usize>) {
    let fine = |sight: &SightItem| Lane {
        name: sight.agent.name(),
        network: sight.network.clone(),
    };
    let coarse = |sight: &SightItem| Lane {
        name: sight.agent.name(),
        network: String::new(),
    };
    let (lanes, lane_of) = assign(events, fine);
    if lanes.len() <= MOST_LANES {
        return (lanes, lane_of);
    }
    let (mut lanes, mut lane_of) = assign(events, coarse);
    if lanes.len() > MOST_LANES {
        let last = MOST_LANES - 1;
        lanes.truncate(last);
        lanes.push(Lane {
            name: words::OTHER_PROGRAMS.to_owned(),
            network: String::new(),
        });
        for lane in &mut lane_of {
            *lane = (*lane).min(last);
        }
    }
    (lanes, lane_of)
}

fn assign(events: &[Event<'_>], place: impl Fn(&SightItem) -> Lane) -> (Vec<Lane>, Vec<usize>) {
    let mut lanes: Vec<Lane> = Vec::new();
    let lane_of = events
        .iter()
        .map(|event| {
            let lane = place(event.sight());
            lanes
                .iter()
                .position(|known| *known == lane)
                .unwrap_or_else(|| {
                    lanes.push(lane);
                    lanes.len() - 1
                })
        })
        .collect();
    (lanes, lane_of)
}

fn threads(events: &[Event<'_>], dots: &[Dot]) -> Vec<(Thread, String)> {
    let dot_of = |generation: u64| {
        events
            .iter()
            .position(|event| matches!(event, Event::Generation(_, item) if item.generation == generation))
            .and_then(|step| dots.get(step))
    };
    let mut threads = Vec::new();
    for (event, dot) in events.iter().zip(dots) {
        match event {
            Event::Generation(_, item) => {
                let Some(from) = item.from else { continue };
                let kind = if item.superseded {
                    Thread::Unseen
                } else {
                    Thread::Next
                };
                // Past a generation that nobody saw, the line runs above it.
                let is_past = from + 1 < item.generation;
                threads.push((kind, path(dot_of(from), dot, is_past)));
            }
            Event::Replay(index, item) => {
                threads.push((
                    Thread::Replay(*index),
                    path(dot_of(item.presented), dot, true),
                ));
            }
        }
    }
    threads
}

/// A line between two marks; from the edge where the first one is not on this page.
fn path(from: Option<&Dot>, to: &Dot, is_arch: bool) -> String {
    let (x2, y2) = (to.x, to.y);
    let (x1, y1) = from.map_or((0, y2), |dot| (dot.x, dot.y));
    if y1 != y2 {
        let middle = usize::midpoint(x1, x2);
        format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}")
    } else if is_arch && from.is_some() {
        let top = y1 - ARCH;
        format!("M{x1} {y1}C{x1} {top} {x2} {top} {x2} {y2}")
    } else {
        format!("M{x1} {y1}H{x2}")
    }
}

#[cfg(test)]
mod tests;
