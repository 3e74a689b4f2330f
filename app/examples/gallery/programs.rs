//! Believable API sign-ins, thefts and keys; and some that try to break the layout.

use latchkey_app::{
    Tally,
    page::{
        account::TheftItem,
        admin_keys::{KeyItem, Standing},
        families::{AgentItem, FamiliesOfUser, FamilyEnd, FamilyItem, GenerationItem, SightItem},
        sessions::UserLink,
        threats::{Answer, ClassCount, IncidentItem, SightingItem, VerdictItem, WeekItem},
    },
};
use latchkey_types::{
    Algorithm, FamilyEndReason, IncidentClass, RefreshOutcome, SignInMethod, Transport, UnixMillis,
    Verdict,
};

use crate::people::{LONG_NAME, ago, link, uuid};

/// Where the thief of the gallery sits.
pub(crate) const THIEF: &str = "203.0.113.154";

fn agent(browser: &str, system: &str, device: &str, user_agent: &str) -> AgentItem {
    AgentItem {
        browser: browser.to_owned(),
        system: system.to_owned(),
        device: device.to_owned(),
        user_agent: user_agent.to_owned(),
    }
}

fn firefox() -> AgentItem {
    agent(
        "Firefox",
        "Linux",
        "desktop",
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    )
}

fn curl() -> AgentItem {
    agent("curl", "", "program", "curl/8.14.1")
}

fn agents(number: usize) -> AgentItem {
    match number % 6 {
        0 => firefox(),
        1 => agent(
            "Safari",
            "iPhone",
            "phone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15",
        ),
        2 => agent("okhttp", "", "program", "okhttp/4.12.0"),
        3 => agent(
            "Chrome",
            "Windows 10",
            "desktop",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0",
        ),
        4 => AgentItem::default(),
        _ => agent("python-requests", "", "program", "python-requests/2.32.3"),
    }
}

const ADDRESSES: [&str; 5] = [
    "192.0.2.41",
    "198.51.100.27",
    "2001:db8:85a3:8d3:1319:8a2e:370:7348",
    "192.0.2.9",
    "198.51.100.4",
];

const NAMES: [&str; 6] = [
    "ada",
    "grace.hopper",
    "katherine.johnson",
    "alan",
    "barbara",
    "hedy",
];

fn network(address: &str) -> String {
    match address.rsplit_once('.') {
        Some((network, _)) => format!("{network}.0/24"),
        None => "2001:db8:85a3::/48".to_owned(),
    }
}

fn millis(seconds: i64) -> i64 {
    seconds * 1_000
}

/// One API sign-in; the number decides whose, where and how old.
pub(crate) fn family(number: usize) -> FamilyItem {
    let n = i64::try_from(number).unwrap();
    let address = ADDRESSES[number % ADDRESSES.len()];
    let created_at = ago(n * n * 3_600 + 420);
    let events = [
        RefreshOutcome::Rotated,
        RefreshOutcome::Rotated,
        RefreshOutcome::Retry,
        RefreshOutcome::Rotated,
        RefreshOutcome::LostResponse,
        RefreshOutcome::ForeignRetry,
    ];
    FamilyItem {
        family_id: uuid(200_000 + u64::try_from(number).unwrap())
            .parse()
            .unwrap(),
        user: link(
            u64::try_from(number % NAMES.len()).unwrap(),
            NAMES[number % NAMES.len()],
        ),
        client: if number % 5 == 3 {
            "warehouse-app".to_owned()
        } else {
            String::new()
        },
        agent: agents(number),
        address: address.to_owned(),
        network: network(address),
        last_address: if number % 4 == 1 {
            "198.51.100.77".to_owned()
        } else {
            address.to_owned()
        },
        transport: if number.is_multiple_of(2) {
            Transport::Body
        } else {
            Transport::Cookie
        },
        method: SignInMethod::Password,
        created_at,
        generation: u64::try_from(number * 17).unwrap(),
        last_event: events[number % events.len()],
        last_event_at: ago(n * n * 95 + 30),
        expires_at: UnixMillis(ago(n * n * 95 + 30).0 + millis(7 * 86_400)),
        ends_at: UnixMillis(created_at.0 + millis(30 * 86_400)),
        ended: None,
    }
}

