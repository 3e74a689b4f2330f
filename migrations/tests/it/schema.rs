//! All migrations up, down, and up again.

use latchkey_migrations::Migrator;
use latchkey_testing::TestDatabase;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use sea_orm_migration::MigratorTrait;

/// What a schema is made of: tables with their columns, indexes, triggers and functions.
async fn schema(connection: &DatabaseConnection) -> Vec<String> {
    let backend = connection.get_database_backend();
    let query = match backend {
        DbBackend::Postgres => {
            "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' \
                    || is_nullable AS item \
             FROM information_schema.columns WHERE table_schema = 'public' \
             UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' \
             UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal \
             UNION ALL SELECT 'constraint ' || conname FROM pg_constraint \
                       WHERE connamespace = 'public'::regnamespace \
             UNION ALL SELECT 'sequence ' || sequencename FROM pg_sequences \
                       WHERE schemaname = 'public' \
             UNION ALL SELECT 'function ' || proname FROM pg_proc \
                       WHERE pronamespace = 'public'::regnamespace \
             ORDER BY item"
        }
        _ => {
            "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS item FROM sqlite_master \
             WHERE name NOT LIKE 'sqlite_%' ORDER BY item"
        }
    };
    connection
        .query_all_raw(Statement::from_string(backend, query))
        .await
        .unwrap()
        .iter()
        .map(|row| row.try_get("", "item").unwrap())
        .filter(|item: &String| !item.contains("seaql_migrations"))
        .collect()
}

/// An empty schema.
const NOTHING: [&str; 0] = [];

/// The tables of the whole program.
const TABLES: [&str; 14] = [
    "users",
    "sessions",
    "signals",
    "audit_events",
    "audit_personal",
    "audit_seals",
    "refusals",
    "accounts",
    "passwords",
    "installation",
    "invitations",
    "signing_keys",
    "nodes",
    "node_positions",
];

#[tokio::test]
async fn all_migrations_go_up_and_down_and_up_again() {
    let database = TestDatabase::empty().await;
    let connection = &database.connection;
    assert_eq!(schema(connection).await, NOTHING);
    Migrator::up(connection, None).await.unwrap();
    let first = schema(connection).await;
    for table in TABLES {
        assert!(first.iter().any(|item| item.contains(table)), "{table}");
    }

    Migrator::down(connection, None).await.unwrap();
    assert_eq!(schema(connection).await, NOTHING);

    Migrator::up(connection, None).await.unwrap();
    assert_eq!(schema(connection).await, first);
}

#[tokio::test]
async fn each_migration_goes_down_to_what_was_there_before_it() {
    let database = TestDatabase::empty().await;
    let connection = &database.connection;
    let mut steps = vec![schema(connection).await];
    for _ in Migrator::migrations() {
        Migrator::up(connection, Some(1)).await.unwrap();
        steps.push(schema(connection).await);
    }
    while let Some(expected) = steps.pop() {
        assert_eq!(schema(connection).await, expected);
        if !steps.is_empty() {
            Migrator::down(connection, Some(1)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    let database = TestDatabase::new().await;
    let connection = &database.connection;
    let before = schema(connection).await;
    Migrator::up(connection, None).await.unwrap();
    assert_eq!(schema(connection).await, before);
    let pending = Migrator::get_pending_migrations(connection).await.unwrap();
    assert_eq!(pending.len(), 0);
}

#[tokio::test]
async fn migrations_go_down_with_rows_in_every_table() {
    let database = TestDatabase::new().await;
    let connection = &database.connection;
    let uuid = match connection.get_database_backend() {
        DbBackend::Postgres => "'01890a5d-ac96-774b-bcce-b302099a8057'::uuid",
        _ => "x'01890a5dac96774bbcceb302099a8057'",
    };
    let bytes = match connection.get_database_backend() {
        DbBackend::Postgres => "'\\x00'::bytea",
        _ => "x'00'",
    };
    for insert in [
        format!("users (user_id, role, created_at) VALUES ({uuid}, 'user', 1)"),
        format!(
            "sessions (session_id, user_id, created_at, proved_at, method, last_seen_at, \
             expires_at, address, network, last_address, user_agent, browser, system, device) \
             VALUES ({uuid}, {uuid}, 1, 1, 'password', 1, 1, '', '', '', '', '', '', '')"
        ),
        "signals (kind, at) VALUES ('user_changed', 1)".to_owned(),
        format!(
            "audit_events (event_id, at, kind, outcome, key_id, mac) \
             VALUES ({uuid}, 1, 'sign_in', 'success', '', {bytes})"
        ),
        format!("audit_personal (seq, salt) VALUES (1, {bytes})"),
        format!(
            "audit_seals (position, seq, key_id, chain, sealed_at) VALUES (1, 1, '', {bytes}, 1)"
        ),
        "refusals (minute, kind, address, times) VALUES (1, '', '', 1)".to_owned(),
        format!(
            "accounts (user_id, username, username_key, username_skeleton, created_at) \
             VALUES ({uuid}, 'alice', 'alice', 'alice', 1)"
        ),
        format!("passwords (user_id, password_hash, changed_at) VALUES ({uuid}, '', 1)"),
        format!(
            "signing_keys (kid, algorithm, public_jwk, sealed_key, nonce, master_key_id, \
             created_at, signs_from) VALUES ('', 'EdDSA', '', {bytes}, {bytes}, '', 1, 1)"
        ),
        format!(
            "nodes (node_id, name, version, started_at, beat_at, position, bound_ms, applied) \
             VALUES ({uuid}, '', '', 1, 1, '', 1, 1)"
        ),
        format!("node_positions (node_id, position, at) VALUES ({uuid}, '', 1)"),
        format!("setup_links (code_hash, created_at, expires_at) VALUES ({bytes}, 1, 1)"),
        format!(
            "invitations (invitation_id, code_hash, role, user_id, created_at, expires_at) \
             VALUES ({uuid}, {bytes}, 'user', {uuid}, 1, 1)"
        ),
    ] {
        connection
            .execute_unprepared(&format!("INSERT INTO {insert}"))
            .await
            .expect(&insert);
    }
    Migrator::down(connection, None).await.unwrap();
    assert_eq!(schema(connection).await, NOTHING);
}
