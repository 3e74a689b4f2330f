//! Every use case that changes authority for somebody who is signed in.

use latchkey_authority::{
    ActError,
    principal::{Actor, Permission, Principal},
    session::end,
    user,
};
use latchkey_testing::caller;
use latchkey_types::{EventKind, Role};
use uuid::Uuid;

use super::{SignalRow, World};

/// One use case, with somebody in the [`World`] to whom it makes a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Ends the session through which one acts.
    SignOut,
    /// Ends another session of one's own.
    EndOwn,
    /// Ends all other sessions of one's own.
    EndOwnOthers,
    /// Ends a session of somebody else.
    EndAsAdministrator,
    /// Ends all sessions of somebody else.
    EndAllOfUser,
    /// Makes a user an auditor.
    SetRole,
    /// Disables a user.
    Disable,
    /// Enables a disabled user.
    Enable,
}

impl Deed {
    /// Every one.
    pub(crate) const ALL: [Self; 8] = [
        Self::SignOut,
        Self::EndOwn,
        Self::EndOwnOthers,
        Self::EndAsAdministrator,
        Self::EndAllOfUser,
        Self::SetRole,
        Self::Disable,
        Self::Enable,
    ];

    /// What it takes.
    pub(crate) fn permission(self) -> Permission {
        match self {
            Self::SignOut | Self::EndOwn | Self::EndOwnOthers => Permission::UseAccount,
            Self::EndAsAdministrator | Self::EndAllOfUser => Permission::EndSessions,
            Self::SetRole | Self::Disable | Self::Enable => Permission::ManageUsers,
        }
    }

    /// Does it as `actor`; returns how much it changed.
    pub(crate) async fn run(self, world: &World, actor: &Principal) -> Result<u64, ActError> {
        let authority = &world.test.authority;
        let caller = caller();
        match self {
            Self::SignOut => end::own(authority, actor, actor.session_id().unwrap(), &caller)
                .await
                .map(u64::from),
            Self::EndOwn => end::own(authority, actor, world.actor_other, &caller)
                .await
                .map(u64::from),
            Self::EndOwnOthers => end::own_others(authority, actor, &caller).await,
            _ => self.run_on_others(world, actor.into()).await,
        }
    }

    /// Does it as `actor`, who may be nobody who is signed in: only what is done to others.
    pub(crate) async fn run_on_others(
        self,
        world: &World,
        actor: Actor<'_>,
    ) -> Result<u64, ActError> {
        let authority = &world.test.authority;
        let caller = caller();
        let changed = match self {
            Self::SignOut | Self::EndOwn | Self::EndOwnOthers => {
                panic!("{self:?} is done to oneself")
            }
            Self::EndAllOfUser => {
                return end::all_of_user(authority, actor, world.target, &caller).await;
            }
            Self::EndAsAdministrator => {
                end::as_administrator(authority, actor, world.target_sessions[0], &caller).await
            }
            Self::SetRole => {
                user::set_role(authority, actor, world.target, Role::Auditor, &caller).await
            }
            Self::Disable => user::disable(authority, actor, world.target, &caller).await,
            Self::Enable => user::enable(authority, actor, world.disabled, &caller).await,
        };
        changed.map(u64::from)
    }

    /// The event that it leaves: kind, reason, subject, session.
    pub(crate) fn event(
        self,
        world: &World,
    ) -> (EventKind, Option<&'static str>, Uuid, Option<Uuid>) {
        let actor = world.actor.user_id.as_uuid();
        let target = world.target.as_uuid();
        match self {
            Self::SignOut => (
                EventKind::SessionEnded,
                Some("sign_out"),
                actor,
                Some(world.actor.session_id().unwrap().as_uuid()),
            ),
            Self::EndOwn => (
                EventKind::SessionEnded,
                Some("ended_by_owner"),
                actor,
                Some(world.actor_other.as_uuid()),
            ),
            Self::EndOwnOthers => (
                EventKind::SessionsEnded,
                Some("ended_by_owner"),
                actor,
                None,
            ),
            Self::EndAsAdministrator => (
                EventKind::SessionEnded,
                Some("ended_by_administrator"),
                target,
                Some(world.target_sessions[0].as_uuid()),
            ),
            Self::EndAllOfUser => (
                EventKind::SessionsEnded,
                Some("ended_by_administrator"),
                target,
                None,
            ),
            Self::SetRole => (EventKind::RoleChanged, None, target, None),
            Self::Disable => (EventKind::UserDisabled, None, target, None),
            Self::Enable => (EventKind::UserEnabled, None, world.disabled.as_uuid(), None),
        }
    }

    /// The signals that it sends, in order.
    pub(crate) fn signals(self, world: &World) -> Vec<SignalRow> {
        let actor = world.actor.user_id.as_uuid();
        let target = world.target.as_uuid();
        let session_ended = |user: Uuid, session: Uuid| SignalRow {
            kind: "session_ended".to_owned(),
            user_id: Some(user),
            session_id: Some(session),
            sessions: None,
        };
        let user_changed = |user: Uuid| SignalRow {
            kind: "user_changed".to_owned(),
            user_id: Some(user),
            session_id: None,
            sessions: None,
        };
        let signed_out = |user: Uuid, sessions: Vec<Uuid>| SignalRow {
            kind: "user_signed_out".to_owned(),
            user_id: Some(user),
            session_id: None,
            sessions: Some(sessions),
        };
        let all_of_target = || {
            let sessions = world
                .target_sessions
                .map(latchkey_types::SessionId::as_uuid);
            signed_out(target, sessions.to_vec())
        };
        match self {
            Self::SignOut => vec![session_ended(
                actor,
                world.actor.session_id().unwrap().as_uuid(),
            )],
            Self::EndOwn => vec![session_ended(actor, world.actor_other.as_uuid())],
            Self::EndOwnOthers => vec![signed_out(actor, vec![world.actor_other.as_uuid()])],
            Self::EndAsAdministrator => {
                vec![session_ended(target, world.target_sessions[0].as_uuid())]
            }
            Self::EndAllOfUser => vec![all_of_target()],
            Self::SetRole => vec![user_changed(target)],
            Self::Disable => vec![user_changed(target), all_of_target()],
            Self::Enable => vec![user_changed(world.disabled.as_uuid())],
        }
    }
}
