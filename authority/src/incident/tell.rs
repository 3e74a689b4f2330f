//! Telling a user that a sign-in of theirs was stolen.

use latchkey_types::{IncidentClass, UserId, Word};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use super::list::{IncidentRow, row};
use crate::{
    Authority, entity::incidents, error::StoreError, page::MAX_LIMIT, principal::Principal,
};

fn of_user(user_id: UserId) -> Select<incidents::Entity> {
    incidents::Entity::find()
        .filter(incidents::Column::UserId.eq(user_id.as_uuid()))
        .filter(incidents::Column::ToldAt.is_null())
        .filter(incidents::Column::Class.eq(IncidentClass::Theft.as_str()))
}

/// The thefts that a user was not told of yet, the newest first.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn untold(
    authority: &Authority,
    user_id: UserId,
) -> Result<Vec<IncidentRow>, StoreError> {
    of_user(user_id)
        .order_by_desc(incidents::Column::At)
        .limit(MAX_LIMIT)
        .all(authority.database())
        .await?
        .into_iter()
        .map(row)
        .collect()
}

/// Notes that the principal has read of their thefts.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn tell(authority: &Authority, principal: &Principal) -> Result<(), StoreError> {
    let _turn = authority.turn().await;
    incidents::Entity::update_many()
        .col_expr(
            incidents::Column::ToldAt,
            Expr::value(Some(authority.now().0)),
        )
        .filter(incidents::Column::UserId.eq(principal.user_id.as_uuid()))
        .filter(incidents::Column::ToldAt.is_null())
        .exec(authority.database())
        .await?;
    Ok(())
}
