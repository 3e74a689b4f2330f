//! Reading a page of a list by its keys, so that the last one costs what the first one does.
//!
//! A list is read in arms, each of which an index serves in the list's order: what would be an `OR`
//! in one query makes a database read everything and sort it. Each arm gives as many keys as the
//! page has rows, at most; their union is the page.

use std::collections::HashMap;

use latchkey_types::{UnixMillis, UserId};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    QueryResult, TransactionTrait,
    sea_query::{
        Alias, Asterisk, Condition, Expr, ExprTrait, JoinType, Order, Query, SelectStatement,
        UnionType,
    },
};
use uuid::Uuid;

use super::{COUNT_LIMIT, Cursor, Position, Window};
use crate::{Authority, error::StoreError};

/// Rows of one reading, at most: of a page, or of a batch of an export.
pub const BATCH_LIMIT: u64 = 500;

const KEY: &str = "sort_key";
const ID: &str = "sort_id";

/// A span of time: from its beginning on, before its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    /// Not before this.
    pub from: Option<UnixMillis>,
    /// Before this.
    pub to: Option<UnixMillis>,
}

impl Period {
    /// The condition that a column of instants lies in it.
    pub fn of(self, table: &'static str, column: &'static str) -> Condition {
        let column = || Expr::col((Alias::new(table), Alias::new(column)));
        Condition::all()
            .add_option(self.from.map(|from| column().gte(from.0)))
            .add_option(self.to.map(|to| column().lt(to.0)))
    }
}

/// The order of a list: a column, and another one that tells rows of the same value apart.
#[derive(Debug, Clone, Copy)]
pub struct Keyset {
    /// The table.
    pub table: &'static str,
    /// The column by which it is ordered: an instant, or a row number.
    pub key: &'static str,
    /// The ids of its rows; none where the key is one.
    pub id: Option<&'static str>,
    /// Whether small keys come first.
    pub is_ascending: bool,
}

/// One way into a list.
#[derive(Debug, Clone)]
pub struct Arm {
    /// Which rows.
    pub condition: Condition,
    /// Whose, where it matters: the column, and the users, each of whom is looked up by themselves.
    pub users: Option<(&'static str, Vec<UserId>)>,
    /// Of which few rows, where the order of the list would lead through many others.
    pub few: Option<Few>,
}

/// Rows of which there are few, found by an index of their own before anything else is asked of them.
///
/// Left to themselves, databases take such rows for many (what is past a limit is, among what has
/// ended) and walk the whole list for the first of them.
#[derive(Debug, Clone)]
pub struct Few {
    /// Which they are.
    pub condition: Condition,
    /// By what they are found; of the first in this order there are [`COUNT_LIMIT`] at most.
    pub by: &'static str,
}

impl Arm {
    fn is_of_several_users(&self) -> bool {
        self.users.as_ref().is_some_and(|(_, ids)| ids.len() > 1)
    }
}

impl From<Condition> for Arm {
    fn from(condition: Condition) -> Self {
        Self {
            condition,
            users: None,
            few: None,
        }
    }
}

/// The keys of a page, in the list's order.
#[derive(Debug)]
pub struct Keys {
    of_rows: Vec<Cursor>,
    position: Position,
    has_more: bool,
}

/// A transaction for reading one page: everything in it is of one moment.
///
/// PostgreSQL plans its statements for the values that are asked for: a plan for any value would
/// walk a million rows for an address that nobody has.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn reading(authority: &Authority) -> Result<DatabaseTransaction, StoreError> {
    if authority.is_sqlite() {
        return Ok(authority.database().begin().await?);
    }
    let transaction = authority
        .database()
        .begin_with_config(
            Some(IsolationLevel::RepeatableRead),
            Some(AccessMode::ReadOnly),
        )
        .await?;
    transaction
        .execute_unprepared("SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off")
        .await?;
    Ok(transaction)
}

