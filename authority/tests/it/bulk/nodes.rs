//! Several nodes and nodes that die: each row ends once and is counted once.

use std::{collections::HashSet, time::Duration};

use latchkey_authority::{
    AuthorityTx,
    audit::AuditEvent,
    bulk::{self, Step, Worker},
    signal::Signals,
};
use latchkey_testing::{TestAuthority, TestDatabase, caller, master_keys};
use latchkey_types::{BulkEndState, EventKind};
use sea_orm::ConnectionTrait as _;

use super::{Crowd, THERE, work};
use crate::support::{
    MILLISECOND, count, cut_short, just_under, signals, together, wait_for_a_lock,
};

/// A lease is over after this.
const LEASE: Duration = Duration::from_secs(15);

#[tokio::test]
async fn a_node_that_dies_between_batches_is_followed_by_another_that_does_the_rest() {
    let crowd = Crowd::new(4, 250).await;
    let first = crowd.authority();
    let second = crowd.test.node(master_keys(), 7);
    let id = crowd.order_all().await;
    let mut dying = Worker::new(first);
    let Step::Ended { count: begun, .. } = dying.step(first).await.unwrap() else {
        panic!("there was something to end");
    };

    // It does nothing more. Its lease runs on: nobody is sure that it is dead.
    let mut next = Worker::new(&second);
    assert_eq!(next.step(&second).await.unwrap(), Step::Nothing);
    crowd.test.clock.advance(just_under(LEASE));
    assert_eq!(next.step(&second).await.unwrap(), Step::Nothing);
    crowd.test.clock.advance(MILLISECOND);
    let (rest, _) = work(&second, &mut next).await;

    assert_eq!(begun + rest, 1_000);
    let row = crowd.row(id).await;
    assert_eq!((row.ended, row.skipped), (1_000, Some(0)));
    assert_eq!(row.state, BulkEndState::Done);
    each_was_named_once(&crowd).await;
}

#[tokio::test]
async fn a_node_that_stops_gives_its_work_away_at_once() {
    let crowd = Crowd::new(2, 250).await;
    let authority = crowd.authority();
    crowd.order_all().await;
    let mut stopping = Worker::new(authority);
    stopping.step(authority).await.unwrap();
    stopping.release(authority).await.unwrap();
    let second = crowd.test.node(master_keys(), 7);
    let (rest, _) = work(&second, &mut Worker::new(&second)).await;
    assert_eq!(rest, 300);
    each_was_named_once(&crowd).await;
}

#[tokio::test]
async fn i01_a_worker_that_is_cut_off_anywhere_leaves_whole_batches() {
    let crowd = Crowd::new(3, 60).await;
    let authority = crowd.authority();
    let database = &crowd.test.database.connection;
    let id = crowd.order_all().await;
    for waits in 1.. {
        let mut worker = Worker::new(authority);
        let finished = cut_short(worker.step(authority), waits).await;
        // A commit goes on in its own task.
        settle(&crowd).await;
        let ended = count(database, "sessions WHERE ended_at IS NOT NULL").await;
        assert_eq!(
            i64::try_from(crowd.row(id).await.ended).unwrap(),
            ended,
            "after {waits} waits"
        );
        crowd.test.clock.advance(LEASE);
        if finished.is_some() && crowd.row(id).await.state == BulkEndState::Done {
            break;
        }
        assert!(waits < 2_000, "it never came to an end");
    }
    assert_eq!(crowd.row(id).await.ended, 180);
    each_was_named_once(&crowd).await;
}

