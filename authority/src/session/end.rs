//! Every way of ending sessions.
//!
//! All of them lock the owner's row first, so that ending and signing in of one user come one
//! after the other; and all of them go through `ended`, which alone writes the end.

use latchkey_types::{EndReason, EventKind, SessionId, UserId, Word};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Authority, AuthorityTx, Lock,
    audit::AuditEvent,
    caller::Caller,
    entity::sessions,
    error::{ActError, StoreError},
    principal::{Actor, Permission, Principal},
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

/// Ends all of the principal's sessions but the one through which they ask; returns how many.
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
    let (ids, signals) = all_in(
        &tx,
        principal.user_id,
        principal.session_id(),
        EndReason::EndedByOwner,
        Some(principal.user_id),
    )
    .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let event = sessions_ended(caller, principal.user_id, &ids, EndReason::EndedByOwner)
        .actor(principal.user_id);
    tx.commit([event], signals).await?;
    Ok(ids.len() as u64)
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

/// Ends all sessions of a user, as an administrator; returns how many.
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
    let (ids, signals) = all_in(&tx, user_id, None, reason, actor.user_id()).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let event = sessions_ended(caller, user_id, &ids, reason).by(&actor);
    tx.commit([event], signals).await?;
    Ok(ids.len() as u64)
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

/// Ends all sessions of a user but `keep`, inside a larger change whose transaction has locked
/// the user exclusively. Returns which, and the signal to commit with.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn all_in(
    tx: &AuthorityTx,
    user_id: UserId,
    keep: Option<SessionId>,
    reason: EndReason,
    by: Option<UserId>,
) -> Result<(Vec<SessionId>, Signals), StoreError> {
    let mut select = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::SessionId)
        .filter(sessions::Column::UserId.eq(user_id.as_uuid()))
        .filter(sessions::Column::EndedAt.is_null());
    if let Some(keep) = keep {
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
    let ids: Vec<SessionId> = ids.into_iter().map(SessionId::from_uuid).collect();
    let signals = if ids.is_empty() {
        Signals::Nothing
    } else {
        Signal::UserSignedOut {
            user_id,
            sessions: ids.clone(),
            families: Vec::new(),
        }
        .into()
    };
    Ok((ids, signals))
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
    let event = AuditEvent::success(EventKind::SessionEnded, caller)
        .reason(reason.as_str())
        .by(&by)
        .subject(user_id)
        .session(session_id);
    tx.commit(
        [event],
        Signal::SessionEnded {
            session_id,
            user_id,
        },
    )
    .await?;
    Ok(true)
}

/// Writes the end of sessions that are not over yet; returns how many there were.
async fn ended(
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

fn sessions_ended(
    caller: &Caller,
    user_id: UserId,
    ids: &[SessionId],
    reason: EndReason,
) -> AuditEvent {
    AuditEvent::success(EventKind::SessionsEnded, caller)
        .reason(reason.as_str())
        .subject(user_id)
        .detail(json!({ "sessions": ids.len() }))
}
