//! Telling a user that a sign-in of theirs was stolen.

use latchkey_types::{IncidentClass, IncidentId, UserId, Word};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use super::list::{IncidentRow, row};
use crate::{
    Authority, AuthorityTx,
    entity::incidents,
    error::{ActError, StoreError},
    page::MAX_LIMIT,
    principal::{Permission, Principal},
    signal::Signals,
};

fn of_user(user_id: UserId) -> Select<incidents::Entity> {
    incidents::Entity::find()
        .filter(incidents::Column::UserId.eq(user_id.as_uuid()))
        .filter(incidents::Column::ToldAt.is_null())
        .filter(incidents::Column::Class.eq(IncidentClass::Theft.as_str()))
}

/// The thefts that a user was not told of yet, the newest first, at most `limit` of them.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn untold(
    authority: &Authority,
    user_id: UserId,
    limit: u64,
) -> Result<Vec<IncidentRow>, StoreError> {
    of_user(user_id)
        .order_by_desc(incidents::Column::At)
        .order_by_desc(incidents::Column::IncidentId)
        .limit(limit.min(MAX_LIMIT))
        .all(authority.database())
        .await?
        .into_iter()
        .map(row)
        .collect()
}

/// Notes that the principal has read of these thefts of theirs. Others that happened since, or that
/// their page had no room for, are still to be told.
///
/// # Errors
/// [`ActError::SignedOut`] if that through which they ask is over: whoever stole it must not be able
/// to hide the theft.
pub async fn tell(
    authority: &Authority,
    principal: &Principal,
    read: &[IncidentId],
) -> Result<(), ActError> {
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.act(principal, Permission::UseAccount, &[]).await?;
    incidents::Entity::update_many()
        .col_expr(incidents::Column::ToldAt, Expr::value(Some(tx.now().0)))
        .filter(incidents::Column::IncidentId.is_in(read.iter().map(|id| id.as_uuid())))
        .filter(incidents::Column::UserId.eq(principal.user_id.as_uuid()))
        .filter(incidents::Column::ToldAt.is_null())
        .exec(tx.connection())
        .await?;
    tx.commit([], Signals::Nothing).await?;
    Ok(())
}
