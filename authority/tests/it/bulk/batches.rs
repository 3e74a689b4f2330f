//! Carrying an order out: what ends, what does not, and what stopping does.

use std::time::Duration;

use latchkey_authority::{
    audit,
    bulk::{self, Scope, Step, Worker},
    session::{SessionFilter, end},
};
use latchkey_testing::{Snapshot, TestAuthority, allow_writes, caller, refuse_writes};
use latchkey_types::{BulkEndState, EndReason, EventKind, SessionId};

use super::{Crowd, THERE, at, raw, work};
use crate::support::{
    column, count, drop_record_triggers, execute, id as sql_id, insert_sessions, signals,
};

#[tokio::test]
async fn what_the_preview_says_is_what_ends_and_nothing_else() {
    let crowd = Crowd::new(5, 300).await;
    let authority = crowd.authority();
    let database = &crowd.test.database.connection;
    let preview = bulk::preview(authority, &at(THERE), Some(&crowd.administrator), false)
        .await
        .unwrap();
    assert_eq!((preview.found.count, preview.users), (1_500, 5));
    assert!(!preview.found.is_capped && !preview.is_own_among);
    assert_eq!(preview.most.len(), 5);
    assert!(preview.most.iter().all(|(_, count)| *count == 300));

    let id = crowd.order_all().await;
    let (ended, batches) = work(authority, &mut Worker::new(authority)).await;

    assert_eq!(ended, preview.found.count);
    assert!(batches > 1, "{batches} batches");
    let row = crowd.row(id).await;
    assert_eq!((row.ended, row.skipped), (1_500, Some(0)));
    assert_eq!(row.state, BulkEndState::Done);
    let by = sql_id(database, crowd.administrator.user_id.as_uuid());
    let ended = format!("sessions WHERE end_reason = 'ended_by_administrator' AND ended_by = {by}");
    assert_eq!(count(database, &ended).await, 1_500);
    let others = format!("sessions WHERE address <> '{THERE}' AND ended_at IS NOT NULL");
    assert_eq!(count(database, &others).await, 0);
    // Every one is named by a signal, once.
    let mut named: Vec<_> = signals(database)
        .await
        .into_iter()
        .flat_map(|signal| signal.sessions.unwrap())
        .collect();
    named.sort();
    let mut all: Vec<uuid::Uuid> = column(
        database,
        &format!("SELECT session_id AS value FROM sessions WHERE address = '{THERE}'"),
    )
    .await;
    all.sort();
    assert_eq!(named, all);
}

#[tokio::test]
async fn whoever_signs_in_after_the_order_stays_and_what_ended_meanwhile_is_skipped() {
    let crowd = Crowd::new(2, 5).await;
    let authority = crowd.authority();
    let scope = Scope::sessions(SessionFilter {
        users: Some(crowd.users.clone()),
        ..Default::default()
    })
    .unwrap();
    let id = crowd.order(scope).await.unwrap().unwrap();
    assert_eq!(crowd.row(id).await.found.count, 12);
    crowd.test.clock.advance(Duration::from_millis(1));
    let later = crowd.test.session(crowd.users[0]).await;
    let before: Vec<uuid::Uuid> = column(
        &crowd.test.database.connection,
        &format!("SELECT session_id AS value FROM sessions WHERE address = '{THERE}' LIMIT 2"),
    )
    .await;
    for session in before {
        let session = SessionId::from_uuid(session);
        assert!(
            end::as_administrator(authority, &crowd.administrator, session, &caller())
                .await
                .unwrap()
        );
    }

    assert_eq!(work(authority, &mut Worker::new(authority)).await.0, 10);

    let row = crowd.row(id).await;
    assert_eq!((row.ended, row.skipped), (10, Some(2)));
    assert!(crowd.test.is_live(later).await);
}

#[tokio::test]
async fn i01_a_batch_without_its_signals_or_its_progress_does_not_happen() {
    let crowd = Crowd::new(2, 10).await;
    let authority = crowd.authority();
    let database = &crowd.test.database.connection;
    let id = crowd.order_all().await;
    let mut worker = Worker::new(authority);
    refuse_writes(database, "signals").await;
    worker.step(authority).await.unwrap_err();
    allow_writes(database, "signals").await;
    let open = format!("sessions WHERE address = '{THERE}' AND ended_at IS NULL");
    assert_eq!(count(database, &open).await, 20);
    assert_eq!(crowd.row(id).await.ended, 0);

    // Stopped while the batch is under way: whoever commits first wins, and here that is the stop.
    assert!(
        bulk::stop(authority, &crowd.administrator, id, &caller())
            .await
            .unwrap()
    );
    assert_eq!(worker.step(authority).await.unwrap(), Step::Nothing);
    assert_eq!(count(database, &open).await, 20);
}

