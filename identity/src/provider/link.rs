//! Connecting an identity to a user.

use latchkey_authority::{
    AuthorityTx, Lock, StoreError,
    audit::AuditEvent,
    caller::Caller,
    principal::{Permission, Principal},
    signal::Signal,
};
use latchkey_types::{EventKind, IdentityId, UserId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use super::{Assertion, Provider, ProviderConfig, ProviderError, connections, whose};
use crate::{Identity, entity::identities, new_account::violated};

/// Connects an identity to the principal, who is read again, locked.
pub(super) async fn link(
    identity: &Identity,
    provider: &Provider,
    assertion: &Assertion,
    principal: &Principal,
    caller: &Caller,
) -> Result<(), ProviderError> {
    let config = provider.config();
    if !assertion.is_of_allowed_domain(config) {
        return Err(ProviderError::DomainNotAllowed);
    }
    let user_id = principal.user_id;
    let mut tx = AuthorityTx::begin(identity.authority()).await?;
    tx.act(
        principal,
        Permission::UseAccount,
        &[(user_id, Lock::Exclusive)],
    )
    .await?;
    if whose::is_blocked(&tx, assertion).await? {
        return Err(ProviderError::IdentityBlocked);
    }
    match whose::owner(tx.connection(), assertion).await? {
        Some(owner) if owner == user_id => return Ok(()),
        Some(_) => return Err(ProviderError::IdentityTaken),
        None => {}
    }
    if connections::count(tx.connection(), user_id).await? >= connections::LIMIT {
        return Err(ProviderError::Refused("too_many_connections"));
    }
    insert(&tx, config, user_id, assertion, false)
        .await?
        .ok_or(ProviderError::IdentityTaken)?;
    let event = AuditEvent::success(EventKind::IdentityLinked, caller)
        .actor(user_id)
        .subject(user_id)
        .through(principal.credential)
        .fact("provider", json!(config.id));
    tx.commit([event], Signal::UserChanged { user_id }).await?;
    Ok(())
}

/// Writes a connection in a transaction that has locked the user; `None` if somebody has it by now:
/// then the transaction is good for nothing more.
pub(super) async fn insert(
    tx: &AuthorityTx,
    config: &ProviderConfig,
    user_id: UserId,
    assertion: &Assertion,
    is_used: bool,
) -> Result<Option<IdentityId>, StoreError> {
    let now = tx.now();
    let identity_id = IdentityId::from_uuid(tx.authority().random().uuid(now));
    let inserted = identities::Entity::insert(identities::ActiveModel {
        identity_id: Set(identity_id.as_uuid()),
        user_id: Set(user_id.as_uuid()),
        provider: Set(config.id.clone()),
        issuer: Set(assertion.issuer.clone()),
        subject: Set(assertion.subject.clone()),
        email: Set(email(assertion)),
        linked_at: Set(now.0),
        last_used_at: Set(is_used.then_some(now.0)),
    })
    .exec_without_returning(tx.connection())
    .await;
    match inserted {
        Ok(_) => Ok(Some(identity_id)),
        Err(error) if violated(&error).is_some() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Notes that a connection was used, and what the provider calls it now.
pub(super) async fn used(
    tx: &AuthorityTx,
    config: &ProviderConfig,
    identity_id: IdentityId,
    assertion: &Assertion,
) -> Result<(), StoreError> {
    identities::Entity::update_many()
        .col_expr(identities::Column::LastUsedAt, Expr::value(tx.now().0))
        .col_expr(identities::Column::Provider, Expr::value(&config.id))
        .col_expr(identities::Column::Email, Expr::value(email(assertion)))
        .filter(identities::Column::IdentityId.eq(identity_id.as_uuid()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

fn email(assertion: &Assertion) -> Option<String> {
    assertion
        .email
        .as_ref()
        .map(|email| email.as_str().to_owned())
}
