//! The database itself refuses to rewrite the record.

use latchkey_testing::{Snapshot, TestDatabase};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

fn uuid(connection: &DatabaseConnection, last: u8) -> String {
    match connection.get_database_backend() {
        DbBackend::Postgres => format!("'01890a5d-ac96-774b-bcce-b302099a80{last:02x}'::uuid"),
        _ => format!("x'01890a5dac96774bbcceb302099a80{last:02x}'"),
    }
}

fn bytes(connection: &DatabaseConnection) -> &'static str {
    match connection.get_database_backend() {
        DbBackend::Postgres => "'\\x00'::bytea",
        _ => "x'00'",
    }
}

/// Three events with their personal rows and seals.
async fn record() -> TestDatabase {
    let database = TestDatabase::new().await;
    let connection = &database.connection;
    let bytes = bytes(connection);
    for seq in 1..=3 {
        let event_id = uuid(connection, seq);
        for insert in [
            format!(
                "audit_events (event_id, at, kind, outcome, key_id, mac) \
                 VALUES ({event_id}, 1, 'sign_in', 'success', '', {bytes})"
            ),
            format!("audit_personal (seq, salt, address) VALUES ({seq}, {bytes}, '192.0.2.1')"),
            format!(
                "audit_seals (position, seq, key_id, chain, sealed_at) \
                 VALUES ({seq}, {seq}, '', {bytes}, 1)"
            ),
        ] {
            connection
                .execute_unprepared(&format!("INSERT INTO {insert}"))
                .await
                .expect(&insert);
        }
    }
    database
}

/// Every one of `changes` fails and leaves everything as it was.
async fn refused(changes: &[String]) {
    let database = record().await;
    let connection = &database.connection;
    let before = Snapshot::of(connection).await;
    for change in changes {
        connection
            .execute_unprepared(change)
            .await
            .expect_err(change);
        assert_eq!(Snapshot::of(connection).await, before, "{change}");
    }
}

#[tokio::test]
async fn i09_events_and_seals_are_neither_changed_nor_deleted() {
    refused(&[
        "UPDATE audit_events SET kind = 'sign_up' WHERE seq = 2".to_owned(),
        "UPDATE audit_events SET detail = '{}'".to_owned(),
        "UPDATE audit_events SET seq = 9 WHERE seq = 2".to_owned(),
        "DELETE FROM audit_events WHERE seq = 2".to_owned(),
        "DELETE FROM audit_events".to_owned(),
        "UPDATE audit_seals SET sealed_at = 2".to_owned(),
        "UPDATE audit_seals SET position = 9 WHERE position = 2".to_owned(),
        "DELETE FROM audit_seals WHERE position = 3".to_owned(),
        "DELETE FROM audit_seals".to_owned(),
    ])
    .await;
}

#[tokio::test]
async fn i09_events_and_seals_are_not_replaced_by_others() {
    let database = record().await;
    let connection = &database.connection;
    let (taken, free, bytes) = (uuid(connection, 2), uuid(connection, 9), bytes(connection));
    let event = |head: &str, seq: &str, event_id: &str| {
        format!(
            "{head} INTO audit_events (seq, event_id, at, kind, outcome, key_id, mac) \
             VALUES ({seq}, {event_id}, 2, 'sign_up', 'success', '', {bytes})"
        )
    };
    let seal = |head: &str, position: i32, seq: i32| {
        format!(
            "{head} INTO audit_seals (position, seq, key_id, chain, sealed_at) \
             VALUES ({position}, {seq}, '', {bytes}, 2)"
        )
    };
    let mut changes = Vec::new();
    if connection.get_database_backend() == DbBackend::Postgres {
        let update = "ON CONFLICT (seq) DO UPDATE SET kind = 'sign_up'";
        changes.push(format!("{} {update}", event("INSERT", "2", &free)));
        let update = "ON CONFLICT (position) DO UPDATE SET sealed_at = 2";
        changes.push(format!("{} {update}", seal("INSERT", 2, 9)));
        changes.push("TRUNCATE audit_events".to_owned());
        changes.push("TRUNCATE audit_seals".to_owned());
    } else {
        changes.push(event("REPLACE", "2", &free));
        changes.push(event("REPLACE", "NULL", &taken));
        changes.push(seal("REPLACE", 2, 9));
        changes.push(seal("REPLACE", 9, 2));
    }
    changes.push(event("INSERT", "2", &free));
    changes.push(event("INSERT", "9", &taken));
    changes.push(seal("INSERT", 9, 2));
    refused(&changes).await;
}

#[tokio::test]
async fn i09_what_is_personal_may_be_erased() {
    let database = record().await;
    let connection = &database.connection;
    for change in [
        "UPDATE audit_personal SET address = NULL WHERE seq = 1",
        "DELETE FROM audit_personal",
    ] {
        connection.execute_unprepared(change).await.expect(change);
    }
}

#[tokio::test]
async fn i09_row_numbers_of_events_and_signals_are_never_given_twice() {
    let database = record().await;
    let connection = &database.connection;
    for insert in ["INSERT", "DELETE", "INSERT"] {
        let statement = if insert == "DELETE" {
            "DELETE FROM signals"
        } else {
            "INSERT INTO signals (kind, at) VALUES ('user_changed', 1)"
        };
        connection.execute_unprepared(statement).await.unwrap();
    }
    let backend = connection.get_database_backend();
    let numbers = Statement::from_string(backend, "SELECT signal_id FROM signals");
    let row = connection.query_one_raw(numbers).await.unwrap().unwrap();
    assert_eq!(row.try_get::<i64>("", "signal_id").unwrap(), 2);
}
