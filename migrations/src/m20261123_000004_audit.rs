//! The record: `audit_events`, what is personal in them, the chain of seals, and counted floods.
//!
//! Triggers refuse every change of an event or a seal, so that no mistake of the program (or of
//! somebody at a database prompt) rewrites the record silently. Personal fields may be erased.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::columns::{
    bytes, drop_tables, id, index, instant, number, optional_bytes, optional_id, optional_text,
    serial, text,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_events(manager).await?;
        create_personal(manager).await?;
        create_seals(manager).await?;
        create_refusals(manager).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            guard_postgres(manager).await
        } else {
            guard_sqlite(manager).await
        }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &["refusals", "audit_seals", "audit_personal", "audit_events"],
        )
        .await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared("DROP FUNCTION latchkey_append_only()")
                .await?;
        }
        Ok(())
    }
}

async fn create_events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table(Alias::new("audit_events"))
                .col(serial("seq"))
                .col(id("event_id"))
                .col(instant("at"))
                .col(text("kind"))
                .col(text("outcome"))
                .col(optional_text("reason"))
                .col(optional_id("actor_id"))
                .col(optional_id("subject_id"))
                .col(optional_id("session_id"))
                .col(optional_text("request_id"))
                .col(optional_text("detail"))
                // Over the personal fields and a salt that stands beside them.
                .col(optional_bytes("commitment"))
                .col(text("key_id"))
                .col(bytes("mac"))
                .to_owned(),
        )
        .await?;
    index(manager, "audit_events", &["event_id"], true).await?;
    for filter in ["actor_id", "subject_id", "kind", "outcome", "at"] {
        index(manager, "audit_events", &[filter, "seq"], false).await?;
    }
    Ok(())
}

async fn create_personal(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table(Alias::new("audit_personal"))
                .col(number("seq").primary_key())
                .col(optional_id("subject_id"))
                .col(bytes("salt"))
                .col(optional_text("address"))
                .col(optional_text("user_agent"))
                .col(optional_text("identifier"))
                .to_owned(),
        )
        .await?;
    index(manager, "audit_personal", &["subject_id"], false).await?;
    index(manager, "audit_personal", &["address", "seq"], false).await
}

async fn create_seals(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table(Alias::new("audit_seals"))
                .col(number("position").primary_key())
                .col(number("seq").unique_key())
                .col(text("key_id"))
                .col(bytes("chain"))
                .col(instant("sealed_at"))
                .to_owned(),
        )
        .await
}

async fn create_refusals(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table(Alias::new("refusals"))
                .col(instant("minute"))
                .col(text("kind"))
                .col(text("address"))
                .col(number("times"))
                .primary_key(
                    Index::create()
                        .col(Alias::new("minute"))
                        .col(Alias::new("kind"))
                        .col(Alias::new("address")),
                )
                .to_owned(),
        )
        .await
}

async fn guard_postgres(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    connection
        .execute_unprepared(
            "CREATE FUNCTION latchkey_append_only() RETURNS trigger LANGUAGE plpgsql \
             AS $$ BEGIN RAISE EXCEPTION 'the record is append-only'; END $$",
        )
        .await?;
    for table in ["audit_events", "audit_seals"] {
        for (name, change) in [
            ("append_only", "UPDATE OR DELETE ON {table} FOR EACH ROW"),
            ("no_truncate", "TRUNCATE ON {table} FOR EACH STATEMENT"),
        ] {
            let change = change.replace("{table}", table);
            connection
                .execute_unprepared(&format!(
                    "CREATE TRIGGER {table}_{name} BEFORE {change} \
                     EXECUTE FUNCTION latchkey_append_only()"
                ))
                .await?;
        }
    }
    Ok(())
}

async fn guard_sqlite(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for (table, same) in [
        ("audit_events", "seq = NEW.seq OR event_id = NEW.event_id"),
        ("audit_seals", "position = NEW.position OR seq = NEW.seq"),
    ] {
        for (name, change, when) in [
            ("no_update", "UPDATE", String::new()),
            ("no_delete", "DELETE", String::new()),
            (
                // REPLACE takes rows away without the trigger on DELETE.
                "no_replace",
                "INSERT",
                format!("WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "),
            ),
        ] {
            manager
                .get_connection()
                .execute_unprepared(&format!(
                    "CREATE TRIGGER {table}_{name} BEFORE {change} ON {table} {when}\
                     BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END"
                ))
                .await?;
        }
    }
    Ok(())
}
