//! Changing one's own password.

use std::time::Duration;

use latchkey_authority::{
    ActError, AuthorityTx, Lock, StoreError, audit,
    audit::AuditEvent,
    caller::Caller,
    principal::{Permission, Principal},
    session::end,
    signal::{Signal, Signals},
};
use latchkey_types::{EndReason, EventKind, UserId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use crate::{
    Identity, account,
    entity::passwords,
    invitation,
    name::EmailAddress,
    new_account::unreadable_hash,
    password::{NewPasswordError, Password, PasswordError, PasswordHash},
    sign_in::stored_hash,
};

/// Why the password stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The current password was not given, or is another one by now.
    #[error("the current password is wrong")]
    WrongCurrent,
    /// The new one is not accepted.
    #[error("the new password {0}")]
    New(NewPasswordError),
    /// Their own session is over, or they were disabled.
    #[error("the session is over")]
    SignedOut,
    /// There is no room for one more password to verify or hash.
    #[error("too many passwords at once")]
    Busy {
        /// When there should be.
        retry_after: Duration,
    },
    /// It did not happen, for a reason of ours.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

impl From<PasswordError> for ChangePasswordError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy { retry_after } => Self::Busy { retry_after },
            PasswordError::Unreadable => Self::Internal(unreadable_hash()),
        }
    }
}

impl From<ActError> for ChangePasswordError {
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

impl ChangePasswordError {
    /// The reason in a word, for the record; `None` where the fault is ours.
    fn reason(&self) -> Option<&'static str> {
        match self {
            Self::WrongCurrent => Some("wrong_password"),
            Self::New(_) => Some("password"),
            Self::SignedOut => Some("signed_out"),
            Self::Busy { .. } | Self::Internal(_) => None,
        }
    }
}

/// Changes the principal's password and ends all of their other sessions and refresh families;
/// returns how many.
///
/// # Errors
/// See [`ChangePasswordError`].
pub async fn change_password(
    identity: &Identity,
    principal: &Principal,
    current: &str,
    new: &str,
    caller: &Caller,
) -> Result<u64, ChangePasswordError> {
    let result = attempt(identity, principal, current, new, caller).await;
    on_record(identity, principal, caller, result).await
}

/// Puts a change that did not come about on the record.
async fn on_record(
    identity: &Identity,
    principal: &Principal,
    caller: &Caller,
    result: Result<u64, ChangePasswordError>,
) -> Result<u64, ChangePasswordError> {
    if let Err(error) = &result
        && let Some(reason) = error.reason()
    {
        let event = AuditEvent::failure(EventKind::PasswordChanged, reason, caller)
            .actor(principal.user_id)
            .subject(principal.user_id)
            .through(principal.credential);
        audit::record(identity.authority(), event).await?;
    }
    result
}

