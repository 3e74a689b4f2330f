//! After a restore from backup nobody who was signed in goes on, and everybody can sign in again.

use latchkey_authority::{
    Policy, audit,
    caller::Caller,
    feed,
    recover::{self, Recovered, recover},
    session,
};
use latchkey_testing::{Snapshot, TestAuthority, caller, master_keys, refuse_writes};
use latchkey_types::{EndReason, FamilyEndReason, Role, UnixMillis};

use crate::{
    families::support::open,
    support::{RawSession, count, events, insert_sessions, scattered_id},
};

/// Users with many sessions and a few families.
async fn crowded(test: &TestAuthority, sessions: u64) {
    let now = test.authority.now();
    let mut rows = Vec::new();
    for user in 0..5 {
        let user_id = test.user(Role::User).await;
        open(test, user_id, None, &caller()).await;
        for number in 0..sessions {
            rows.push(RawSession {
                session_id: scattered_id(user * 10_000 + number),
                user_id: user_id.as_uuid(),
                created_at: now,
                last_seen_at: now,
                // Some say that they were made later than now: the clock was wrong.
                expires_at: UnixMillis(now.0 + 1_000_000_000),
                address: "192.0.2.1",
                browser: "Firefox",
                ended_at: (number % 50 == 49).then_some(now),
            });
        }
    }
    insert_sessions(&test.database.connection, &rows).await;
}

fn operator() -> Caller {
    Caller::program("latchkey recover")
}

#[tokio::test]
async fn i01_every_session_and_family_ends_in_batches_each_with_its_event_and_its_signals() {
    let test = TestAuthority::new().await;
    crowded(&test, 300).await;
    let database = &test.database.connection;
    let before = recover::live(&test.authority).await.unwrap();
    assert_eq!(
        before,
        Recovered {
            sessions: 5 * 294,
            families: 5
        }
    );
    let ended_before = count(database, "sessions WHERE end_reason = 'sign_out'").await;
    let events_before = events(database).await.len();
    let mut told = Vec::new();
    let done = recover(&test.authority, &operator(), |so_far| told.push(so_far))
        .await
        .unwrap();
    assert_eq!(done, before);
    assert_eq!(told.len(), 3 + 1);
    assert_eq!(told.last(), Some(&done));
    assert_eq!(
        recover::live(&test.authority).await.unwrap(),
        Recovered::default()
    );
    let recovered = "WHERE end_reason = 'recovered' AND ended_by IS NULL";
    assert_eq!(
        count(database, &format!("sessions {recovered}")).await,
        5 * 294
    );
    assert_eq!(count(database, &format!("families {recovered}")).await, 5);
    let kept = count(database, "sessions WHERE end_reason = 'sign_out'").await;
    assert_eq!(kept, ended_before, "what was over stays as it ended");

    let events = events(database).await.split_off(events_before);
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "sessions.ended",
            "sessions.ended",
            "sessions.ended",
            "families.ended"
        ]
    );
    for event in &events {
        assert_eq!(event.reason.as_deref(), Some("recovered"));
        assert_eq!((event.actor_id, event.subject_id), (None, None));
    }
    audit::seal(&test.authority).await.unwrap();

    // A second run has nothing to do, and says nothing.
    let before = Snapshot::of(database).await;
    let again = recover(&test.authority, &operator(), |_| panic!("no batch")).await;
    assert_eq!(again.unwrap(), Recovered::default());
    assert!(Snapshot::of(database).await == before);
}

#[tokio::test]
async fn i01_an_interruption_leaves_whole_batches_and_the_next_run_goes_on() {
    let test = TestAuthority::new().await;
    crowded(&test, 150).await;
    let database = &test.database.connection;
    // The signals cannot be written: then nothing ends.
    refuse_writes(database, "signals").await;
    let before = Snapshot::of(database).await;
    let failed = recover(&test.authority, &operator(), |_| {}).await;
    assert!(failed.is_err());
    assert!(Snapshot::of(database).await == before);
    latchkey_testing::allow_writes(database, "signals").await;

    // Cut off after the first batch.
    let all = recover::live(&test.authority).await.unwrap();
    let (first, cut) = tokio::sync::oneshot::channel::<()>();
    let mut first = Some(first);
    let caller = operator();
    let running = recover(&test.authority, &caller, |_| {
        first.take();
    });
    tokio::select! {
        biased;
        _ = cut => {}
        done = running => panic!("it was through: {done:?}"),
    }
    let left = recover::live(&test.authority).await.unwrap();
    assert!(
        left.sessions > 0 && left.sessions < all.sessions,
        "{left:?}"
    );
    let done = recover(&test.authority, &caller, |_| {}).await.unwrap();
    assert!(done.sessions <= left.sessions);
    assert_eq!(
        recover::live(&test.authority).await.unwrap(),
        Recovered::default()
    );
}

#[tokio::test]
async fn i02_a_running_node_hears_of_it_and_people_sign_in_again() {
    let test = TestAuthority::following(Policy::default()).await;
    let user_id = test.user(Role::User).await;
    let session_id = test.session(user_id).await;
    let issued = open(&test, user_id, None, &caller()).await;
    let node = test.node(master_keys(), 9);
    feed::start(&node).await.unwrap();
    let check = async |id| session::check(&node, id).await.unwrap();
    assert!(matches!(
        check(session_id).await,
        session::Check::Live { .. }
    ));

    recover(&test.authority, &operator(), |_| {}).await.unwrap();
    feed::poll(&node).await.unwrap();
    let ended = session::Check::Ended {
        reason: EndReason::Recovered,
    };
    assert_eq!(check(session_id).await, ended);
    assert!(node.feed().standing(issued.family_id.as_uuid()).is_ended);
    let family = latchkey_authority::family::one(&node, issued.family_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(family.ended.unwrap().reason, FamilyEndReason::Recovered);

    let again = test.session(user_id).await;
    assert!(matches!(check(again).await, session::Check::Live { .. }));
    open(&test, user_id, None, &caller()).await;
}
