//! Tidying: sessions past a limit are marked as ended, and old ended ones are forgotten.
//!
//! No decision rests on it: [`super::check`] refuses an expired session whether it was swept or
//! not. Sweeping makes lists and counts true.

use latchkey_types::{EndReason, EventKind, UnixMillis, Word};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockBehavior, LockType},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Authority, AuthorityTx, audit::AuditEvent, caller::Caller, entity::sessions, error::StoreError,
    signal::Signals,
};

/// So many rows are changed in one transaction.
const BATCH: u64 = 500;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions that were not used for too long.
    pub idle: u64,
    /// Sessions that reached their lifetime.
    pub expired: u64,
    /// Ended sessions that were forgotten.
    pub forgotten: u64,
}

/// Ends what is past its limits and forgets what ended long ago.
///
/// # Errors
/// [`StoreError`] when the database fails; batches before that stay done.
pub async fn sweep(authority: &Authority) -> Result<Swept, StoreError> {
    // What was seen and not yet written must not look idle.
    authority.last_seen().flush(authority).await?;
    let now = authority.now();
    let policy = authority.policy().session;
    let expired = Condition::all().add(sessions::Column::ExpiresAt.lte(now.0));
    let idle = Condition::all().add(sessions::Column::LastSeenAt.lte(now.before(policy.idle).0));
    Ok(Swept {
        expired: end(
            authority,
            (&expired, sessions::Column::ExpiresAt),
            EndReason::Expired,
        )
        .await?,
        idle: end(
            authority,
            (&idle, sessions::Column::LastSeenAt),
            EndReason::Idle,
        )
        .await?,
        forgotten: forget(authority, now.before(policy.keep_ended)).await?,
    })
}

async fn end(
    authority: &Authority,
    (past_limit, by): (&Condition, sessions::Column),
    reason: EndReason,
) -> Result<u64, StoreError> {
    let mut ended = 0;
    loop {
        let tx = AuthorityTx::begin(authority).await?;
        let batch: Vec<Uuid> = sessions::Entity::find()
            .select_only()
            .column(sessions::Column::SessionId)
            .filter(sessions::Column::EndedAt.is_null())
            .filter(past_limit.clone())
            // By the index on the limit: few are past it, which no database believes.
            .order_by_asc(by)
            .limit(BATCH)
            // A session that somebody is working on is left for the next sweep.
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .into_tuple()
            .all(tx.connection())
            .await?;
        if batch.is_empty() {
            return Ok(ended);
        }
        let result = sessions::Entity::update_many()
            .col_expr(sessions::Column::EndedAt, Expr::value(tx.now().0))
            .col_expr(sessions::Column::EndReason, Expr::value(reason.as_str()))
            .filter(sessions::Column::SessionId.is_in(batch))
            .exec(tx.connection())
            .await?;
        ended += result.rows_affected;
        let event = AuditEvent::success(EventKind::SessionsEnded, &Caller::program("sweep"))
            .reason(reason.as_str())
            .detail(json!({ "sessions": result.rows_affected }));
        // No signal: every node knows the limits, so none has to be told.
        tx.commit([event], Signals::Nothing).await?;
    }
}

async fn forget(authority: &Authority, ended_before: UnixMillis) -> Result<u64, StoreError> {
    let mut forgotten = 0;
    loop {
        let batch: Vec<Uuid> = sessions::Entity::find()
            .select_only()
            .column(sessions::Column::SessionId)
            .filter(sessions::Column::EndedAt.lt(ended_before.0))
            .order_by_asc(sessions::Column::EndedAt)
            .limit(BATCH)
            .into_tuple()
            .all(authority.database())
            .await?;
        if batch.is_empty() {
            return Ok(forgotten);
        }
        let _turn = authority.turn().await;
        forgotten += sessions::Entity::delete_many()
            .filter(sessions::Column::SessionId.is_in(batch))
            .exec(authority.database())
            .await?
            .rows_affected;
    }
}
