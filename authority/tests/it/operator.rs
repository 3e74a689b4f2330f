//! Whoever runs the program on its own machine: signed in nowhere, and on the record all the same.

use latchkey_authority::{ActError, principal::Actor, session, user};
use latchkey_testing::{Snapshot, TestAuthority, allow_writes, caller, refuse_writes};
use latchkey_types::{Role, UserId, Word};

use crate::support::{Deed, World, events, scattered_id, signals};

/// What the operator may do.
const DEEDS: [Deed; 5] = [
    Deed::EndAsAdministrator,
    Deed::EndAllOfUser,
    Deed::SetRole,
    Deed::Disable,
    Deed::Enable,
];

#[tokio::test]
async fn i01_what_the_operator_changes_has_event_and_signal_or_does_not_happen() {
    for deed in DEEDS {
        let world = World::new(Role::User).await;
        let before = world.snapshot().await;
        for table in ["signals", "audit_events"] {
            refuse_writes(world.database(), table).await;
            let refused = deed.run_on_others(&world, Actor::Operator).await;
            assert!(
                matches!(refused, Err(ActError::Internal(_))),
                "{deed:?} without {table}: {refused:?}"
            );
            assert_eq!(world.snapshot().await, before, "{deed:?} without {table}");
            allow_writes(world.database(), table).await;
        }
        let signals_before = signals(world.database()).await.len();

        deed.run_on_others(&world, Actor::Operator).await.unwrap();

        let event = events(world.database()).await.pop().unwrap();
        let (kind, reason, subject, session) = deed.event(&world);
        assert_eq!(event.kind, kind.as_str(), "{deed:?}");
        assert_eq!(event.reason.as_deref(), reason, "{deed:?}");
        assert_eq!(event.actor_id, None, "{deed:?}: nobody who has an account");
        assert_eq!(event.subject_id, Some(subject), "{deed:?}");
        assert_eq!(event.session_id, session, "{deed:?}");
        let signals = signals(world.database()).await.split_off(signals_before);
        assert_eq!(signals, deed.signals(&world), "{deed:?}");
    }
}

#[tokio::test]
async fn nobody_is_said_to_have_ended_what_the_operator_ended() {
    let world = World::new(Role::User).await;
    Deed::Disable
        .run_on_others(&world, Actor::Operator)
        .await
        .unwrap();
    let authority = &world.test.authority;
    let user = user::one(authority, world.target).await.unwrap().unwrap();
    assert!(user.disabled_at.is_some());
    assert_eq!(user.disabled_by, None);
    let row = session::one(authority, world.target_sessions[0])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.ended.unwrap().by, None);
}

#[tokio::test]
async fn the_operator_cannot_take_the_last_administrator_away_either() {
    let test = TestAuthority::new().await;
    let last = test.user(Role::Administrator).await;
    let nobody = UserId::from_uuid(scattered_id(1));
    let before = Snapshot::of(&test.database.connection).await;
    let operator = Actor::Operator;
    for refused in [
        user::disable(&test.authority, operator, last, &caller()).await,
        user::set_role(&test.authority, operator, last, Role::User, &caller()).await,
    ] {
        assert!(
            matches!(refused, Err(ActError::LastAdministrator)),
            "{refused:?}"
        );
    }
    let refused = user::disable(&test.authority, operator, nobody, &caller()).await;
    assert!(matches!(refused, Err(ActError::NotFound)), "{refused:?}");
    assert_eq!(Snapshot::of(&test.database.connection).await, before);
}
