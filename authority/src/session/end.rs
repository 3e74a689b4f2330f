//! Every way of ending sessions.
//!
//! All of them lock the owner's row first, so that ending and signing in of one user come one
//! after the other; and all of them go through `ended`, which alone writes the end.

use latchkey_types::{EndReason, EventKind, FamilyId, SessionId, UserId, Word};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Authority, AuthorityTx, Lock,
    audit::AuditEvent,
    caller::Caller,
    entity::sessions,
    error::{ActError, StoreError},
    family,
    principal::{Actor, Credential, Permission, Principal},
    signal::{Signal, Signals},
};

/// Ends one of the principal's own sessions: the current one (a sign-out) or another.
///
/// A session that is over already stays as it ended. Returns whether this call ended it.
///
/// # Errors
/// [`ActError::NotFound`] if it is not one of theirs; [`ActError::SignedOut`] if the session
/// through which they ask is over.
pub async fn own(
    authority: &Authority,
    principal: &Principal,
    session_id: SessionId,
    caller: &Caller,
) -> Result<bool, ActError> {
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.act(
        principal,
        Permission::UseAccount,
        &[(principal.user_id, Lock::Exclusive)],
    )
    .await?;
    owner(&tx, session_id)
        .await?
        .filter(|owner| *owner == principal.user_id)
        .ok_or(ActError::NotFound)?;
    let reason = if Some(session_id) == principal.session_id() {
        EndReason::SignOut
    } else {
        EndReason::EndedByOwner
    };
    one(
        tx,
        principal.user_id,
        session_id,
        reason,
        principal.into(),
        caller,
    )
    .await
}

/// Ends all of the principal's sessions and refresh families but the one through which they ask;
/// returns how many.
///
/// # Errors
/// [`ActError::SignedOut`] if that one is over.
pub async fn own_others(
    authority: &Authority,
    principal: &Principal,
    caller: &Caller,
) -> Result<u64, ActError> {
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.act(
        principal,
        Permission::UseAccount,
        &[(principal.user_id, Lock::Exclusive)],
    )
    .await?;
    let ended = all_in(
        &tx,
        principal.user_id,
        Some(principal.credential),
        EndReason::EndedByOwner,
        Some(principal.user_id),
    )
    .await?;
    if ended.is_empty() {
        return Ok(0);
    }
    let event = ended
        .event(caller, principal.user_id, EndReason::EndedByOwner)
        .actor(principal.user_id);
    let count = ended.count();
    tx.commit([event], ended.signals(principal.user_id)).await?;
    Ok(count)
}

/// Ends anybody's session, as an administrator. Returns whether this call ended it.
///
/// # Errors
/// [`ActError::NotFound`], [`ActError::NotPermitted`], [`ActError::SignedOut`].
pub async fn as_administrator(
    authority: &Authority,
    actor: impl Into<Actor<'_>>,
    session_id: SessionId,
    caller: &Caller,
) -> Result<bool, ActError> {
    let actor = actor.into();
    // A plain read says whose row to lock; a session never changes its owner.
    let found = sessions::Entity::find_by_id(session_id.as_uuid())
        .one(authority.database())
        .await?;
    let owner = found.map(|row| UserId::from_uuid(row.user_id));
    let others: Vec<_> = owner
        .map(|owner| (owner, Lock::Exclusive))
        .into_iter()
        .collect();

    let mut tx = AuthorityTx::begin(authority).await?;
    // Permission before existence: who may not end sessions learns nothing about them.
    tx.act(actor, Permission::EndSessions, &others).await?;
    let owner = owner.ok_or(ActError::NotFound)?;
    let reason = if Some(session_id) == actor.session_id() {
        EndReason::SignOut
    } else {
        EndReason::EndedByAdministrator
    };
    one(tx, owner, session_id, reason, actor, caller).await
}

/// Ends all sessions and refresh families of a user, as an administrator; returns how many.
///
/// # Errors
/// [`ActError::NotFound`], [`ActError::NotPermitted`], [`ActError::SignedOut`].
pub async fn all_of_user(
    authority: &Authority,
    actor: impl Into<Actor<'_>>,
    user_id: UserId,
    caller: &Caller,
) -> Result<u64, ActError> {
    let actor = actor.into();
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.act(
        actor,
        Permission::EndSessions,
        &[(user_id, Lock::Exclusive)],
    )
    .await?;
    tx.locked(user_id).ok_or(ActError::NotFound)?;
    let reason = EndReason::EndedByAdministrator;
    let ended = all_in(&tx, user_id, None, reason, actor.user_id()).await?;
    if ended.is_empty() {
        return Ok(0);
    }
    let event = ended.event(caller, user_id, reason).by(&actor);
    let count = ended.count();
    tx.commit([event], ended.signals(user_id)).await?;
    Ok(count)
}

/// Ends a session whose cookie never reached its browser. Nobody asks for it, so nobody is
/// checked.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn undelivered(
    authority: &Authority,
    user_id: UserId,
    session_id: SessionId,
    caller: &Caller,
) -> Result<(), StoreError> {
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.lock_users(&[(user_id, Lock::Exclusive)]).await?;
    let reason = EndReason::Undelivered;
    if ended(&tx, &[session_id.as_uuid()], reason, None).await? == 0 {
        return Ok(());
    }
    let event = AuditEvent::success(EventKind::SessionEnded, caller)
        .reason(reason.as_str())
        .subject(user_id)
        .session(session_id);
    tx.commit(
        [event],
        Signal::SessionEnded {
            session_id,
            user_id,
        },
    )
    .await
}

