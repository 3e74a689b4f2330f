//! `signals`: what tells every node that some authority has shrunk or changed. Append-only.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::columns::{drop_tables, index, instant, optional_id, optional_text, serial, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("signals"))
                    .col(serial("signal_id"))
                    .col(text("kind"))
                    .col(optional_id("user_id"))
                    .col(optional_id("session_id"))
                    .col(optional_text("payload"))
                    .col(instant("at"))
                    .to_owned(),
            )
            .await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            // Row numbers are given before commit and so become visible out of order. Whoever
            // follows the table reads by transaction and moves its mark to the snapshot's xmin.
            manager
                .get_connection()
                .execute_unprepared(
                    "ALTER TABLE signals ADD COLUMN transaction_id xid8 \
                     NOT NULL DEFAULT pg_current_xact_id()",
                )
                .await?;
            index(manager, "signals", &["transaction_id"], false).await?;
        }
        index(manager, "signals", &["at"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["signals"]).await
    }
}
