//! `hourly_tallies`: how many signed in, were refused, were there, hour by hour.
//!
//! Counting events anew for each look would cost the more the longer the record is.

use sea_orm_migration::prelude::*;

use crate::columns::{drop_tables, instant, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("hourly_tallies"))
                    // When the hour began, in UTC.
                    .col(instant("hour"))
                    .col(text("what"))
                    .col(number("times"))
                    // An hour that was counted after its end is not counted again.
                    .col(instant("counted_at"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("hour"))
                            .col(Alias::new("what")),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["hourly_tallies"]).await
    }
}
