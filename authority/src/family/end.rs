//! Every way of ending refresh families.
//!
//! All of them go through `ended`, which alone writes the end. Whoever ends a family by right of
//! its owner or of an administrator locks the owner's row first, as for sessions; whoever ends one
//! because of its own token has locked the family's row. Access tokens end with their family.

use latchkey_types::{
    EndReason, EventKind, FamilyEndReason, FamilyId, IdentityId, RefreshOutcome, SessionId, UserId,
    Word,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Authority, AuthorityTx, Lock,
    audit::AuditEvent,
    caller::Caller,
    entity::families,
    error::{ActError, StoreError},
    principal::{Actor, Permission, Principal},
    signal::Signal,
};

/// Ends one of the principal's own families: the one through which they ask (a sign-out) or
/// another. A family that is over already stays as it ended. Returns whether this call ended it.
///
/// # Errors
/// [`ActError::NotFound`] if it is not one of theirs; [`ActError::SignedOut`] if that through which
/// they ask is over.
pub async fn own(
    authority: &Authority,
    principal: &Principal,
    family_id: FamilyId,
    caller: &Caller,
) -> Result<bool, ActError> {
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.act(
        principal,
        Permission::UseAccount,
        &[(principal.user_id, Lock::Exclusive)],
    )
    .await?;
    owner(&tx, family_id)
        .await?
        .filter(|owner| *owner == principal.user_id)
        .ok_or(ActError::NotFound)?;
    let reason = if Some(family_id) == principal.family_id() {
        FamilyEndReason::SignOut
    } else {
        FamilyEndReason::EndedByOwner
    };
    one(
        tx,
        principal.user_id,
        family_id,
        reason,
        principal.into(),
        caller,
    )
    .await
}

/// Ends anybody's family, as an administrator. Returns whether this call ended it.
///
/// # Errors
/// [`ActError::NotFound`], [`ActError::NotPermitted`], [`ActError::SignedOut`].
pub async fn as_administrator(
    authority: &Authority,
    actor: impl Into<Actor<'_>>,
    family_id: FamilyId,
    caller: &Caller,
) -> Result<bool, ActError> {
    let actor = actor.into();
    // A plain read says whose row to lock; a family never changes its owner.
    let found = families::Entity::find_by_id(family_id.as_uuid())
        .one(authority.database())
        .await?;
    let owner = found.map(|row| UserId::from_uuid(row.user_id));
    let others: Vec<_> = owner
        .map(|owner| (owner, Lock::Exclusive))
        .into_iter()
        .collect();
    let mut tx = AuthorityTx::begin(authority).await?;
    // Permission before existence: who may not end families learns nothing about them.
    tx.act(actor, Permission::EndSessions, &others).await?;
    let owner = owner.ok_or(ActError::NotFound)?;
    let reason = if Some(family_id) == actor.family_id() {
        FamilyEndReason::SignOut
    } else {
        FamilyEndReason::EndedByAdministrator
    };
    one(tx, owner, family_id, reason, actor, caller).await
}

/// Ends all families of a user and leaves their sessions, as an administrator; returns how many.
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
    let reason = FamilyEndReason::EndedByAdministrator;
    let ids = of_user_in(&tx, user_id, None, reason, actor.user_id()).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let event = AuditEvent::success(EventKind::FamiliesEnded, caller)
        .reason(reason.as_str())
        .by(&actor)
        .subject(user_id)
        .detail(json!({ "families": ids.len() }));
    let count = ids.len() as u64;
    let signal = Signal::UserSignedOut {
        user_id,
        sessions: Vec::new(),
        families: ids,
    };
    tx.commit([event], signal).await?;
    Ok(count)
}

/// Ends all families of a user but `keep`, inside a larger change whose transaction has locked the
/// user exclusively. Returns which.
pub(crate) async fn of_user_in(
    tx: &AuthorityTx,
    user_id: UserId,
    keep: Option<FamilyId>,
    reason: FamilyEndReason,
    by: Option<UserId>,
) -> Result<Vec<FamilyId>, StoreError> {
    let mut which = Condition::all().add(families::Column::UserId.eq(user_id.as_uuid()));
    if let Some(keep) = keep {
        which = which.add(families::Column::FamilyId.ne(keep.as_uuid()));
    }
    matching_in(tx, which, reason, by).await
}

/// Ends the families that a browser session opened, where that session is ended on purpose: its
/// mere expiry, or a new sign-in of the same browser, leaves them alone.
pub(crate) async fn of_session_in(
    tx: &AuthorityTx,
    session_id: SessionId,
    reason: EndReason,
    by: Option<UserId>,
) -> Result<Vec<FamilyId>, StoreError> {
    match reason {
        EndReason::SignOut | EndReason::EndedByOwner | EndReason::EndedByAdministrator => {}
        // The user's families end with the first three by themselves.
        EndReason::UserDisabled
        | EndReason::PasswordChanged
        | EndReason::Recovered
        | EndReason::ProviderRevoked
        | EndReason::Replaced
        | EndReason::Idle
        | EndReason::Expired
        | EndReason::Undelivered => return Ok(Vec::new()),
    }
    let which = Condition::all().add(families::Column::SessionId.eq(session_id.as_uuid()));
    matching_in(tx, which, FamilyEndReason::SessionEnded, by).await
}

