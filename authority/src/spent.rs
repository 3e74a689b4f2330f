//! What may be used once: remembered as used until it would be refused for its age.

use latchkey_types::UnixMillis;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, TryInsertResult};
use sha2::{Digest as _, Sha256};

use crate::{Authority, AuthorityTx, StoreError, entity::spent_values};

/// So much longer is it remembered than it would be taken.
const KEPT_LONGER_MILLIS: i64 = 5 * 60 * 1_000;

/// Marks a value as used, in the transaction of what it is used for. Returns whether this is its
/// first use; of many at once, one has it.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn first_use(
    tx: &AuthorityTx,
    kind: &'static str,
    value: &str,
    expires_at: UnixMillis,
) -> Result<bool, StoreError> {
    let hash = Sha256::new()
        .chain_update((kind.len() as u64).to_be_bytes())
        .chain_update(kind)
        .chain_update(value)
        .finalize();
    let inserted = spent_values::Entity::insert(spent_values::ActiveModel {
        value_hash: Set(hash.to_vec()),
        // Nodes prune by clocks that may differ a little.
        expires_at: Set(expires_at.0.saturating_add(KEPT_LONGER_MILLIS)),
    })
    .on_conflict_do_nothing_on([spent_values::Column::ValueHash])
    .exec_without_returning(tx.connection())
    .await?;
    Ok(match inserted {
        TryInsertResult::Inserted(rows) => rows == 1,
        TryInsertResult::Conflicted | TryInsertResult::Empty => false,
    })
}

/// Forgets what would be refused for its age alone.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn prune(authority: &Authority) -> Result<u64, StoreError> {
    let _turn = authority.turn().await;
    Ok(spent_values::Entity::delete_many()
        .filter(spent_values::Column::ExpiresAt.lte(authority.now().0))
        .exec(authority.database())
        .await?
        .rows_affected)
}
