//! Lists in pages, by key and never by offset: the last page costs what the first one does.

mod keyset;
pub mod pair;
mod position;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{Alias, Expr, Query, SelectStatement},
};
use uuid::Uuid;

pub use keyset::{Arm, BATCH_LIMIT, Few, Keys, Keyset, Period, reading};
pub use position::{OrderTag, Position, Window};

/// The longest page that a caller may ask for.
pub const MAX_LIMIT: u64 = 200;

/// Counting stops here; lists say "10,000 or more".
pub const COUNT_LIMIT: u64 = 10_000;

/// A text that is not a cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list in this order: take it from `next` of the page before")]
pub struct CursorError;

/// The place after which a page begins: the sort key of the last row before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The first sort key: an instant or a row number.
    pub key: i64,
    /// The second one, which tells rows of the same instant apart.
    pub id: Uuid,
}

impl Cursor {
    /// The cursor as it stands in an address.
    pub fn encode(self) -> String {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.key.to_be_bytes());
        bytes[8..].copy_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// [`CursorError`] if it is not one.
    pub fn parse(text: &str) -> Result<Self, CursorError> {
        // The exact length first: nothing longer is decoded at all.
        if text.len() != 32 {
            return Err(CursorError);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let (key, id) = bytes.split_at_checked(8).ok_or(CursorError)?;
        Ok(Self {
            key: i64::from_be_bytes(key.try_into().map_err(|_| CursorError)?),
            id: Uuid::from_slice(id).map_err(|_| CursorError)?,
        })
    }
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page of at most `limit` rows out of up to `limit + 1` that were read.
    pub fn cut(mut rows: Vec<T>, limit: u64, cursor: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let next = if rows.len() > limit {
            rows.truncate(limit);
            rows.last().map(cursor)
        } else {
            None
        };
        Self { items: rows, next }
    }

    /// The first page or one after a row, out of a part of a list.
    pub fn forward(window: Window<T>) -> Self {
        Self {
            items: window.items,
            next: match window.next {
                Some(Position::After(cursor)) => Some(cursor),
                _ => None,
            },
        }
    }

    /// The same page of something made from each row.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next: self.next,
        }
    }
}

/// A count that stops at [`COUNT_LIMIT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count(pub u64);

impl Count {
    /// Whether there may be more than were counted.
    pub fn is_capped(self) -> bool {
        self.0 >= COUNT_LIMIT
    }

    /// Counts the rows of `query`, stopping at [`COUNT_LIMIT`].
    ///
    /// # Errors
    /// What the database says.
    pub async fn of(
        connection: &impl ConnectionTrait,
        mut query: SelectStatement,
    ) -> Result<Self, DbErr> {
        let counting = Query::select()
            .expr_as(Expr::cust("COUNT(*)"), Alias::new("rows_counted"))
            .from_subquery(query.limit(COUNT_LIMIT).to_owned(), Alias::new("counted"))
            .to_owned();
        let rows: Option<i64> = connection
            .query_one(&counting)
            .await?
            .map(|row| row.try_get("", "rows_counted"))
            .transpose()?;
        Ok(Self(u64::try_from(rows.unwrap_or(0)).unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_anything_else_is_refused() {
        let cursor = Cursor {
            key: -7,
            id: Uuid::from_u128(9),
        };
        assert_eq!(Cursor::parse(&cursor.encode()), Ok(cursor));
        for wrong in ["", "x", &"A".repeat(31), &"A".repeat(33), &"!".repeat(32)] {
            assert_eq!(Cursor::parse(wrong), Err(CursorError));
        }
    }

    #[test]
    fn the_last_page_has_no_next() {
        let cursor = |row: &i64| Cursor {
            key: *row,
            id: Uuid::nil(),
        };
        assert_eq!(
            Page::cut(vec![1, 2, 3], 2, cursor).next.map(|c| c.key),
            Some(2)
        );
        assert_eq!(Page::cut(vec![1, 2], 2, cursor).next, None);
    }
}
