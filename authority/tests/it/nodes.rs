//! Which nodes there are, and by when each had applied a revocation.

use std::time::Duration;

use latchkey_authority::{
    Authority, AuthorityTx, Policy,
    audit::AuditEvent,
    feed,
    node::{self, Node, NodeRow, NodeState, Reception, Revocation},
    page::MAX_LIMIT,
    principal::Principal,
    session::end,
    signal::{self, Signal, Signals},
    user,
};
use latchkey_testing::{TestAuthority, allow_writes, caller, master_keys, refuse_writes};
use latchkey_types::{EventKind, NodeId, Role, SessionId, UserId};

use crate::support::{MILLISECOND, count};

const SECOND: Duration = Duration::from_secs(1);

/// A node that follows the signals, with its heart in the test's hands.
struct Following {
    authority: Authority,
    node: Node,
}

impl Following {
    /// Starts one as the program does.
    async fn start(authority: Authority, name: &str) -> Self {
        feed::start(&authority).await.unwrap();
        let node = Node::new(&authority, name, "1.2.3");
        let following = Self { authority, node };
        following.beat().await;
        following
    }

    async fn poll(&self) {
        feed::poll(&self.authority).await.unwrap();
    }

    async fn beat(&self) {
        self.node.beat(&self.authority).await.unwrap();
    }

    async fn poll_and_beat(&self) {
        self.poll().await;
        self.beat().await;
    }

    fn id(&self) -> NodeId {
        self.node.id()
    }
}

/// Two nodes on one database, and somebody whose sessions end.
struct Pair {
    test: TestAuthority,
    one: Following,
    other: Following,
    administrator: Principal,
}

impl Pair {
    async fn new() -> Self {
        let test = TestAuthority::following(Policy::default()).await;
        let administrator = test.signed_in(Role::Administrator).await;
        // What happened until now is none of the tests' business.
        test.clock.advance(10 * SECOND);
        let one = Following::start(test.authority.clone(), "one").await;
        let other = Following::start(test.node(master_keys(), 7), "other").await;
        test.clock.advance(10 * SECOND);
        Self {
            test,
            one,
            other,
            administrator,
        }
    }

    /// Ends a session of somebody new, on the first node.
    async fn end_a_session(&self) -> SessionId {
        let user_id = self.test.user(Role::User).await;
        let session_id = self.test.session(user_id).await;
        end::as_administrator(
            &self.test.authority,
            &self.administrator,
            session_id,
            &caller(),
        )
        .await
        .unwrap();
        session_id
    }

    async fn newest(&self) -> Revocation {
        revocations(&self.test).await.remove(0)
    }

    async fn reception(&self, of: &Following) -> Reception {
        reception(&self.newest().await, of)
    }
}

async fn revocations(test: &TestAuthority) -> Vec<Revocation> {
    node::revocations(&test.authority, &nodes(test).await, None, MAX_LIMIT)
        .await
        .unwrap()
        .items
}

async fn nodes(test: &TestAuthority) -> Vec<NodeRow> {
    node::list(&test.authority).await.unwrap()
}

fn reception(of: &Revocation, on: &Following) -> Reception {
    let receipts = &of.receipts;
    let found = receipts.iter().find(|receipt| receipt.node_id == on.id());
    found.expect("the node is mentioned").reception
}

#[tokio::test]
async fn a_node_that_beats_is_listed_with_every_field() {
    let test = TestAuthority::following(Policy::default()).await;
    let started_at = test.authority.now();
    let one = Following::start(test.authority.clone(), "box:17").await;
    test.clock.advance(20 * SECOND);
    one.poll().await;
    test.clock.advance(300 * MILLISECOND);
    one.beat().await;
    let [row] = nodes(&test).await.try_into().unwrap();
    let state = one.authority.feed().state(&one.authority);
    assert_eq!(
        row,
        NodeRow {
            node_id: one.id(),
            name: "box:17".to_owned(),
            version: "1.2.3".to_owned(),
            state: NodeState::Fresh,
            started_at,
            beat_at: test.authority.now(),
            lag: Some(300 * MILLISECOND),
            bound: 2 * SECOND,
            applied: state.applied,
            is_listening: false,
            position: state.position,
        }
    );
}

