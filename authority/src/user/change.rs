//! Changing what a user may do.

use latchkey_types::{EndReason, EventKind, Role, UserId, Word};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use crate::{
    Authority, AuthorityTx, Lock,
    audit::AuditEvent,
    caller::Caller,
    entity::{sessions, users},
    error::ActError,
    principal::{Actor, Permission},
    session::end,
    signal::{Signal, Signals},
};

/// Gives a user another role. Holds from commit on, in sessions that are already signed in too;
/// their cookies get new values at their next page.
///
/// Returns whether anything changed.
///
/// # Errors
/// [`ActError::LastAdministrator`] if nobody could administer afterwards; [`ActError::NotFound`],
/// [`ActError::NotPermitted`], [`ActError::SignedOut`].
pub async fn set_role(
    authority: &Authority,
    actor: impl Into<Actor<'_>>,
    user_id: UserId,
    role: Role,
    caller: &Caller,
) -> Result<bool, ActError> {
    let actor = actor.into();
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.lock_roles().await?;
    tx.act(
        actor,
        Permission::ManageUsers,
        &[(user_id, Lock::Exclusive)],
    )
    .await?;
    let user = tx.locked(user_id).ok_or(ActError::NotFound)?;
    if user.role == role {
        return Ok(false);
    }
    if user.role == Role::Administrator
        && user.is_active
        && !user.is_awaited
        && tx.active_administrators().await?.0 <= 1
    {
        return Err(ActError::LastAdministrator);
    }
    users::Entity::update_many()
        .col_expr(users::Column::Role, Expr::value(role.as_str()))
        .filter(users::Column::UserId.eq(user_id.as_uuid()))
        .exec(tx.connection())
        .await?;
    sessions::Entity::update_many()
        .col_expr(sessions::Column::RenewalDueAt, Expr::value(tx.now().0))
        .filter(sessions::Column::UserId.eq(user_id.as_uuid()))
        .filter(sessions::Column::EndedAt.is_null())
        .exec(tx.connection())
        .await?;
    let event = AuditEvent::success(EventKind::RoleChanged, caller)
        .by(&actor)
        .subject(user_id)
        .detail(json!({ "from": user.role.as_str(), "to": role.as_str() }));
    tx.commit([event], Signal::UserChanged { user_id }).await?;
    Ok(true)
}

/// Disables a user and ends all of their sessions and refresh families. Returns whether anything changed.
///
/// # Errors
/// As [`set_role`].
pub async fn disable(
    authority: &Authority,
    actor: impl Into<Actor<'_>>,
    user_id: UserId,
    caller: &Caller,
) -> Result<bool, ActError> {
    let actor = actor.into();
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.lock_roles().await?;
    tx.act(
        actor,
        Permission::ManageUsers,
        &[(user_id, Lock::Exclusive)],
    )
    .await?;
    let user = tx.locked(user_id).ok_or(ActError::NotFound)?;
    if !user.is_active {
        return Ok(false);
    }
    if user.role == Role::Administrator
        && !user.is_awaited
        && tx.active_administrators().await?.0 <= 1
    {
        return Err(ActError::LastAdministrator);
    }
    users::Entity::update_many()
        .col_expr(users::Column::DisabledAt, Expr::value(tx.now().0))
        .col_expr(
            users::Column::DisabledBy,
            Expr::value(actor.user_id().map(UserId::as_uuid)),
        )
        .filter(users::Column::UserId.eq(user_id.as_uuid()))
        .exec(tx.connection())
        .await?;
    let ended = end::all_in(&tx, user_id, None, EndReason::UserDisabled, actor.user_id()).await?;
    let mut signals = vec![Signal::UserChanged { user_id }];
    signals.extend_from_slice(ended.signals(user_id).as_slice());
    let event = AuditEvent::success(EventKind::UserDisabled, caller)
        .by(&actor)
        .subject(user_id)
        .detail(json!({ "sessions": ended.sessions.len(), "families": ended.families.len() }));
    tx.commit([event], Signals::These(signals)).await?;
    Ok(true)
}

/// Enables a disabled user again. Their old sessions stay ended. Returns whether anything changed.
///
/// # Errors
/// [`ActError::NotFound`], [`ActError::NotPermitted`], [`ActError::SignedOut`].
pub async fn enable(
    authority: &Authority,
    actor: impl Into<Actor<'_>>,
    user_id: UserId,
    caller: &Caller,
) -> Result<bool, ActError> {
    let actor = actor.into();
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.lock_roles().await?;
    tx.act(
        actor,
        Permission::ManageUsers,
        &[(user_id, Lock::Exclusive)],
    )
    .await?;
    let user = tx.locked(user_id).ok_or(ActError::NotFound)?;
    if user.is_active {
        return Ok(false);
    }
    users::Entity::update_many()
        .col_expr(users::Column::DisabledAt, Expr::value(None::<i64>))
        .col_expr(users::Column::DisabledBy, Expr::value(None::<uuid::Uuid>))
        .filter(users::Column::UserId.eq(user_id.as_uuid()))
        .exec(tx.connection())
        .await?;
    let event = AuditEvent::success(EventKind::UserEnabled, caller)
        .by(&actor)
        .subject(user_id);
    tx.commit([event], Signal::UserChanged { user_id }).await?;
    Ok(true)
}
