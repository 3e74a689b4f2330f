//! The ninth invariant: events are chained in the order in which they became visible.

use latchkey_authority::{
    Authority, AuthorityTx,
    audit::{self, AuditEvent},
    session::end,
    signal::Signals,
};
use latchkey_testing::{TestAuthority, TestDatabase, caller, master_keys, refuse_writes};
use latchkey_types::{EventKind, Role};
use sea_orm::{ConnectionTrait, TransactionTrait};

use crate::support::{
    column, count, drop_record_triggers, events, execute, together, wait_for_a_lock,
};

/// Puts `number` events on the record, in one transaction.
async fn record_many(authority: &Authority, number: usize) {
    let event = AuditEvent::failure(EventKind::SignIn, "wrong_password", &caller());
    AuthorityTx::begin(authority)
        .await
        .unwrap()
        .commit(vec![event; number], Signals::Nothing)
        .await
        .unwrap();
}

async fn seal_all(authority: &Authority) -> usize {
    let mut sealed = 0;
    loop {
        match audit::seal(authority).await.unwrap() {
            0 => return sealed,
            more => sealed += more,
        }
    }
}

#[tokio::test]
async fn i09_sealing_goes_on_from_where_it_stopped() {
    let test = TestAuthority::new().await;
    assert_eq!(seal_all(&test.authority).await, 0, "nothing to seal");
    record_many(&test.authority, 1_100).await;
    let report = audit::verify(&test.authority).await.unwrap();
    assert_eq!((report.events, report.unsealed), (0, 1_100));
    assert_eq!(audit::seal(&test.authority).await.unwrap(), 500);
    let report = audit::verify(&test.authority).await.unwrap();
    assert_eq!((report.events, report.unsealed), (500, 600));
    assert_eq!(report.findings, []);
    assert_eq!(seal_all(&test.authority).await, 600);
    let report = audit::verify(&test.authority).await.unwrap();
    assert_eq!((report.events, report.unsealed), (1_100, 0));
    assert_eq!(report.findings, []);
}

#[tokio::test]
async fn i09_a_batch_is_sealed_whole_or_not_at_all() {
    let test = TestAuthority::new().await;
    record_many(&test.authority, 10).await;
    let database = &test.database.connection;
    refuse_writes(database, "audit_seals").await;
    audit::seal(&test.authority).await.unwrap_err();
    assert_eq!(count(database, "audit_seals").await, 0);
    latchkey_testing::allow_writes(database, "audit_seals").await;
    assert_eq!(audit::seal(&test.authority).await.unwrap(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i09_two_that_seal_at_once_make_one_chain() {
    let test = TestAuthority::new().await;
    record_many(&test.authority, 1_100).await;
    // One node twice, and another node: they share nothing but the database.
    let other = test.node(master_keys(), 7);
    let nodes = [test.authority.clone(), test.authority.clone(), other];
    let sealing = nodes
        .into_iter()
        .map(|node| async move { seal_all(&node).await })
        .collect();
    let sealed: usize = together(sealing).await.into_iter().sum();
    assert_eq!(sealed, 1_100);
    let database = &test.database.connection;
    let positions: Vec<i64> = column(
        database,
        "SELECT position AS value FROM audit_seals ORDER BY position",
    )
    .await;
    assert_eq!(positions, (1..=1_100).collect::<Vec<_>>());
    let report = audit::verify(&test.authority).await.unwrap();
    assert_eq!((report.events, report.unsealed), (1_100, 0));
    assert_eq!(report.findings, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i09_events_that_come_while_others_are_sealed_are_sealed_later() {
    let test = TestAuthority::new().await;
    let writer = test.authority.clone();
    let sealer = test.node(master_keys(), 7);
    let writing: std::pin::Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
        for _ in 0..40 {
            record_many(&writer, 3).await;
        }
    });
    let sealing: std::pin::Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
        for _ in 0..40 {
            audit::seal(&sealer).await.unwrap();
        }
    });
    together(vec![writing, sealing]).await;
    seal_all(&test.authority).await;
    let report = audit::verify(&test.authority).await.unwrap();
    assert_eq!((report.events, report.unsealed), (120, 0));
    assert_eq!(report.findings, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i09_an_event_that_is_committed_late_is_sealed_when_it_is_seen() {
    if !TestDatabase::is_postgres() {
        return; // One writer at a time: row numbers are given in the order of commits.
    }
    let test = TestAuthority::new().await;
    let database = &test.database.connection;
    let principal = test.signed_in(Role::User).await;
    let other = test.session(principal.user_id).await;
    seal_all(&test.authority).await;

    // Whoever ends a session writes the event first, and then waits here for the signals.
    let holder = database.begin().await.unwrap();
    holder
        .execute_unprepared("LOCK TABLE signals IN EXCLUSIVE MODE")
        .await
        .unwrap();
    let late = {
        let (authority, principal) = (test.authority.clone(), principal.clone());
        tokio::spawn(async move { end::own(&authority, &principal, other, &caller()).await })
    };
    wait_for_a_lock(database).await;
    record_many(&test.authority, 1).await;
    assert_eq!(audit::seal(&test.authority).await.unwrap(), 1);
    holder.rollback().await.unwrap();
    assert!(late.await.unwrap().unwrap());

    assert_eq!(audit::seal(&test.authority).await.unwrap(), 1);
    let by_position: Vec<i64> = column(
        database,
        "SELECT seq AS value FROM audit_seals ORDER BY position",
    )
    .await;
    let [.., first, second] = by_position[..] else {
        panic!("at least two seals: {by_position:?}");
    };
    assert!(second < first, "the late event has the lower number");
    let late = events(database)
        .await
        .into_iter()
        .find(|event| event.seq == second)
        .unwrap();
    assert_eq!(late.kind, "session.ended");
    let report = audit::verify(&test.authority).await.unwrap();
    assert_eq!((report.unsealed, report.findings.len()), (0, 0));
}

#[tokio::test]
async fn i09_sealing_goes_on_after_the_newest_sealed_event_was_taken_out() {
    let test = TestAuthority::new().await;
    let database = &test.database.connection;
    record_many(&test.authority, 3).await;
    assert_eq!(seal_all(&test.authority).await, 3);
    drop_record_triggers(database).await;
    execute(database, "DELETE FROM audit_events WHERE seq = 3").await;
    record_many(&test.authority, 2).await;
    assert_eq!(seal_all(&test.authority).await, 2);
    let report = audit::verify(&test.authority).await.unwrap();
    assert_eq!(report.unsealed, 0);
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
}
