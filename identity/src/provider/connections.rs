//! What a user has connected, and disconnecting it.

use std::collections::{HashMap, HashSet};

use latchkey_authority::{
    Authority, AuthorityTx, Lock, StoreError,
    audit::{self, AuditEvent},
    caller::Caller,
    principal::{Permission, Principal},
    session::through,
    signal::{Signal, Signals},
};
use latchkey_types::{EndReason, EventKind, IdentityId, UnixMillis, UserId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::{ProviderError, Providers};
use crate::{
    Identity,
    entity::{identities, identity_blocks, passwords},
};

/// So many one user may have.
pub(super) const LIMIT: u64 = 20;

pub(super) async fn count(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<u64, StoreError> {
    Ok(identities::Entity::find()
        .filter(identities::Column::UserId.eq(user_id.as_uuid()))
        .count(connection)
        .await?)
}

/// One connection of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Names it.
    pub identity_id: IdentityId,
    /// The provider, as the settings called it when it was used last.
    pub provider: String,
    /// Whose identity it is.
    pub issuer: String,
    /// The address that the provider gave last.
    pub email: Option<String>,
    /// Since when.
    pub linked_at: UnixMillis,
    /// When somebody came in through it last.
    pub last_used_at: Option<UnixMillis>,
    /// Whether the provider has said that this account of theirs is not to be trusted.
    pub is_blocked: bool,
}

/// What a user has connected, the oldest first.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list(authority: &Authority, user_id: UserId) -> Result<Vec<Connection>, StoreError> {
    of_user(authority.database(), user_id).await
}

async fn of_user(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<Vec<Connection>, StoreError> {
    let rows = identities::Entity::find()
        .filter(identities::Column::UserId.eq(user_id.as_uuid()))
        .order_by_asc(identities::Column::LinkedAt)
        .order_by_asc(identities::Column::IdentityId)
        .all(connection)
        .await?;
    let subjects = rows.iter().map(|row| row.subject.as_str());
    let blocked: HashSet<(String, String)> = identity_blocks::Entity::find()
        .filter(identity_blocks::Column::Subject.is_in(subjects))
        .all(connection)
        .await?
        .into_iter()
        .map(|row| (row.issuer, row.subject))
        .collect();
    Ok(rows
        .into_iter()
        .map(|row| Connection {
            identity_id: IdentityId::from_uuid(row.identity_id),
            provider: row.provider,
            issuer: row.issuer.clone(),
            email: row.email,
            linked_at: UnixMillis(row.linked_at),
            last_used_at: row.last_used_at.map(UnixMillis),
            is_blocked: blocked.contains(&(row.issuer, row.subject)),
        })
        .collect())
}

/// With which providers these connections are; those that are gone are left out.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn providers_of(
    authority: &Authority,
    ids: &[IdentityId],
) -> Result<HashMap<IdentityId, String>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = ids.iter().map(|id| id.as_uuid());
    let rows: Vec<(Uuid, String)> = identities::Entity::find()
        .select_only()
        .column(identities::Column::IdentityId)
        .column(identities::Column::Provider)
        .filter(identities::Column::IdentityId.is_in(ids))
        .into_tuple()
        .all(authority.database())
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, provider)| (IdentityId::from_uuid(id), provider))
        .collect())
}

/// Whether a user can sign in with a password.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn has_password(authority: &Authority, user_id: UserId) -> Result<bool, StoreError> {
    password(authority.database(), user_id).await
}

pub(super) async fn password(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<bool, StoreError> {
    Ok(passwords::Entity::find_by_id(user_id.as_uuid())
        .count(connection)
        .await?
        > 0)
}

/// Whether `without` is the only way in that is left.
pub fn is_last_way_in(
    connections: &[Connection],
    has_password: bool,
    providers: &Providers,
    without: IdentityId,
) -> bool {
    let is_way_in = |other: &Connection| {
        other.identity_id != without
            && !other.is_blocked
            && providers
                .iter()
                .any(|provider| provider.config().issuer == other.issuer)
    };
    !has_password && !connections.iter().any(is_way_in)
}

/// Disconnects one of the principal's identities. Whatever else came in through it is over.
///
/// # Errors
/// [`ProviderError::NotFound`], [`ProviderError::LastWayIn`], [`ProviderError::SignedOut`].
pub async fn unlink(
    identity: &Identity,
    providers: &Providers,
    principal: &Principal,
    identity_id: IdentityId,
    caller: &Caller,
) -> Result<(), ProviderError> {
    let result = take(identity, providers, principal, identity_id, caller).await;
    if let Err(error) = &result
        && let Some(reason) = error.reason()
    {
        let event = AuditEvent::failure(EventKind::IdentityUnlinked, reason, caller)
            .actor(principal.user_id)
            .subject(principal.user_id)
            .through(principal.credential);
        audit::record(identity.authority(), event).await?;
    }
    result
}

async fn take(
    identity: &Identity,
    providers: &Providers,
    principal: &Principal,
    identity_id: IdentityId,
    caller: &Caller,
) -> Result<(), ProviderError> {
    let user_id = principal.user_id;
    let mut tx = AuthorityTx::begin(identity.authority()).await?;
    tx.act(
        principal,
        Permission::UseAccount,
        // Two that are disconnected at once must not both be the last but one.
        &[(user_id, Lock::Exclusive)],
    )
    .await?;
    let connections = of_user(tx.connection(), user_id).await?;
    let found = connections
        .iter()
        .find(|connection| connection.identity_id == identity_id)
        .ok_or(ProviderError::NotFound)?;
    let has_password = password(tx.connection(), user_id).await?;
    if is_last_way_in(&connections, has_password, providers, identity_id) {
        return Err(ProviderError::LastWayIn);
    }
    identities::Entity::delete_by_id(identity_id.as_uuid())
        .exec(tx.connection())
        .await?;
    let ended = through::all_in(
        &tx,
        user_id,
        identity_id,
        principal.session_id(),
        EndReason::EndedByOwner,
    )
    .await?;
    through::forget(&tx, identity_id).await?;
    let event = AuditEvent::success(EventKind::IdentityUnlinked, caller)
        .actor(user_id)
        .subject(user_id)
        .through(principal.credential)
        .detail(json!({
            "provider": found.provider,
            "sessions": ended.sessions.len(),
            "families": ended.families.len(),
        }));
    let mut signals = vec![Signal::UserChanged { user_id }];
    signals.extend_from_slice(ended.signals(user_id).as_slice());
    tx.commit([event], Signals::These(signals)).await?;
    Ok(())
}
