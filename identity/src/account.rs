//! Accounts: what a user is called, and the directory of users.

mod directory;

use std::{collections::HashMap, ops::Deref, sync::Arc};

use latchkey_authority::{Authority, StoreError, feed::Snapshot};
use latchkey_types::{UnixMillis, UserId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter};
use uuid::Uuid;

pub use directory::{AccountFilter, UserEntry, find_ids, list, window};

use crate::{
    Identity,
    entity::{accounts, identities},
    name::Identifier,
    sign_in::stored_hash,
};

/// What a user is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// The user.
    pub user_id: UserId,
    /// Their username, as they wrote it.
    pub username: String,
    /// Their e-mail address, as they wrote it.
    pub email: Option<String>,
    /// When that address was known to be theirs.
    pub email_verified_at: Option<UnixMillis>,
    /// When the account came to be.
    pub created_at: UnixMillis,
}

impl From<accounts::Model> for AccountRow {
    fn from(model: accounts::Model) -> Self {
        Self {
            user_id: UserId::from_uuid(model.user_id),
            username: model.username,
            email: model.email,
            email_verified_at: model.email_verified_at.map(UnixMillis),
            created_at: UnixMillis(model.created_at),
        }
    }
}

/// One account; `None` if there is no such user, or they have none.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn one(authority: &Authority, user_id: UserId) -> Result<Option<AccountRow>, StoreError> {
    Ok(accounts::Entity::find_by_id(user_id.as_uuid())
        .one(authority.database())
        .await?
        .map(AccountRow::from))
}

/// An account as this node knows it, within the bound of staleness: for whoever only reads.
#[derive(Debug, Clone)]
pub struct AccountCopy(Arc<AccountRow>);

impl Snapshot for AccountCopy {
    fn about(&self) -> [Uuid; 2] {
        [self.0.user_id.as_uuid(); 2]
    }
}

impl Deref for AccountCopy {
    type Target = AccountRow;

    fn deref(&self) -> &AccountRow {
        &self.0
    }
}

/// [`one`] without a query, as long as nothing was told of the user since it was read.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn copy(identity: &Identity, user_id: UserId) -> Result<Option<AccountCopy>, StoreError> {
    let authority = identity.authority();
    let read = || async {
        let row = one(authority, user_id).await?;
        Ok(row.map(Arc::new).map(AccountCopy))
    };
    identity.accounts().get(authority, &user_id, read).await
}

/// Whether anybody can sign in to an account: by password or through a connection.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn has_a_way_in(authority: &Authority, user_id: UserId) -> Result<bool, StoreError> {
    way_in(authority.database(), user_id).await
}

pub(crate) async fn way_in(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<bool, StoreError> {
    if stored_hash(connection, user_id).await?.is_some() {
        return Ok(true);
    }
    Ok(identities::Entity::find()
        .filter(identities::Column::UserId.eq(user_id.as_uuid()))
        .count(connection)
        .await?
        > 0)
}

/// The accounts of these users; absent ones are left out.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn many(
    authority: &Authority,
    ids: &[UserId],
) -> Result<HashMap<UserId, AccountRow>, StoreError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let rows = accounts::Entity::find()
        .filter(accounts::Column::UserId.is_in(ids))
        .all(authority.database())
        .await?;
    Ok(rows
        .into_iter()
        .map(AccountRow::from)
        .map(|row| (row.user_id, row))
        .collect())
}

/// The user whom somebody means who signs in with this text; `None` if there is none.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn find_exact(authority: &Authority, typed: &str) -> Result<Option<UserId>, StoreError> {
    let Some(identifier) = Identifier::parse(typed) else {
        return Ok(None);
    };
    let column = match identifier {
        Identifier::Username(_) => accounts::Column::UsernameKey,
        Identifier::Email(_) => accounts::Column::EmailKey,
    };
    Ok(accounts::Entity::find()
        .filter(column.eq(identifier.key()))
        .one(authority.database())
        .await?
        .map(|row| UserId::from_uuid(row.user_id)))
}
