//! Sealing: a job that chains committed events, so that none can be taken out unnoticed.
//!
//! Sealing is not done in the transaction of the event: a chain that every commit must extend
//! would put all sign-ins of all nodes in one line. An event is protected by its own MAC at once,
//! and by the chain within seconds.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, JoinType, QueryFilter,
    QueryOrder, QuerySelect, Statement, TransactionOptions, TransactionTrait,
    SqliteTransactionMode,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    Authority,
    entity::{audit_events, audit_seals},
    error::StoreError,
    master_key::Purpose,
};

/// How many events one call seals at most.
const BATCH: u64 = 500;

/// Seals events that are committed and not yet sealed; returns how many.
///
/// Nodes take turns: on PostgreSQL by an advisory lock, on SQLite by the writer's lock.
///
/// # Errors
/// [`StoreError`] when the database fails; then nothing was sealed.
pub async fn seal(authority: &Authority) -> Result<usize, StoreError> {
    let _writer = if authority.is_sqlite() {
        Some(authority.writer().lock_owned().await)
    } else {
        None
    };
    let transaction = authority
        .database()
        .begin_with_options(TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        })
        .await?;
    if !authority.is_sqlite() {
        transaction
            .query_one_raw(Statement::from_string(
                DbBackend::Postgres,
                "SELECT 1 FROM (SELECT pg_advisory_xact_lock(7811033492)) AS locked",
            ))
            .await?;
    }

    let last = audit_seals::Entity::find()
        .order_by_desc(audit_seals::Column::Position)
        .one(&transaction)
        .await?;
    let mut position = last.as_ref().map_or(0, |seal| seal.position);
    let mut chain = last.map_or_else(Vec::new, |seal| seal.chain);

    // Row numbers are given before commit, so a lower one may appear after a higher one was
    // sealed: positions follow the order in which events became visible, not their numbers.
    let pending = audit_events::Entity::find()
        .join_rev(
            JoinType::LeftJoin,
            audit_seals::Entity::belongs_to(audit_events::Entity)
                .from(audit_seals::Column::Seq)
                .to(audit_events::Column::Seq)
                .into(),
        )
        .filter(Expr::col((audit_seals::Entity, audit_seals::Column::Seq)).is_null())
        .filter(audit_events::Column::Seq.gt(0))
        .order_by_asc(audit_events::Column::Seq)
        .limit(BATCH)
        .all(&transaction)
        .await?;
    if pending.is_empty() {
        return Ok(0);
    }

    let now = authority.now();
    let mut seals = Vec::with_capacity(pending.len());
    for event in &pending {
        position += 1;
        chain = link(authority, authority.keys().current_id(), &chain, position, event)
            .unwrap_or_default()
            .to_vec();
        seals.push(audit_seals::ActiveModel {
            position: Set(position),
            seq: Set(event.seq),
            key_id: Set(authority.keys().current_id().to_owned()),
            chain: Set(chain.clone()),
            sealed_at: Set(now.0),
        });
    }
    audit_seals::Entity::insert_many(seals)
        .exec_without_returning(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(pending.len())
}

/// The chain's value at `position`; `None` if the key of the seal is not in the list.
pub(super) fn link(
    authority: &Authority,
    key_id: &str,
    before: &[u8],
    position: i64,
    event: &audit_events::Model,
) -> Option<[u8; 32]> {
    authority.keys().mac_under(
        key_id,
        Purpose::AuditSeal,
        &[
            before,
            &position.to_be_bytes(),
            &event.seq.to_be_bytes(),
            &event.mac,
        ],
    )
}
