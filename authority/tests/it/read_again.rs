//! The fourth invariant: a cached principal may read, never change. Whoever acts is looked up
//! again, whatever a request believes about them.

use std::time::Duration;

use latchkey_authority::{
    ActError, SessionPolicy,
    principal::{Credential, Permission, Principal, authorize},
    session::end,
    user,
};
use latchkey_testing::caller;
use latchkey_types::{Role, SessionId, UserId};
use sea_orm::DbBackend;

use crate::support::{Deed, World, execute, id, scattered_id};

const DAY: Duration = Duration::from_hours(24);

/// How somebody may have lost their standing since they were last looked up.
#[derive(Debug, Clone, Copy)]
enum Loss {
    Ended,
    SignedOut,
    Idle,
    Expired,
    Disabled,
    DisabledByHand,
    Erased,
}

const LOSSES: [Loss; 7] = [
    Loss::Ended,
    Loss::SignedOut,
    Loss::Idle,
    Loss::Expired,
    Loss::Disabled,
    Loss::DisabledByHand,
    Loss::Erased,
];

impl Loss {
    fn policy(self) -> SessionPolicy {
        SessionPolicy {
            // Long enough that only the lifetime can end an unused session.
            idle: if matches!(self, Self::Expired) {
                60 * DAY
            } else {
                7 * DAY
            },
            ..SessionPolicy::default()
        }
    }

    async fn befall(self, world: &World) {
        let authority = &world.test.authority;
        let actor = &world.actor;
        let database = world.database();
        let actor_id = id(database, actor.user_id.as_uuid());
        match self {
            Self::Ended => {
                end::as_administrator(
                    authority,
                    &world.keeper,
                    actor.session_id().unwrap(),
                    &caller(),
                )
                .await
                .unwrap();
            }
            Self::SignedOut => {
                end::own(authority, actor, actor.session_id().unwrap(), &caller())
                    .await
                    .unwrap();
            }
            Self::Idle => world.test.clock.advance(authority.policy().session.idle),
            Self::Expired => world
                .test
                .clock
                .advance(authority.policy().session.absolute),
            Self::Disabled => {
                user::disable(authority, &world.keeper, actor.user_id, &caller())
                    .await
                    .unwrap();
            }
            // The state of the user alone, beside sessions that say nothing of it.
            Self::DisabledByHand => {
                let change = format!("UPDATE users SET disabled_at = 1 WHERE user_id = {actor_id}");
                execute(database, &change).await;
            }
            Self::Erased => {
                let erase = format!("DELETE FROM users WHERE user_id = {actor_id}");
                execute(database, &erase).await;
            }
        }
    }
}

#[tokio::test]
async fn i04_whoever_lost_their_session_or_their_account_changes_nothing() {
    for loss in LOSSES {
        let world = World::with_policy(Role::Administrator, loss.policy()).await;
        loss.befall(&world).await;
        let before = world.snapshot().await;
        for deed in Deed::ALL {
            let refused = deed.run(&world, &world.actor).await;
            assert!(
                matches!(refused, Err(ActError::SignedOut)),
                "{deed:?} after {loss:?}: {refused:?}"
            );
            assert_eq!(world.snapshot().await, before, "{deed:?} after {loss:?}");
        }
    }
}

#[tokio::test]
async fn i04_whoever_was_demoted_keeps_only_what_the_new_role_includes() {
    for role in [Role::Auditor, Role::User] {
        let world = World::new(Role::Administrator).await;
        user::set_role(
            &world.test.authority,
            &world.keeper,
            world.actor.user_id,
            role,
            &caller(),
        )
        .await
        .unwrap();
        assert_eq!(world.actor.role, Role::Administrator, "as it was cached");
        refused_what_it_may_not(&world, &world.actor, role).await;
        assert_eq!(
            Deed::EndOwnOthers.run(&world, &world.actor).await.unwrap(),
            1
        );
    }
}

#[tokio::test]
async fn i04_auditors_and_users_neither_end_sessions_of_others_nor_manage_users() {
    for role in [Role::Auditor, Role::User] {
        let world = World::new(role).await;
        refused_what_it_may_not(&world, &world.actor, role).await;
        // Nor by saying that they are more than they are.
        let pretender = Principal {
            role: Role::Administrator,
            ..world.actor.clone()
        };
        refused_what_it_may_not(&world, &pretender, role).await;
    }
}

