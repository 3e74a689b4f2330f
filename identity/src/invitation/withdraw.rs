//! Withdrawing a link.

use latchkey_authority::{
    ActError, Authority, AuthorityTx, StoreError,
    audit::AuditEvent,
    caller::Caller,
    principal::{Actor, Permission},
    signal::Signals,
};
use latchkey_types::{EndReason, EventKind, InvitationId, UserId, Word as _};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use super::open_at;
use crate::entity::invitations;

/// Withdraws every open link; returns how many there were. For the operator who has put a backup
/// back: links that were used or withdrawn since are open in it.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn withdraw_all(authority: &Authority, caller: &Caller) -> Result<u64, StoreError> {
    let tx = AuthorityTx::begin(authority).await?;
    let withdrawn = invitations::Entity::update_many()
        .col_expr(invitations::Column::WithdrawnAt, Expr::value(tx.now().0))
        .filter(open_at(tx.now()))
        .exec(tx.connection())
        .await?
        .rows_affected;
    if withdrawn > 0 {
        let event = AuditEvent::success(EventKind::InvitationWithdrawn, caller)
            .reason(EndReason::Recovered.as_str())
            .detail(json!({ "invitations": withdrawn }));
        tx.commit([event], Signals::Nothing).await?;
    }
    Ok(withdrawn)
}

/// Withdraws the open links that a user made, whose row the caller has locked; returns how many: who
/// changes their password may have had somebody else act in their name.
pub(crate) async fn withdraw_of(tx: &AuthorityTx, made_by: UserId) -> Result<u64, StoreError> {
    Ok(invitations::Entity::update_many()
        .col_expr(invitations::Column::WithdrawnAt, Expr::value(tx.now().0))
        .col_expr(
            invitations::Column::WithdrawnBy,
            Expr::value(Some(made_by.as_uuid())),
        )
        .filter(invitations::Column::MadeBy.eq(made_by.as_uuid()))
        .filter(open_at(tx.now()))
        .exec(tx.connection())
        .await?
        .rows_affected)
}

/// Withdraws a link: nobody comes in by it from commit on. Returns whether it was still open.
///
/// # Errors
/// [`ActError::NotFound`], [`ActError::NotPermitted`], [`ActError::SignedOut`].
pub async fn withdraw(
    authority: &Authority,
    actor: impl Into<Actor<'_>>,
    invitation_id: InvitationId,
    caller: &Caller,
) -> Result<bool, ActError> {
    let actor = actor.into();
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.act(actor, Permission::ManageUsers, &[]).await?;
    let row = invitations::Entity::find_by_id(invitation_id.as_uuid())
        .one(tx.connection())
        .await?
        .ok_or(ActError::NotFound)?;
    // The condition is looked at again on the locked row: of a withdrawal and a redemption at once
    // one comes to nothing.
    let withdrawn = invitations::Entity::update_many()
        .col_expr(invitations::Column::WithdrawnAt, Expr::value(tx.now().0))
        .col_expr(
            invitations::Column::WithdrawnBy,
            Expr::value(actor.user_id().map(UserId::as_uuid)),
        )
        .filter(invitations::Column::InvitationId.eq(invitation_id.as_uuid()))
        .filter(open_at(tx.now()))
        .exec(tx.connection())
        .await?;
    if withdrawn.rows_affected != 1 {
        return Ok(false);
    }
    let mut event = AuditEvent::success(EventKind::InvitationWithdrawn, caller)
        .by(&actor)
        .detail(json!({ "invitation": invitation_id }));
    if let Some(user_id) = row.user_id {
        event = event.subject(UserId::from_uuid(user_id));
    }
    tx.commit([event], Signals::Nothing).await?;
    Ok(true)
}
