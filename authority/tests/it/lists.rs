//! The twelfth invariant: lists come in pages by key, counts stop.

use std::time::Duration;

use latchkey_authority::{
    Authority, AuthorityTx,
    audit::{self, AuditEvent, AuditFilter},
    page::{COUNT_LIMIT, Count, Cursor, MAX_LIMIT},
    session::{self, SessionFilter, SessionRow},
    signal::Signals,
    user,
};
use latchkey_testing::{TestAuthority, caller};
use latchkey_types::{EventKind, Role, SessionState, UnixMillis, UserId};
use uuid::Uuid;

use crate::support::{RawSession, insert_sessions, scattered_id};

/// Every page of a list of sessions, one after the other, through the text of each cursor.
async fn all_pages(authority: &Authority, filter: &SessionFilter, limit: u64) -> Vec<SessionRow> {
    let mut rows = Vec::new();
    let mut cursor = None;
    loop {
        let page = session::list(authority, filter, cursor, limit)
            .await
            .unwrap();
        assert!(page.items.len() as u64 <= limit);
        assert!(
            page.next.is_none() || page.items.len() as u64 == limit,
            "only the last page is short"
        );
        rows.extend(page.items);
        match page.next {
            None => return rows,
            Some(next) => cursor = Some(Cursor::parse(&next.encode()).unwrap()),
        }
    }
}

fn live(number: u64, user_id: UserId, created_at: UnixMillis) -> RawSession {
    RawSession {
        session_id: scattered_id(number),
        user_id: user_id.as_uuid(),
        created_at,
        last_seen_at: created_at,
        expires_at: created_at.after(Duration::from_hours(100)),
        address: "192.0.2.1",
        browser: "Firefox",
        ended_at: None,
    }
}

/// The ids of `rows` in the order in which they are to be listed.
fn newest_first<'a>(rows: impl Iterator<Item = &'a RawSession>) -> Vec<Uuid> {
    let mut keys: Vec<_> = rows.map(|row| (row.created_at, row.session_id)).collect();
    keys.sort_by(|one, other| other.cmp(one));
    keys.into_iter().map(|(_, session_id)| session_id).collect()
}

fn ids(rows: &[SessionRow]) -> Vec<Uuid> {
    rows.iter().map(|row| row.session_id.as_uuid()).collect()
}

#[tokio::test]
async fn i12_pages_give_every_session_once_though_many_began_at_one_instant() {
    let test = TestAuthority::new().await;
    let user_id = test.user(Role::User).await;
    let now = test.authority.now();
    let rows: Vec<_> = (0..300)
        .map(|number| {
            let at = now.before(Duration::from_millis(number % 3));
            live(number, user_id, at)
        })
        .collect();
    insert_sessions(&test.database.connection, &rows).await;
    let expected = newest_first(rows.iter());
    for limit in [1, 7, 100, 150, MAX_LIMIT] {
        let listed = all_pages(&test.authority, &SessionFilter::default(), limit).await;
        assert_eq!(ids(&listed), expected, "{limit} a page");
    }
}

#[tokio::test]
async fn i12_who_signs_in_meanwhile_moves_nobody_to_another_page() {
    let test = TestAuthority::new().await;
    let user_id = test.user(Role::User).await;
    let now = test.authority.now();
    let rows: Vec<_> = (0..20).map(|number| live(number, user_id, now)).collect();
    let database = &test.database.connection;
    insert_sessions(database, &rows).await;
    let filter = SessionFilter::default();
    let first = session::list(&test.authority, &filter, None, 10)
        .await
        .unwrap();
    let later = now.after(Duration::from_millis(1));
    let newer: Vec<_> = (20..25)
        .map(|number| live(number, user_id, later))
        .collect();
    insert_sessions(database, &newer).await;
    let second = session::list(&test.authority, &filter, first.next, 10)
        .await
        .unwrap();
    let listed = [ids(&first.items), ids(&second.items)].concat();
    assert_eq!(listed, newest_first(rows.iter()));
    assert_eq!(second.next, None);
}

/// Three users, two addresses, two browsers; live, ended, idle and expired, a few of each.
fn population(users: &[UserId], now: UnixMillis) -> Vec<RawSession> {
    let day = Duration::from_hours(24);
    (0..96)
        .map(|number: u64| {
            let index = usize::try_from(number).unwrap();
            let mut row = live(number, users[index % 3], now.before(day * 2));
            row.address = ["192.0.2.1", "198.51.100.2"][index / 3 % 2];
            row.browser = ["Firefox", "Chrome"][index / 6 % 2];
            match index / 12 % 4 {
                0 => {}
                1 => row.ended_at = Some(now),
                2 => row.last_seen_at = now.before(7 * day),
                _ => row.expires_at = now,
            }
            row
        })
        .collect()
}

