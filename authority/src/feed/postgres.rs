//! Reading signals from PostgreSQL.
//!
//! Row numbers are given before commit and become visible out of order; transaction ids too. So a
//! poll reads the rows of every transaction that had not ended when the mark was set, applies
//! those that it sees, and moves the mark to the oldest transaction that is still under way in the
//! very snapshot that it read (`pg_snapshot_xmin`). Whatever commits later has an id from there
//! on. A long transaction keeps the mark back, and blinds nobody: what others commit meanwhile is
//! seen by the next poll.

use std::collections::HashSet;

use futures_util::TryStreamExt as _;
use latchkey_types::UnixMillis;
use sqlx::{
    ConnectOptions as _, PgConnection, Postgres, Row as _,
    postgres::{PgArguments, PgConnectOptions},
    query::Query,
};

use super::{
    POLL_LIMIT, REBUILD_LIMIT,
    reader::{FeedError, Read, Row, in_time},
};
use crate::Authority;

/// Rows from a mark on, whether they come again, and what the snapshot of this statement is. One
/// row comes even where there is no signal.
const POLL: &str = "SELECT signal_id, kind, user_id, session_id, payload, \
     coalesce(transaction_id >= pg_snapshot_xmin(snapshot), false) AS comes_again, \
     pg_snapshot_xmin(snapshot)::text::bigint AS low, \
     pg_snapshot_xmax(snapshot)::text::bigint AS high, \
     snapshot::text AS position \
     FROM (SELECT pg_current_snapshot() AS snapshot) AS now \
     LEFT JOIN signals ON transaction_id >= $1::text::xid8";

/// The same by time, for a node that has read nothing yet.
const REBUILD: &str = "SELECT signal_id, kind, user_id, session_id, payload, \
     coalesce(transaction_id >= pg_snapshot_xmin(snapshot), false) AS comes_again, \
     pg_snapshot_xmin(snapshot)::text::bigint AS low, \
     pg_snapshot_xmax(snapshot)::text::bigint AS high, \
     snapshot::text AS position \
     FROM (SELECT pg_current_snapshot() AS snapshot) AS now \
     LEFT JOIN signals ON at >= $1";

#[derive(Debug)]
pub(super) struct PostgresReader {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    /// Every row of an earlier transaction was read.
    mark: i64,
    /// No transaction from this id on had begun at the last poll.
    high: i64,
    /// Rows from the mark on that were applied.
    seen: HashSet<i64>,
}

impl PostgresReader {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        Self {
            options: options.disable_statement_logging(),
            connection: None,
            mark: 0,
            high: 0,
            seen: HashSet::new(),
        }
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    pub(super) fn reset(&mut self) {
        self.connection = None;
    }

    pub(super) async fn read(
        &mut self,
        authority: &Authority,
        since: UnixMillis,
        apply: &mut impl FnMut(Row),
    ) -> Result<Read, FeedError> {
        if let Some(mut connection) = self.connection.take() {
            let poll = sqlx::query(POLL).bind(self.mark.to_string());
            let polled = in_time(POLL_LIMIT, self.rows(&mut connection, poll, apply)).await?;
            // Numbers below the mark may be given again then: the next poll reads by time.
            self.connection = (!polled.moved_backwards).then_some(connection);
            return Ok(polled);
        }
        let mut connection = in_time(POLL_LIMIT, self.connect()).await?;
        // Whatever happened meanwhile (a fail-over, a restored copy), the table says.
        authority.feed().doubt_everything();
        self.seen.clear();
        let rebuild = sqlx::query(REBUILD).bind(since.0);
        let rebuilt = in_time(REBUILD_LIMIT, self.rows(&mut connection, rebuild, apply)).await?;
        self.connection = Some(connection);
        Ok(rebuilt)
    }

    /// Applies the rows of a query that were not applied yet, and moves the mark.
    async fn rows(
        &mut self,
        connection: &mut PgConnection,
        query: Query<'_, Postgres, PgArguments>,
        apply: &mut impl FnMut(Row),
    ) -> Result<Read, sqlx::Error> {
        let mut rows = query.fetch(connection);
        let mut seen = HashSet::new();
        let mut last = None;
        while let Some(row) = rows.try_next().await? {
            if let Some(signal) = signal(&row)? {
                if row.try_get("comes_again")? {
                    seen.insert(signal.signal_id);
                }
                if !self.seen.contains(&signal.signal_id) {
                    apply(signal);
                }
            }
            last = Some(row);
        }
        let last = last.ok_or(sqlx::Error::RowNotFound)?;
        let high: i64 = last.try_get("high")?;
        let read = Read {
            moved_backwards: high < self.high,
            position: last.try_get("position")?,
        };
        self.mark = last.try_get("low")?;
        self.high = high;
        self.seen = seen;
        Ok(read)
    }

    async fn connect(&self) -> Result<PgConnection, FeedError> {
        let options = self.options.clone().application_name("latchkey feed");
        let mut connection = options.connect().await?;
        let is_replica: bool = sqlx::query_scalar("SELECT pg_is_in_recovery()")
            .fetch_one(&mut connection)
            .await?;
        if is_replica {
            return Err(FeedError::Replica);
        }
        Ok(connection)
    }
}

/// The signal of a row; `None` where the row has the snapshot alone.
fn signal(row: &sqlx::postgres::PgRow) -> Result<Option<Row>, sqlx::Error> {
    let Some(signal_id) = row.try_get::<Option<i64>, _>("signal_id")? else {
        return Ok(None);
    };
    Ok(Some(Row {
        signal_id,
        kind: row.try_get("kind")?,
        user_id: row.try_get("user_id")?,
        session_id: row.try_get("session_id")?,
        payload: row.try_get("payload")?,
    }))
}
