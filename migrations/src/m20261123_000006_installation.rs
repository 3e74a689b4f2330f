//! `installation` (one row: what happened once) and `setup_links` (who may make the first
//! administrator).

use sea_orm_migration::prelude::*;

use crate::columns::{bytes, drop_tables, instant, optional_instant};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("installation"))
                    .col(
                        ColumnDef::new(Alias::new("installation_id"))
                            .integer()
                            .not_null()
                            .primary_key(),
                    )
                    // Set with the first administrator and never unset, so that losing every
                    // administrator does not open the set-up page again.
                    .col(optional_instant("administrator_created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .get_connection()
            .execute_unprepared("INSERT INTO installation (installation_id) VALUES (1)")
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("setup_links"))
                    .col(bytes("code_hash").primary_key())
                    .col(instant("created_at"))
                    .col(instant("expires_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["setup_links", "installation"]).await
    }
}