#[tokio::test]
async fn i04_a_promotion_holds_without_a_new_sign_in() {
    let world = World::new(Role::User).await;
    user::set_role(
        &world.test.authority,
        &world.keeper,
        world.actor.user_id,
        Role::Administrator,
        &caller(),
    )
    .await
    .unwrap();
    assert_eq!(world.actor.role, Role::User, "as it was cached");
    Deed::Disable.run(&world, &world.actor).await.unwrap();
}

#[tokio::test]
async fn i04_a_session_acts_for_its_own_user_only() {
    let world = World::new(Role::User).await;
    let mixed = [
        Principal {
            user_id: world.keeper.user_id,
            ..world.actor.clone()
        },
        Principal {
            credential: Credential::Session(world.keeper.session_id().unwrap()),
            ..world.actor.clone()
        },
        Principal {
            credential: Credential::Session(SessionId::from_uuid(scattered_id(1))),
            ..world.actor.clone()
        },
    ];
    let before = world.snapshot().await;
    for principal in mixed {
        for deed in Deed::ALL {
            let refused = deed.run(&world, &principal).await;
            assert!(
                matches!(refused, Err(ActError::SignedOut)),
                "{deed:?} as {principal:?}: {refused:?}"
            );
        }
    }
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn i04_a_session_of_somebody_else_is_not_found_among_ones_own() {
    let world = World::new(Role::Administrator).await;
    let before = world.snapshot().await;
    for session_id in [
        world.target_sessions[0],
        SessionId::from_uuid(scattered_id(1)),
    ] {
        let refused = end::own(&world.test.authority, &world.actor, session_id, &caller()).await;
        assert!(matches!(refused, Err(ActError::NotFound)), "{refused:?}");
    }
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn i04_who_may_not_act_does_not_learn_what_exists() {
    let world = World::new(Role::Auditor).await;
    let authority = &world.test.authority;
    let nobody = UserId::from_uuid(scattered_id(1));
    let nothing = SessionId::from_uuid(scattered_id(2));
    for (actor, expected) in [(&world.actor, false), (&world.keeper, true)] {
        let answers = [
            end::as_administrator(authority, actor, nothing, &caller())
                .await
                .map(u64::from),
            end::all_of_user(authority, actor, nobody, &caller()).await,
            user::set_role(authority, actor, nobody, Role::User, &caller())
                .await
                .map(u64::from),
            user::disable(authority, actor, nobody, &caller())
                .await
                .map(u64::from),
            user::enable(authority, actor, nobody, &caller())
                .await
                .map(u64::from),
        ];
        for answer in answers {
            assert_eq!(
                matches!(answer, Err(ActError::NotFound)),
                expected,
                "{answer:?}"
            );
            assert_eq!(
                matches!(answer, Err(ActError::NotPermitted)),
                !expected,
                "{answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn i04_whoever_is_looked_up_stays_locked_until_commit() {
    let world = World::new(Role::Administrator).await;
    if world.database().get_database_backend() != DbBackend::Postgres {
        return; // One writer at a time: nobody else changes anything meanwhile.
    }
    let mut tx = latchkey_authority::AuthorityTx::begin(&world.test.authority)
        .await
        .unwrap();
    tx.act(&world.actor, Permission::ManageUsers, &[])
        .await
        .unwrap();
    for (table, column, value) in [
        ("users", "user_id", world.actor.user_id.as_uuid()),
        (
            "sessions",
            "session_id",
            world.actor.session_id().unwrap().as_uuid(),
        ),
    ] {
        let value = id(world.database(), value);
        let free: Vec<i32> = crate::support::column(
            world.database(),
            &format!(
                "SELECT 1 AS value FROM {table} WHERE {column} = {value} \
                 FOR NO KEY UPDATE SKIP LOCKED"
            ),
        )
        .await;
        assert_eq!(free, [0_i32; 0], "{table} is locked");
    }
}

/// Every deed that `role` does not include is refused, and changes nothing.
async fn refused_what_it_may_not(world: &World, principal: &Principal, role: Role) {
    let before = world.snapshot().await;
    let mut refusals = 0;
    for deed in Deed::ALL {
        if authorize(role, deed.permission()) {
            continue;
        }
        let refused = deed.run(world, principal).await;
        assert!(
            matches!(refused, Err(ActError::NotPermitted)),
            "{deed:?} as {role:?}: {refused:?}"
        );
        refusals += 1;
    }
    assert_eq!(refusals, 5);
    assert_eq!(world.snapshot().await, before);
}