#[tokio::test]
async fn i12_filters_narrow_a_list_together() {
    let test = TestAuthority::new().await;
    let mut users = Vec::new();
    for _ in 0..3 {
        users.push(test.user(Role::User).await);
    }
    let now = test.authority.now();
    let rows = population(&users, now);
    insert_sessions(&test.database.connection, &rows).await;
    let idle = test.authority.policy().session.idle;
    let is_live = |row: &RawSession| {
        row.ended_at.is_none() && row.expires_at > now && row.last_seen_at > now.before(idle)
    };

    let user_filters = [
        None,
        Some(vec![]),
        Some(vec![users[0]]),
        Some(users[1..].to_vec()),
    ];
    let mut combinations = 0;
    for wanted in user_filters {
        for address in [None, Some("198.51.100.2"), Some("203.0.113.3")] {
            for browser in [None, Some("Chrome")] {
                for state in [None, Some(SessionState::Live), Some(SessionState::Ended)] {
                    let filter = SessionFilter {
                        users: wanted.clone(),
                        address: address.map(ToOwned::to_owned),
                        browser: browser.map(ToOwned::to_owned),
                        state,
                        ..SessionFilter::default()
                    };
                    let fits = |row: &&RawSession| {
                        wanted.as_ref().is_none_or(|users| {
                            users.iter().any(|user| user.as_uuid() == row.user_id)
                        }) && address.is_none_or(|address| address == row.address)
                            && browser.is_none_or(|browser| browser == row.browser)
                            && state
                                .is_none_or(|state| (state == SessionState::Live) == is_live(row))
                    };
                    let listed = all_pages(&test.authority, &filter, 10).await;
                    assert_eq!(
                        ids(&listed),
                        newest_first(rows.iter().filter(fits)),
                        "{filter:?}"
                    );
                    for row in listed {
                        let state = state.unwrap_or(if row.ended.is_some() {
                            SessionState::Ended
                        } else {
                            SessionState::Live
                        });
                        assert_eq!(row.ended.is_some(), state == SessionState::Ended);
                    }
                    combinations += 1;
                }
            }
        }
    }
    assert_eq!(combinations, 72);
}

#[tokio::test]
async fn i12_no_page_is_longer_than_the_limit_or_empty_by_request() {
    let test = TestAuthority::new().await;
    let user_id = test.user(Role::User).await;
    let now = test.authority.now();
    let rows: Vec<_> = (0..MAX_LIMIT + 10)
        .map(|number| live(number, user_id, now))
        .collect();
    insert_sessions(&test.database.connection, &rows).await;
    record_failures(&test.authority, MAX_LIMIT + 10).await;
    for (limit, expected) in [
        (0, 1),
        (1, 1),
        (MAX_LIMIT + 1, MAX_LIMIT),
        (u64::MAX, MAX_LIMIT),
    ] {
        let sessions = session::list(&test.authority, &SessionFilter::default(), None, limit)
            .await
            .unwrap();
        assert_eq!(sessions.items.len() as u64, expected, "{limit} sessions");
        assert!(sessions.next.is_some());
        let events = audit::list(&test.authority, &AuditFilter::default(), None, limit)
            .await
            .unwrap();
        assert_eq!(events.items.len() as u64, expected, "{limit} events");
        assert!(events.next.is_some());
    }
    let of_user = session::list_live_of_user(&test.authority, user_id)
        .await
        .unwrap();
    assert_eq!(of_user.items.len() as u64, MAX_LIMIT);
    assert!(
        of_user.next.is_some(),
        "a page that says that it is not all"
    );
}

#[tokio::test]
async fn i12_counting_stops_at_ten_thousand_and_says_so() {
    let test = TestAuthority::new().await;
    let many = test.user(Role::User).await;
    let few = test.user(Role::User).await;
    let now = test.authority.now();
    let rows: Vec<_> = (0..10_050)
        .map(|number| live(number, if number < 99 { few } else { many }, now))
        .collect();
    insert_sessions(&test.database.connection, &rows).await;
    let count = async |user| session::count_live(&test.authority, user).await.unwrap();
    assert_eq!(count(Some(few)).await, Count(99));
    assert_eq!(count(Some(many)).await, Count(9_951));
    assert!(!count(Some(many)).await.is_capped());
    assert_eq!(count(None).await, Count(COUNT_LIMIT));
    assert!(count(None).await.is_capped());
    assert_eq!(
        count(Some(UserId::from_uuid(scattered_id(1)))).await,
        Count(0)
    );
    assert_eq!(user::count(&test.authority).await.unwrap(), Count(2));
}

async fn record_failures(authority: &Authority, number: u64) {
    let event = AuditEvent::failure(EventKind::SignIn, "wrong_password", &caller());
    AuthorityTx::begin(authority)
        .await
        .unwrap()
        .commit((0..number).map(|_| event.clone()), Signals::Nothing)
        .await
        .unwrap();
}