/// Ends a session inside a larger change, whose transaction has locked the owner. Returns the
/// signal to commit with, or `None` if it was over already or is not that user's.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn replaced_in(
    tx: &AuthorityTx,
    session_id: SessionId,
) -> Result<Option<(UserId, Signal)>, StoreError> {
    let Some(user_id) = owner(tx, session_id).await? else {
        return Ok(None);
    };
    let count = ended(
        tx,
        &[session_id.as_uuid()],
        EndReason::Replaced,
        Some(user_id),
    )
    .await?;
    Ok((count == 1).then_some((
        user_id,
        Signal::SessionEnded {
            session_id,
            user_id,
        },
    )))
}

/// What ended together of one user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndedTogether {
    /// The sessions.
    pub sessions: Vec<SessionId>,
    /// The refresh families.
    pub families: Vec<FamilyId>,
}

impl EndedTogether {
    /// Whether nothing was left to end.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.families.is_empty()
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        (self.sessions.len() + self.families.len()) as u64
    }

    /// The signal to commit with; none where nothing ended.
    pub fn signals(&self, user_id: UserId) -> Signals {
        if self.is_empty() {
            return Signals::Nothing;
        }
        Signal::UserSignedOut {
            user_id,
            sessions: self.sessions.clone(),
            families: self.families.clone(),
        }
        .into()
    }

    /// The event to commit with.
    pub fn event(&self, caller: &Caller, user_id: UserId, reason: EndReason) -> AuditEvent {
        AuditEvent::success(EventKind::SessionsEnded, caller)
            .reason(reason.as_str())
            .subject(user_id)
            .detail(json!({ "sessions": self.sessions.len(), "families": self.families.len() }))
    }
}

/// Ends all sessions and refresh families of a user but `keep`, inside a larger change whose
/// transaction has locked the user exclusively.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn all_in(
    tx: &AuthorityTx,
    user_id: UserId,
    keep: Option<Credential>,
    reason: EndReason,
    by: Option<UserId>,
) -> Result<EndedTogether, StoreError> {
    let (keep_session, keep_family) = match keep {
        None => (None, None),
        Some(Credential::Session(session_id)) => (Some(session_id), None),
        Some(Credential::Family(family_id)) => (None, Some(family_id)),
    };
    let mut select = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::SessionId)
        .filter(sessions::Column::UserId.eq(user_id.as_uuid()))
        .filter(sessions::Column::EndedAt.is_null());
    if let Some(keep) = keep_session {
        select = select.filter(sessions::Column::SessionId.ne(keep.as_uuid()));
    }
    let ids: Vec<Uuid> = select
        .order_by_asc(sessions::Column::SessionId)
        .into_tuple()
        .all(tx.connection())
        .await?;
    for batch in ids.chunks(1_000) {
        ended(tx, batch, reason, by).await?;
    }
    let families =
        family::end::of_user_in(tx, user_id, keep_family, family::end::reason_of(reason), by)
            .await?;
    Ok(EndedTogether {
        sessions: ids.into_iter().map(SessionId::from_uuid).collect(),
        families,
    })
}

async fn owner(tx: &AuthorityTx, session_id: SessionId) -> Result<Option<UserId>, StoreError> {
    Ok(sessions::Entity::find_by_id(session_id.as_uuid())
        .one(tx.connection())
        .await?
        .map(|row| UserId::from_uuid(row.user_id)))
}

async fn one(
    tx: AuthorityTx,
    user_id: UserId,
    session_id: SessionId,
    reason: EndReason,
    by: Actor<'_>,
    caller: &Caller,
) -> Result<bool, ActError> {
    if ended(&tx, &[session_id.as_uuid()], reason, by.user_id()).await? == 0 {
        return Ok(false);
    }
    // What it opened ends with it, where it is ended on purpose.
    let families = family::end::of_session_in(&tx, session_id, reason, by.user_id()).await?;
    let mut event = AuditEvent::success(EventKind::SessionEnded, caller)
        .reason(reason.as_str())
        .by(&by)
        .subject(user_id)
        .session(session_id);
    if !families.is_empty() {
        event = event.detail(json!({ "families": families.len() }));
    }
    let mut signals = Signals::from(Signal::SessionEnded {
        session_id,
        user_id,
    });
    signals.extend(
        families
            .into_iter()
            .map(|family_id| Signal::FamilyEnded { family_id, user_id }),
    );
    tx.commit([event], signals).await?;
    Ok(true)
}

/// Writes the end of sessions that are not over yet; returns how many there were.
pub(crate) async fn ended(
    tx: &AuthorityTx,
    ids: &[Uuid],
    reason: EndReason,
    by: Option<UserId>,
) -> Result<u64, StoreError> {
    let result = sessions::Entity::update_many()
        .col_expr(sessions::Column::EndedAt, Expr::value(tx.now().0))
        .col_expr(sessions::Column::EndReason, Expr::value(reason.as_str()))
        .col_expr(
            sessions::Column::EndedBy,
            Expr::value(by.map(UserId::as_uuid)),
        )
        .filter(sessions::Column::SessionId.is_in(ids.iter().copied()))
        .filter(sessions::Column::EndedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(result.rows_affected)
}
