//! Tidying: families past a limit are marked as ended, and old ended ones are forgotten.
//!
//! No decision rests on it. A family's rotations can prove reuse until its absolute end, so it is
//! never forgotten before that.

use latchkey_types::{EventKind, FamilyEndReason, UnixMillis, Word};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{LockBehavior, LockType},
};
use serde_json::json;
use uuid::Uuid;

use super::end;
use crate::{
    Authority, AuthorityTx, audit::AuditEvent, caller::Caller, entity::families, error::StoreError,
    signal::Signals,
};

/// So many rows are changed in one transaction.
const BATCH: u64 = 500;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Families that were not refreshed for too long.
    pub idle: u64,
    /// Families that reached their lifetime.
    pub expired: u64,
    /// Ended families that were forgotten.
    pub forgotten: u64,
}

/// Ends what is past its limits and forgets what ended long ago.
///
/// # Errors
/// [`StoreError`] when the database fails; batches before that stay done.
pub async fn sweep(authority: &Authority) -> Result<Swept, StoreError> {
    let now = authority.now();
    // No family is good for longer than to its end: the index on the nearer limit finds both.
    let expired = Condition::all()
        .add(families::Column::ExpiresAt.lte(now.0))
        .add(families::Column::EndsAt.lte(now.0));
    let idle = Condition::all().add(families::Column::ExpiresAt.lte(now.0));
    Ok(Swept {
        expired: past_limit(authority, &expired, FamilyEndReason::Expired).await?,
        idle: past_limit(authority, &idle, FamilyEndReason::Idle).await?,
        forgotten: forget(authority, now).await?,
    })
}

async fn past_limit(
    authority: &Authority,
    limit: &Condition,
    reason: FamilyEndReason,
) -> Result<u64, StoreError> {
    let mut ended = 0;
    loop {
        let tx = AuthorityTx::begin(authority).await?;
        let batch: Vec<Uuid> = families::Entity::find()
            .select_only()
            .column(families::Column::FamilyId)
            .filter(families::Column::EndedAt.is_null())
            .filter(limit.clone())
            // By the index on the limit: few are past it, which no database believes.
            .order_by_asc(families::Column::ExpiresAt)
            .limit(BATCH)
            // A family that somebody is working on is left for the next sweep.
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .into_tuple()
            .all(tx.connection())
            .await?;
        if batch.is_empty() {
            return Ok(ended);
        }
        let count = end::ended(&tx, &batch, reason, None).await?;
        ended += count;
        let event = AuditEvent::success(EventKind::FamiliesEnded, &Caller::program("sweep"))
            .reason(reason.as_str())
            .detail(json!({ "families": count }));
        // No signal: every node knows the limits, so none has to be told.
        tx.commit([event], Signals::Nothing).await?;
    }
}

async fn forget(authority: &Authority, now: UnixMillis) -> Result<u64, StoreError> {
    let ended_before = now.before(authority.policy().family.keep_ended);
    let mut forgotten = 0;
    loop {
        let batch: Vec<Uuid> = families::Entity::find()
            .select_only()
            .column(families::Column::FamilyId)
            .filter(families::Column::EndedAt.lt(ended_before.0))
            .filter(families::Column::EndsAt.lt(now.0))
            .order_by_asc(families::Column::EndedAt)
            .limit(BATCH)
            .into_tuple()
            .all(authority.database())
            .await?;
        if batch.is_empty() {
            return Ok(forgotten);
        }
        let _turn = authority.turn().await;
        forgotten += families::Entity::delete_many()
            .filter(families::Column::FamilyId.is_in(batch))
            .exec(authority.database())
            .await?
            .rows_affected;
    }
}
