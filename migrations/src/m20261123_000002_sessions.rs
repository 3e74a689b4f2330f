//! `sessions`: one row for each browser that signed in, kept for a while after its end.

use sea_orm_migration::prelude::*;

use crate::columns::{
    drop_tables, id, index, instant, optional_bytes, optional_id, optional_instant, optional_text,
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
                    .table(Alias::new("sessions"))
                    .col(id("session_id").primary_key())
                    .col(id("user_id"))
                    // SHA-256 of the cookie's value; absent until the cookie is made.
                    .col(optional_bytes("cookie_hash"))
                    // The value before the last renewal, good for a few seconds after it.
                    .col(optional_bytes("previous_cookie_hash"))
                    .col(optional_instant("renewed_at"))
                    // The user's role changed since the cookie was made.
                    .col(optional_instant("renewal_due_at"))
                    .col(instant("created_at"))
                    .col(instant("proved_at"))
                    .col(text("method"))
                    .col(instant("last_seen_at"))
                    .col(instant("expires_at"))
                    .col(text("address"))
                    .col(text("network"))
                    .col(text("last_address"))
                    .col(text("user_agent"))
                    .col(text("browser"))
                    .col(text("system"))
                    .col(text("device"))
                    .col(optional_instant("ended_at"))
                    .col(optional_text("end_reason"))
                    .col(optional_id("ended_by"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("sessions_user_id_fkey")
                            .from(Alias::new("sessions"), Alias::new("user_id"))
                            .to(Alias::new("users"), Alias::new("user_id"))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        index(manager, "sessions", &["cookie_hash"], true).await?;
        index(manager, "sessions", &["previous_cookie_hash"], true).await?;
        index(manager, "sessions", &["created_at", "session_id"], false).await?;
        for filter in ["user_id", "address", "browser"] {
            index(
                manager,
                "sessions",
                &[filter, "created_at", "session_id"],
                false,
            )
            .await?;
        }
        index(
            manager,
            "sessions",
            &["ended_at", "created_at", "session_id"],
            false,
        )
        .await?;
        index(manager, "sessions", &["ended_at", "expires_at"], false).await?;
        index(manager, "sessions", &["ended_at", "last_seen_at"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["sessions"]).await
    }
}