impl Keyset {
    /// The keys of one page of the rows that any of `arms` gives.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keys(
        &self,
        connection: &impl ConnectionTrait,
        arms: Vec<Arm>,
        position: Position,
        limit: u64,
    ) -> Result<Keys, DbErr> {
        let nothing = Keys {
            of_rows: Vec::new(),
            position,
            has_more: false,
        };
        let backend = connection.get_database_backend();
        if backend == DbBackend::Postgres && arms.iter().any(Arm::is_of_several_users) {
            // It takes each user for one with few rows, reads all of them and sorts: the index in the
            // list's order is better for those with many, and no worse for the others.
            connection
                .execute_unprepared("SET LOCAL enable_bitmapscan = off")
                .await?;
        }
        let rows = limit + 1;
        let mut arms = arms
            .into_iter()
            .filter(|arm| arm.users.as_ref().is_none_or(|(_, ids)| !ids.is_empty()))
            .map(|arm| self.arm(backend, arm, position, rows));
        let Some(first) = arms.next() else {
            return Ok(nothing);
        };
        let rest: Vec<SelectStatement> = arms.collect();
        let query = if rest.is_empty() {
            first
        } else {
            let mut all = self.wrapped(first);
            for arm in rest {
                // A row that two arms give is listed once.
                all.union(UnionType::Distinct, self.wrapped(arm));
            }
            let mut union = self.wrapped(all);
            self.ordered(&mut union, None, position).limit(rows);
            union
        };
        let found = connection.query_all(&query).await?;
        let mut keys = found
            .iter()
            .map(|row| self.cursor(row))
            .collect::<Result<Vec<_>, _>>()?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = keys.len() > limit;
        keys.truncate(limit);
        if position.is_backward() {
            keys.reverse();
        }
        Ok(Keys {
            of_rows: keys,
            position,
            has_more,
        })
    }

    fn arm(&self, backend: DbBackend, arm: Arm, position: Position, rows: u64) -> SelectStatement {
        let mut select = Query::select();
        select
            .expr_as(self.column(self.key), Alias::new(KEY))
            .cond_where(arm.condition)
            .cond_where(self.beyond(position));
        let is_of_few = arm.few.is_some();
        match arm.few {
            None => select.from(Alias::new(self.table)),
            Some(few) => select.from_subquery(self.first(few), Alias::new(self.table)),
        };
        if let Some(id) = self.id {
            select.expr_as(self.column(id), Alias::new(ID));
        }
        self.ordered(&mut select, Some(self.table), position)
            .limit(rows);
        let Some((column, users)) = arm.users else {
            return select;
        };
        let ids = users.into_iter().map(UserId::as_uuid);
        if ids.len() == 1 || is_of_few || backend != DbBackend::Postgres {
            select.and_where(self.column(column).is_in(ids));
            return select;
        }
        // Each user's rows by themselves, so many of each at most: of `IN`, PostgreSQL reads all
        // rows of all of them and sorts.
        select.and_where(
            self.column(column)
                .eq(Expr::col((Alias::new("one"), Alias::new("column1")))),
        );
        let mut each = Query::select();
        each.column((Alias::new("theirs"), Alias::new(KEY)))
            .from_values(ids.collect::<Vec<_>>(), Alias::new("one"))
            .join_lateral(
                JoinType::InnerJoin,
                select,
                Alias::new("theirs"),
                Expr::cust("TRUE"),
            );
        if self.id.is_some() {
            each.column((Alias::new("theirs"), Alias::new(ID)));
        }
        self.ordered(&mut each, None, position).limit(rows);
        each
    }

    fn first(&self, few: Few) -> SelectStatement {
        Query::select()
            .column(Asterisk)
            .from(Alias::new(self.table))
            .cond_where(few.condition)
            .order_by_expr(self.column(few.by), Order::Asc)
            .limit(COUNT_LIMIT)
            .take()
    }

    /// `SELECT` of the keys out of a query that has them already.
    fn wrapped(&self, query: SelectStatement) -> SelectStatement {
        let mut select = Query::select();
        select
            .column(Alias::new(KEY))
            .from_subquery(query, Alias::new("found"));
        if self.id.is_some() {
            select.column(Alias::new(ID));
        }
        select
    }

    fn column(&self, name: &'static str) -> Expr {
        Expr::col((Alias::new(self.table), Alias::new(name)))
    }

    /// Orders by the columns of the table, or by the names that a query gave to them.
    fn ordered<'a>(
        &self,
        query: &'a mut SelectStatement,
        table: Option<&'static str>,
        position: Position,
    ) -> &'a mut SelectStatement {
        let order = if self.is_ascending == position.is_backward() {
            Order::Desc
        } else {
            Order::Asc
        };
        let column = |column: &'static str, name: &'static str| match table {
            Some(_) => self.column(column),
            None => Expr::col(Alias::new(name)),
        };
        query.order_by_expr(column(self.key, KEY), order.clone());
        if let Some(id) = self.id {
            query.order_by_expr(column(id, ID), order);
        }
        query
    }

    /// The condition that a row lies beyond the position, seen in the direction of reading.
    fn beyond(&self, position: Position) -> Condition {
        let (Position::After(cursor) | Position::Before(cursor)) = position else {
            return Condition::all();
        };
        // As a pair: an index is entered at it. Of `key < k OR (key = k AND id < i)` PostgreSQL reads
        // everything before it.
        let (here, there) = match self.id {
            Some(id) => (
                Expr::tuple([self.column(self.key), self.column(id)]),
                Expr::tuple([Expr::val(cursor.key), Expr::val(cursor.id)]),
            ),
            None => (self.column(self.key), Expr::val(cursor.key)),
        };
        Condition::all().add(if self.is_ascending == position.is_backward() {
            here.lt(there)
        } else {
            here.gt(there)
        })
    }

    fn cursor(&self, row: &QueryResult) -> Result<Cursor, DbErr> {
        Ok(Cursor {
            key: row.try_get("", KEY)?,
            id: match self.id {
                Some(_) => row.try_get("", ID)?,
                None => Uuid::nil(),
            },
        })
    }
}

impl Keys {
    /// The ids of the rows.
    pub fn ids(&self) -> Vec<Uuid> {
        self.of_rows.iter().map(|cursor| cursor.id).collect()
    }

    /// The keys of the rows.
    pub fn numbers(&self) -> Vec<i64> {
        self.of_rows.iter().map(|cursor| cursor.key).collect()
    }

    /// The page: its rows in the order of the keys.
    pub fn window<T>(self, rows: Vec<T>, cursor: impl Fn(&T) -> Cursor) -> Window<T> {
        let mut rows: HashMap<Cursor, T> =
            rows.into_iter().map(|row| (cursor(&row), row)).collect();
        let first = self.of_rows.first().copied();
        let last = self.of_rows.last().copied();
        // Whoever comes from a row knows that there is something on its other side.
        let (has_previous, has_next) = match self.position {
            Position::First => (false, self.has_more),
            Position::After(_) => (true, self.has_more),
            Position::Before(_) => (self.has_more, true),
            Position::Last => (self.has_more, false),
        };
        Window {
            items: self
                .of_rows
                .iter()
                .filter_map(|key| rows.remove(key))
                .collect(),
            previous: first.filter(|_| has_previous).map(Position::Before),
            next: last.filter(|_| has_next).map(Position::After),
        }
    }
}
