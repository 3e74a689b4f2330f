//! The first invariant: what changes, its event and its signal commit together or not at all.

use latchkey_authority::{
    ActError, AuthorityTx, Lock,
    audit::AuditEvent,
    session::{self, NewSession, end},
    signal::{Signal, Signals},
    user,
};
use latchkey_testing::{TestAuthority, allow_writes, caller, refuse_writes};
use latchkey_types::{EndReason, EventKind, Role, SessionId, SignInMethod, UserId, Word};

use crate::support::{Deed, World, count, events, signals};

#[tokio::test]
async fn i01_a_change_without_its_signal_or_its_event_does_not_happen() {
    for deed in Deed::ALL {
        let world = World::new(Role::Administrator).await;
        let before = world.snapshot().await;
        for table in ["signals", "audit_events", "audit_personal"] {
            refuse_writes(world.database(), table).await;
            let refused = deed.run(&world, &world.actor).await;
            assert!(
                matches!(refused, Err(ActError::Internal(_))),
                "{deed:?} without {table}: {refused:?}"
            );
            assert_eq!(world.snapshot().await, before, "{deed:?} without {table}");
            allow_writes(world.database(), table).await;
        }
    }
}

#[tokio::test]
async fn i01_a_change_leaves_its_event_and_the_signals_of_its_kind() {
    for deed in Deed::ALL {
        let world = World::new(Role::Administrator).await;
        let events_before = events(world.database()).await.len();
        let signals_before = signals(world.database()).await.len();

        let changed = deed.run(&world, &world.actor).await.unwrap();

        assert!(changed > 0, "{deed:?}");
        let events = events(world.database()).await.split_off(events_before);
        assert_eq!(events.len(), 1, "{deed:?}: {events:?}");
        let event = &events[0];
        let (kind, reason, subject, session) = deed.event(&world);
        assert_eq!(event.kind, kind.as_str(), "{deed:?}");
        assert_eq!(event.outcome, "success", "{deed:?}");
        assert_eq!(event.reason.as_deref(), reason, "{deed:?}");
        assert_eq!(event.subject_id, Some(subject), "{deed:?}");
        assert_eq!(event.session_id, session, "{deed:?}");
        assert_eq!(
            event.actor_id,
            Some(world.actor.user_id.as_uuid()),
            "{deed:?}"
        );
        let signals = signals(world.database()).await.split_off(signals_before);
        assert_eq!(signals, deed.signals(&world), "{deed:?}");
    }
}

#[tokio::test]
async fn i01_what_is_done_already_leaves_neither_event_nor_signal() {
    for deed in Deed::ALL.into_iter().filter(|deed| *deed != Deed::SignOut) {
        let world = World::new(Role::Administrator).await;
        deed.run(&world, &world.actor).await.unwrap();
        let before = world.snapshot().await;
        assert_eq!(
            deed.run(&world, &world.actor).await.unwrap(),
            0,
            "{deed:?} a second time"
        );
        assert_eq!(world.snapshot().await, before, "{deed:?} a second time");
    }
}

#[tokio::test]
async fn i01_a_sign_in_without_its_event_does_not_happen() {
    let world = World::new(Role::User).await;
    let before = world.snapshot().await;
    for table in ["audit_events", "audit_personal"] {
        refuse_writes(world.database(), table).await;
        sign_in(&world.test, world.target, None)
            .await
            .expect_err(table);
        assert_eq!(world.snapshot().await, before, "without {table}");
        allow_writes(world.database(), table).await;
    }
}

#[tokio::test]
async fn i01_a_sign_in_that_replaces_a_session_does_both_or_nothing() {
    let world = World::new(Role::User).await;
    let before = world.snapshot().await;
    let old = world.target_sessions[0];
    for table in ["signals", "audit_events"] {
        refuse_writes(world.database(), table).await;
        sign_in(&world.test, world.target, Some(old))
            .await
            .expect_err(table);
        assert_eq!(world.snapshot().await, before, "without {table}");
        allow_writes(world.database(), table).await;
    }

    let new = sign_in(&world.test, world.target, Some(old)).await.unwrap();

    assert!(world.test.is_live(new).await);
    let ended = session::one(&world.test.authority, old)
        .await
        .unwrap()
        .and_then(|row| row.ended)
        .map(|ended| ended.reason);
    assert_eq!(ended, Some(EndReason::Replaced));
    let last = signals(world.database()).await.pop().unwrap();
    assert_eq!(last.session_id, Some(old.as_uuid()));
}

