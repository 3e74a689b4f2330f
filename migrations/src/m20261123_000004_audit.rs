//! The record: `audit_events`, what is personal in them, the chain of seals, and counted floods.
//!
//! Triggers refuse every change of an event or a seal, so that no mistake of the program (or of
//! somebody at a database prompt) rewrites the record silently. Personal fields may be erased.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::columns::{
    bytes, drop_tables, id, index, instant, optional_bytes, optional_id, optional_text, serial,
    text,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const SEALED_TABLES: [&str; 2] = ["audit_events", "audit_seals"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
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
                    // HMAC over the personal fields under a salt that stands beside them.
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

        manager
            .create_table(
                Table::create()
                    .table(Alias::new("audit_personal"))
                    .col(
                        ColumnDef::new(Alias::new("seq"))
                            .big_integer()
                            .not_null()
                            .primary_key(),
                    )
                    .col(optional_id("subject_id"))
                    .col(bytes("salt"))
                    .col(optional_text("address"))
                    .col(optional_text("user_agent"))
                    .col(optional_text("identifier"))
                    .to_owned(),
            )
            .await?;
        index(manager, "audit_personal", &["subject_id"], false).await?;
        index(manager, "audit_personal", &["address", "seq"], false).await?;

        manager
            .create_table(
                Table::create()
                    .table(Alias::new("audit_seals"))
                    .col(
                        ColumnDef::new(Alias::new("position"))
                            .big_integer()
                            .not_null()
                            .primary_key(),
                    )
                    .col(
                        ColumnDef::new(Alias::new("seq"))
                            .big_integer()
                            .not_null()
                            .unique_key(),
                    )
                    .col(text("key_id"))
                    .col(bytes("chain"))
                    .col(instant("sealed_at"))
                    .to_owned(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table(Alias::new("refusals"))
                    .col(instant("minute"))
                    .col(text("kind"))
                    .col(text("address"))
                    .col(
                        ColumnDef::new(Alias::new("times"))
                            .big_integer()
                            .not_null(),
                    )
                    .primary_key(
                        Index::create()
                            .col(Alias::new("minute"))
                            .col(Alias::new("kind"))
                            .col(Alias::new("address")),
                    )
                    .to_owned(),
            )
            .await?;

        let connection = manager.get_connection();
        match manager.get_database_backend() {
            DbBackend::Postgres => {
                connection
                    .execute_unprepared(
                        "CREATE FUNCTION latchkey_append_only() RETURNS trigger LANGUAGE plpgsql \
                         AS $$ BEGIN RAISE EXCEPTION 'the record is append-only'; END $$",
                    )
                    .await?;
                for table in SEALED_TABLES {
                    connection
                        .execute_unprepared(&format!(
                            "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} \
                             FOR EACH ROW EXECUTE FUNCTION latchkey_append_only()"
                        ))
                        .await?;
                }
            }
            _ => {
                for table in SEALED_TABLES {
                    for change in ["UPDATE", "DELETE"] {
                        connection
                            .execute_unprepared(&format!(
                                "CREATE TRIGGER {table}_no_{change} BEFORE {change} ON {table} \
                                 BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END"
                            ))
                            .await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
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
