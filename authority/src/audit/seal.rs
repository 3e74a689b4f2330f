//! Sealing: a job that chains committed events, so that none can be taken out unnoticed.
//!
//! Sealing is not done in the transaction of the event: a chain that every commit must extend
//! would put all sign-ins of all nodes in one line. An event is protected by its own MAC at once,
//! and by the chain within seconds.

use std::time::Duration;

use latchkey_types::UnixMillis;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, JoinType, QueryFilter,
    QueryOrder, QuerySelect, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    Authority,
    database::TRANSACTION_LIMIT,
    entity::{audit_events, audit_seals},
    error::StoreError,
    master_key::Purpose,
};

/// How many events one call seals at most.
const BATCH: u64 = 500;

/// What was sealed so long before the newest seal has nothing unsealed before it. A row number is
/// given inside a transaction, and none lives for so long ([`TRANSACTION_LIMIT`]): whatever becomes
/// visible later has a higher one.
const SETTLED: Duration = Duration::from_mins(10);
const _: () = assert!(SETTLED.as_secs() >= 10 * TRANSACTION_LIMIT.as_secs());

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
    let settled = match &last {
        None => 0,
        Some(last) => audit_seals::Entity::find()
            .filter(audit_seals::Column::SealedAt.lt(UnixMillis(last.sealed_at).before(SETTLED).0))
            .order_by_desc(audit_seals::Column::Position)
            .one(&transaction)
            .await?
            .map_or(0, |seal| seal.seq),
    };
    let mut position = last.as_ref().map_or(0, |seal| seal.position);
    let mut chain = last.map_or_else(Vec::new, |seal| seal.chain);

    // Row numbers are given before commit, so a lower one may appear after a higher one was
    // sealed: positions follow the order in which events became visible, not their numbers. What is
    // settled is left out: the whole record would be read each second.
    let pending = audit_events::Entity::find()
        .join_rev(
            JoinType::LeftJoin,
            audit_seals::Entity::belongs_to(audit_events::Entity)
                .from(audit_seals::Column::Seq)
                .to(audit_events::Column::Seq)
                .into(),
        )
        .filter(Expr::col((audit_seals::Entity, audit_seals::Column::Seq)).is_null())
        .filter(audit_events::Column::Seq.gt(settled))
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
