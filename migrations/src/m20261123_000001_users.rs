//! `users`: who may act at all, and as what.

use sea_orm_migration::prelude::*;

use crate::columns::{drop_tables, id, index, instant, optional_id, optional_instant, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("users"))
                    .col(id("user_id").primary_key())
                    .col(text("role"))
                    .col(instant("created_at"))
                    .col(optional_instant("disabled_at"))
                    .col(optional_id("disabled_by"))
                    .to_owned(),
            )
            .await?;
        index(manager, "users", &["created_at", "user_id"], false).await?;
        index(manager, "users", &["role", "created_at", "user_id"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["users"]).await
    }
}
