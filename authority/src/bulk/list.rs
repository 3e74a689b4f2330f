//! Reading orders, newest first, and forgetting old ones.

use std::time::Duration;

use latchkey_types::{BulkEndId, BulkEndState, BulkTarget, UnixMillis, UserId, Word};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait as _};

use super::{Scope, UNFINISHED_LIMIT, rows::Tally};
use crate::{
    Authority,
    entity::bulk_ends,
    error::StoreError,
    page::{Cursor, MAX_LIMIT, Page, pair},
};

/// Orders that are over are kept for so long: whoever reads on the record that one was given finds
/// what came of it.
const KEPT: Duration = Duration::from_hours(24 * 366);

/// So many are forgotten in one statement.
const BATCH: u64 = 500;

/// One order, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkEndRow {
    /// Its id.
    pub bulk_end_id: BulkEndId,
    /// What it is about.
    pub target: BulkTarget,
    /// Which of them; `None` where another release wrote what this one does not know.
    pub scope: Option<Scope>,
    /// When it was given.
    pub ordered_at: UnixMillis,
    /// By whom; nobody where it was the program's operator.
    pub ordered_by: Option<UserId>,
    /// Whether that through which it was given was to be left alone.
    pub spares_own: bool,
    /// So many were there.
    pub found: Tally,
    /// Of so many users.
    pub users: u64,
    /// So many have ended.
    pub ended: u64,
    /// And so many refresh families with the sessions that had opened them.
    pub families: u64,
    /// So many were over before their turn came; known once it is done, where all were counted.
    pub skipped: Option<u64>,
    /// How far it is.
    pub state: BulkEndState,
    /// When the work on it began.
    pub started_at: Option<UnixMillis>,
    /// When something happened to it last.
    pub updated_at: UnixMillis,
    /// When it was through, or stopped.
    pub finished_at: Option<UnixMillis>,
    /// Who stopped it, if somebody did.
    pub stopped_by: Option<UserId>,
}

/// Lists orders, newest first.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list(
    authority: &Authority,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<BulkEndRow>, StoreError> {
    let limit = limit.clamp(1, MAX_LIMIT);
    let mut select = bulk_ends::Entity::find();
    if let Some(cursor) = cursor {
        select = select.filter(pair::less(
            (bulk_ends::Column::OrderedAt, bulk_ends::Column::BulkEndId),
            (cursor.key, cursor.id),
        ));
    }
    let rows = select
        .order_by_desc(bulk_ends::Column::OrderedAt)
        .order_by_desc(bulk_ends::Column::BulkEndId)
        .limit(limit + 1)
        .all(authority.database())
        .await?;
    let page = Page::cut(rows, limit, |row| Cursor {
        key: row.ordered_at,
        id: row.bulk_end_id,
    });
    let items = page.items.into_iter().map(row).collect::<Result<_, _>>()?;
    Ok(Page {
        items,
        next: page.next,
    })
}

/// One order; `None` if there is no such order (any more).
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn one(
    authority: &Authority,
    bulk_end_id: BulkEndId,
) -> Result<Option<BulkEndRow>, StoreError> {
    bulk_ends::Entity::find_by_id(bulk_end_id.as_uuid())
        .one(authority.database())
        .await?
        .map(row)
        .transpose()
}

/// Orders that are not finished, the oldest first: the one that is worked on, then those that wait.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn unfinished(
    authority: &Authority,
    target: BulkTarget,
) -> Result<Vec<BulkEndRow>, StoreError> {
    bulk_ends::Entity::find()
        .filter(bulk_ends::Column::State.eq(BulkEndState::Running.as_str()))
        .filter(bulk_ends::Column::Target.eq(target.as_str()))
        .order_by_asc(bulk_ends::Column::OrderedAt)
        .order_by_asc(bulk_ends::Column::BulkEndId)
        .limit(UNFINISHED_LIMIT)
        .all(authority.database())
        .await?
        .into_iter()
        .map(row)
        .collect()
}

/// Forgets orders that were over long ago; returns how many.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn sweep(authority: &Authority) -> Result<u64, StoreError> {
    let before = authority.now().before(KEPT);
    let mut forgotten = 0;
    loop {
        let batch = bulk_ends::Entity::find()
            .select_only()
            .column(bulk_ends::Column::BulkEndId)
            .filter(bulk_ends::Column::OrderedAt.lt(before.0))
            .filter(bulk_ends::Column::State.ne(BulkEndState::Running.as_str()))
            .limit(BATCH)
            .into_query();
        let deleted = {
            let _turn = authority.turn().await;
            bulk_ends::Entity::delete_many()
                .filter(bulk_ends::Column::BulkEndId.in_subquery(batch))
                .exec(authority.database())
                .await?
                .rows_affected
        };
        forgotten += deleted;
        if deleted < BATCH {
            return Ok(forgotten);
        }
    }
}

fn row(model: bulk_ends::Model) -> Result<BulkEndRow, StoreError> {
    let number = |value: i64| u64::try_from(value).unwrap_or(0);
    let target: BulkTarget = word(&model.target, "target")?;
    Ok(BulkEndRow {
        bulk_end_id: BulkEndId::from_uuid(model.bulk_end_id),
        target,
        scope: Scope::parse(target, &model.scope),
        ordered_at: UnixMillis(model.ordered_at),
        ordered_by: model.ordered_by.map(UserId::from_uuid),
        spares_own: model.spared_id.is_some(),
        found: Tally {
            count: number(model.found),
            is_capped: model.found_is_capped,
        },
        users: number(model.users),
        ended: number(model.ended),
        families: number(model.families),
        skipped: model.skipped.map(number),
        state: word(&model.state, "state")?,
        started_at: model.started_at.map(UnixMillis),
        updated_at: UnixMillis(model.updated_at),
        finished_at: model.finished_at.map(UnixMillis),
        stopped_by: model.stopped_by.map(UserId::from_uuid),
    })
}

fn word<W: Word>(text: &str, column: &'static str) -> Result<W, StoreError> {
    W::parse(text).map_err(|_| StoreError::Inconsistent {
        table: "bulk_ends",
        column,
    })
}
