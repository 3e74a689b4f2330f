//! Reading the table of signals, on a connection of its own.

use std::time::Duration;

use latchkey_types::UnixMillis;
use sea_orm::{DatabaseConnection, DbBackend};
use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};
use tokio::time::timeout;
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
        if database.get_database_backend() == DbBackend::Postgres {
            let options = database.get_postgres_connection_pool().connect_options();
            Self::Postgres(Box::new(options.as_ref().clone()))
        } else {
            let options = database.get_sqlite_connection_pool().connect_options();
            Self::Sqlite(Box::new(options.as_ref().clone()))
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

    /// Reads what is new and applies it row by row; connects first where there is no connection.
    ///
    /// Applying only takes away: what was applied before a failure was right.
    pub(super) async fn read(&mut self, authority: &Authority) -> Result<Read, FeedError> {
        let since = remembered_since(authority.now());
        let mut apply = |row: Row| apply(authority, &row);
        match self {
            Self::Postgres(reader) => reader.read(authority, since, &mut apply).await,
            Self::Sqlite(reader) => reader.read(authority, since, &mut apply).await,
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
    const SUCCESSOR: Duration = Duration::from_mins(1);
    now.before(REMEMBERED + TRANSACTION_LIMIT + SUCCESSOR)
}

/// Has every copy read again where a row says what this release does not understand.
fn apply(authority: &Authority, row: &Row) {
    let signal = Signal::read(
        &row.kind,
        row.user_id,
        row.session_id,
        row.payload.as_deref(),
    );
    if let Some(signal) = signal {
        authority.apply(&signal);
        return;
    }
    tracing::warn!(
        signal.kind = row.kind,
        "a signal that this release does not understand: every copy is read again"
    );
    authority.doubt_everything();
}

/// Connecting, or one poll, within its limit.
pub(super) async fn in_time<T, E: Into<FeedError>>(
    limit: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, FeedError> {
    timeout(limit, work)
        .await
        .map_err(|_| FeedError::Late)?
        .map_err(Into::into)
}