/// Ends the families of a user that were opened through one identity, or by sessions that end with
/// it, inside a larger change whose transaction has locked the user exclusively.
pub(crate) async fn through_in(
    tx: &AuthorityTx,
    user_id: UserId,
    identity_id: IdentityId,
    sessions: &[Uuid],
    reason: EndReason,
) -> Result<Vec<FamilyId>, StoreError> {
    let opened = Condition::any()
        .add(families::Column::IdentityId.eq(identity_id.as_uuid()))
        .add(families::Column::SessionId.is_in(sessions.iter().copied()));
    let which = Condition::all()
        .add(families::Column::UserId.eq(user_id.as_uuid()))
        .add(opened);
    matching_in(tx, which, reason_of(reason), None).await
}

/// Has live families forget an identity that is gone.
pub(crate) async fn forget_identity(
    tx: &AuthorityTx,
    identity_id: IdentityId,
) -> Result<(), StoreError> {
    families::Entity::update_many()
        .col_expr(families::Column::IdentityId, Expr::value(None::<Uuid>))
        .filter(families::Column::IdentityId.eq(identity_id.as_uuid()))
        .filter(families::Column::EndedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(())
}

async fn matching_in(
    tx: &AuthorityTx,
    which: Condition,
    reason: FamilyEndReason,
    by: Option<UserId>,
) -> Result<Vec<FamilyId>, StoreError> {
    let ids: Vec<Uuid> = families::Entity::find()
        .select_only()
        .column(families::Column::FamilyId)
        .filter(which)
        .filter(families::Column::EndedAt.is_null())
        .order_by_asc(families::Column::FamilyId)
        .into_tuple()
        .all(tx.connection())
        .await?;
    for batch in ids.chunks(1_000) {
        ended(tx, batch, reason, by).await?;
    }
    Ok(ids.into_iter().map(FamilyId::from_uuid).collect())
}

/// Why families end when all of a user's sessions and families end together.
pub(crate) fn reason_of(reason: EndReason) -> FamilyEndReason {
    match reason {
        EndReason::SignOut => FamilyEndReason::SignOut,
        EndReason::EndedByOwner | EndReason::Replaced | EndReason::Undelivered => {
            FamilyEndReason::EndedByOwner
        }
        EndReason::EndedByAdministrator => FamilyEndReason::EndedByAdministrator,
        EndReason::UserDisabled => FamilyEndReason::UserDisabled,
        EndReason::PasswordChanged => FamilyEndReason::PasswordChanged,
        EndReason::Idle => FamilyEndReason::Idle,
        EndReason::Expired => FamilyEndReason::Expired,
        EndReason::Recovered => FamilyEndReason::Recovered,
        EndReason::ProviderRevoked => FamilyEndReason::ProviderRevoked,
    }
}

async fn owner(tx: &AuthorityTx, family_id: FamilyId) -> Result<Option<UserId>, StoreError> {
    Ok(families::Entity::find_by_id(family_id.as_uuid())
        .one(tx.connection())
        .await?
        .map(|row| UserId::from_uuid(row.user_id)))
}

async fn one(
    tx: AuthorityTx,
    user_id: UserId,
    family_id: FamilyId,
    reason: FamilyEndReason,
    by: Actor<'_>,
    caller: &Caller,
) -> Result<bool, ActError> {
    if ended(&tx, &[family_id.as_uuid()], reason, by.user_id()).await? == 0 {
        return Ok(false);
    }
    let event = AuditEvent::success(EventKind::FamilyEnded, caller)
        .reason(reason.as_str())
        .by(&by)
        .subject(user_id)
        .family(family_id);
    tx.commit([event], Signal::FamilyEnded { family_id, user_id })
        .await?;
    Ok(true)
}

/// Writes the end of families that are not over yet; returns how many there were.
pub(crate) async fn ended(
    tx: &AuthorityTx,
    ids: &[Uuid],
    reason: FamilyEndReason,
    by: Option<UserId>,
) -> Result<u64, StoreError> {
    let result = families::Entity::update_many()
        .col_expr(families::Column::EndedAt, Expr::value(tx.now().0))
        .col_expr(families::Column::EndReason, Expr::value(reason.as_str()))
        .col_expr(
            families::Column::EndedBy,
            Expr::value(by.map(UserId::as_uuid)),
        )
        .col_expr(
            families::Column::LastEvent,
            Expr::value(last_event(reason).as_str()),
        )
        .col_expr(families::Column::LastEventAt, Expr::value(tx.now().0))
        .filter(families::Column::FamilyId.is_in(ids.iter().copied()))
        .filter(families::Column::EndedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(result.rows_affected)
}

/// What an end leaves as the last event of its family: reuse by its name, so that a list can be
/// narrowed to it.
fn last_event(reason: FamilyEndReason) -> RefreshOutcome {
    match reason {
        FamilyEndReason::Theft => RefreshOutcome::Theft,
        FamilyEndReason::StaleCopy => RefreshOutcome::StaleCopy,
        FamilyEndReason::LostTimeline => RefreshOutcome::LostTimeline,
        FamilyEndReason::SignOut
        | FamilyEndReason::EndedByOwner
        | FamilyEndReason::EndedByAdministrator
        | FamilyEndReason::SessionEnded
        | FamilyEndReason::UserDisabled
        | FamilyEndReason::PasswordChanged
        | FamilyEndReason::Idle
        | FamilyEndReason::Expired
        | FamilyEndReason::Recovered
        | FamilyEndReason::ProviderRevoked => RefreshOutcome::Ended,
    }
}
