//! The twelfth invariant: whatever a list is narrowed by and however it is ordered, its pages are
//! what a loop over all rows would give, forward and backward.

use std::time::Duration;

use latchkey_authority::{
    Authority,
    audit::{self, AuditFilter},
    family::{self, FamilyFilter},
    page::{Cursor, OrderTag, Period, Position, Window},
    session::{self, SessionFilter},
};
use latchkey_testing::TestAuthority;
use latchkey_types::{
    EndReason, EventKind, FamilyEndReason, FamilyId, FamilySort, FamilyState, ListSort, Outcome,
    Role, SessionId, SessionSort, SessionState, SignInMethod, UnixMillis, UserId, Word as _,
};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};
use sea_orm::DatabaseConnection;
use uuid::Uuid;

use crate::support::{execute, id, scattered_id};

/// Reads all pages one way, each position through its text, and gives the ids in the list's order.
async fn walk<F, R>(order: OrderTag, forward: bool, page: F) -> Vec<Uuid>
where
    F: Fn(Position) -> R,
    R: Future<Output = Window<Uuid>>,
{
    let mut position = if forward {
        Position::First
    } else {
        Position::Last
    };
    let mut pages = Vec::new();
    loop {
        let window = page(position).await;
        let further = if forward {
            window.next
        } else {
            window.previous
        };
        pages.push(window.items);
        let Some(next) = further else { break };
        let text = next.encode(order).unwrap();
        position = Position::parse(&text, order).unwrap();
    }
    if !forward {
        pages.reverse();
    }
    pages.concat()
}

struct Dice(ChaCha8Rng);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    fn below(&mut self, sides: u64) -> u64 {
        self.0.next_u64() % sides
    }

    fn one_of<T: Clone>(&mut self, of: &[T]) -> T {
        let index = self.below(of.len() as u64);
        of[usize::try_from(index).unwrap()].clone()
    }

    /// Nothing mostly: a filter of everything at once would find nothing.
    fn perhaps<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (self.below(4) == 0).then(|| self.one_of(of))
    }
}

const HOUR: Duration = Duration::from_hours(1);

fn period(dice: &mut Dice, now: UnixMillis) -> Period {
    let from = now.before(HOUR * u32::try_from(dice.below(300)).unwrap());
    match dice.below(6) {
        0 => Period {
            from: Some(from),
            to: None,
        },
        1 => Period {
            from: None,
            to: Some(from),
        },
        2 => Period {
            from: Some(from),
            to: Some(from.after(HOUR * 100)),
        },
        _ => Period::default(),
    }
}

fn within(period: Period, at: UnixMillis) -> bool {
    period.from.is_none_or(|from| at >= from) && period.to.is_none_or(|to| at < to)
}

fn optional(text: Option<String>) -> String {
    text.unwrap_or_else(|| "NULL".to_owned())
}

