//! `nodes` and `node_positions`: which processes follow the signals, and up to where each had
//! applied them.

use sea_orm_migration::prelude::*;

use crate::columns::{
    drop_tables, flag, id, index, instant, number, optional_instant, optional_number, serial, text,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("nodes"))
                    // One row for each run of the program.
                    .col(id("node_id").primary_key())
                    .col(text("name"))
                    .col(text("version"))
                    .col(instant("started_at"))
                    .col(instant("beat_at"))
                    // In the database's own words: a snapshot of PostgreSQL, a row number of SQLite.
                    .col(text("position"))
                    // How old what it knew was at the beat; absent before its first poll.
                    .col(optional_number("lag_ms"))
                    // How old that may get before it refuses: a setting of that node.
                    .col(number("bound_ms"))
                    .col(number("applied"))
                    .col(flag("is_listening"))
                    .col(flag("is_fresh"))
                    .col(optional_instant("stopped_at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "nodes", &["beat_at"], false).await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("node_positions"))
                    .col(serial("position_id"))
                    .col(id("node_id"))
                    .col(text("position"))
                    // By then everything before that position was applied.
                    .col(instant("at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "node_positions", &["node_id", "at"], false).await?;
        index(manager, "node_positions", &["at"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["node_positions", "nodes"]).await
    }
}
