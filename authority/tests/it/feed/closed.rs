//! The third invariant: a node that cannot show a fresh feed lets nobody in.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use latchkey_authority::{Authority, Policy, StoreError, clock::Clock, feed, session};
use latchkey_testing::{SeededRandomness, TestAuthority, TestDatabase, caller, master_keys};
use latchkey_types::UnixMillis;

use super::{BOUND, Nodes, lets_in};
use crate::support::{MILLISECOND, execute, together};

/// Makes every poll fail.
const BREAK: &str = "ALTER TABLE signals RENAME TO signals_away";
const MEND: &str = "ALTER TABLE signals_away RENAME TO signals";

#[tokio::test]
async fn i03_whoever_cannot_know_refuses_after_the_bound_and_lets_in_again_when_it_can() {
    let nodes = Nodes::warm().await;
    let cookie = session::Cookie::from_bytes([7; 16]);
    session::bind(nodes.acting(), nodes.session_id, cookie)
        .await
        .unwrap();
    execute(nodes.database(), BREAK).await;
    let error = feed::poll(&nodes.other).await.unwrap_err();
    assert_eq!(nodes.state().last_failure, Some(error.to_string()));
    assert!(nodes.state().is_fresh, "a failure takes nothing away");
    assert!(nodes.lets_in_session(&nodes.other).await);
    assert!(nodes.lets_in_token(&nodes.other).await);

    nodes.test.clock.advance(BOUND + MILLISECOND);
    assert!(!nodes.state().is_fresh);
    let other = &nodes.other;
    let (by_session, by_token, by_cookie, ready) = tokio::join!(
        lets_in(other, nodes.session_id),
        nodes.check_token(other),
        session::bound_session(other, cookie),
        feed::is_fresh(other),
    );
    for refused in [by_session, by_token, by_cookie.map(|_| true)] {
        assert!(matches!(refused, Err(StoreError::NotFresh)), "{refused:?}");
    }
    assert!(!ready);

    execute(nodes.database(), MEND).await;
    assert!(nodes.lets_in_session(other).await);
    assert!(nodes.lets_in_token(other).await);
    assert!(nodes.state().is_fresh);
    assert_eq!(nodes.state().last_failure, None);
}

#[tokio::test]
async fn i03_whoever_was_never_told_anything_lets_nobody_in() {
    let nodes = Nodes::warm().await;
    execute(nodes.database(), BREAK).await;
    let node = nodes.test.node(master_keys(), 3);
    assert!(feed::start(&node).await.is_err());
    let refused = lets_in(&node, nodes.session_id).await;
    assert!(matches!(refused, Err(StoreError::NotFresh)), "{refused:?}");
}

#[tokio::test]
async fn i03_what_ended_while_a_node_was_cut_off_is_refused_when_it_is_back() {
    let nodes = Nodes::warm().await;
    execute(nodes.database(), BREAK).await;
    let _ = feed::poll(&nodes.other).await.unwrap_err();
    execute(nodes.database(), MEND).await;
    session::end::as_administrator(
        nodes.acting(),
        latchkey_authority::principal::Actor::Operator,
        nodes.session_id,
        &caller(),
    )
    .await
    .unwrap();
    nodes.test.clock.advance(BOUND + MILLISECOND);
    assert!(!nodes.lets_in_session(&nodes.other).await);
}

#[tokio::test]
async fn i12_a_hundred_checks_that_wait_make_one_poll() {
    let nodes = Nodes::warm().await;
    let polls = nodes.state().polls;
    nodes.test.clock.advance(BOUND + MILLISECOND);
    let checks: Vec<_> = (0..100)
        .map(|_| {
            let (node, session_id) = (nodes.other.clone(), nodes.session_id);
            async move { lets_in(&node, session_id).await.unwrap() }
        })
        .collect();
    assert!(together(checks).await.into_iter().all(|is_in| is_in));
    assert_eq!(nodes.state().polls, polls + 1);
}

#[tokio::test]
async fn i03_who_waits_is_not_content_with_a_poll_that_began_before() {
    if !TestDatabase::is_postgres() {
        return; // Nothing can hold a reader up there.
    }
    // With a bound of nothing, so that no age can refuse what the poll before let through.
    let nodes = Nodes::with_bound(Duration::ZERO).await;
    let polls = nodes.state().polls;
    let mut holding = nodes
        .database()
        .get_postgres_connection_pool()
        .begin()
        .await
        .unwrap();
    sqlx::query("LOCK TABLE signals IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *holding)
        .await
        .unwrap();
    let early = tokio::spawn({
        let other = nodes.other.clone();
        async move { feed::poll(&other).await }
    });
    crate::support::wait_for_a_lock(nodes.database()).await;
    let checks: Vec<_> = (0..100)
        .map(|_| {
            let (node, session_id) = (nodes.other.clone(), nodes.session_id);
            tokio::spawn(async move { lets_in(&node, session_id).await.unwrap() })
        })
        .collect();
    // They are on their way before the poll under way can end.
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    holding.rollback().await.unwrap();
    early.await.unwrap().unwrap();
    for check in checks {
        assert!(check.await.unwrap());
    }
    assert_eq!(nodes.state().polls, polls + 2, "that one, and one for all");
}

#[tokio::test]
async fn a_node_that_has_much_to_read_at_its_start_gets_the_time_for_it() {
    if !TestDatabase::is_postgres() {
        return; // Nothing can hold a reader up there.
    }
    let nodes = Nodes::warm().await;
    let pool = nodes.database().get_postgres_connection_pool();
    let mut holding = pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE signals IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *holding)
        .await
        .unwrap();
    let late = nodes.test.node(master_keys(), 3);
    let starting = tokio::spawn({
        let late = late.clone();
        async move { feed::start(&late).await }
    });
    // Longer than any other poll may take, whose failure says so.
    let refused = feed::poll(&nodes.other).await;
    assert!(matches!(refused, Err(feed::FeedError::Late)), "{refused:?}");
    holding.rollback().await.unwrap();
    starting.await.unwrap().unwrap();
    assert!(late.feed().state(&late).is_fresh);
}

/// A clock by which the work of a poll takes time: reading the wall clock, as a poll does on its
/// way, moves the other one.
#[derive(Debug)]
struct SlowPolls(AtomicU64);

const POLL_TAKES: Duration = Duration::from_millis(1_500);

impl Clock for SlowPolls {
    fn now(&self) -> UnixMillis {
        self.0.fetch_add(1_500, Ordering::SeqCst);
        UnixMillis(1_767_225_600_000)
    }

    fn boot_time(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

#[tokio::test]
async fn i03_what_a_poll_says_is_as_old_as_its_beginning() {
    let test = TestAuthority::following(Policy::default()).await;
    let node = Authority::new(
        test.database.connection.clone(),
        Arc::new(SlowPolls(AtomicU64::new(1_000_000))),
        Arc::new(SeededRandomness::new(5)),
        master_keys(),
        Policy::default(),
    );
    feed::poll(&node).await.unwrap();
    assert!(node.feed().state(&node).age >= Some(POLL_TAKES));
}