#[tokio::test]
async fn i01_an_order_that_the_record_does_not_know_ends_nothing() {
    let crowd = Crowd::new(1, 5).await;
    let authority = crowd.authority();
    let database = &crowd.test.database.connection;
    let open = format!("sessions WHERE address = '{THERE}' AND ended_at IS NULL");
    drop_record_triggers(database).await;
    // Its event was taken out, is about another order, was made up, is of another kind.
    for forged in [
        "DELETE FROM audit_events WHERE kind = 'bulk_end.ordered'",
        "UPDATE bulk_ends SET event_id = (SELECT event_id FROM audit_events ORDER BY seq LIMIT 1)",
        "UPDATE audit_events SET outcome = 'failure' WHERE kind = 'bulk_end.ordered'",
        "UPDATE audit_events SET at = at + 1 WHERE kind = 'bulk_end.ordered'",
    ] {
        let id = crowd.order_all().await;
        execute(database, forged).await;
        let step = Worker::new(authority).step(authority).await.unwrap();
        assert_eq!(step, Step::Refused { bulk_end_id: id }, "{forged}");
        let row = crowd.row(id).await;
        assert_eq!(
            (row.state, row.stopped_by),
            (BulkEndState::Stopped, None),
            "{forged}"
        );
        assert_eq!(count(database, &open).await, 5, "{forged}");
    }
    // One event, two orders: the second is not the one that it names.
    let first = crowd.order_all().await;
    let second = crowd.order_all().await;
    let [first_id, second_id] = [first, second].map(|id| sql_id(database, id.as_uuid()));
    execute(
        database,
        &format!(
            "UPDATE bulk_ends SET event_id = \
             (SELECT event_id FROM bulk_ends WHERE bulk_end_id = {first_id}) \
             WHERE bulk_end_id = {second_id}"
        ),
    )
    .await;
    bulk::stop(authority, &crowd.administrator, first, &caller())
        .await
        .unwrap();
    let step = Worker::new(authority).step(authority).await.unwrap();
    assert_eq!(
        step,
        Step::Refused {
            bulk_end_id: second
        }
    );
    assert_eq!(count(database, &open).await, 5);
}

#[tokio::test]
async fn i01_stopping_leaves_what_ended_as_it_is_and_is_on_the_record() {
    let crowd = Crowd::new(3, 200).await;
    let authority = crowd.authority();
    let database = &crowd.test.database.connection;
    let id = crowd.order_all().await;
    let mut worker = Worker::new(authority);
    let Step::Ended { count: first, .. } = worker.step(authority).await.unwrap() else {
        panic!("there was something to end");
    };

    assert!(
        bulk::stop(authority, &crowd.administrator, id, &caller())
            .await
            .unwrap()
    );
    let before = Snapshot::of(database).await;
    assert!(
        !bulk::stop(authority, &crowd.administrator, id, &caller())
            .await
            .unwrap()
    );
    assert_eq!(work(authority, &mut worker).await, (0, 0));
    assert!(
        Snapshot::of(database).await == before,
        "nothing happens any more"
    );

    let row = crowd.row(id).await;
    assert_eq!(
        (row.state, row.ended, row.skipped),
        (BulkEndState::Stopped, first, None)
    );
    assert_eq!(row.stopped_by, Some(crowd.administrator.user_id));
    let ended = count(database, "sessions WHERE ended_at IS NOT NULL").await;
    assert_eq!(u64::try_from(ended).unwrap(), first);
    let page = audit::list(authority, &audit::AuditFilter::default(), None, 1)
        .await
        .unwrap();
    assert_eq!(page.items[0].kind, EventKind::BulkEndStopped);
}

#[tokio::test]
async fn a_stop_that_finds_nothing_says_so() {
    let crowd = Crowd::new(1, 1).await;
    let missing = latchkey_types::BulkEndId::from_uuid(uuid::Uuid::from_u128(1));
    let refused = bulk::stop(crowd.authority(), &crowd.administrator, missing, &caller()).await;
    assert!(
        matches!(refused, Err(latchkey_authority::ActError::NotFound)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_order_of_a_later_release_waits_for_it_and_holds_nobody_up() {
    let crowd = Crowd::new(1, 3).await;
    let authority = crowd.authority();
    let later = crowd.order_all().await;
    execute(
        &crowd.test.database.connection,
        r#"UPDATE bulk_ends SET scope = '{"planet":"Mars"}'"#,
    )
    .await;
    let ours = crowd.order_all().await;
    assert_eq!(work(authority, &mut Worker::new(authority)).await.0, 3);
    assert_eq!(crowd.row(ours).await.state, BulkEndState::Done);
    let row = crowd.row(later).await;
    assert_eq!((row.state, row.scope), (BulkEndState::Running, None));
}

#[tokio::test]
async fn what_is_past_its_limit_is_left_to_the_sweep() {
    let test = TestAuthority::new().await;
    let crowd = Crowd::with(test, 1, 2).await;
    let mut over = raw(&crowd.test, crowd.users[0], 77, THERE);
    over.expires_at = crowd.authority().now();
    insert_sessions(&crowd.test.database.connection, &[over.clone()]).await;
    let id = crowd.order_all().await;
    assert_eq!(crowd.row(id).await.found.count, 2);
    assert_eq!(
        work(crowd.authority(), &mut Worker::new(crowd.authority()))
            .await
            .0,
        2
    );
    let row =
        latchkey_authority::session::one(crowd.authority(), SessionId::from_uuid(over.session_id))
            .await
            .unwrap()
            .unwrap();
    assert_eq!(row.ended.unwrap().reason, EndReason::Expired);
}
