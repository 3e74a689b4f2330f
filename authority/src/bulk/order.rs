//! Giving an order, and stopping one.

use latchkey_types::{BulkEndId, BulkEndState, EventId, EventKind, UserId, Word as _};
use sea_orm::QuerySelect as _;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, PaginatorTrait as _, QueryFilter,
    sea_query::{Expr, LockType},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    OrderError, RESOLVED_LIMIT, Scope, UNFINISHED_LIMIT,
    rows::{self, Meant, Tally},
};
use crate::{
    Authority, AuthorityTx, Lock, StoreError,
    audit::AuditEvent,
    caller::Caller,
    entity::bulk_ends,
    error::ActError,
    principal::{Actor, Permission},
    signal::Signals,
};

/// What is ordered.
#[derive(Debug, Clone)]
pub struct Order {
    /// Which sessions or refresh families.
    pub scope: Scope,
    /// Whether that through which the order is given may be among them.
    pub include_own: bool,
}

/// Takes an order: puts it on the record with what it means, and leaves it to the workers. Nothing
/// has ended when it returns. `None` where nothing fits, which leaves nothing on the record either.
///
/// # Errors
/// [`OrderError`].
pub async fn order(
    authority: &Authority,
    actor: impl Into<Actor<'_>>,
    order: Order,
    caller: &Caller,
) -> Result<Option<BulkEndId>, OrderError> {
    let actor = actor.into();
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.act(actor, Permission::EndSessions, &[]).await?;
    // Of any number that order at once, no more are taken than may be unfinished.
    tx.lock_name("bulk_ends", &[], Lock::Exclusive).await?;
    let unfinished = bulk_ends::Entity::find()
        .filter(bulk_ends::Column::State.eq(BulkEndState::Running.as_str()))
        .count(tx.connection())
        .await?;
    if unfinished >= UNFINISHED_LIMIT {
        return Err(OrderError::TooManyUnfinished);
    }

    let own = match &actor {
        Actor::Principal(principal) => {
            rows::own(tx.connection(), &order.scope, principal.credential).await?
        }
        Actor::Operator => None,
    };
    let spared = own.filter(|_| !order.include_own);
    let now = tx.now();
    let scope = resolved(&tx, order.scope, spared).await?;
    let meant = Meant::at(now, &scope, spared);
    let (found, users) = rows::tally(authority, tx.connection(), &meant).await?;
    if found.count == 0 {
        return Ok(None);
    }

    let bulk_end_id = BulkEndId::from_uuid(authority.random().uuid(now));
    let event_id = EventId::from_uuid(authority.random().uuid(now));
    let text = scope.to_json().map_err(|_| StoreError::Inconsistent {
        table: "bulk_ends",
        column: "scope",
    })?;
    bulk_ends::Entity::insert(bulk_ends::ActiveModel {
        bulk_end_id: Set(bulk_end_id.as_uuid()),
        target: Set(scope.target().as_str().to_owned()),
        scope: Set(text),
        ordered_at: Set(now.0),
        ordered_by: Set(actor.user_id().map(UserId::as_uuid)),
        spared_id: Set(spared),
        event_id: Set(event_id.as_uuid()),
        found: Set(i64::try_from(found.count).unwrap_or(i64::MAX)),
        found_is_capped: Set(found.is_capped),
        users: Set(i64::try_from(users).unwrap_or(i64::MAX)),
        ended: Set(0),
        families: Set(0),
        batches: Set(0),
        state: Set(BulkEndState::Running.as_str().to_owned()),
        updated_at: Set(now.0),
        ..Default::default()
    })
    .exec_without_returning(tx.connection())
    .await?;
    let event = event(actor, bulk_end_id, &scope, found, users, caller).named(event_id);
    // Nothing ended yet, so that nobody has to be told: each batch will.
    tx.commit([event], Signals::Nothing).await?;
    authority.orders().notify_one();
    Ok(Some(bulk_end_id))
}

/// What a scope means now, where something in it changes with use; the scope itself elsewhere.
async fn resolved(
    tx: &AuthorityTx,
    scope: Scope,
    spared: Option<Uuid>,
) -> Result<Scope, OrderError> {
    if !scope.changes_with_use() {
        return Ok(scope);
    }
    let meant = Meant::at(tx.now(), &scope, spared);
    let limit = RESOLVED_LIMIT as u64 + 1;
    let found = rows::next(tx.authority(), tx.connection(), &meant, None, limit).await?;
    if found.len() > RESOLVED_LIMIT {
        return Err(OrderError::TooManyToResolve);
    }
    Ok(scope.resolved(found.into_iter().map(|row| row.id).collect()))
}

fn event(
    actor: Actor<'_>,
    bulk_end_id: BulkEndId,
    scope: &Scope,
    found: Tally,
    users: u64,
    caller: &Caller,
) -> AuditEvent {
    let event = AuditEvent::success(EventKind::BulkEndOrdered, caller)
        .by(&actor)
        .detail(json!({
            "bulk_end": bulk_end_id,
            scope.target().as_str(): found.count,
            "or_more": found.is_capped,
            "users": users,
            "filter": scope.facts(),
        }));
    match scope.personal() {
        Some(personal) => event.identifier(&personal),
        None => event,
    }
}

/// Stops an order: what has ended stays so, the rest is left alone. Returns whether this call
/// stopped it.
///
/// # Errors
/// [`ActError::NotFound`], [`ActError::NotPermitted`], [`ActError::SignedOut`].
pub async fn stop(
    authority: &Authority,
    actor: impl Into<Actor<'_>>,
    bulk_end_id: BulkEndId,
    caller: &Caller,
) -> Result<bool, ActError> {
    let actor = actor.into();
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.act(actor, Permission::EndSessions, &[]).await?;
    // A batch that is under way commits first, and this sees what it did.
    let row = bulk_ends::Entity::find_by_id(bulk_end_id.as_uuid())
        .lock(LockType::Update)
        .one(tx.connection())
        .await?
        .ok_or(ActError::NotFound)?;
    if row.state != BulkEndState::Running.as_str() {
        return Ok(false);
    }
    let now = tx.now().0;
    bulk_ends::Entity::update_many()
        .col_expr(
            bulk_ends::Column::State,
            Expr::value(BulkEndState::Stopped.as_str()),
        )
        .col_expr(
            bulk_ends::Column::StoppedBy,
            Expr::value(actor.user_id().map(UserId::as_uuid)),
        )
        .col_expr(bulk_ends::Column::FinishedAt, Expr::value(now))
        .col_expr(bulk_ends::Column::UpdatedAt, Expr::value(now))
        .filter(bulk_ends::Column::BulkEndId.eq(bulk_end_id.as_uuid()))
        .exec(tx.connection())
        .await?;
    let event = AuditEvent::success(EventKind::BulkEndStopped, caller)
        .by(&actor)
        .detail(json!({ "bulk_end": bulk_end_id, "ended": row.ended, "of": row.found }));
    tx.commit([event], Signals::Nothing).await?;
    Ok(true)
}
