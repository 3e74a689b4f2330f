//! Changing one's own username.

use latchkey_authority::{
    ActError, AuthorityTx, Lock, StoreError,
    audit::AuditEvent,
    caller::Caller,
    principal::{Permission, Principal},
    signal::Signal,
};
use latchkey_types::EventKind;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use crate::{
    Identity,
    entity::accounts,
    name::{NameError, Username},
    new_account::violated,
};

/// Why the username stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChangeUsernameError {
    /// It cannot be a username.
    #[error("the username {0}")]
    Name(NameError),
    /// Somebody has it, or one that looks like it.
    #[error("the username is taken")]
    Taken,
    /// That through which they ask is over, or they were disabled.
    #[error("the session is over")]
    SignedOut,
    /// It did not happen, for a reason of ours.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

impl From<ActError> for ChangeUsernameError {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Internal(error) => Self::Internal(error),
            // Everybody who is signed in may use their own account.
            ActError::SignedOut
            | ActError::NotPermitted
            | ActError::NotFound
            | ActError::LastAdministrator => Self::SignedOut,
        }
    }
}

/// Gives the principal another username; returns whether it was another one.
///
/// Their user's row is locked, so that of two changes at once one comes after the other. Their own
/// old name may look like the new one: it is only others' that must not.
///
/// # Errors
/// See [`ChangeUsernameError`].
pub async fn change_username(
    identity: &Identity,
    principal: &Principal,
    username: &str,
    caller: &Caller,
) -> Result<bool, ChangeUsernameError> {
    let username = Username::parse(username).map_err(ChangeUsernameError::Name)?;
    let user_id = principal.user_id;
    let mut tx = AuthorityTx::begin(identity.authority()).await?;
    tx.act(
        principal,
        Permission::UseAccount,
        &[(user_id, Lock::Exclusive)],
    )
    .await?;
    let current = accounts::Entity::find_by_id(user_id.as_uuid())
        .one(tx.connection())
        .await
        .map_err(StoreError::from)?
        .ok_or(ChangeUsernameError::SignedOut)?;
    if current.username == username.as_str() {
        return Ok(false);
    }
    accounts::Entity::update_many()
        .col_expr(accounts::Column::Username, Expr::value(username.as_str()))
        .col_expr(accounts::Column::UsernameKey, Expr::value(username.key()))
        .col_expr(
            accounts::Column::UsernameSkeleton,
            Expr::value(username.skeleton()),
        )
        .filter(accounts::Column::UserId.eq(user_id.as_uuid()))
        .exec(tx.connection())
        .await
        .map_err(|error| match violated(&error) {
            Some(_) => ChangeUsernameError::Taken,
            None => ChangeUsernameError::Internal(error.into()),
        })?;
    let event = AuditEvent::success(EventKind::UsernameChanged, caller)
        .actor(user_id)
        .subject(user_id)
        .through(principal.credential);
    tx.commit([event], Signal::UserChanged { user_id }).await?;
    Ok(true)
}
