use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};

/// Makes the database itself refuse every insert into `table`, as a full disk would.
pub async fn refuse_writes(connection: &DatabaseConnection, table: &str) {
    let statements = match connection.get_database_backend() {
        DbBackend::Postgres => vec![
            "CREATE OR REPLACE FUNCTION test_refuse() RETURNS trigger LANGUAGE plpgsql \
             AS $$ BEGIN RAISE EXCEPTION 'refused by the test'; END $$"
                .to_owned(),
            format!(
                "CREATE TRIGGER test_refuse_{table} BEFORE INSERT ON {table} \
                 FOR EACH ROW EXECUTE FUNCTION test_refuse()"
            ),
        ],
        _ => vec![format!(
            "CREATE TRIGGER test_refuse_{table} BEFORE INSERT ON {table} \
             BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
        )],
    };
    change_schema(connection, &statements).await;
}

/// Takes the refusal back.
pub async fn allow_writes(connection: &DatabaseConnection, table: &str) {
    let statement = match connection.get_database_backend() {
        DbBackend::Postgres => format!("DROP TRIGGER test_refuse_{table} ON {table}"),
        _ => format!("DROP TRIGGER test_refuse_{table}"),
    };
    change_schema(connection, &[statement]).await;
}

async fn change_schema(connection: &DatabaseConnection, statements: &[String]) {
    let transaction = connection
        .begin_with_options(TransactionOptions {
            // A transaction that reads before it writes fails as soon as another one has written.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        })
        .await
        .unwrap();
    if transaction.get_database_backend() == DbBackend::Sqlite {
        // SQLite looks for a trigger of the same name in what this connection last knew of the
        // schema; reading brings it up to date.
        let read = Statement::from_string(DbBackend::Sqlite, "SELECT 1 FROM sqlite_master");
        transaction.query_all_raw(read).await.unwrap();
    }
    for statement in statements {
        transaction.execute_unprepared(statement).await.unwrap();
    }
    transaction.commit().await.unwrap();
}
