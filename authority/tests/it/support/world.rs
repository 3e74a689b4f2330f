//! A few people with their sessions, among whom every use case has something to change.

use latchkey_authority::{SessionPolicy, principal::Principal, user};
use latchkey_testing::{Snapshot, TestAuthority, caller};
use latchkey_types::{Role, SessionId, UserId};
use sea_orm::DatabaseConnection;

/// Somebody who acts, and people to whom it may be done.
#[derive(Debug)]
pub(crate) struct World {
    /// The authority over all of them.
    pub(crate) test: TestAuthority,
    /// Who acts, as it stood when they signed in.
    pub(crate) actor: Principal,
    /// Another session of whoever acts.
    pub(crate) actor_other: SessionId,
    /// A user with two sessions.
    pub(crate) target: UserId,
    /// Those two, in the order of their ids.
    pub(crate) target_sessions: [SessionId; 2],
    /// A user who is disabled.
    pub(crate) disabled: UserId,
    /// An administrator besides, so that there is always one left.
    pub(crate) keeper: Principal,
}

impl World {
    /// A world in which somebody of this role acts.
    pub(crate) async fn new(role: Role) -> Self {
        Self::with_policy(role, SessionPolicy::default()).await
    }

    /// The same with these limits of sessions.
    pub(crate) async fn with_policy(role: Role, policy: SessionPolicy) -> Self {
        let test = TestAuthority::with_policy(policy).await;
        let keeper = test.signed_in(Role::Administrator).await;
        let actor = test.signed_in(role).await;
        let actor_other = test.session(actor.user_id).await;
        let target = test.user(Role::User).await;
        let mut target_sessions = [test.session(target).await, test.session(target).await];
        target_sessions.sort();
        let disabled = test.user(Role::User).await;
        user::disable(&test.authority, &keeper, disabled, &caller())
            .await
            .unwrap();
        Self {
            test,
            actor,
            actor_other,
            target,
            target_sessions,
            disabled,
            keeper,
        }
    }

    /// The database.
    pub(crate) fn database(&self) -> &DatabaseConnection {
        &self.test.database.connection
    }

    /// Everything that stands in the database now.
    pub(crate) async fn snapshot(&self) -> Snapshot {
        Snapshot::of(self.database()).await
    }
}