#[tokio::test]
async fn a_node_whose_polls_fail_is_behind_and_one_whose_beats_fail_is_silent() {
    let pair = Pair::new().await;
    // Neither polls; the first one still beats.
    pair.test.clock.advance(2 * SECOND + MILLISECOND);
    pair.one.beat().await;
    let last_beat = nodes(&pair.test).await[1].beat_at;
    pair.test.clock.advance(60 * SECOND);
    pair.one.beat().await;
    let [one, other] = nodes(&pair.test).await.try_into().unwrap();
    assert_eq!(one.state, NodeState::Behind);
    assert!(one.lag > Some(one.bound));
    let NodeState::Silent { refuses_since } = other.state else {
        panic!("expected a silent node, found {:?}", other.state);
    };
    assert!(refuses_since.since(last_beat) > other.bound);
    assert!(refuses_since < pair.test.authority.now());
    // And so it is: it would have let nobody in at that time.
    assert!(
        !pair
            .other
            .authority
            .feed()
            .state(&pair.other.authority)
            .is_fresh
    );
}

#[tokio::test]
async fn a_node_that_was_silent_for_an_hour_is_gone_and_missed_by_nobody() {
    let pair = Pair::new().await;
    pair.other.beat().await;
    pair.test.clock.advance(3_600 * SECOND);
    pair.one.poll_and_beat().await;
    assert_eq!(nodes(&pair.test).await[1].state.as_str(), "silent");
    pair.test.clock.advance(MILLISECOND);
    let [one, other] = nodes(&pair.test).await.try_into().unwrap();
    assert_eq!(one.state, NodeState::Fresh);
    assert_eq!(other.state.as_str(), "gone");
    pair.end_a_session().await;
    pair.one.poll_and_beat().await;
    let newest = pair.newest().await;
    let [receipt] = newest.receipts.as_slice() else {
        panic!("expected one receipt, found {:?}", newest.receipts);
    };
    assert_eq!(receipt.node_id, pair.one.id());
    assert_eq!(newest.within(), Some(Duration::ZERO));
    // It was held up, and not taken away.
    pair.other.poll_and_beat().await;
    assert_eq!(nodes(&pair.test).await[1].state, NodeState::Fresh);
}

#[tokio::test]
async fn a_node_is_not_silent_before_it_refuses() {
    let policy = Policy {
        max_staleness: 600 * SECOND,
        ..Policy::default()
    };
    let test = TestAuthority::following(policy).await;
    let _one = Following::start(test.authority.clone(), "one").await;
    test.clock.advance(600 * SECOND);
    assert_eq!(nodes(&test).await[0].state, NodeState::Fresh);
    test.clock.advance(11 * SECOND);
    let NodeState::Silent { refuses_since } = nodes(&test).await[0].state else {
        panic!("expected a silent node");
    };
    assert!(refuses_since < test.authority.now());
}

#[tokio::test]
async fn a_revocation_shows_by_when_each_node_had_applied_it() {
    let pair = Pair::new().await;
    let session_id = pair.end_a_session().await;
    let ended_at = pair.test.authority.now();
    pair.test.clock.advance(3 * MILLISECOND);
    pair.one.poll().await;
    pair.test.clock.advance(9 * MILLISECOND);
    pair.other.poll().await;
    // The beat comes later than what it tells of.
    pair.test.clock.advance(900 * MILLISECOND);
    pair.one.beat().await;
    pair.other.beat().await;

    let newest = pair.newest().await;
    assert_eq!(newest.kind, "session_ended");
    let Some(Signal::SessionEnded {
        session_id: named,
        user_id,
    }) = newest.signal
    else {
        panic!("expected an ended session, found {newest:?}");
    };
    assert_eq!((named, Some(user_id)), (session_id, newest.user_id));
    assert_eq!(newest.at, ended_at);
    let applied = |within| Reception::Applied {
        by: ended_at.after(within),
        within,
    };
    assert_eq!(reception(&newest, &pair.one), applied(3 * MILLISECOND));
    assert_eq!(reception(&newest, &pair.other), applied(12 * MILLISECOND));
    assert_eq!(newest.within(), Some(12 * MILLISECOND));
}

#[tokio::test]
async fn a_node_that_did_not_read_a_revocation_is_not_said_to_have_applied_it() {
    let pair = Pair::new().await;
    pair.end_a_session().await;
    pair.test.clock.advance(SECOND);
    pair.one.poll_and_beat().await;
    // It beats, and has not polled since.
    pair.other.beat().await;
    assert_eq!(pair.reception(&pair.other).await, Reception::Awaited);
    assert_eq!(pair.newest().await.within(), None);
    pair.test.clock.advance(30 * SECOND);
    pair.other.beat().await;
    assert_eq!(pair.reception(&pair.other).await, Reception::Missing);
    assert_eq!(nodes(&pair.test).await[1].state, NodeState::Behind);
    pair.other.poll_and_beat().await;
    assert!(matches!(
        pair.reception(&pair.other).await,
        Reception::Applied { within, .. } if within == 31 * SECOND
    ));
}

