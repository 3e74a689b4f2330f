//! `signing_keys`: what signs tokens. Private halves are sealed under a key from outside the
//! database.

use sea_orm_migration::prelude::*;

use crate::columns::{bytes, drop_tables, instant, optional_instant, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("signing_keys"))
                    // The thumbprint of the public half, and what it is taken of (RFC 7638).
                    .col(text("kid").primary_key())
                    .col(text("algorithm"))
                    .col(text("public_jwk"))
                    // Empty once nothing may be signed with it any more.
                    .col(bytes("sealed_key"))
                    .col(bytes("nonce"))
                    .col(text("master_key_id"))
                    // Published from its creation on, an hour before it signs.
                    .col(instant("created_at"))
                    .col(instant("signs_from"))
                    // Known as soon as its successor is: which key signs is told by the time alone.
                    .col(optional_instant("retires_at"))
                    .col(optional_instant("verifies_until"))
                    .col(optional_instant("killed_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["signing_keys"]).await
    }
}
