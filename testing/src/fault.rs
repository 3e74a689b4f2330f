use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};

/// Makes the database itself refuse every insert into `table`, as a full disk would.
pub async fn refuse_writes(connection: &DatabaseConnection, table: &str) {
    let statements = match connection.get_database_backend() {
        DbBackend::Postgres => vec![
            "CREATE OR REPLACE FUNCTION test_refuse() RETURNS trigger LANGUAGE plpgsql \
             AS $$ BEGIN RAISE EXCEPTION 'refused by the test'; END $$"
                .to_owned(),
            format!(
                "CREATE TRIGGER test_refuse BEFORE INSERT ON {table} \
                 FOR EACH ROW EXECUTE FUNCTION test_refuse()"
            ),
        ],
        _ => vec![format!(
            "CREATE TRIGGER test_refuse BEFORE INSERT ON {table} \
             BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
        )],
    };
    for statement in statements {
        connection.execute_unprepared(&statement).await.unwrap();
    }
}

/// Takes the refusal back.
pub async fn allow_writes(connection: &DatabaseConnection, table: &str) {
    let statement = match connection.get_database_backend() {
        DbBackend::Postgres => format!("DROP TRIGGER test_refuse ON {table}"),
        _ => "DROP TRIGGER test_refuse".to_owned(),
    };
    connection.execute_unprepared(&statement).await.unwrap();
}
