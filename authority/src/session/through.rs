//! Ending what was opened through one identity of a user.

use latchkey_types::{EndReason, FamilyId, IdentityId, SessionId, UserId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::end::{EndedTogether, ended};
use crate::{AuthorityTx, StoreError, entity::sessions, family};

/// Has what is left of a connection that is gone forget it: a connection that is made anew is
/// another one.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn forget(tx: &AuthorityTx, identity_id: IdentityId) -> Result<(), StoreError> {
    let id = identity_id.as_uuid();
    let nothing = || Expr::value(None::<Uuid>);
    sessions::Entity::update_many()
        .col_expr(sessions::Column::IdentityId, nothing())
        .filter(sessions::Column::IdentityId.eq(id))
        .filter(sessions::Column::EndedAt.is_null())
        .exec(tx.connection())
        .await?;
    family::end::forget_identity(tx, identity_id).await
}

/// Ends the sessions and refresh families of a user that were opened through `identity_id`, and
/// the families that those sessions opened, but for the session `keep`, inside a larger change whose transaction has locked
/// the user exclusively.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn all_in(
    tx: &AuthorityTx,
    user_id: UserId,
    identity_id: IdentityId,
    keep: Option<SessionId>,
    reason: EndReason,
) -> Result<EndedTogether, StoreError> {
    let by = keep.map(|_| user_id);
    let mut ids: Vec<Uuid> = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::SessionId)
        .filter(sessions::Column::UserId.eq(user_id.as_uuid()))
        .filter(sessions::Column::IdentityId.eq(identity_id.as_uuid()))
        .filter(sessions::Column::EndedAt.is_null())
        .order_by_asc(sessions::Column::SessionId)
        .into_tuple()
        .all(tx.connection())
        .await?;
    ids.retain(|id| Some(*id) != keep.map(SessionId::as_uuid));
    for batch in ids.chunks(1_000) {
        ended(tx, batch, reason, by).await?;
    }
    let families: Vec<FamilyId> =
        family::end::through_in(tx, user_id, identity_id, &ids, reason).await?;
    Ok(EndedTogether {
        sessions: ids.into_iter().map(SessionId::from_uuid).collect(),
        families,
    })
}