/// One that is over.
pub(crate) fn ended_family(number: usize) -> FamilyItem {
    let reasons = [
        FamilyEndReason::SignOut,
        FamilyEndReason::EndedByAdministrator,
        FamilyEndReason::Theft,
        FamilyEndReason::StaleCopy,
        FamilyEndReason::Idle,
        FamilyEndReason::PasswordChanged,
    ];
    let reason = reasons[number % reasons.len()];
    FamilyItem {
        last_event: match reason {
            FamilyEndReason::Theft => RefreshOutcome::Theft,
            FamilyEndReason::StaleCopy => RefreshOutcome::StaleCopy,
            _ => RefreshOutcome::Ended,
        },
        ended: Some(FamilyEnd {
            at: ago(4_000),
            reason,
            by: (reason == FamilyEndReason::EndedByAdministrator).then(|| link(0, "ada")),
        }),
        ..family(number)
    }
}

fn long_agent() -> AgentItem {
    agent(
        "Samsung Internet for Galaxy Watch",
        "Windows Server 2022 Datacenter",
        "tablet",
        &"Mozilla/5.0 ".repeat(42),
    )
}

/// One whose every text is as long as it gets.
pub(crate) fn long_family() -> FamilyItem {
    FamilyItem {
        user: link(50, LONG_NAME),
        client: "a-client-whose-name-somebody-made-as-long-as-it-could-be-made-by-hand".to_owned(),
        agent: long_agent(),
        address: "2001:0db8:85a3:08d3:1319:8a2e:0370:7348".to_owned(),
        last_address: "2001:0db8:ffff:08d3:1319:8a2e:0370:7348".to_owned(),
        generation: 2_591,
        ..family(9)
    }
}

/// All live ones of a user.
pub(crate) fn of_user(user: UserLink) -> FamiliesOfUser {
    FamiliesOfUser {
        user,
        live: Tally {
            count: 3,
            capped: false,
        },
        kinds: vec![("Firefox on Linux".to_owned(), 2), ("okhttp".to_owned(), 1)],
    }
}

fn sight(at: UnixMillis, address: &str, agent: AgentItem) -> SightItem {
    SightItem {
        at,
        address: address.to_owned(),
        network: network(address),
        agent,
    }
}

fn generation(number: u64, made: SightItem) -> GenerationItem {
    GenerationItem {
        generation: number,
        from: number.checked_sub(1),
        outcome: RefreshOutcome::Rotated,
        until: None,
        received_at: Some(made.at),
        made,
        retries: 0,
        retried_at: None,
        superseded: false,
    }
}

/// How each generation gave way to the next; the last one until `end`.
fn until(mut generations: Vec<GenerationItem>, end: Option<UnixMillis>) -> Vec<GenerationItem> {
    let mut next = end;
    for item in generations.iter_mut().rev() {
        item.until = next;
        next = Some(item.made.at);
    }
    generations.reverse();
    generations
}

/// A quiet life: a rotation every quarter of an hour or so, a retry, a lost reply, another network.
pub(crate) fn quiet_life() -> (FamilyItem, Vec<GenerationItem>) {
    let mut generations: Vec<_> = (0..18_u64)
        .map(|number| {
            let n = i64::try_from(number).unwrap();
            let address = if (9..13).contains(&number) {
                ADDRESSES[1]
            } else {
                ADDRESSES[0]
            };
            generation(
                number,
                sight(ago((18 - n) * 880 + n % 4 * 60), address, firefox()),
            )
        })
        .collect();
    generations[6].retries = 2;
    generations[6].retried_at = Some(generations[6].made.at);
    generations[14].superseded = true;
    generations[14].received_at = None;
    generations[15].from = Some(13);
    generations[15].outcome = RefreshOutcome::LostResponse;
    let family = FamilyItem {
        generation: 17,
        created_at: generations[0].made.at,
        ..family(6)
    };
    (family, until(generations, None))
}

