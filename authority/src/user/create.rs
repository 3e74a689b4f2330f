//! Making a user.

use latchkey_types::{Role, UserId, Word};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr,
};

use crate::{
    AuthorityTx, Lock,
    entity::{installation, users},
    error::StoreError,
};

/// Makes a user and locks their row, inside the transaction that makes their account.
///
/// # Errors
/// [`StoreError`] when the database fails, or the id is taken.
pub async fn create(
    tx: &mut AuthorityTx,
    user_id: Option<UserId>,
    role: Role,
) -> Result<UserId, StoreError> {
    let now = tx.now();
    let user_id = user_id.unwrap_or_else(|| UserId::from_uuid(tx.authority().random().uuid(now)));
    users::Entity::insert(users::ActiveModel {
        user_id: Set(user_id.as_uuid()),
        role: Set(role.as_str().to_owned()),
        created_at: Set(now.0),
        ..Default::default()
    })
    .exec_without_returning(tx.connection())
    .await?;
    tx.lock_users(&[(user_id, Lock::Exclusive)]).await?;
    Ok(user_id)
}

/// Notes that nobody has come for a user's account yet: until somebody does, they do not count
/// among those who can administer. In the transaction that made them.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn await_owner(tx: &AuthorityTx, user_id: UserId) -> Result<(), StoreError> {
    set_awaited(tx, user_id, Some(tx.now().0)).await
}

/// Notes that the owner of an account has come, in the transaction that lets them in. It has locked
/// the user exclusively.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn arrived(tx: &AuthorityTx, user_id: UserId) -> Result<(), StoreError> {
    set_awaited(tx, user_id, None).await
}

async fn set_awaited(
    tx: &AuthorityTx,
    user_id: UserId,
    since: Option<i64>,
) -> Result<(), StoreError> {
    users::Entity::update_many()
        .col_expr(users::Column::AwaitedSince, Expr::value(since))
        .filter(users::Column::UserId.eq(user_id.as_uuid()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Whether there has ever been an administrator.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn administrator_ever(connection: &impl ConnectionTrait) -> Result<bool, StoreError> {
    Ok(installation::Entity::find()
        .filter(installation::Column::AdministratorCreatedAt.is_not_null())
        .one(connection)
        .await?
        .is_some())
}

/// Takes the one chance to make the *first* administrator; returns whether it was still there.
///
/// Of any number of transactions that try, one gets `true`.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn mark_administrator_created(tx: &AuthorityTx) -> Result<bool, StoreError> {
    let result = installation::Entity::update_many()
        .col_expr(
            installation::Column::AdministratorCreatedAt,
            Expr::value(tx.now().0),
        )
        .filter(installation::Column::AdministratorCreatedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(result.rows_affected == 1)
}
