//! Reading signals from PostgreSQL.
//!
//! Row numbers are given before commit and become visible out of order; transaction ids too. So a
//! poll reads what its own snapshot shows and the snapshot of the poll before did not: exactly what
//! was committed in between. Rows of transactions below the oldest one that was under way then (the
//! mark, `pg_snapshot_xmin`) were all shown, and an index leaves them out. A long transaction keeps
//! the mark back, and blinds nobody: what others commit meanwhile is read by the next poll, once.

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

/// What was committed since a snapshot, and what the snapshot of this statement is. One row comes
/// even where there is no signal. `given` is the last number of the table's counter, which no
/// transaction undoes.
const POLL: &str = "SELECT signal_id, kind, user_id, session_id, payload, \
     pg_snapshot_xmin(snapshot)::text AS low, \
     pg_snapshot_xmax(snapshot)::text::bigint AS high, \
     snapshot::text AS position, given, pg_is_in_recovery() AS is_replica \
     FROM (SELECT last_value AS given FROM signals_signal_id_seq) AS counter, \
     (SELECT pg_current_snapshot() AS snapshot) AS now \
     LEFT JOIN signals ON transaction_id >= $1::text::xid8 \
     AND NOT pg_visible_in_snapshot(transaction_id, $2::text::pg_snapshot)";

/// What is remembered by time, for a node that has read nothing yet.
const REBUILD: &str = "SELECT signal_id, kind, user_id, session_id, payload, \
     pg_snapshot_xmin(snapshot)::text AS low, \
     pg_snapshot_xmax(snapshot)::text::bigint AS high, \
     snapshot::text AS position, given, pg_is_in_recovery() AS is_replica \
     FROM (SELECT last_value AS given FROM signals_signal_id_seq) AS counter, \
     (SELECT pg_current_snapshot() AS snapshot) AS now \
     LEFT JOIN signals ON at >= $1";

#[derive(Debug)]
pub(super) struct PostgresReader {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    /// Every row of an earlier transaction was read: `xid8` as text.
    mark: String,
    /// No transaction from this id on had begun at the last poll.
    high: i64,
    /// The highest number of a row that was read.
    last: i64,
    /// The snapshot of the last poll: `pg_snapshot` as text.
    position: String,
}

impl PostgresReader {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        Self {
            options: options.disable_statement_logging(),
            connection: None,
            mark: String::new(),
            high: 0,
            last: 0,
            position: String::new(),
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
            let news = sqlx::query(POLL)
                .bind(self.mark.clone())
                .bind(self.position.clone());
            let polled = in_time(POLL_LIMIT, self.rows(&mut connection, news, apply)).await?;
            if !polled.moved_backwards {
                self.connection = Some(connection);
                return Ok(polled);
            }
            // What the snapshots before say means nothing there: read by time, at once.
            let rebuilt = self.rebuild(authority, since, apply).await?;
            return Ok(Read {
                moved_backwards: true,
                ..rebuilt
            });
        }
        self.rebuild(authority, since, apply).await
    }

    /// Reads everything that is remembered, over a new connection: whatever happened meanwhile (a
    /// fail-over, a restored copy), the table says.
    async fn rebuild(
        &mut self,
        authority: &Authority,
        since: UnixMillis,
        apply: &mut impl FnMut(Row),
    ) -> Result<Read, FeedError> {
        let mut connection = in_time(POLL_LIMIT, self.connect()).await?;
        authority.doubt_everything();
        let everything = sqlx::query(REBUILD).bind(since.0);
        let read = in_time(REBUILD_LIMIT, self.rows(&mut connection, everything, apply)).await?;
        self.connection = Some(connection);
        Ok(read)
    }

    /// Applies the rows of a query, and takes its snapshot for the last one.
    async fn rows(
        &mut self,
        connection: &mut PgConnection,
        query: Query<'_, Postgres, PgArguments>,
        apply: &mut impl FnMut(Row),
    ) -> Result<Read, FeedError> {
        let mut rows = query.fetch(connection);
        let mut last = None;
        let mut number = 0;
        while let Some(row) = rows.try_next().await? {
            if let Some(signal) = signal(&row)? {
                number = number.max(signal.signal_id);
                apply(signal);
            }
            last = Some(row);
        }
        let last = last.ok_or(sqlx::Error::RowNotFound)?;
        if last.try_get("is_replica")? {
            return Err(FeedError::Replica);
        }
        let high: i64 = last.try_get("high")?;
        let given: i64 = last.try_get("given")?;
        // Numbers of transactions begin anew with another server. A copy that is put back into the
        // same one has its own counter, which is then behind a row that was read.
        let moved_backwards = high < self.high || given < self.last;
        self.last = if moved_backwards {
            number
        } else {
            number.max(self.last)
        };
        self.mark = last.try_get("low")?;
        self.high = high;
        self.position = last.try_get("position")?;
        Ok(Read {
            moved_backwards,
            position: self.position.clone(),
        })
    }

    async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let options = self.options.clone().application_name("latchkey feed");
        options.connect().await
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
