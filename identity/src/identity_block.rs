//! Identities that their provider has said are not to be trusted.
//!
//! A block stands beside the connections: it is there for an identity that nobody has connected
//! yet, and outlives disconnecting.

use latchkey_authority::{AuthorityTx, Lock, StoreError};
use latchkey_types::UnixMillis;
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use crate::entity::identity_blocks;

/// Keeps blocks of an identity from coming and going ([`Lock::Shared`]), or keeps everybody out who
/// looks for one ([`Lock::Exclusive`]): an identity that nobody has connected has no row to lock.
pub(crate) async fn lock(
    tx: &AuthorityTx,
    issuer: &str,
    subject: &str,
    lock: Lock,
) -> Result<(), StoreError> {
    tx.lock_name("identity", &[issuer, subject], lock).await
}

/// Since when an identity is blocked, if it is.
async fn since(
    tx: &AuthorityTx,
    issuer: &str,
    subject: &str,
) -> Result<Option<UnixMillis>, StoreError> {
    let key = (issuer.to_owned(), subject.to_owned());
    Ok(identity_blocks::Entity::find_by_id(key)
        .one(tx.connection())
        .await?
        .map(|row| UnixMillis(row.blocked_at)))
}

/// Whether an identity is blocked.
pub(crate) async fn is_there(
    tx: &AuthorityTx,
    issuer: &str,
    subject: &str,
) -> Result<bool, StoreError> {
    Ok(since(tx, issuer, subject).await?.is_some())
}

/// Blocks an identity, which the transaction has locked exclusively.
pub(crate) async fn put(
    tx: &AuthorityTx,
    issuer: &str,
    subject: &str,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let known = since(tx, issuer, subject).await?;
    if known.is_some_and(|known| known >= at) {
        return Ok(());
    }
    identity_blocks::Entity::insert(identity_blocks::ActiveModel {
        issuer: Set(issuer.to_owned()),
        subject: Set(subject.to_owned()),
        blocked_at: Set(at.0),
    })
    .on_conflict(
        OnConflict::columns([
            identity_blocks::Column::Issuer,
            identity_blocks::Column::Subject,
        ])
        .update_column(identity_blocks::Column::BlockedAt)
        .to_owned(),
    )
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// Takes a block away, unless it is younger than `at`: what is told late does not undo what was
/// told after it. The transaction has locked the identity exclusively.
pub(crate) async fn lift(
    tx: &AuthorityTx,
    issuer: &str,
    subject: &str,
    at: UnixMillis,
) -> Result<(), StoreError> {
    if since(tx, issuer, subject)
        .await?
        .is_some_and(|known| known <= at)
    {
        let key = (issuer.to_owned(), subject.to_owned());
        identity_blocks::Entity::delete_by_id(key)
            .exec(tx.connection())
            .await?;
    }
    Ok(())
}
