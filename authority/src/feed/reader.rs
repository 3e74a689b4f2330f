//! Reading the table of signals, on a connection of its own.

use std::collections::HashSet;

use latchkey_types::UnixMillis;
use sea_orm::{DatabaseConnection, DbBackend};
use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};
use uuid::Uuid;

use super::{REMEMBERED, postgres::PostgresReader, sqlite::SqliteReader};
use crate::{Authority, database::TRANSACTION_LIMIT, signal::Signal};

/// Where the feed connects to.
#[derive(Debug, Clone)]
pub enum Source {
    /// A server that several nodes share.
    Postgres(Box<PgConnectOptions>),
    /// A file.
    Sqlite(Box<SqliteConnectOptions>),
}

impl Source {
    /// The database that `database` is a pool on.
    pub fn of(database: &DatabaseConnection) -> Self {
        match database.get_database_backend() {
            DbBackend::Postgres => {
                let options = database.get_postgres_connection_pool().connect_options();
                Self::Postgres(Box::new(options.as_ref().clone()))
            }
            _ => {
                let options = database.get_sqlite_connection_pool().connect_options();
                Self::Sqlite(Box::new(options.as_ref().clone()))
            }
        }
    }

    /// The `PostgreSQL` server of a URL: the primary itself, where the pool goes through a pooler.
    ///
    /// # Errors
    /// [`FeedError::Database`] when it is no URL of one.
    pub fn at(url: &str) -> Result<Self, FeedError> {
        Ok(Self::Postgres(Box::new(url.parse()?)))
    }
}

/// Why a poll failed.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The database did not answer in time.
    #[error("the database did not answer in time")]
    Late,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The feed would read a replica, which is behind by a time that nobody knows.
    #[error(
        "the feed must read the primary, and this is a replica: set `database_feed_url` to the \
         primary"
    )]
    Replica,
}

/// What one poll read.
#[derive(Debug)]
pub(super) struct Read {
    /// New signals, oldest first.
    pub(super) signals: Vec<Signal>,
    /// There was something that this release does not understand.
    pub(super) holds_unknown_kinds: bool,
    /// Read over a connection that was just made: what was known before may have gaps.
    pub(super) is_new_connection: bool,
    /// The table is behind what was read before.
    pub(super) moved_backwards: bool,
    /// Up to where was read, in the database's own words.
    pub(super) position: String,
}

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) signal_id: i64,
    pub(super) kind: String,
    pub(super) user_id: Option<Uuid>,
    pub(super) session_id: Option<Uuid>,
    pub(super) payload: Option<String>,
}

/// Reads what is new, whichever the database.
#[derive(Debug)]
pub(super) enum Reader {
    Postgres(PostgresReader),
    Sqlite(SqliteReader),
}

impl Reader {
    pub(super) fn new(source: Source) -> Self {
        match source {
            Source::Postgres(options) => Self::Postgres(PostgresReader::new(*options)),
            Source::Sqlite(options) => Self::Sqlite(SqliteReader::new(*options)),
        }
    }

    /// Connects where there is no connection. Returns whether the next reading is the first one over
    /// it, which reads all that is remembered.
    pub(super) async fn connect(&mut self) -> Result<bool, FeedError> {
        match self {
            Self::Postgres(reader) => reader.connect().await,
            Self::Sqlite(reader) => reader.connect().await,
        }
    }

    /// Reads what is new; connects first where there is no connection.
    pub(super) async fn read(&mut self, authority: &Authority) -> Result<Read, FeedError> {
        let since = remembered_since(authority.now());
        match self {
            Self::Postgres(reader) => reader.read(since).await,
            Self::Sqlite(reader) => reader.read(since).await,
        }
    }

    /// Drops the connection: after a failure nothing is known of its state.
    pub(super) fn reset(&mut self) {
        match self {
            Self::Postgres(reader) => reader.reset(),
            Self::Sqlite(reader) => reader.reset(),
        }
    }

    /// The options of a further connection, for hints; `None` where none are sent.
    pub(super) fn hint_options(&self) -> Option<PgConnectOptions> {
        match self {
            Self::Postgres(reader) => Some(reader.options().clone()),
            Self::Sqlite(_) => None,
        }
    }
}

/// Signals since then may still matter: a row has the time at which its transaction began, and one
/// may last as long as it is let. A minute more, for clocks of a primary and its successor.
fn remembered_since(now: UnixMillis) -> UnixMillis {
    const SUCCESSOR: std::time::Duration = std::time::Duration::from_mins(1);
    now.before(REMEMBERED + TRANSACTION_LIMIT + SUCCESSOR)
}

/// Leaves out what was read already, and understands the rest.
pub(super) fn understand(rows: Vec<Row>, seen: &HashSet<i64>) -> (Vec<Signal>, bool) {
    let mut holds_unknown_kinds = false;
    let mut signals = Vec::with_capacity(rows.len());
    for row in rows {
        if seen.contains(&row.signal_id) {
            continue;
        }
        match Signal::read(
            &row.kind,
            row.user_id,
            row.session_id,
            row.payload.as_deref(),
        ) {
            Some(signal) => signals.push(signal),
            None => {
                holds_unknown_kinds = true;
                tracing::warn!(
                    signal.kind = row.kind,
                    "a signal that this release does not understand: every copy is read again"
                );
            }
        }
    }
    (signals, holds_unknown_kinds)
}