#[derive(Debug, Clone)]
struct Session {
    id: Uuid,
    user: UserId,
    texts: [&'static str; 5],
    last_address: &'static str,
    method: SignInMethod,
    created_at: UnixMillis,
    last_seen_at: UnixMillis,
    expires_at: UnixMillis,
    ended: Option<(UnixMillis, EndReason, Option<UserId>)>,
}

const TEXTS: [[&str; 2]; 5] = [
    ["192.0.2.1", "198.51.100.2"],
    ["192.0.2.0/24", "198.51.100.0/24"],
    ["Firefox", "Chrome"],
    ["Linux", "macOS"],
    ["desktop", "phone"],
];

fn session(dice: &mut Dice, number: u64, users: &[UserId], now: UnixMillis) -> Session {
    // Few instants for many rows: ids must tell them apart.
    let created_at = now.before(HOUR * u32::try_from(dice.below(40) * 5).unwrap());
    let last_seen_at = created_at.after(HOUR * u32::try_from(dice.below(5)).unwrap());
    let ended = (dice.below(3) == 0).then(|| {
        let reasons = [
            EndReason::SignOut,
            EndReason::Idle,
            EndReason::EndedByAdministrator,
        ];
        let reason = dice.one_of(&reasons);
        let by = (reason == EndReason::EndedByAdministrator).then(|| dice.one_of(users));
        (last_seen_at.after(HOUR), reason, by)
    });
    Session {
        id: scattered_id(number),
        user: dice.one_of(users),
        texts: TEXTS.map(|of| dice.one_of(&of)),
        last_address: dice.one_of(&TEXTS[0]),
        method: dice.one_of(&[SignInMethod::Password, SignInMethod::Provider]),
        created_at,
        last_seen_at,
        expires_at: created_at.after(HOUR * u32::try_from(120 + dice.below(200)).unwrap()),
        ended,
    }
}

async fn insert(connection: &DatabaseConnection, rows: &[Session]) {
    let values: Vec<String> = rows
        .iter()
        .map(|row| {
            let [address, network, browser, system, device] = row.texts;
            let (at, reason, by) = match row.ended {
                None => ("NULL".to_owned(), "NULL".to_owned(), None),
                Some((at, reason, by)) => (at.0.to_string(), format!("'{}'", reason.as_str()), by),
            };
            format!(
                "({}, {}, {}, {}, '{}', {}, {}, '{address}', '{network}', '{}', 'agent', \
                 '{browser}', '{system}', '{device}', {at}, {reason}, {})",
                id(connection, row.id),
                id(connection, row.user.as_uuid()),
                row.created_at.0,
                row.created_at.0,
                row.method.as_str(),
                row.last_seen_at.0,
                row.expires_at.0,
                row.last_address,
                optional(by.map(|by| id(connection, by.as_uuid()))),
            )
        })
        .collect();
    let sql = format!(
        "INSERT INTO sessions (session_id, user_id, created_at, proved_at, method, last_seen_at, \
         expires_at, address, network, last_address, user_agent, browser, system, device, \
         ended_at, end_reason, ended_by) VALUES {}",
        values.join(", ")
    );
    execute(connection, &sql).await;
}

/// How a session is over, as a loop sees it: when it ended on record, why, and by whom.
fn over(row: &Session, authority: &Authority) -> Option<(EndReason, Option<UserId>)> {
    let now = authority.now();
    if let Some((_, reason, by)) = row.ended {
        return Some((reason, by));
    }
    if now >= row.expires_at {
        return Some((EndReason::Expired, None));
    }
    let idle = authority.policy().session.idle;
    (now >= row.last_seen_at.after(idle)).then_some((EndReason::Idle, None))
}

fn expected(
    rows: &[Session],
    filter: &SessionFilter,
    sort: SessionSort,
    authority: &Authority,
) -> Vec<Uuid> {
    let is = |wanted: &Option<String>, text: &str| wanted.as_deref().is_none_or(|it| it == text);
    let mut found: Vec<(UnixMillis, Uuid)> = rows
        .iter()
        .filter_map(|row| {
            let over = over(row, authority);
            let key = match sort {
                SessionSort::Newest | SessionSort::Oldest => row.created_at,
                SessionSort::LastUsed => row.last_seen_at,
                SessionSort::Ended => row.ended?.0,
            };
            let fits = filter
                .users
                .as_ref()
                .is_none_or(|users| users.contains(&row.user))
                && is(&filter.address, row.texts[0])
                && (is(&filter.used_from, row.texts[0]) || is(&filter.used_from, row.last_address))
                && is(&filter.network, row.texts[1])
                && is(&filter.browser, row.texts[2])
                && is(&filter.system, row.texts[3])
                && is(&filter.device, row.texts[4])
                && filter.method.is_none_or(|method| method == row.method)
                && filter
                    .state
                    .is_none_or(|state| (state == SessionState::Ended) == over.is_some())
                && filter
                    .end_reason
                    .is_none_or(|reason| over.is_some_and(|(why, _)| why == reason))
                && filter.ended_by.as_ref().is_none_or(|users| {
                    over.and_then(|(_, by)| by)
                        .is_some_and(|by| users.contains(&by))
                })
                && within(filter.period, key);
            fits.then_some((key, row.id))
        })
        .collect();
    found.sort_unstable();
    if sort != SessionSort::Oldest {
        found.reverse();
    }
    found.into_iter().map(|(_, id)| id).collect()
}

async fn three_users(test: &TestAuthority) -> Vec<UserId> {
    let mut users = Vec::new();
    for _ in 0..3 {
        users.push(test.user(Role::User).await);
    }
    users
}

/// Whose: of one, of two, of nobody.
fn whose(users: &[UserId]) -> [Vec<UserId>; 3] {
    [users[..1].to_vec(), users[1..].to_vec(), Vec::new()]
}

#[tokio::test]
async fn i12_sessions_are_listed_as_a_loop_over_all_of_them_would() {
    let test = TestAuthority::new().await;
    let users = three_users(&test).await;
    let mut dice = Dice::new(11);
    let authority = &test.authority;
    let now = authority.now();
    let rows: Vec<Session> = (0..400)
        .map(|number| session(&mut dice, number, &users, now))
        .collect();
    insert(&test.database.connection, &rows).await;
    let mut found = 0;
    for number in 0..240 {
        let mut perhaps = |at: usize| dice.perhaps(&TEXTS[at]).map(ToOwned::to_owned);
        let [address, network, browser, system, device] = [0, 1, 2, 3, 4].map(&mut perhaps);
        let filter = SessionFilter {
            users: dice.perhaps(&whose(&users)),
            address,
            used_from: dice.perhaps(&TEXTS[0]).map(ToOwned::to_owned),
            network,
            browser,
            system,
            device,
            method: dice.perhaps(&[SignInMethod::Password, SignInMethod::Setup]),
            state: dice.perhaps(SessionState::ALL),
            end_reason: dice.perhaps(&[EndReason::SignOut, EndReason::Idle, EndReason::Expired]),
            ended_by: dice.perhaps(&whose(&users)),
            period: period(&mut dice, now),
        };
        // Each alone in turn, too: together they leave little.
        let filter = match number % 6 {
            0 => SessionFilter {
                state: filter.state,
                ..SessionFilter::default()
            },
            1 => SessionFilter {
                end_reason: filter.end_reason,
                users: filter.users,
                ..SessionFilter::default()
            },
            2 => SessionFilter {
                used_from: filter.used_from,
                period: filter.period,
                state: filter.state,
                ended_by: filter.ended_by,
                ..SessionFilter::default()
            },
            _ => filter,
        };
        for sort in SessionSort::ALL.iter().copied() {
            let expected = expected(&rows, &filter, sort, authority);
            found += expected.len();
            let limit = dice.one_of(&[30, 90, 500]);
            let page = async |position| {
                session::window(authority, &filter, sort, position, limit)
                    .await
                    .unwrap()
                    .map(|row| row.session_id.as_uuid())
            };
            let order = OrderTag::of(1, sort);
            for forward in [true, false] {
                let listed = walk(order, forward, page).await;
                assert_eq!(listed, expected, "{filter:?} {sort:?} forward: {forward}");
            }
        }
    }
    assert!(found > 10_000, "{found} rows were compared");
}

#[tokio::test]
async fn i12_a_page_before_a_row_leads_on_to_that_row() {
    let test = TestAuthority::new().await;
    let users = three_users(&test).await;
    let mut dice = Dice::new(12);
    let authority = &test.authority;
    let now = authority.now();
    let rows: Vec<Session> = (0..50)
        .map(|number| session(&mut dice, number, &users, now))
        .collect();
    insert(&test.database.connection, &rows).await;
    let filter = SessionFilter::default();
    let page = async |position| {
        session::window(authority, &filter, SessionSort::Newest, position, 10)
            .await
            .unwrap()
    };
    let first = page(Position::First).await;
    assert_eq!(first.previous, None);
    let second = page(first.next.unwrap()).await;
    // Somebody signs in meanwhile: nobody moves to another page.
    let mut newer = session(&mut dice, 99, &users, now);
    newer.created_at = now.after(HOUR);
    insert(&test.database.connection, &[newer.clone()]).await;
    let back = page(second.previous.unwrap()).await;
    assert_eq!(back.items, first.items);
    assert_eq!(page(back.next.unwrap()).await.items, second.items);
    let newest = page(back.previous.unwrap()).await;
    assert_eq!(newest.items.len(), 1, "a page before the first");
    assert_eq!(newest.items[0].session_id.as_uuid(), newer.id);
    assert_eq!(newest.previous, None);
    // A position beside a row that was never there is as good as any.
    let beside = Position::Before(Cursor {
        key: i64::MIN,
        id: Uuid::max(),
    });
    assert_eq!(page(beside).await.items.len(), 10);
    let beyond = Position::After(Cursor {
        key: i64::MIN,
        id: Uuid::nil(),
    });
    assert_eq!(page(beyond).await.items.len(), 0);
}

/// A family: its id, whose it is, when it was opened and runs out, how it ended, and where it was
/// opened and last refreshed.
type Family = (
    Uuid,
    UserId,
    UnixMillis,
    UnixMillis,
    Option<(UnixMillis, FamilyEndReason)>,
    [&'static str; 2],
);

async fn write(connection: &DatabaseConnection, row: &Family) {
    let (ended_at, reason) = match row.4 {
        None => ("NULL".to_owned(), "NULL".to_owned()),
        Some((at, reason)) => (at.0.to_string(), format!("'{}'", reason.as_str())),
    };
    let sql = format!(
        "INSERT INTO families (family_id, user_id, transport, method, created_at, proved_at, \
         generation, rotated_at, expires_at, ends_at, address, network, user_agent, browser, \
         system, device, last_address, last_event, last_event_at, foreign_retries, ended_at, \
         end_reason) VALUES ({}, {}, 'body', 'password', {created}, {created}, 0, {created}, \
         {expires}, {expires}, '{}', '', '', '', '', '', '{}', 'rotated', {created}, 0, \
         {ended_at}, {reason})",
        id(connection, row.0),
        id(connection, row.1.as_uuid()),
        row.5[0],
        row.5[1],
        created = row.2.0,
        expires = row.3.0,
    );
    execute(connection, &sql).await;
}

#[tokio::test]
async fn i12_families_are_listed_as_a_loop_over_all_of_them_would() {
    let test = TestAuthority::new().await;
    let users = three_users(&test).await;
    let mut dice = Dice::new(13);
    let authority = &test.authority;
    let now = authority.now();
    let connection = &test.database.connection;
    let mut rows: Vec<Family> = Vec::new();
    for number in 0..200 {
        let created_at = now.before(HOUR * u32::try_from(dice.below(40) * 5).unwrap());
        let expires_at = created_at.after(HOUR * u32::try_from(100 + dice.below(150)).unwrap());
        let ended = (dice.below(3) == 0).then(|| {
            let reasons = [FamilyEndReason::SignOut, FamilyEndReason::Theft];
            (created_at.after(HOUR), dice.one_of(&reasons))
        });
        let row = (
            scattered_id(number),
            dice.one_of(&users),
            created_at,
            expires_at,
            ended,
            [dice.one_of(&TEXTS[0]), dice.one_of(&TEXTS[0])],
        );
        write(connection, &row).await;
        rows.push(row);
    }
    for _ in 0..60 {
        let filter = FamilyFilter {
            users: dice.perhaps(&whose(&users)),
            used_from: dice.perhaps(&TEXTS[0]).map(ToOwned::to_owned),
            state: dice.perhaps(FamilyState::ALL),
            end_reason: dice.perhaps(&[FamilyEndReason::Theft, FamilyEndReason::Expired]),
            period: period(&mut dice, now),
            ..FamilyFilter::default()
        };
        for sort in FamilySort::ALL.iter().copied() {
            let mut expected: Vec<(UnixMillis, Uuid)> = rows
                .iter()
                .filter_map(|(family, user, created_at, expires_at, ended, places)| {
                    let why = match ended {
                        Some((_, reason)) => Some(*reason),
                        // Their two limits are one here.
                        None => (now >= *expires_at).then_some(FamilyEndReason::Expired),
                    };
                    let key = match sort {
                        FamilySort::Newest | FamilySort::Oldest => *created_at,
                        FamilySort::Ended => (*ended)?.0,
                    };
                    let fits = filter
                        .users
                        .as_ref()
                        .is_none_or(|users| users.contains(user))
                        && filter
                            .used_from
                            .as_deref()
                            .is_none_or(|address| places.contains(&address))
                        && filter
                            .state
                            .is_none_or(|state| (state == FamilyState::Ended) == why.is_some())
                        && filter.end_reason.is_none_or(|reason| why == Some(reason))
                        && within(filter.period, key);
                    fits.then_some((key, *family))
                })
                .collect();
            expected.sort_unstable();
            if sort != FamilySort::Oldest {
                expected.reverse();
            }
            let expected: Vec<Uuid> = expected.into_iter().map(|(_, id)| id).collect();
            let page = async |position| {
                family::window(authority, &filter, sort, position, 9)
                    .await
                    .unwrap()
                    .map(|row| row.family_id.as_uuid())
            };
            for forward in [true, false] {
                let listed = walk(OrderTag::of(2, sort), forward, page).await;
                assert_eq!(listed, expected, "{filter:?} {sort:?} forward: {forward}");
            }
            if sort == FamilySort::Newest {
                let count = family::count(authority, &filter).await.unwrap();
                assert_eq!(count.0, expected.len() as u64, "{filter:?}");
            }
        }
    }
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "the loop beside the list is one piece"
)]
async fn i12_the_record_is_listed_as_a_loop_over_all_of_it_would() {
    let test = TestAuthority::new().await;
    let users = three_users(&test).await;
    let mut dice = Dice::new(14);
    let authority = &test.authority;
    let now = authority.now();
    let families = [7, 8].map(|number| FamilyId::from_uuid(scattered_id(number)));
    let sessions = [1, 2].map(|number| SessionId::from_uuid(scattered_id(number)));
    let kinds = [
        EventKind::SignIn,
        EventKind::SessionEnded,
        EventKind::FamilyEnded,
    ];
    let connection = &test.database.connection;
    for number in 0..300 {
        // In the order of time but for a few minutes, as nodes write it.
        let at = now
            .after(HOUR * u32::try_from(number).unwrap())
            .after(Duration::from_mins(dice.below(50)));
        let a_user = |dice: &mut Dice| {
            let user = (dice.below(3) > 0).then(|| dice.one_of(&users));
            optional(user.map(|user| id(connection, user.as_uuid())))
        };
        let detail = dice
            .perhaps(&families)
            .map(|family| format!("'{{\"family\":\"{family}\",\"n\":1}}'"));
        let session = dice
            .perhaps(&sessions)
            .map(|it| id(connection, it.as_uuid()));
        let kind = dice.one_of(&kinds).as_str();
        let outcome = dice.one_of(Outcome::ALL).as_str();
        let (actor, subject) = (a_user(&mut dice), a_user(&mut dice));
        let request = dice.perhaps(&["'r1'", "'r2'"]).unwrap_or("NULL");
        let sql = format!(
            "INSERT INTO audit_events (event_id, at, kind, outcome, actor_id, subject_id, \
             session_id, request_id, detail, key_id, mac) VALUES ({}, {}, '{kind}', '{outcome}', \
             {actor}, {subject}, {}, {request}, {}, '', {})",
            id(connection, scattered_id(number + 1_000)),
            at.0,
            optional(session),
            optional(detail),
            id(connection, Uuid::nil())
                .replace("::uuid", "")
                .replace('-', ""),
        );
        let sql = if authority.database().get_database_backend() == sea_orm::DbBackend::Postgres {
            sql.replace("'00000000000000000000000000000000')", "'\\x00'::bytea)")
        } else {
            sql
        };
        execute(connection, &sql).await;
    }
    let all = audit::window(
        authority,
        &AuditFilter::default(),
        ListSort::Newest,
        Position::First,
        500,
    )
    .await
    .unwrap()
    .items;
    assert!(all.len() >= 300);
    let mut found = 0;
    for number in 0..120 {
        let filter = AuditFilter {
            users: dice.perhaps(&whose(&users)),
            kind: dice.perhaps(&kinds),
            outcome: dice.perhaps(Outcome::ALL),
            session: dice.perhaps(&sessions),
            family: dice.perhaps(&families),
            request_id: dice.perhaps(&["r1".to_owned(), "r3".to_owned()]),
            period: if number % 2 == 0 {
                period(&mut dice, now.after(HOUR * 300))
            } else {
                Period::default()
            },
            address: None,
        };
        let mut expected: Vec<Uuid> = all
            .iter()
            .filter(|row| {
                let of = |user: Option<UserId>, users: &[UserId]| {
                    user.is_some_and(|user| users.contains(&user))
                };
                filter
                    .users
                    .as_ref()
                    .is_none_or(|users| of(row.actor, users) || of(row.subject, users))
                    && filter.kind.is_none_or(|kind| kind == row.kind)
                    && filter.outcome.is_none_or(|outcome| outcome == row.outcome)
                    && filter
                        .session
                        .is_none_or(|session| row.session == Some(session))
                    && filter.family.is_none_or(|family| {
                        row.detail
                            .as_deref()
                            .is_some_and(|detail| detail.contains(&family.to_string()))
                    })
                    && filter
                        .request_id
                        .as_ref()
                        .is_none_or(|id| row.request_id.as_ref() == Some(id))
                    && within(filter.period, row.at)
            })
            .map(|row| row.event_id.as_uuid())
            .collect();
        found += expected.len();
        for sort in ListSort::ALL.iter().copied() {
            let page = async |position| {
                audit::window(authority, &filter, sort, position, 11)
                    .await
                    .unwrap()
                    .map(|row| row.event_id.as_uuid())
            };
            for forward in [true, false] {
                let listed = walk(OrderTag::of(4, sort), forward, page).await;
                assert_eq!(listed, expected, "{filter:?} {sort:?} forward: {forward}");
            }
            expected.reverse();
        }
    }
    assert!(found > 2_000, "{found} rows were compared");
}
