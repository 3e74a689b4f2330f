//! Reading signals from PostgreSQL.
//!
//! Row numbers are given before commit and become visible out of order; transaction ids too. So a
//! poll reads the rows of every transaction that had not ended when the mark was set, applies
//! those that it sees, and moves the mark to the oldest transaction that is still under way in the
//! very snapshot that it read (`pg_snapshot_xmin`). Whatever commits later has an id from there
//! on. A long transaction keeps the mark back, and blinds nobody: what others commit meanwhile is
//! seen by the next poll.

use std::collections::HashSet;

use latchkey_types::UnixMillis;
use sqlx::{ConnectOptions as _, PgConnection, Row as _, postgres::PgConnectOptions};

use super::reader::{FeedError, Read, Row, understand};

/// Rows from a mark on, and what the snapshot of this statement is. One row comes even where there
/// is no signal. `given` is the last number of the table's counter, which no transaction undoes.
const POLL: &str = "SELECT signal_id, kind, user_id, session_id, payload, \
     pg_snapshot_xmin(snapshot)::text::bigint AS low, \
     pg_snapshot_xmax(snapshot)::text::bigint AS high, \
     snapshot::text AS position, given \
     FROM (SELECT last_value AS given FROM signals_signal_id_seq) AS counter, \
     (SELECT pg_current_snapshot() AS snapshot) AS now \
     LEFT JOIN signals ON transaction_id >= $1::text::xid8 \
     ORDER BY signal_id";

/// The same by time, for a node that has read nothing yet.
const REBUILD: &str = "SELECT signal_id, kind, user_id, session_id, payload, \
     pg_snapshot_xmin(snapshot)::text::bigint AS low, \
     pg_snapshot_xmax(snapshot)::text::bigint AS high, \
     snapshot::text AS position, given \
     FROM (SELECT last_value AS given FROM signals_signal_id_seq) AS counter, \
     (SELECT pg_current_snapshot() AS snapshot) AS now \
     LEFT JOIN signals ON at >= $1 \
     ORDER BY signal_id";

#[derive(Debug)]
pub(super) struct PostgresReader {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    /// Nothing was read over it yet.
    is_new: bool,
    /// Every row of an earlier transaction was read.
    mark: i64,
    /// No transaction from this id on had begun at the last poll.
    high: i64,
    /// The highest number of a row that was read.
    last: i64,
    /// Rows from the mark on that were read.
    seen: HashSet<i64>,
}

impl PostgresReader {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        Self {
            options: options.disable_statement_logging(),
            connection: None,
            is_new: false,
            mark: 0,
            high: 0,
            last: 0,
            seen: HashSet::new(),
        }
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    pub(super) fn reset(&mut self) {
        self.connection = None;
    }

    /// Connects where there is no connection. Returns whether nothing was read over it yet.
    pub(super) async fn connect(&mut self) -> Result<bool, FeedError> {
        if self.connection.is_none() {
            self.connection = Some(self.connected().await?);
            self.is_new = true;
        }
        Ok(self.is_new)
    }

    pub(super) async fn read(&mut self, since: UnixMillis) -> Result<Read, FeedError> {
        let is_new_connection = self.connect().await?;
        // Not put back unless all goes well: whoever gives up half-way leaves an answer in it.
        let mut connection = self.connection.take().ok_or(FeedError::Late)?;
        let rows = if is_new_connection {
            // Whatever happened meanwhile (a fail-over, a restored copy), the table says.
            self.seen.clear();
            sqlx::query(REBUILD)
                .bind(since.0)
                .fetch_all(&mut connection)
                .await?
        } else {
            sqlx::query(POLL)
                .bind(self.mark.to_string())
                .fetch_all(&mut connection)
                .await?
        };
        let first = rows.first().ok_or(sqlx::Error::RowNotFound)?;
        let low: i64 = first.try_get("low")?;
        let high: i64 = first.try_get("high")?;
        let position: String = first.try_get("position")?;
        let rows = rows
            .iter()
            .filter_map(|row| signal(row).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        let given: i64 = first.try_get("given")?;
        // Numbers of transactions begin anew with another server. A copy that is put back into the
        // same one has its own counter, which is then behind a row that was read.
        let moved_backwards = high < self.high || given < self.last;
        if moved_backwards {
            self.last = 0;
        }
        let ids: HashSet<i64> = rows.iter().map(|row| row.signal_id).collect();
        self.last = ids.iter().copied().fold(self.last, i64::max);
        let (signals, holds_unknown_kinds) = understand(rows, &self.seen);
        // Rows from the new mark on are among these, and come again.
        self.seen = ids;
        self.mark = low;
        self.high = high;
        // Numbers below the mark may be given again then: the next poll reads by time.
        self.connection = (is_new_connection || !moved_backwards).then_some(connection);
        self.is_new = false;
        Ok(Read {
            signals,
            holds_unknown_kinds,
            is_new_connection,
            moved_backwards,
            position,
        })
    }

    async fn connected(&self) -> Result<PgConnection, FeedError> {
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
