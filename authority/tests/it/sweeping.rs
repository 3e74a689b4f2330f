//! Tidying up: what is past its limits is marked, what ended long ago is forgotten.

use std::time::Duration;

use latchkey_authority::{
    SessionPolicy,
    session::{self, Check, Swept, end, sweep},
};
use latchkey_testing::{Snapshot, TestAuthority, allow_writes, caller, refuse_writes};
use latchkey_types::{EndReason, EventKind, Role, SessionId};

use crate::support::{
    MILLISECOND, RawSession, count, insert_sessions, just_under, scattered_id, signals,
};

const POLICY: SessionPolicy = SessionPolicy {
    idle: Duration::from_hours(1),
    absolute: Duration::from_hours(10),
    keep_ended: Duration::from_hours(100),
};

async fn swept(test: &TestAuthority) -> Swept {
    sweep(&test.authority).await.unwrap()
}

async fn reason(test: &TestAuthority, session_id: SessionId) -> EndReason {
    match session::check(&test.authority, session_id).await.unwrap() {
        Check::Ended { reason } => reason,
        other => panic!("expected an ended session, found {other:?}"),
    }
}

#[tokio::test]
async fn i08_a_sweep_marks_each_session_with_the_limit_that_it_passed() {
    let test = TestAuthority::with_policy(POLICY).await;
    let user_id = test.user(Role::User).await;
    let expired = test.session(user_id).await;
    test.clock.advance(POLICY.absolute);
    test.clock.rewind(POLICY.idle);
    let idle = test.session(user_id).await;
    test.clock.advance(MILLISECOND);
    let live = test.session(user_id).await;
    test.clock.advance(just_under(POLICY.idle));
    let reasons = [reason(&test, expired).await, reason(&test, idle).await];
    assert_eq!(reasons, [EndReason::Expired, EndReason::Idle]);

    let done = swept(&test).await;

    assert_eq!((done.expired, done.idle, done.forgotten), (1, 1, 0));
    assert_eq!(reason(&test, expired).await, EndReason::Expired);
    assert_eq!(reason(&test, idle).await, EndReason::Idle);
    assert!(test.is_live(live).await);
    let kinds = test.event_kinds().await;
    let told = kinds
        .iter()
        .filter(|kind| **kind == EventKind::SessionsEnded);
    assert_eq!(told.count(), 2, "one event for each reason: {kinds:?}");
    assert_eq!(
        signals(&test.database.connection).await,
        [],
        "every node knows the limits"
    );
    assert_eq!(swept(&test).await, Swept::default(), "a second time");
}

#[tokio::test]
async fn i08_what_was_swept_stays_over_though_the_clock_goes_back() {
    let test = TestAuthority::with_policy(POLICY).await;
    let user_id = test.user(Role::User).await;
    let expired = test.session(user_id).await;
    test.clock.advance(POLICY.absolute);
    let idle = test.session(user_id).await;
    test.clock.advance(POLICY.idle);
    assert_eq!(swept(&test).await.expired, 1);

    test.clock.rewind(POLICY.absolute + POLICY.idle);

    assert_eq!(reason(&test, expired).await, EndReason::Expired);
    assert_eq!(reason(&test, idle).await, EndReason::Idle);
    for session_id in [expired, idle] {
        let now = test.authority.now().after(Duration::from_secs(1));
        test.authority
            .last_seen()
            .note(session_id, now, String::new());
    }
    swept(&test).await;
    assert_eq!(reason(&test, expired).await, EndReason::Expired);
    assert_eq!(reason(&test, idle).await, EndReason::Idle);
}

#[tokio::test]
async fn i08_a_session_that_was_used_just_now_is_not_swept_as_idle() {
    let test = TestAuthority::with_policy(POLICY).await;
    let session_id = test.signed_in(Role::User).await.session_id().unwrap();
    test.clock.advance(just_under(POLICY.idle));
    test.authority
        .last_seen()
        .note(session_id, test.authority.now(), String::new());
    test.clock.advance(MILLISECOND);
    assert_eq!(swept(&test).await, Swept::default());
    assert!(test.is_live(session_id).await);
}

#[tokio::test]
async fn i08_an_ended_session_is_kept_for_its_time_and_then_forgotten() {
    let test = TestAuthority::with_policy(POLICY).await;
    let principal = test.signed_in(Role::User).await;
    let session_id = principal.session_id().unwrap();
    end::own(&test.authority, &principal, session_id, &caller())
        .await
        .unwrap();
    test.clock.advance(POLICY.keep_ended);
    assert_eq!(swept(&test).await.forgotten, 0);
    assert_eq!(reason(&test, session_id).await, EndReason::SignOut);
    test.clock.advance(MILLISECOND);
    assert_eq!(swept(&test).await.forgotten, 1);
    assert_eq!(
        session::one(&test.authority, session_id).await.unwrap(),
        None
    );
    assert!(!test.is_live(session_id).await);
    let events_of_it = test.event_kinds().await;
    assert!(
        events_of_it.contains(&EventKind::SessionEnded),
        "the record stays"
    );
}

#[tokio::test]
async fn i12_a_sweep_of_many_goes_in_batches() {
    let test = TestAuthority::with_policy(POLICY).await;
    let database = &test.database.connection;
    let user_id = test.user(Role::User).await.as_uuid();
    let now = test.authority.now();
    let long_ago = now.before(2 * POLICY.keep_ended);
    let rows: Vec<_> = (0..2_400)
        .map(|number| RawSession {
            session_id: scattered_id(number),
            user_id,
            created_at: now,
            // One half idle, one half ended long ago.
            last_seen_at: now.before(POLICY.idle),
            expires_at: now.after(POLICY.absolute),
            address: "",
            browser: "",
            ended_at: (number % 2 == 0).then_some(long_ago),
        })
        .collect();
    insert_sessions(database, &rows).await;
    let done = swept(&test).await;
    assert_eq!((done.idle, done.forgotten), (1_200, 1_200));
    assert_eq!(count(database, "sessions WHERE ended_at IS NULL").await, 0);
    let events = "audit_events WHERE kind = 'sessions.ended'";
    assert_eq!(count(database, events).await, 3, "500, 500 and 200");
}

#[tokio::test]
async fn i01_a_sweep_without_its_event_ends_nothing() {
    let test = TestAuthority::with_policy(POLICY).await;
    test.signed_in(Role::User).await;
    test.clock.advance(POLICY.idle);
    let database = &test.database.connection;
    let before = Snapshot::of(database).await;
    refuse_writes(database, "audit_events").await;
    sweep(&test.authority).await.unwrap_err();
    assert_eq!(Snapshot::of(database).await, before);
    allow_writes(database, "audit_events").await;
    assert_eq!(swept(&test).await.idle, 1);
}