#[tokio::test]
async fn a_revocation_that_becomes_visible_late_is_not_said_to_be_applied_early() {
    let pair = Pair::new().await;
    let connection = &pair.test.database.connection;
    if connection.get_database_backend() != sea_orm::DbBackend::Postgres {
        // Writers come one after the other there.
        return;
    }
    // The first transaction gets its number first and commits last.
    let mut early = AuthorityTx::begin(&pair.test.authority).await.unwrap();
    let user_id = user::create(&mut early, None, Role::User).await.unwrap();
    pair.end_a_session().await;
    pair.other.poll_and_beat().await;
    let event = AuditEvent::success(EventKind::UserCreated, &caller()).subject(user_id);
    let changed = Signals::from(Signal::UserChanged { user_id });
    early.commit([event], changed).await.unwrap();
    pair.test.clock.advance(SECOND);

    let of_user = |user_id: UserId, all: Vec<Revocation>| {
        let found = all.into_iter().find(|one| one.user_id == Some(user_id));
        found.unwrap()
    };
    let all = revocations(&pair.test).await;
    let late = of_user(user_id, all.clone());
    assert_eq!(reception(&late, &pair.other), Reception::Awaited);
    let ended = all.iter().find(|one| one.kind == "session_ended").unwrap();
    assert!(matches!(
        reception(ended, &pair.other),
        Reception::Applied { .. }
    ));
    pair.other.poll_and_beat().await;
    let late = of_user(user_id, revocations(&pair.test).await);
    assert!(matches!(
        reception(&late, &pair.other),
        Reception::Applied { within, .. } if within == SECOND
    ));
}

#[tokio::test]
async fn a_node_that_fell_silent_before_a_revocation_shows_as_refusing() {
    let pair = Pair::new().await;
    pair.test.clock.advance(300 * SECOND);
    pair.one.poll_and_beat().await;
    pair.end_a_session().await;
    pair.one.poll_and_beat().await;
    let Reception::Refusing { since } = pair.reception(&pair.other).await else {
        panic!("expected a node that refuses");
    };
    assert!(since < pair.newest().await.at);
    assert_eq!(pair.newest().await.within(), None);
}

#[tokio::test]
async fn a_node_that_started_later_knew_of_it_from_its_start_on() {
    let pair = Pair::new().await;
    pair.end_a_session().await;
    pair.test.clock.advance(SECOND);
    let later = Following::start(pair.test.node(master_keys(), 8), "later").await;
    assert_eq!(
        pair.reception(&later).await,
        Reception::Rebuilt {
            at: pair.test.authority.now()
        }
    );
}

#[tokio::test]
async fn a_node_that_stopped_is_missed_by_nobody() {
    let pair = Pair::new().await;
    pair.end_a_session().await;
    pair.test.clock.advance(SECOND);
    let stopped_at = pair.test.authority.now();
    pair.other.node.stop(&pair.other.authority).await.unwrap();
    assert_eq!(
        pair.reception(&pair.other).await,
        Reception::Gone { at: stopped_at }
    );
    pair.test.clock.advance(SECOND);
    pair.end_a_session().await;
    pair.one.poll_and_beat().await;
    let newest = pair.newest().await;
    assert!(
        newest
            .receipts
            .iter()
            .all(|receipt| receipt.node_id != pair.other.id())
    );
    assert_eq!(newest.within(), Some(Duration::ZERO));
    let [one, other] = nodes(&pair.test).await.try_into().unwrap();
    assert_eq!(one.state, NodeState::Fresh);
    assert_eq!(other.state, NodeState::Stopped { at: stopped_at });
    // Long ago is no worse than a moment ago.
    pair.test.clock.advance(600 * SECOND);
    let [_, other] = nodes(&pair.test).await.try_into().unwrap();
    assert_eq!(other.state, NodeState::Stopped { at: stopped_at });
}

#[tokio::test]
async fn a_beat_writes_a_position_only_where_signals_were_applied() {
    let pair = Pair::new().await;
    let connection = &pair.test.database.connection;
    assert_eq!(count(connection, "nodes").await, 2);
    assert_eq!(count(connection, "node_positions").await, 2);
    for _ in 0..3 {
        pair.test.clock.advance(SECOND);
        pair.other.poll_and_beat().await;
    }
    assert_eq!(count(connection, "node_positions").await, 2);
    for _ in 0..3 {
        pair.end_a_session().await;
        pair.other.poll().await;
    }
    pair.test.clock.advance(SECOND);
    pair.other.poll_and_beat().await;
    assert_eq!(count(connection, "nodes").await, 2);
    assert_eq!(count(connection, "node_positions").await, 3);
    assert!(
        revocations(&pair.test)
            .await
            .iter()
            .all(|one| matches!(reception(one, &pair.other), Reception::Applied { .. }))
    );
}

