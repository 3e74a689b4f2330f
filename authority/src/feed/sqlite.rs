//! Reading signals from SQLite.
//!
//! One process serves a file, and applies what it commits itself; but the command line writes
//! signals too. `PRAGMA data_version`, on a connection that never writes, says for next to nothing
//! whether somebody else has committed. Writers come one after the other and numbers are never
//! given twice (AUTOINCREMENT), so that they are the order of commits.

use std::collections::HashSet;

use latchkey_types::UnixMillis;
use sqlx::{ConnectOptions as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::reader::{FeedError, Read, Row, understand};

#[derive(Debug)]
pub(super) struct SqliteReader {
    options: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    /// Nothing was read over it yet.
    is_new: bool,
    version: Option<i64>,
    last: i64,
}

impl SqliteReader {
    pub(super) fn new(options: SqliteConnectOptions) -> Self {
        Self {
            options: options.disable_statement_logging(),
            connection: None,
            is_new: false,
            version: None,
            last: 0,
        }
    }

    pub(super) fn reset(&mut self) {
        self.connection = None;
        self.version = None;
    }

    /// Connects where there is no connection. Returns whether nothing was read over it yet.
    pub(super) async fn connect(&mut self) -> Result<bool, FeedError> {
        if self.connection.is_none() {
            self.connection = Some(self.options.connect().await?);
            self.is_new = true;
        }
        Ok(self.is_new)
    }

    pub(super) async fn read(&mut self, since: UnixMillis) -> Result<Read, FeedError> {
        let is_new_connection = self.connect().await?;
        // Not put back unless all goes well.
        let mut connection = self.connection.take().ok_or(FeedError::Late)?;
        // Before the rows: what is committed in between is seen as a further change.
        let version: i64 = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(&mut connection)
            .await?;
        let mut read = Read {
            signals: Vec::new(),
            holds_unknown_kinds: false,
            is_new_connection,
            moved_backwards: false,
            position: self.last.to_string(),
        };
        if self.version != Some(version) {
            let given: Option<i64> =
                sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'signals'")
                    .fetch_optional(&mut connection)
                    .await?;
            read.moved_backwards = given.unwrap_or(0) < self.last;
            if is_new_connection || read.moved_backwards {
                self.last = 0;
            }
            let rows = sqlx::query(
                "SELECT signal_id, kind, user_id, session_id, payload FROM signals \
                 WHERE signal_id > ? AND at >= ? ORDER BY signal_id",
            )
            .bind(self.last)
            .bind(if self.last == 0 { since.0 } else { i64::MIN })
            .fetch_all(&mut connection)
            .await?
            .iter()
            .map(signal)
            .collect::<Result<Vec<_>, _>>()?;
            self.last = rows
                .last()
                .map_or(0, |row| row.signal_id)
                .max(given.unwrap_or(0))
                .max(self.last);
            (read.signals, read.holds_unknown_kinds) = understand(rows, &HashSet::new());
            read.position = self.last.to_string();
            self.version = Some(version);
        }
        self.connection = Some(connection);
        self.is_new = false;
        Ok(read)
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
