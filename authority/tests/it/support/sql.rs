//! The tables as they are, past everything that the crate under test would say of them.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TryGetable};
use uuid::Uuid;

/// Runs one statement.
pub(crate) async fn execute(connection: &DatabaseConnection, sql: &str) {
    connection.execute_unprepared(sql).await.expect(sql);
}

/// The column named `value` of every row of a query.
pub(crate) async fn column<T: TryGetable>(connection: &DatabaseConnection, sql: &str) -> Vec<T> {
    query(connection, sql)
        .await
        .iter()
        .map(|row| row.try_get("", "value").expect(sql))
        .collect()
}

/// How many rows `from` (a table, perhaps with WHERE) has.
pub(crate) async fn count(connection: &DatabaseConnection, from: &str) -> i64 {
    let counted = column(connection, &format!("SELECT COUNT(*) AS value FROM {from}")).await;
    counted[0]
}

/// An id as the database's SQL spells it.
pub(crate) fn id(connection: &DatabaseConnection, id: Uuid) -> String {
    match connection.get_database_backend() {
        DbBackend::Postgres => format!("'{}'::uuid", id.as_hyphenated()),
        _ => format!("x'{}'", id.as_simple()),
    }
}

/// A signal as it stands in its table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SignalRow {
    /// Its kind.
    pub(crate) kind: String,
    /// Its user.
    pub(crate) user_id: Option<Uuid>,
    /// Its session.
    pub(crate) session_id: Option<Uuid>,
    /// The sessions that its payload names.
    pub(crate) sessions: Option<Vec<Uuid>>,
}

/// All signals, oldest first.
pub(crate) async fn signals(connection: &DatabaseConnection) -> Vec<SignalRow> {
    query(connection, "SELECT * FROM signals ORDER BY signal_id")
        .await
        .iter()
        .map(|row| {
            let payload: Option<String> = row.try_get("", "payload").unwrap();
            SignalRow {
                kind: row.try_get("", "kind").unwrap(),
                user_id: row.try_get("", "user_id").unwrap(),
                session_id: row.try_get("", "session_id").unwrap(),
                sessions: payload.map(|payload| {
                    let payload: serde_json::Value = serde_json::from_str(&payload).unwrap();
                    serde_json::from_value(payload["sessions"].clone()).unwrap()
                }),
            }
        })
        .collect()
}

/// An event as it stands in its table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EventRow {
    /// Its row number.
    pub(crate) seq: i64,
    /// What happened.
    pub(crate) kind: String,
    /// How it came out.
    pub(crate) outcome: String,
    /// Why.
    pub(crate) reason: Option<String>,
    /// Who did it.
    pub(crate) actor_id: Option<Uuid>,
    /// To whom.
    pub(crate) subject_id: Option<Uuid>,
    /// Which session it is about.
    pub(crate) session_id: Option<Uuid>,
}

/// All events, oldest first.
pub(crate) async fn events(connection: &DatabaseConnection) -> Vec<EventRow> {
    query(connection, "SELECT * FROM audit_events ORDER BY seq")
        .await
        .iter()
        .map(|row| EventRow {
            seq: row.try_get("", "seq").unwrap(),
            kind: row.try_get("", "kind").unwrap(),
            outcome: row.try_get("", "outcome").unwrap(),
            reason: row.try_get("", "reason").unwrap(),
            actor_id: row.try_get("", "actor_id").unwrap(),
            subject_id: row.try_get("", "subject_id").unwrap(),
            session_id: row.try_get("", "session_id").unwrap(),
        })
        .collect()
}

/// Takes away what keeps the record from being rewritten, as somebody who owns the database can.
pub(crate) async fn drop_record_triggers(connection: &DatabaseConnection) {
    if connection.get_database_backend() == DbBackend::Postgres {
        for table in ["audit_events", "audit_seals"] {
            let disable = format!("ALTER TABLE {table} DISABLE TRIGGER USER");
            execute(connection, &disable).await;
        }
    } else {
        let triggers = "SELECT name AS value FROM sqlite_master WHERE type = 'trigger'";
        let names: Vec<String> = column(connection, triggers).await;
        for name in names {
            execute(connection, &format!("DROP TRIGGER {name}")).await;
        }
    }
}

/// Comes back once some transaction waits for a lock that another one holds (PostgreSQL only).
pub(crate) async fn wait_for_a_lock(connection: &DatabaseConnection) {
    while count(
        connection,
        "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
    .await
        == 0
    {
        tokio::task::yield_now().await;
    }
}

async fn query(connection: &DatabaseConnection, sql: &str) -> Vec<sea_orm::QueryResult> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    connection.query_all_raw(statement).await.expect(sql)
}
