//! `invitations`: one-time links by which somebody gets an account; and which users nobody has come
//! for yet.

use sea_orm_migration::prelude::*;

use crate::columns::{
    bytes, drop_tables, flag, id, index, instant, optional_id, optional_instant, optional_text,
    text,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("invitations"))
                    .col(id("invitation_id").primary_key())
                    .col(bytes("code_hash"))
                    .col(text("role"))
                    .col(optional_text("email"))
                    .col(optional_text("username"))
                    // The account, where it was made with the link.
                    .col(optional_id("user_id"))
                    // Without a foreign key: a maker who is gone must not look like the operator.
                    .col(optional_id("made_by"))
                    .col(flag("by_operator"))
                    .col(instant("created_at"))
                    .col(instant("expires_at"))
                    .col(optional_instant("used_at"))
                    .col(optional_id("used_by"))
                    .col(optional_instant("withdrawn_at"))
                    // Nobody where it was the operator, or a newer link.
                    .col(optional_id("withdrawn_by"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("invitations_user_id_fkey")
                            .from(Alias::new("invitations"), Alias::new("user_id"))
                            .to(Alias::new("users"), Alias::new("user_id"))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        index(manager, "invitations", &["code_hash"], true).await?;
        index(
            manager,
            "invitations",
            &["created_at", "invitation_id"],
            false,
        )
        .await?;
        index(manager, "invitations", &["user_id"], false).await?;
        manager
            .alter_table(
                Table::alter()
                    .table(Alias::new("users"))
                    .add_column(optional_instant("awaited_since"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // An account that nobody has come for cannot be told from others by the release before:
        // it has no password, and stays without one.
        drop_tables(manager, &["invitations"]).await?;
        manager
            .alter_table(
                Table::alter()
                    .table(Alias::new("users"))
                    .drop_column(Alias::new("awaited_since"))
                    .to_owned(),
            )
            .await
    }
}