/// Waits until whatever runs on in its own task is through: it holds the row of a user of the crowd.
async fn settle(crowd: &Crowd) {
    use latchkey_authority::{AuthorityTx, Lock};
    let mut tx = AuthorityTx::begin(crowd.authority()).await.unwrap();
    let all: Vec<_> = crowd
        .users
        .iter()
        .map(|user| (*user, Lock::Exclusive))
        .collect();
    tx.lock_users(&all).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i01_many_workers_at_once_end_and_count_each_row_once() {
    let test = TestAuthority::new().await;
    let crowd = Crowd::with(test, 4, 250).await;
    let id = crowd.order_all().await;
    // The lease is as good as gone, so that all of them try.
    let tasks: Vec<_> = (0..6)
        .map(|number| {
            let node = crowd.test.node(master_keys(), 100 + number);
            let clock = crowd.test.clock.clone();
            async move {
                let mut worker = Worker::new(&node);
                let mut ended = 0;
                for _ in 0..400 {
                    clock.advance(LEASE);
                    match worker.step(&node).await {
                        Ok(Step::Ended { count, .. }) => ended += count,
                        Ok(Step::Finished { .. }) => break,
                        Ok(Step::Nothing | Step::Lost { .. }) => tokio::task::yield_now().await,
                        Ok(other) => panic!("{other:?}"),
                        Err(error) => panic!("{error:?}"),
                    }
                }
                ended
            }
        })
        .collect();
    let ended: u64 = together(tasks).await.into_iter().sum();
    // Whoever had it last may have given up.
    crowd.test.clock.advance(LEASE);
    work(crowd.authority(), &mut Worker::new(crowd.authority())).await;
    let row = crowd.row(id).await;
    assert_eq!(row.state, BulkEndState::Done);
    assert_eq!((row.ended, row.skipped), (1_000, Some(0)));
    assert!(ended <= 1_000, "{ended}");
    each_was_named_once(&crowd).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i01_a_batch_whose_order_was_stopped_beside_it_ends_nothing() {
    let crowd = Crowd::new(3, 200).await;
    let authority = crowd.authority();
    let database = &crowd.test.database.connection;
    crowd.order_all().await;
    let mut worker = Worker::new(authority);
    let Step::Ended { count: first, .. } = worker.step(authority).await.unwrap() else {
        panic!("there was something to end");
    };

    // The order is stopped, which nobody can see yet.
    let stopping = AuthorityTx::begin(authority).await.unwrap();
    let stopped = "UPDATE bulk_ends SET state = 'stopped'";
    stopping
        .connection()
        .execute_unprepared(stopped)
        .await
        .unwrap();
    // The worker finds it running, and waits: for the order's row, or on SQLite for its turn.
    let late = {
        let authority = authority.clone();
        tokio::spawn(async move { worker.step(&authority).await })
    };
    if TestDatabase::is_postgres() {
        wait_for_a_lock(database).await;
    } else {
        // Many times as long as it takes to read one order.
        for _ in 0..200 {
            count(database, "sessions").await;
        }
    }
    let event = AuditEvent::success(EventKind::BulkEndStopped, &caller());
    stopping.commit([event], Signals::Nothing).await.unwrap();

    let step = late.await.unwrap().unwrap();
    assert!(
        matches!(step, Step::Lost { .. } | Step::Nothing),
        "{step:?}"
    );
    let ended = count(database, "sessions WHERE ended_at IS NOT NULL").await;
    assert_eq!(u64::try_from(ended).unwrap(), first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn people_sign_in_beside_the_work_and_stay() {
    let crowd = std::sync::Arc::new(Crowd::new(1, 2_000).await);
    crowd.order_all().await;
    let working = {
        let crowd = crowd.clone();
        tokio::spawn(
            async move { work(crowd.authority(), &mut Worker::new(crowd.authority())).await },
        )
    };
    let mut born = Vec::new();
    for _ in 0..30 {
        born.push(crowd.test.session(crowd.users[0]).await);
    }
    assert_eq!(working.await.unwrap().0, 2_000);
    for session in born {
        assert!(crowd.test.is_live(session).await);
    }
    let row = bulk::list(crowd.authority(), None, 1)
        .await
        .unwrap()
        .items
        .remove(0);
    assert_eq!((row.ended, row.skipped), (2_000, Some(0)));
    let stopped = bulk::stop(
        crowd.authority(),
        &crowd.administrator,
        row.bulk_end_id,
        &caller(),
    )
    .await;
    assert!(!stopped.unwrap(), "it was done");
}

/// Each session at the crowd's address ended, and stands in one signal.
async fn each_was_named_once(crowd: &Crowd) {
    let database = &crowd.test.database.connection;
    let named: Vec<_> = signals(database)
        .await
        .into_iter()
        .flat_map(|signal| signal.sessions.unwrap_or_default())
        .collect();
    let different: HashSet<_> = named.iter().copied().collect();
    assert_eq!(named.len(), different.len(), "one was named twice");
    let ended = format!("sessions WHERE address = '{THERE}' AND ended_at IS NOT NULL");
    assert_eq!(
        count(database, &ended).await,
        i64::try_from(named.len()).unwrap()
    );
    let open = format!("sessions WHERE address = '{THERE}' AND ended_at IS NULL");
    assert_eq!(count(database, &open).await, 0);
}