/// A life that a theft ended: both sides, and the point where it showed.
pub(crate) fn stolen_life() -> (FamilyItem, Vec<GenerationItem>, Vec<IncidentItem>) {
    let mut generations: Vec<_> = (0..9_u64)
        .map(|number| {
            let n = i64::try_from(number).unwrap();
            generation(number, sight(ago(9_300 - n * 890), ADDRESSES[0], firefox()))
        })
        .collect();
    // From the ninth on the thief has it, until its owner asks with the old one.
    for number in 9..13_u64 {
        let n = i64::try_from(number).unwrap();
        generations.push(generation(
            number,
            sight(ago(1_900 - (n - 9) * 300), THIEF, curl()),
        ));
    }
    let at = ago(400);
    let family = FamilyItem {
        generation: 12,
        created_at: generations[0].made.at,
        last_event: RefreshOutcome::Theft,
        last_event_at: at,
        ended: Some(FamilyEnd {
            at,
            reason: FamilyEndReason::Theft,
            by: None,
        }),
        ..family(0)
    };
    let incident = IncidentItem {
        presented: 8,
        current: 12,
        rotated: generations[9].made.clone(),
        replayed: sight(at, ADDRESSES[0], firefox()),
        gap_ms: 1_500_000,
        family_id: family.family_id,
        ..incident(0)
    };
    (family, until(generations, Some(at)), vec![incident])
}

/// The newest fifty of a long life on the move, through many networks and programs.
pub(crate) fn long_life() -> (FamilyItem, Vec<GenerationItem>) {
    let generations: Vec<_> = (2_541..2_591_u64)
        .map(|number| {
            let n = i64::try_from(number).unwrap();
            let mut agent = agents(usize::try_from(number / 7).unwrap());
            if number % 11 == 3 {
                agent = long_agent();
            }
            let address = format!("198.51.{}.{}", number % 23, number % 200);
            let mut item = generation(number, sight(ago((2_591 - n) * 900), &address, agent));
            item.retries = u64::from(number % 9 == 0);
            item
        })
        .collect();
    let family = FamilyItem {
        generation: 2_590,
        ..long_family()
    };
    (family, until(generations, None))
}

/// One that was never refreshed.
pub(crate) fn new_life() -> (FamilyItem, Vec<GenerationItem>) {
    let family = family(0);
    let first = generation(0, sight(family.created_at, &family.address, firefox()));
    (family, vec![first])
}

/// One incident; the number decides which.
pub(crate) fn incident(number: usize) -> IncidentItem {
    let n = i64::try_from(number).unwrap();
    let at = ago(n * n * 40_000 + 400);
    let gap = 252 + n * 611;
    let class = [
        IncidentClass::Theft,
        IncidentClass::StaleCopy,
        IncidentClass::Suspected,
        IncidentClass::Theft,
        IncidentClass::LostTimeline,
    ][number % 5];
    let owner = ADDRESSES[number % ADDRESSES.len()];
    let (address, thief) = match class {
        IncidentClass::StaleCopy => (owner, agents(number)),
        IncidentClass::LostTimeline => (owner, AgentItem::default()),
        IncidentClass::Theft | IncidentClass::Suspected => (THIEF, curl()),
    };
    IncidentItem {
        incident_id: uuid(300_000 + u64::try_from(number).unwrap())
            .parse()
            .unwrap(),
        family_id: family(number).family_id,
        user: family(number).user,
        class,
        answer: match class {
            IncidentClass::Theft | IncidentClass::StaleCopy | IncidentClass::LostTimeline => {
                Answer::Ended
            }
            IncidentClass::Suspected => Answer::Noted,
        },
        gap_ms: u64::try_from(gap * 1_000).unwrap(),
        presented: 7,
        current: 9,
        rotated: sight(UnixMillis(at.0 - millis(gap)), owner, agents(number)),
        replayed: sight(at, address, thief),
        unread: number < 2,
        verdict: match number % 4 {
            2 => Some(verdict(Verdict::FalseAlarm)),
            3 => Some(verdict(Verdict::Confirmed)),
            _ => None,
        },
        sightings: 0,
    }
}

/// What somebody found.
pub(crate) fn verdict(verdict: Verdict) -> VerdictItem {
    VerdictItem {
        verdict,
        by: Some(link(0, "ada")),
        at: ago(3_000),
        note: "Asked Katherine: she restored her laptop from last week’s backup.".to_owned(),
    }
}

/// One whose every text is as long as it gets.
pub(crate) fn long_incident() -> IncidentItem {
    IncidentItem {
        user: link(50, LONG_NAME),
        rotated: sight(
            ago(90_000_000),
            "2001:0db8:85a3:08d3:1319:8a2e:0370:7348",
            long_agent(),
        ),
        replayed: sight(
            ago(400),
            "2001:0db8:ffff:08d3:1319:8a2e:0370:7348",
            agent(
                "AProductTokenWithoutAnyPlaceToBreakItThatGoesOnAndOn",
                "",
                "program",
                &"AProductTokenWithoutAnyPlaceToBreakIt/".repeat(8),
            ),
        ),
        gap_ms: 90_000_000_000,
        sightings: 12_345,
        verdict: Some(VerdictItem {
            note: "w".repeat(600),
            by: Some(link(50, LONG_NAME)),
            ..verdict(Verdict::Confirmed)
        }),
        ..incident(0)
    }
}