#[tokio::test]
async fn i01_a_user_is_not_made_without_the_event() {
    let test = TestAuthority::new().await;
    refuse_writes(&test.database.connection, "audit_events").await;
    let mut tx = AuthorityTx::begin(&test.authority).await.unwrap();
    user::create(&mut tx, None, Role::Administrator)
        .await
        .unwrap();
    assert!(user::mark_administrator_created(&tx).await.unwrap());
    let event = AuditEvent::success(EventKind::UserCreated, &caller());
    tx.commit([event], Signals::Nothing).await.unwrap_err();
    assert_eq!(count(&test.database.connection, "users").await, 0);
    assert!(
        !user::administrator_ever(test.authority.database())
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn i01_a_transaction_that_is_dropped_leaves_nothing() {
    let world = World::new(Role::User).await;
    let before = world.snapshot().await;
    {
        let mut tx = AuthorityTx::begin(&world.test.authority).await.unwrap();
        tx.lock_users(&[(world.target, Lock::Exclusive)])
            .await
            .unwrap();
        new_session(&tx, world.target).await;
        let ended = end::all_in(&tx, world.target, None, EndReason::SignOut, None)
            .await
            .unwrap();
        assert_eq!(ended.sessions.len(), 3);
        user::create(&mut tx, None, Role::User).await.unwrap();
    }
    assert_eq!(world.snapshot().await, before);
    assert!(world.test.is_live(world.target_sessions[0]).await);
}

#[tokio::test]
async fn i01_a_sign_in_alone_sends_no_signal() {
    let test = TestAuthority::new().await;
    test.signed_in(Role::User).await;
    assert_eq!(signals(&test.database.connection).await, []);
    assert_eq!(
        test.event_kinds().await,
        [EventKind::UserCreated, EventKind::SignIn]
    );
}

#[tokio::test]
async fn i01_a_session_whose_cookie_got_lost_ends_with_event_and_signal() {
    let world = World::new(Role::User).await;
    let [session_id, _] = world.target_sessions;
    let before = world.snapshot().await;
    refuse_writes(world.database(), "signals").await;
    end::undelivered(&world.test.authority, world.target, session_id, &caller())
        .await
        .unwrap_err();
    assert_eq!(world.snapshot().await, before);
    allow_writes(world.database(), "signals").await;

    for _ in 0..2 {
        end::undelivered(&world.test.authority, world.target, session_id, &caller())
            .await
            .unwrap();
    }

    assert!(!world.test.is_live(session_id).await);
    let ended: Vec<_> = events(world.database())
        .await
        .into_iter()
        .filter(|event| event.session_id == Some(session_id.as_uuid()))
        .filter(|event| event.kind == "session.ended")
        .collect();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].reason.as_deref(), Some("undelivered"));
    assert_eq!(ended[0].actor_id, None);
    let last = signals(world.database()).await.pop().unwrap();
    assert_eq!(last.session_id, Some(session_id.as_uuid()));
}

/// Signs `user_id` in, and ends `replaced` in the same transaction.
async fn sign_in(
    test: &TestAuthority,
    user_id: UserId,
    replaced: Option<SessionId>,
) -> Result<SessionId, latchkey_authority::StoreError> {
    let mut tx = AuthorityTx::begin(&test.authority).await?;
    tx.lock_users(&[(user_id, Lock::Exclusive)]).await?;
    let session_id = new_session(&tx, user_id).await;
    let mut signals = Signals::Nothing;
    if let Some(replaced) = replaced {
        let (owner, signal) = end::replaced_in(&tx, replaced).await?.unwrap();
        assert_eq!(owner, user_id);
        assert!(matches!(signal, Signal::SessionEnded { .. }));
        signals = signal.into();
    }
    let event = AuditEvent::success(EventKind::SignIn, &caller())
        .subject(user_id)
        .session(session_id);
    tx.commit([event], signals).await?;
    Ok(session_id)
}

async fn new_session(tx: &AuthorityTx, user_id: UserId) -> SessionId {
    let new = NewSession {
        user_id,
        proved: SignInMethod::Password.into(),
        caller: &caller(),
    };
    session::create(tx, new).await.unwrap()
}
