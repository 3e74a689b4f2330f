//! The rows on one side of a row, told by two columns of which the second tells rows of the same first
//! apart.
//!
//! As a pair: an index is entered at it. Of `a > x OR (a = x AND b > y)` PostgreSQL reads everything
//! before it, on every page again.

use sea_orm::{
    ColumnTrait, Value,
    sea_query::{Expr, ExprTrait as _},
};

/// The rows whose pair is greater than this one.
pub fn greater(
    columns: (impl ColumnTrait, impl ColumnTrait),
    than: (impl Into<Value>, impl Into<Value>),
) -> Expr {
    of(columns).gt(values(than))
}

/// The rows whose pair is less than this one.
pub fn less(
    columns: (impl ColumnTrait, impl ColumnTrait),
    than: (impl Into<Value>, impl Into<Value>),
) -> Expr {
    of(columns).lt(values(than))
}

fn of((first, second): (impl ColumnTrait, impl ColumnTrait)) -> Expr {
    Expr::tuple([
        Expr::col(first.as_column_ref()),
        Expr::col(second.as_column_ref()),
    ])
}

fn values((first, second): (impl Into<Value>, impl Into<Value>)) -> Expr {
    Expr::tuple([Expr::val(first), Expr::val(second)])
}
