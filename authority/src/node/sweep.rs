//! Forgetting what nobody can need any more.

use latchkey_types::UnixMillis;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::KEPT;
use crate::{
    Authority, StoreError,
    entity::{node_positions, nodes},
    signal,
};

/// So many rows are deleted in one transaction.
const BATCH: u64 = 5_000;

/// Deletes positions as old as signals are kept, and nodes that stopped or fell silent a day ago;
/// returns how many rows that were.
///
/// # Errors
/// [`StoreError`] when the database fails; batches before that stay done.
pub async fn sweep(authority: &Authority) -> Result<u64, StoreError> {
    let now = authority.now();
    let positions = positions(authority, now.before(signal::KEPT)).await?;
    let _turn = authority.turn().await;
    let nodes = nodes::Entity::delete_many()
        .filter(nodes::Column::BeatAt.lt(now.before(KEPT).0))
        .exec(authority.database())
        .await?
        .rows_affected;
    Ok(positions + nodes)
}

async fn positions(authority: &Authority, before: UnixMillis) -> Result<u64, StoreError> {
    let mut deleted = 0;
    loop {
        let batch = node_positions::Entity::find()
            .select_only()
            .column(node_positions::Column::PositionId)
            .filter(node_positions::Column::At.lt(before.0))
            .limit(BATCH)
            .into_query();
        let rows = {
            let _turn = authority.turn().await;
            node_positions::Entity::delete_many()
                .filter(node_positions::Column::PositionId.in_subquery(batch))
                .exec(authority.database())
                .await?
                .rows_affected
        };
        deleted += rows;
        if rows < BATCH {
            return Ok(deleted);
        }
    }
}
