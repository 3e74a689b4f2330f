//! What every connection is told before anybody uses it.

use std::collections::BTreeSet;

use latchkey_authority::database::connect;
use latchkey_testing::{TestDatabase, rounds};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, TransactionTrait};
use tokio::task::JoinSet;

/// So many connections of one pool are looked at.
const CONNECTIONS: u32 = 4;

/// One transaction on each connection of a pool, all open at once.
async fn every_connection(url: &str) -> Vec<DatabaseTransaction> {
    let pool = connect(url, CONNECTIONS).await.unwrap();
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        open.push(pool.begin().await.unwrap());
    }
    open
}

async fn first_column(transaction: &DatabaseTransaction, query: &str) -> String {
    let statement = Statement::from_string(transaction.get_database_backend(), query);
    let row = transaction.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index::<String>(0)
        .or_else(|_| {
            row.try_get_by_index::<i64>(0)
                .map(|number| number.to_string())
        })
        .unwrap()
}

#[tokio::test]
async fn every_connection_to_sqlite_keeps_what_it_acknowledges() {
    if TestDatabase::is_postgres() {
        return;
    }
    let database = TestDatabase::empty().await;
    for transaction in every_connection(&database.url).await {
        for (pragma, expected) in [
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("foreign_keys", "1"),
            ("busy_timeout", "10000"),
        ] {
            let value = first_column(&transaction, &format!("PRAGMA {pragma}")).await;
            assert_eq!(value, expected, "{pragma}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_file_is_opened_by_many_at_once() {
    let database = TestDatabase::empty().await;
    let Some(folder) = database.folder() else {
        return;
    };
    for round in 0..rounds(30, 1_000) {
        let path = folder.join(format!("new-{round}.db"));
        let mut programs = JoinSet::new();
        for _ in 0..8 {
            let url = format!("sqlite://{}?mode=rwc", path.display());
            programs.spawn(async move { connect(&url, CONNECTIONS).await.map(drop) });
        }
        for opened in programs.join_all().await {
            opened.unwrap();
        }
    }
}

#[tokio::test]
async fn every_connection_to_postgresql_ends_what_takes_too_long() {
    if !TestDatabase::is_postgres() {
        return;
    }
    let database = TestDatabase::empty().await;
    let mut backends = BTreeSet::new();
    for transaction in every_connection(&database.url).await {
        assert_eq!(transaction.get_database_backend(), DbBackend::Postgres);
        for (setting, expected) in [
            ("statement_timeout", "30s"),
            ("idle_in_transaction_session_timeout", "30s"),
            ("lock_timeout", "10s"),
        ] {
            let value = first_column(&transaction, &format!("SHOW {setting}")).await;
            assert_eq!(value, expected, "{setting}");
        }
        backends.insert(first_column(&transaction, "SELECT pg_backend_pid()::bigint").await);
    }
    assert_eq!(backends.len() as u64, u64::from(CONNECTIONS));
}

#[tokio::test]
async fn a_database_in_memory_outlives_any_idle_hour() {
    let pool = connect("sqlite::memory:", 1).await.unwrap();
    let options = pool.get_sqlite_connection_pool().options();
    assert_eq!(options.get_idle_timeout(), None);
    assert_eq!(options.get_max_lifetime(), None);
}

#[tokio::test]
async fn an_address_that_is_no_database_is_refused() {
    connect("sqlite:///no/such/folder/latchkey.db", 1)
        .await
        .unwrap_err();
    connect("mysql://127.0.0.1/latchkey", 1).await.unwrap_err();
}
