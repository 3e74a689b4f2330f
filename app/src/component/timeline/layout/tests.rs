use latchkey_types::{
    FamilyEndReason, IncidentClass, RefreshOutcome, SignInMethod, Transport, UnixMillis,
};

use super::*;
use crate::page::{
    families::{AgentItem, FamilyEnd},
    sessions::UserLink,
    threats::Answer,
};

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

fn sight(at: i64, browser: &str, network: &str) -> SightItem {
    SightItem {
        at: UnixMillis(at),
        address: String::new(),
        network: network.to_owned(),
        agent: AgentItem {
            browser: browser.to_owned(),
            ..AgentItem::default()
        },
    }
}

fn generation(number: u64, made: SightItem) -> GenerationItem {
    GenerationItem {
        generation: number,
        from: number.checked_sub(1),
        outcome: RefreshOutcome::Rotated,
        until: None,
        made,
        retries: 0,
        retried_at: None,
        superseded: false,
        received_at: None,
    }
}

fn family(generation: u64, ended_at: Option<i64>) -> FamilyItem {
    FamilyItem {
        family_id: ID.parse().unwrap(),
        user: UserLink::default(),
        client: String::new(),
        agent: AgentItem::default(),
        address: String::new(),
        network: String::new(),
        last_address: String::new(),
        transport: Transport::Body,
        method: SignInMethod::Password,
        created_at: UnixMillis(0),
        generation,
        last_event: RefreshOutcome::Rotated,
        last_event_at: UnixMillis(0),
        expires_at: UnixMillis(0),
        ends_at: UnixMillis(0),
        ended: ended_at.map(|at| FamilyEnd {
            at: UnixMillis(at),
            reason: FamilyEndReason::Theft,
            by: None,
        }),
    }
}

fn replay(presented: u64, replayed: SightItem) -> IncidentItem {
    IncidentItem {
        incident_id: ID.parse().unwrap(),
        family_id: ID.parse().unwrap(),
        user: UserLink::default(),
        class: IncidentClass::Theft,
        answer: Answer::Ended,
        gap_ms: 0,
        presented,
        current: 0,
        rotated: sight(0, "", ""),
        replayed,
        unread: false,
        verdict: None,
        sightings: 0,
    }
}

fn marks(layout: &Layout) -> Vec<Mark> {
    layout.dots.iter().map(|dot| dot.mark).collect()
}

#[test]
fn a_theft_has_a_lane_for_each_side_and_a_line_back_to_the_token() {
    let generations = [
        generation(2, sight(30, "Firefox", "a")),
        generation(1, sight(20, "Firefox", "a")),
        generation(0, sight(10, "Firefox", "a")),
    ];
    let incidents = [replay(1, sight(40, "curl", "b"))];
    let layout = Layout::of(&family(2, Some(40)), &generations, &incidents);
    let names: Vec<_> = layout.lanes.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(names, ["Firefox", "curl"]);
    assert_eq!(
        marks(&layout),
        [Mark::Rotated, Mark::Rotated, Mark::Rotated, Mark::Replay(0)]
    );
    let (kind, path) = layout.threads.last().unwrap();
    assert_eq!(*kind, Thread::Replay(0));
    let (from, to) = (&layout.dots[1], &layout.dots[3]);
    assert!(
        path.starts_with(&format!("M{} {}", from.x, from.y)),
        "{path}"
    );
    assert!(path.ends_with(&format!("{} {}", to.x, to.y)), "{path}");
    assert!(layout.end.unwrap() > to.x);
    assert_eq!(layout.height(), 2 * LANE);
}

#[test]
fn the_line_passes_above_a_generation_that_nobody_received() {
    let mut unseen = generation(1, sight(20, "curl", "a"));
    unseen.superseded = true;
    let mut second = generation(2, sight(30, "curl", "a"));
    second.from = Some(0);
    let generations = [second, unseen, generation(0, sight(10, "curl", "a"))];
    let layout = Layout::of(&family(2, None), &generations, &[]);
    assert_eq!(
        marks(&layout),
        [Mark::Rotated, Mark::Superseded, Mark::Current]
    );
    let kinds: Vec<_> = layout.threads.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [Thread::Unseen, Thread::Next]);
    assert!(layout.threads[0].1.contains('H'));
    assert!(layout.threads[1].1.contains('C'));
    assert_eq!(layout.end, None);
}

#[test]
fn a_page_of_the_past_shows_what_happened_then() {
    let mut newest = generation(9, sight(90, "curl", "a"));
    newest.until = Some(UnixMillis(100));
    let generations = [newest, generation(8, sight(80, "curl", "a"))];
    let incidents = [
        replay(8, sight(200, "curl", "b")),
        replay(8, sight(95, "curl", "b")),
        replay(3, sight(40, "curl", "b")),
    ];
    let layout = Layout::of(&family(60, Some(500)), &generations, &incidents);
    assert_eq!(
        marks(&layout),
        [Mark::Rotated, Mark::Rotated, Mark::Replay(1)]
    );
    assert_eq!(layout.end, None, "it ended on a later page");
    // What came before this page comes in from its edge.
    assert!(layout.threads[0].1.starts_with("M0 "));
}

#[test]
fn many_places_share_lanes_and_everything_stays_in_the_drawing() {
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    for (count, networks, lanes) in [(50, 3, 3), (50, 40, 1), (50, 0, 5)] {
        let generations: Vec<_> = (0..count)
            .rev()
            .map(|number: u64| {
                let at = i64::try_from(number).unwrap();
                let made = if networks == 0 {
                    sight(
                        at,
                        names[usize::try_from(number).unwrap() % names.len()],
                        "n",
                    )
                } else {
                    sight(at, "phone", &format!("n{}", number % networks))
                };
                generation(number, made)
            })
            .collect();
        let layout = Layout::of(&family(count, None), &generations, &[]);
        assert_eq!(layout.lanes.len(), lanes);
        for pair in layout.dots.windows(2) {
            assert!(pair[0].x < pair[1].x);
        }
        for dot in &layout.dots {
            assert!(dot.x < WIDTH && dot.y < layout.height());
        }
    }
}

#[test]
fn a_family_without_a_history_is_an_empty_drawing() {
    let layout = Layout::of(&family(0, None), &[], &[]);
    assert_eq!((layout.dots.len(), layout.lanes.len()), (0, 0));
}
