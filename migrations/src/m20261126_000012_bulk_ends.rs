//! `bulk_ends`: orders to end many sessions or refresh families, and how far each is.

use sea_orm_migration::prelude::*;

use crate::columns::{
    drop_tables, flag, id, index, instant, number, optional_id, optional_instant, optional_number,
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
                    .table(Alias::new("bulk_ends"))
                    .col(id("bulk_end_id").primary_key())
                    .col(text("target"))
                    // Which of them, as JSON: ids of users, never names.
                    .col(text("scope"))
                    // What was made later is left alone.
                    .col(instant("ordered_at"))
                    // Absent where it was the program's operator.
                    .col(optional_id("ordered_by"))
                    // The session or family of whoever ordered it, where that is to stay.
                    .col(optional_id("spared_id"))
                    // The event on the record without which nothing is ended.
                    .col(id("event_id"))
                    .col(number("found"))
                    .col(flag("found_is_capped"))
                    .col(number("users"))
                    .col(number("ended"))
                    // Refresh families that ended with the sessions that had opened them.
                    .col(number("families"))
                    // Known at the end: what was over before its turn came.
                    .col(optional_number("skipped"))
                    // The last row of the last batch.
                    .col(optional_instant("place_at"))
                    .col(optional_id("place_id"))
                    .col(number("batches"))
                    .col(text("state"))
                    .col(optional_instant("started_at"))
                    .col(instant("updated_at"))
                    .col(optional_instant("finished_at"))
                    .col(optional_id("stopped_by"))
                    // Who works on it, and until when nobody else does.
                    .col(optional_id("lease_worker"))
                    .col(optional_instant("lease_until"))
                    .to_owned(),
            )
            .await?;
        index(manager, "bulk_ends", &["ordered_at", "bulk_end_id"], false).await?;
        index(
            manager,
            "bulk_ends",
            &["state", "ordered_at", "bulk_end_id"],
            false,
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["bulk_ends"]).await
    }
}
