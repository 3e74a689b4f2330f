//! Making many indexes at once, over tables that may have many millions of rows.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Name; table and columns; of which rows (of all, where it is empty).
pub(crate) type Made = (&'static str, &'static str, &'static str);

/// Makes them, for as long as it takes: that is longer than any statement of the program may.
pub(crate) async fn make(manager: &SchemaManager<'_>, indexes: &[Made]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if manager.get_database_backend() == DbBackend::Postgres {
        connection
            .execute_unprepared("SET LOCAL statement_timeout = 0")
            .await?;
    }
    for (name, over, rows) in indexes {
        let rows = if rows.is_empty() {
            String::new()
        } else {
            format!(" WHERE {rows}")
        };
        connection
            .execute_unprepared(&format!("CREATE INDEX {name} ON {over}{rows}"))
            .await?;
    }
    Ok(())
}

/// Takes them away.
pub(crate) async fn drop(manager: &SchemaManager<'_>, indexes: &[Made]) -> Result<(), DbErr> {
    for (name, ..) in indexes {
        manager
            .get_connection()
            .execute_unprepared(&format!("DROP INDEX {name}"))
            .await?;
    }
    Ok(())
}
