//! `accounts` and `passwords`: who a user is, and how they prove it.

use sea_orm_migration::prelude::*;

use crate::columns::{drop_tables, id, index, instant, optional_instant, optional_text, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn belongs_to_user(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_user_id_fkey"))
        .from(Alias::new(table), Alias::new("user_id"))
        .to(Alias::new("users"), Alias::new("user_id"))
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("accounts"))
                    .col(id("user_id").primary_key())
                    .col(text("username"))
                    .col(text("username_key"))
                    .col(text("username_skeleton"))
                    .col(optional_text("email"))
                    .col(optional_text("email_key"))
                    .col(optional_instant("email_verified_at"))
                    .col(instant("created_at"))
                    .foreign_key(&mut belongs_to_user("accounts"))
                    .to_owned(),
            )
            .await?;
        index(manager, "accounts", &["username_key"], true).await?;
        index(manager, "accounts", &["username_skeleton"], true).await?;
        index(manager, "accounts", &["email_key"], true).await?;
        index(manager, "accounts", &["created_at", "user_id"], false).await?;

        manager
            .create_table(
                Table::create()
                    .table(Alias::new("passwords"))
                    .col(id("user_id").primary_key())
                    .col(text("password_hash"))
                    .col(instant("changed_at"))
                    .foreign_key(&mut belongs_to_user("passwords"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["passwords", "accounts"]).await
    }
}
