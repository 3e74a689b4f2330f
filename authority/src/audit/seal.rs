//! Sealing: a job that chains committed events, so that none can be taken out unnoticed.
//!
//! Sealing is not done in the transaction of the event: a chain that every commit must extend
//! would put all sign-ins of all nodes in one line. An event is protected by its own MAC at once,
//! and by the chain within seconds.

use std::time::Duration;

use latchkey_types::UnixMillis;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, IntoActiveModel,
    JoinType, QueryFilter, QueryOrder, QuerySelect, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
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

/// An event becomes visible so long after its time at the latest: transactions end after 30
/// seconds, and nodes may reckon the database's time a little apart.
const LATEST: Duration = Duration::from_secs(45);

/// Seals events that are committed and not yet sealed; returns how many.
///
/// Nodes take turns: on PostgreSQL by an advisory lock, on SQLite by the writer's lock.
///
/// # Errors
/// [`StoreError`] when the database fails; then nothing was sealed.
pub async fn seal(authority: &Authority) -> Result<usize, StoreError> {
    let _turn = authority.turn().await;
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

    let pending = pending(&transaction).await?;
    if pending.is_empty() {
        return Ok(0);
    }

    let now = authority.now();
    let mut seals = Vec::with_capacity(pending.len());
    for event in &pending {
        position += 1;
        let mut seal = audit_seals::Model {
            position,
            seq: event.seq,
            key_id: authority.keys().current_id().to_owned(),
            chain: Vec::new(),
            sealed_at: now.0,
        };
        chain = link(authority, &seal, &chain, event)
            .unwrap_or_default()
            .to_vec();
        seal.chain.clone_from(&chain);
        seals.push(seal.into_active_model());
    }
    audit_seals::Entity::insert_many(seals)
        .exec_without_returning(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(pending.len())
}

/// The next events to seal, at most a batch.
///
/// Row numbers are given before commit, so a lower one may appear after a higher one was sealed:
/// positions follow the order in which events became visible, not their numbers. How late it may
/// be is bounded by how long a transaction may take, so that only what happened shortly before
/// the newest sealed event is looked through for it, however long the record is.
async fn pending(
    transaction: &DatabaseTransaction,
) -> Result<Vec<audit_events::Model>, StoreError> {
    let newest = audit_seals::Entity::find()
        .order_by_desc(audit_seals::Column::Seq)
        .one(transaction)
        .await?;
    let mut pending = match &newest {
        None => Vec::new(),
        Some(newest) => late(transaction, newest).await?,
    };
    let room = BATCH.saturating_sub(pending.len() as u64);
    let newer = audit_events::Entity::find()
        .filter(audit_events::Column::Seq.gt(newest.map_or(0, |seal| seal.seq)))
        .order_by_asc(audit_events::Column::Seq)
        .limit(room)
        .all(transaction)
        .await?;
    pending.sort_unstable_by_key(|event| event.seq);
    pending.extend(newer);
    Ok(pending)
}

/// Events with a lower number than the newest sealed one that became visible after it.
async fn late(
    transaction: &DatabaseTransaction,
    newest: &audit_seals::Model,
) -> Result<Vec<audit_events::Model>, StoreError> {
    // Somebody may have taken the event out: then it is the verification that says so.
    let at = audit_events::Entity::find_by_id(newest.seq)
        .one(transaction)
        .await?
        .map_or(newest.sealed_at, |event| event.at);
    let since = UnixMillis(at).before(LATEST);
    Ok(audit_events::Entity::find()
        .join_rev(
            JoinType::LeftJoin,
            audit_seals::Entity::belongs_to(audit_events::Entity)
                .from(audit_seals::Column::Seq)
                .to(audit_events::Column::Seq)
                .into(),
        )
        .filter(Expr::col((audit_seals::Entity, audit_seals::Column::Seq)).is_null())
        .filter(audit_events::Column::At.gte(since.0))
        .filter(audit_events::Column::Seq.lt(newest.seq))
        .filter(audit_events::Column::Seq.gt(0))
        .limit(BATCH)
        .all(transaction)
        .await?)
}

/// The chain's value at `seal`, after the value `before`; `None` if its key is not in the list.
///
/// The instant of sealing is covered, so that a part of the chain that was made anew shows.
pub(super) fn link(
    authority: &Authority,
    seal: &audit_seals::Model,
    before: &[u8],
    event: &audit_events::Model,
) -> Option<[u8; 32]> {
    authority.keys().mac_under(
        &seal.key_id,
        Purpose::AuditSeal,
        &[
            before,
            &seal.position.to_be_bytes(),
            &seal.sealed_at.to_be_bytes(),
            &event.seq.to_be_bytes(),
            &event.mac,
        ],
    )
}
