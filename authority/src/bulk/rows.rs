//! The rows that an order means, asked for in one way for sessions and for refresh families.

use latchkey_types::{FamilyId, SessionId, UnixMillis, UserId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, ExprTrait as _, Func, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{COUNTED, Scope};
use crate::{
    Authority,
    entity::{families, sessions},
    error::StoreError,
    family,
    page::pair,
    principal::Credential,
    session,
};

/// A count, and whether there may be more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// So many were counted.
    pub count: u64,
    /// Counting stopped there: there are more.
    pub is_capped: bool,
}

/// Which rows: those of a scope that are not over at `now` and were made until `made_until`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meant<'a> {
    pub(super) scope: &'a Scope,
    pub(super) made_until: UnixMillis,
    pub(super) now: UnixMillis,
    /// The one that stays.
    pub(super) spared: Option<Uuid>,
}

impl<'a> Meant<'a> {
    /// Everything that a scope means at an instant.
    pub(super) fn at(now: UnixMillis, scope: &'a Scope, spared: Option<Uuid>) -> Self {
        Self {
            scope,
            made_until: now,
            now,
            spared,
        }
    }
}

/// One row that is meant.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) user_id: Uuid,
    pub(super) created_at: i64,
}

/// The last row of a batch: when it was made, and its id.
pub(super) type Place = (i64, Uuid);

/// The query of [`Row`]s, which is the same on both tables.
macro_rules! by_table {
    ($meant:expr, $table:ident, $id:ident, $condition:expr, $after:expr) => {{
        use $table::{Column, Entity};
        let meant: &Meant<'_> = $meant;
        let mut condition = Condition::all()
            .add($condition)
            .add(Column::CreatedAt.lte(meant.made_until.0))
            .add(Column::EndedAt.is_null())
            .add(Column::ExpiresAt.gt(meant.now.0));
        if let Some(spared) = meant.spared {
            condition = condition.add(Column::$id.ne(spared));
        }
        if let Some((at, id)) = $after {
            condition = condition.add(pair::greater((Column::CreatedAt, Column::$id), (at, id)));
        }
        Entity::find()
            .select_only()
            .column_as(Column::$id, "id")
            .column(Column::UserId)
            .column(Column::CreatedAt)
            .filter(condition)
            .into_query()
    }};
}

/// The rows after a place, in no order.
fn select(authority: &Authority, meant: &Meant<'_>, after: Option<Place>) -> SelectStatement {
    match meant.scope {
        Scope::Sessions(scope) => {
            let condition = match &scope.ids {
                Some(ids) => Condition::all().add(
                    sessions::Column::SessionId.is_in(ids.iter().copied().map(SessionId::as_uuid)),
                ),
                None => session::condition(authority, &scope.filter()),
            };
            by_table!(meant, sessions, SessionId, condition, after)
        }
        Scope::Families(scope) => {
            let condition = match &scope.ids {
                Some(ids) => Condition::all().add(
                    families::Column::FamilyId.is_in(ids.iter().copied().map(FamilyId::as_uuid)),
                ),
                None => family::condition(authority, &scope.filter()),
            };
            let condition = condition.add(families::Column::EndsAt.gt(meant.now.0));
            by_table!(meant, families, FamilyId, condition, after)
        }
    }
}

/// So many rows after a place, the oldest first: in the order of the lists' own indexes.
pub(super) async fn next(
    authority: &Authority,
    connection: &impl ConnectionTrait,
    meant: &Meant<'_>,
    after: Option<Place>,
    limit: u64,
) -> Result<Vec<Row>, StoreError> {
    let query = select(authority, meant, after)
        .order_by(Alias::new("created_at"), Order::Asc)
        .order_by(Alias::new("id"), Order::Asc)
        .limit(limit)
        .to_owned();
    connection
        .query_all(&query)
        .await?
        .iter()
        .map(|row| Ok(Row::from_query_result(row, "")?))
        .collect()
}

/// How many rows there are, and of how many users, as far as they are counted.
pub(super) async fn tally(
    authority: &Authority,
    connection: &impl ConnectionTrait,
    meant: &Meant<'_>,
) -> Result<(Tally, u64), StoreError> {
    let counting = Query::select()
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("rows_counted"))
        .expr_as(
            Func::count_distinct(Expr::col(Alias::new("user_id"))),
            Alias::new("users_counted"),
        )
        .from_subquery(counted(authority, meant), Alias::new("counted"))
        .to_owned();
    let Some(row) = connection.query_one(&counting).await? else {
        return Ok((Tally::default(), 0));
    };
    let rows = number(row.try_get("", "rows_counted")?);
    let users = number(row.try_get("", "users_counted")?);
    Ok((capped(rows), users))
}

