//! `identities`: who a user is elsewhere; which of them opened a session or a refresh family; and
//! what may be used once.

use sea_orm_migration::prelude::*;

use crate::columns::{
    bytes, drop_tables, id, index, instant, optional_id, optional_instant, optional_text, text,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Through which identity they were opened, where they were opened through one.
const OPENED: [&str; 2] = ["sessions", "families"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("identities"))
                    .col(id("identity_id").primary_key())
                    .col(id("user_id"))
                    // The id of a setting; the issuer says who it is even when that is renamed.
                    .col(text("provider"))
                    .col(text("issuer"))
                    .col(text("subject"))
                    // As the provider said it last: shown, never looked up.
                    .col(optional_text("email"))
                    .col(instant("linked_at"))
                    .col(optional_instant("last_used_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("identities_user_id_fkey")
                            .from(Alias::new("identities"), Alias::new("user_id"))
                            .to(Alias::new("users"), Alias::new("user_id"))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        index(manager, "identities", &["issuer", "subject"], true).await?;
        index(manager, "identities", &["user_id"], false).await?;

        // Beside the identities: who disconnects and connects again stays blocked.
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("identity_blocks"))
                    .col(text("issuer"))
                    .col(text("subject"))
                    .col(instant("blocked_at"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("issuer"))
                            .col(Alias::new("subject")),
                    )
                    .to_owned(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table(Alias::new("spent_values"))
                    .col(bytes("value_hash").primary_key())
                    .col(instant("expires_at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "spent_values", &["expires_at"], false).await?;

        for table in OPENED {
            manager
                .alter_table(
                    Table::alter()
                        .table(Alias::new(table))
                        .add_column(optional_id("identity_id"))
                        .to_owned(),
                )
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in OPENED {
            manager
                .alter_table(
                    Table::alter()
                        .table(Alias::new(table))
                        .drop_column(Alias::new("identity_id"))
                        .to_owned(),
                )
                .await?;
        }
        drop_tables(manager, &["spent_values", "identity_blocks", "identities"]).await
    }
}