/// What was presented afterwards.
pub(crate) fn sightings() -> Vec<SightingItem> {
    (0..4)
        .map(|number| SightingItem {
            generation: 7,
            sight: sight(ago(40 + number * 60), THIEF, curl()),
        })
        .collect()
}

/// How many of each class.
pub(crate) fn counts(some: bool) -> Vec<ClassCount> {
    let exactly = |count| Tally {
        count,
        capped: false,
    };
    [
        (IncidentClass::Theft, 7, 3, 1),
        (IncidentClass::StaleCopy, 5, 2, 3),
        (IncidentClass::Suspected, 2, 0, 0),
        (IncidentClass::LostTimeline, 0, 0, 0),
    ]
    .map(|(class, all, confirmed, false_alarms)| ClassCount {
        class,
        all: exactly(if some { all } else { 0 }),
        confirmed: exactly(if some { confirmed } else { 0 }),
        false_alarms: exactly(if some { false_alarms } else { 0 }),
    })
    .to_vec()
}

/// The last eight weeks.
pub(crate) fn weeks(some: bool) -> Vec<WeekItem> {
    let counts = [
        (0, 1, 0),
        (0, 0, 1),
        (0, 0, 0),
        (0, 1, 1),
        (0, 0, 0),
        (0, 2, 1),
        (1, 1, 1),
        (3, 1, 0),
    ];
    counts
        .into_iter()
        .zip((0..8).rev())
        .map(|((unjudged, confirmed, false_alarms), weeks_ago)| {
            let factor = u64::from(some);
            WeekItem {
                from: ago(weeks_ago * 7 * 86_400 + 3 * 86_400),
                unjudged: unjudged * factor,
                confirmed: confirmed * factor,
                false_alarms: false_alarms * factor,
            }
        })
        .collect()
}

/// A theft as its victim is told.
pub(crate) fn theft() -> TheftItem {
    TheftItem {
        incident_id: uuid(300_001).parse().unwrap(),
        rotated: sight(ago(652), ADDRESSES[0], firefox()),
        replayed: sight(ago(400), THIEF, curl()),
    }
}

/// Keys in every part of their life.
pub(crate) fn keys() -> Vec<KeyItem> {
    let key = |kid: &str, algorithm, standing, days: i64| {
        let created_at = ago(days * 86_400);
        let signs = standing != Standing::Next;
        KeyItem {
            kid: kid.to_owned(),
            algorithm,
            standing,
            created_at,
            signs_from: UnixMillis(created_at.0 + millis(3_600)),
            signs_until: signs.then(|| UnixMillis(created_at.0 + millis(30 * 86_400))),
            verifies_until: (standing == Standing::Retired)
                .then(|| UnixMillis(created_at.0 + millis(30 * 86_400 + 900))),
            killed_at: (standing == Standing::Killed).then(|| ago(86_400)),
            is_last: standing == Standing::Active && algorithm == Algorithm::Rs256,
        }
    };
    vec![
        key(
            "Zq3vKJ0uYk1Qd2nW8sLr5tXb7mHc4pGf6eJa9oVi0Tw",
            Algorithm::EdDsa,
            Standing::Next,
            0,
        ),
        key(
            "9sD1nX4bKq7LwZp2Rm5Vt8Yc3Fh6Jg0Ea1Ui4Ok9SxQ",
            Algorithm::EdDsa,
            Standing::Active,
            29,
        ),
        key(
            "pR7mW2caTz5Nb8Xk1Qv4Ld7Gh0Js3Fy6Pw9Er2Uo5Im",
            Algorithm::Rs256,
            Standing::Active,
            12,
        ),
        key(
            "uB5kT8yhMn3Cx6Zv9Lq2Wp5Ro8Ti1Yu4Ea7Sd0Fg3Hj",
            Algorithm::EdDsa,
            Standing::Retired,
            30,
        ),
        key(
            "xN0cF6geBv4Kd7Ms0Pz3Qw6Ty9Lr2Hj5Gn8Xb1Vc4Fa",
            Algorithm::EdDsa,
            Standing::Killed,
            45,
        ),
    ]
}