/// The users with most of the rows that are counted, and how many these are.
pub(super) async fn most(
    authority: &Authority,
    connection: &impl ConnectionTrait,
    meant: &Meant<'_>,
    limit: u64,
) -> Result<Vec<(UserId, u64)>, StoreError> {
    let query = Query::select()
        .column(Alias::new("user_id"))
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("rows_counted"))
        .from_subquery(counted(authority, meant), Alias::new("counted"))
        .group_by_col(Alias::new("user_id"))
        .order_by(Alias::new("rows_counted"), Order::Desc)
        .order_by(Alias::new("user_id"), Order::Asc)
        .limit(limit)
        .to_owned();
    connection
        .query_all(&query)
        .await?
        .iter()
        .map(|row| {
            let user_id = UserId::from_uuid(row.try_get("", "user_id")?);
            Ok((user_id, number(row.try_get("", "rows_counted")?)))
        })
        .collect()
}

/// How many live refresh families the sessions had opened, which end with them.
pub(super) async fn opened(
    authority: &Authority,
    connection: &impl ConnectionTrait,
    meant: &Meant<'_>,
) -> Result<Tally, StoreError> {
    if matches!(meant.scope, Scope::Families(_)) {
        return Ok(Tally::default());
    }
    let ids = Query::select()
        .column(Alias::new("id"))
        .from_subquery(counted(authority, meant), Alias::new("counted"))
        .to_owned();
    let query = families::Entity::find()
        .select_only()
        .column(families::Column::FamilyId)
        .filter(families::Column::SessionId.in_subquery(ids))
        .filter(families::Column::EndedAt.is_null())
        .filter(families::Column::ExpiresAt.gt(meant.now.0))
        .filter(families::Column::EndsAt.gt(meant.now.0))
        .into_query()
        .limit(COUNTED + 1)
        .to_owned();
    let counting = Query::select()
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("rows_counted"))
        .from_subquery(query, Alias::new("opened"))
        .to_owned();
    let rows = match connection.query_one(&counting).await? {
        Some(row) => number(row.try_get("", "rows_counted")?),
        None => 0,
    };
    Ok(capped(rows))
}

/// Whether one row is among those that are meant.
pub(super) async fn holds(
    authority: &Authority,
    connection: &impl ConnectionTrait,
    meant: &Meant<'_>,
    id: Uuid,
) -> Result<bool, StoreError> {
    let query = Query::select()
        .column(Alias::new("id"))
        .from_subquery(select(authority, meant, None), Alias::new("meant"))
        .and_where(Expr::col(Alias::new("id")).eq(id))
        .limit(1)
        .to_owned();
    Ok(connection.query_one(&query).await?.is_some())
}

/// What of a target belongs to whoever acts: their own session, or their own refresh family. Where
/// a program acts, also the session that opened its family, because they end together.
pub(super) async fn own(
    connection: &impl ConnectionTrait,
    scope: &Scope,
    credential: Credential,
) -> Result<Option<Uuid>, StoreError> {
    Ok(match (scope, credential) {
        (Scope::Sessions(_), Credential::Session(session_id)) => Some(session_id.as_uuid()),
        (Scope::Families(_), Credential::Family(family_id)) => Some(family_id.as_uuid()),
        (Scope::Families(_), Credential::Session(_)) => None,
        (Scope::Sessions(_), Credential::Family(family_id)) => {
            families::Entity::find_by_id(family_id.as_uuid())
                .one(connection)
                .await?
                .and_then(|family| family.session_id)
        }
    })
}

fn counted(authority: &Authority, meant: &Meant<'_>) -> SelectStatement {
    select(authority, meant, None).limit(COUNTED + 1).to_owned()
}

fn capped(count: u64) -> Tally {
    Tally {
        count: Ord::min(count, COUNTED),
        is_capped: count > COUNTED,
    }
}

fn number(counted: i64) -> u64 {
    u64::try_from(counted).unwrap_or(0)
}