async fn attempt(
    identity: &Identity,
    principal: &Principal,
    current: &str,
    new: &str,
    caller: &Caller,
) -> Result<u64, ChangePasswordError> {
    let user_id = principal.user_id;
    let verified_hash = verify_current(identity, user_id, current).await?;
    let new_hash = hash_new(identity, user_id, new).await?;

    let mut tx = AuthorityTx::begin(identity.authority()).await?;
    tx.act(
        principal,
        Permission::UseAccount,
        &[(user_id, Lock::Exclusive)],
    )
    .await?;
    if stored_hash(tx.connection(), user_id).await?.as_deref() != Some(&verified_hash) {
        return Err(ChangePasswordError::WrongCurrent);
    }
    passwords::Entity::update_many()
        .col_expr(
            passwords::Column::PasswordHash,
            Expr::value(new_hash.as_str()),
        )
        .col_expr(passwords::Column::ChangedAt, Expr::value(tx.now().0))
        .filter(passwords::Column::UserId.eq(user_id.as_uuid()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::from)?;
    changed(tx, principal, caller).await
}

/// What follows a change: all else that the user has open ends, links that they made included.
async fn changed(
    tx: AuthorityTx,
    principal: &Principal,
    caller: &Caller,
) -> Result<u64, ChangePasswordError> {
    let user_id = principal.user_id;
    let ended = end::all_in(
        &tx,
        user_id,
        Some(principal.credential),
        EndReason::PasswordChanged,
        Some(user_id),
    )
    .await?;
    let withdrawn = invitation::withdraw_of(&tx, user_id).await?;
    let mut signals = vec![Signal::UserChanged { user_id }];
    signals.extend_from_slice(ended.signals(user_id).as_slice());
    let event = AuditEvent::success(EventKind::PasswordChanged, caller)
        .actor(user_id)
        .subject(user_id)
        .through(principal.credential)
        .detail(json!({
            "sessions": ended.sessions.len(),
            "families": ended.families.len(),
            "invitations": withdrawn,
        }));
    tx.commit([event], Signals::These(signals)).await?;
    Ok(ended.count())
}

/// Gives a principal who has no password their first one, and ends all of their other sessions and
/// refresh families; returns how many. The caller makes sure that they proved themselves a short
/// while ago.
///
/// # Errors
/// See [`ChangePasswordError`]; [`ChangePasswordError::WrongCurrent`] if they have one by now.
pub async fn set_first_password(
    identity: &Identity,
    principal: &Principal,
    new: &str,
    caller: &Caller,
) -> Result<u64, ChangePasswordError> {
    let result = set_first(identity, principal, new, caller).await;
    on_record(identity, principal, caller, result).await
}

async fn set_first(
    identity: &Identity,
    principal: &Principal,
    new: &str,
    caller: &Caller,
) -> Result<u64, ChangePasswordError> {
    let user_id = principal.user_id;
    // Before a hash is made for nothing; and again inside.
    let connection = identity.authority().database();
    if stored_hash(connection, user_id).await?.is_some() {
        return Err(ChangePasswordError::WrongCurrent);
    }
    let new_hash = hash_new(identity, user_id, new).await?;
    let mut tx = AuthorityTx::begin(identity.authority()).await?;
    tx.act(
        principal,
        Permission::UseAccount,
        &[(user_id, Lock::Exclusive)],
    )
    .await?;
    if stored_hash(tx.connection(), user_id).await?.is_some() {
        return Err(ChangePasswordError::WrongCurrent);
    }
    passwords::Entity::insert(passwords::ActiveModel {
        user_id: Set(user_id.as_uuid()),
        password_hash: Set(new_hash.as_str().to_owned()),
        changed_at: Set(tx.now().0),
    })
    .exec_without_returning(tx.connection())
    .await
    .map_err(StoreError::from)?;
    changed(tx, principal, caller).await
}

/// The stored hash, if `current` is its password.
async fn verify_current(
    identity: &Identity,
    user_id: UserId,
    current: &str,
) -> Result<String, ChangePasswordError> {
    let current = Password::parse(current).map_err(|_| ChangePasswordError::WrongCurrent)?;
    let hash = stored_hash(identity.authority().database(), user_id).await?;
    let verified = identity.hasher().verify(current, hash.clone()).await?;
    hash.filter(|_| verified.matches)
        .ok_or(ChangePasswordError::WrongCurrent)
}

pub(crate) async fn hash_new(
    identity: &Identity,
    user_id: UserId,
    new: &str,
) -> Result<PasswordHash, ChangePasswordError> {
    let account = account::one(identity.authority(), user_id).await?;
    let email = account
        .as_ref()
        .and_then(|account| EmailAddress::parse(account.email.as_deref()?).ok());
    let mut own_words = Vec::new();
    own_words.extend(account.as_ref().map(|account| account.username.as_str()));
    own_words.extend(email.as_ref().map(EmailAddress::as_str));
    own_words.extend(email.as_ref().map(EmailAddress::local_part));
    let new = identity
        .hasher()
        .check_new(new, &own_words)
        .await?
        .map_err(ChangePasswordError::New)?;
    Ok(identity.hasher().hash(new).await?)
}
