//! Reading users.

use latchkey_types::{Role, UnixMillis, UserId, UserState, Word};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::SelectStatement,
};
use uuid::Uuid;

use crate::{Authority, entity::users, error::StoreError, page::Count, tx::role};

/// A user as far as authority goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserRow {
    /// The user.
    pub user_id: UserId,
    /// Their role.
    pub role: Role,
    /// When they came to be.
    pub created_at: UnixMillis,
    /// When they were disabled, if they are.
    pub disabled_at: Option<UnixMillis>,
    /// Who disabled them.
    pub disabled_by: Option<UserId>,
    /// Since when their account waits for its owner, if it does.
    pub awaited_since: Option<UnixMillis>,
}

impl UserRow {
    /// Whether they may act.
    pub fn state(&self) -> UserState {
        if self.disabled_at.is_some() {
            UserState::Disabled
        } else {
            UserState::Active
        }
    }
}

/// One user; `None` if there is no such user.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn one(authority: &Authority, user_id: UserId) -> Result<Option<UserRow>, StoreError> {
    users::Entity::find_by_id(user_id.as_uuid())
        .one(authority.database())
        .await?
        .map(row)
        .transpose()
}

/// The users of these ids, in no order; absent ones are left out.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn many(authority: &Authority, ids: &[UserId]) -> Result<Vec<UserRow>, StoreError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    users::Entity::find()
        .filter(users::Column::UserId.is_in(ids))
        .all(authority.database())
        .await?
        .into_iter()
        .map(row)
        .collect()
}

/// How many users there are.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn count(authority: &Authority) -> Result<Count, StoreError> {
    let query = users::Entity::find()
        .select_only()
        .column(users::Column::UserId)
        .into_query();
    Ok(Count::of(authority.database(), query).await?)
}

/// How many active administrators there are, for showing: whoever takes one away counts again in
/// [`crate::AuthorityTx`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn count_administrators(authority: &Authority) -> Result<Count, StoreError> {
    Ok(Count::of(authority.database(), administrators()).await?)
}

/// Active administrators whose accounts have an owner.
pub(crate) fn administrators() -> SelectStatement {
    users::Entity::find()
        .select_only()
        .column(users::Column::UserId)
        .filter(users::Column::Role.eq(Role::Administrator.as_str()))
        .filter(users::Column::DisabledAt.is_null())
        .filter(users::Column::AwaitedSince.is_null())
        .into_query()
}

fn row(model: users::Model) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        user_id: UserId::from_uuid(model.user_id),
        role: role(&model.role)?,
        created_at: UnixMillis(model.created_at),
        disabled_at: model.disabled_at.map(UnixMillis),
        disabled_by: model.disabled_by.map(UserId::from_uuid),
        awaited_since: model.awaited_since.map(UnixMillis),
    })
}
