//! Reading signals from SQLite.
//!
//! One process serves a file, and applies what it commits itself; but the command line writes
//! signals too. `PRAGMA data_version`, on a connection that never writes, says for next to nothing
//! whether somebody else has committed. Writers come one after the other and numbers are never
//! given twice (AUTOINCREMENT), so that they are the order of commits.

use futures_util::TryStreamExt as _;
use latchkey_types::UnixMillis;
use sqlx::{ConnectOptions as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{
    POLL_LIMIT, REBUILD_LIMIT,
    reader::{FeedError, Read, Row, in_time},
};
use crate::Authority;

#[derive(Debug)]
pub(super) struct SqliteReader {
    options: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    version: Option<i64>,
    last: i64,
    /// Nothing was read over this connection: the rows that still matter are read by time.
    is_behind: bool,
}

impl SqliteReader {
    pub(super) fn new(options: SqliteConnectOptions) -> Self {
        Self {
            options: options.disable_statement_logging(),
            connection: None,
            version: None,
            last: 0,
            is_behind: true,
        }
    }

    pub(super) fn reset(&mut self) {
        self.connection = None;
        self.version = None;
    }

    pub(super) async fn read(
        &mut self,
        authority: &Authority,
        since: UnixMillis,
        apply: &mut impl FnMut(Row),
    ) -> Result<Read, FeedError> {
        if self.connection.is_none() {
            self.connection = Some(in_time(POLL_LIMIT, self.options.connect()).await?);
            self.version = None;
            self.is_behind = true;
            authority.doubt_everything();
        }
        let limit = if self.is_behind {
            REBUILD_LIMIT
        } else {
            POLL_LIMIT
        };
        let moved_backwards = in_time(limit, self.catch_up(since, apply)).await?;
        Ok(Read {
            moved_backwards,
            position: self.last.to_string(),
        })
    }

    /// Applies what is new, if anything is; returns whether the table is behind what was read.
    async fn catch_up(
        &mut self,
        since: UnixMillis,
        apply: &mut impl FnMut(Row),
    ) -> Result<bool, sqlx::Error> {
        let connection = self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        // Before the rows: what is committed in between is seen as a further change.
        let version: i64 = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(&mut *connection)
            .await?;
        if self.version == Some(version) {
            return Ok(false);
        }
        let given: i64 =
            sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'signals'")
                .fetch_optional(&mut *connection)
                .await?
                .unwrap_or(0);
        let moved_backwards = given < self.last;
        if self.is_behind || moved_backwards {
            self.last = 0;
        }
        let mut rows = sqlx::query(
            "SELECT signal_id, kind, user_id, session_id, payload FROM signals \
             WHERE signal_id > ? AND at >= ? ORDER BY signal_id",
        )
        .bind(self.last)
        .bind(if self.last == 0 { since.0 } else { i64::MIN })
        .fetch(&mut *connection);
        let mut last = given.max(self.last);
        while let Some(row) = rows.try_next().await? {
            let signal = signal(&row)?;
            last = last.max(signal.signal_id);
            apply(signal);
        }
        drop(rows);
        self.last = last;
        self.version = Some(version);
        self.is_behind = false;
        Ok(moved_backwards)
    }
}

fn signal(row: &sqlx::sqlite::SqliteRow) -> Result<Row, sqlx::Error> {
    Ok(Row {
        signal_id: row.try_get("signal_id")?,
        kind: row.try_get("kind")?,
        user_id: row.try_get("user_id")?,
        session_id: row.try_get("session_id")?,
        payload: row.try_get("payload")?,
    })
}