#[tokio::test]
async fn what_a_failed_beat_did_not_say_the_next_one_says() {
    let pair = Pair::new().await;
    let connection = &pair.test.database.connection;
    pair.end_a_session().await;
    pair.other.poll().await;
    refuse_writes(connection, "node_positions").await;
    assert!(pair.other.node.beat(&pair.other.authority).await.is_err());
    allow_writes(connection, "node_positions").await;
    assert_eq!(pair.reception(&pair.other).await, Reception::Awaited);
    pair.test.clock.advance(SECOND);
    pair.other.beat().await;
    assert!(matches!(
        pair.reception(&pair.other).await,
        Reception::Applied { within, .. } if within == Duration::ZERO
    ));
}

#[tokio::test]
async fn pages_of_revocations_miss_none_and_leave_out_new_cookies() {
    let pair = Pair::new().await;
    let mut ended = Vec::new();
    for _ in 0..5 {
        ended.push(pair.end_a_session().await);
    }
    let session_id = pair.test.session(pair.administrator.user_id).await;
    let tx = AuthorityTx::begin(&pair.test.authority).await.unwrap();
    let event = AuditEvent::success(EventKind::SignIn, &caller());
    let changed = Signals::from(Signal::SessionChanged {
        session_id,
        user_id: pair.administrator.user_id,
    });
    tx.commit([event], changed).await.unwrap();
    ended.reverse();
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = node::revocations(&pair.test.authority, &[], cursor, 2)
            .await
            .unwrap();
        assert!(page.items.len() <= 2);
        for revocation in page.items {
            match revocation.signal {
                Some(Signal::SessionEnded { session_id, .. }) => seen.push(session_id),
                other => panic!("expected an ended session, found {other:?}"),
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ended);
}

#[tokio::test]
async fn what_nobody_needs_any_more_is_forgotten() {
    let pair = Pair::new().await;
    let connection = &pair.test.database.connection;
    pair.end_a_session().await;
    pair.one.poll_and_beat().await;
    pair.other.node.stop(&pair.other.authority).await.unwrap();
    assert_eq!(count(connection, "node_positions").await, 3);
    assert_eq!(node::sweep(&pair.test.authority).await.unwrap(), 0);

    pair.test.clock.advance(signal::KEPT + MILLISECOND);
    signal::prune(&pair.test.authority).await.unwrap();
    assert_eq!(node::sweep(&pair.test.authority).await.unwrap(), 3);
    assert_eq!(count(connection, "node_positions").await, 0);
    assert_eq!(count(connection, "signals").await, 0);
    pair.one.poll_and_beat().await;
    assert_eq!(count(connection, "nodes").await, 2);

    // The other node, and where this one was after it had read everything again.
    pair.test.clock.advance(Duration::from_hours(23));
    assert_eq!(node::sweep(&pair.test.authority).await.unwrap(), 2);
    let [left] = nodes(&pair.test).await.try_into().unwrap();
    assert_eq!(left.node_id, pair.one.id());
    // A node that was forgotten and beats again is there again.
    pair.test.clock.advance(Duration::from_hours(48));
    assert_eq!(node::sweep(&pair.test.authority).await.unwrap(), 1);
    pair.one.poll_and_beat().await;
    assert_eq!(nodes(&pair.test).await[0].state, NodeState::Fresh);
}

#[tokio::test]
async fn on_a_file_the_next_run_takes_the_place_of_one_that_crashed() {
    let test = TestAuthority::following(Policy::default()).await;
    let crashed = Following::start(test.authority.clone(), "one").await;
    let last_beat = test.authority.now();
    test.clock.advance(60 * SECOND);
    let next = Following::start(test.node(master_keys(), 7), "two").await;
    let rows = nodes(&test).await;
    let row = |id| rows.iter().find(|row| row.node_id == id).unwrap().state;
    assert_eq!(row(next.id()), NodeState::Fresh);
    match test.database.connection.get_database_backend() {
        // There somebody else has to know whether it is gone.
        sea_orm::DbBackend::Postgres => {
            assert!(matches!(row(crashed.id()), NodeState::Silent { .. }));
        }
        _ => assert_eq!(row(crashed.id()), NodeState::Stopped { at: last_beat }),
    }
}

#[tokio::test]
async fn a_node_with_a_bound_of_nothing_is_fresh_as_long_as_its_polls_get_through() {
    let test = TestAuthority::new().await;
    let one = Following::start(test.authority.clone(), "one").await;
    assert_eq!(nodes(&test).await[0].state, NodeState::Fresh);
    test.clock.advance(15 * SECOND);
    one.beat().await;
    assert_eq!(nodes(&test).await[0].state, NodeState::Behind);
}
