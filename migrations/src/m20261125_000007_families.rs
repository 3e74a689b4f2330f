//! `families` (one row for each sign-in of a program), `rotations` (one row for each generation of
//! its refresh token), `incidents` and `incident_sightings` (tokens used as they should not be).

use sea_orm_migration::prelude::*;

use crate::columns::{
    bytes, drop_tables, flag, id, index, instant, number, optional_bytes, optional_id,
    optional_instant, optional_number, optional_text, text,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn references(
    table: &'static str,
    column: &'static str,
    to: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_{column}_fkey"))
        .from(Alias::new(table), Alias::new(column))
        .to(Alias::new(to), Alias::new(column))
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        families(manager).await?;
        rotations(manager).await?;
        incidents(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &["incident_sightings", "incidents", "rotations", "families"],
        )
        .await
    }
}

async fn families(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table(Alias::new("families"))
                .col(id("family_id").primary_key())
                .col(id("user_id"))
                // The browser session that opened it, where one did; no foreign key, because
                // sessions are forgotten sooner.
                .col(optional_id("session_id"))
                .col(optional_text("client_id"))
                .col(optional_text("key_thumbprint"))
                .col(text("transport"))
                .col(text("method"))
                .col(instant("created_at"))
                .col(instant("proved_at"))
                .col(number("generation"))
                .col(instant("rotated_at"))
                // Slides with each rotation, never past `ends_at`.
                .col(instant("expires_at"))
                .col(instant("ends_at"))
                // Where it was opened, and with what.
                .col(text("address"))
                .col(text("network"))
                .col(text("user_agent"))
                .col(text("browser"))
                .col(text("system"))
                .col(text("device"))
                .col(text("last_address"))
                // The last thing that happened to it: a rotation, a retry, its end.
                .col(text("last_event"))
                .col(instant("last_event_at"))
                // Retries from elsewhere: the day that is counted, and how many in it.
                .col(optional_instant("foreign_since"))
                .col(number("foreign_retries"))
                // The token of a lost time line that was adopted: its random bytes.
                .col(optional_bytes("adopted_nonce"))
                .col(optional_instant("ended_at"))
                .col(optional_text("end_reason"))
                .col(optional_id("ended_by"))
                .foreign_key(&mut references("families", "user_id", "users"))
                .to_owned(),
        )
        .await?;
    index(manager, "families", &["created_at", "family_id"], false).await?;
    for filter in ["user_id", "device", "last_event", "session_id"] {
        index(
            manager,
            "families",
            &[filter, "created_at", "family_id"],
            false,
        )
        .await?;
    }
    index(
        manager,
        "families",
        &["ended_at", "created_at", "family_id"],
        false,
    )
    .await?;
    index(manager, "families", &["ended_at", "expires_at"], false).await?;
    index(
        manager,
        "families",
        &["address", "created_at", "family_id"],
        false,
    )
    .await
}

async fn rotations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table(Alias::new("rotations"))
                .col(id("family_id"))
                // The generation that this rotation made; 0 is the first token.
                .col(number("generation"))
                // Which token was presented to make it; absent for the first.
                .col(optional_number("from_generation"))
                .col(optional_bytes("from_nonce"))
                // The random bytes of the token that it made, and the master key of its MAC.
                .col(bytes("nonce"))
                .col(text("key_id"))
                .col(text("outcome"))
                .col(instant("at"))
                .col(text("address"))
                .col(text("network"))
                .col(text("user_agent"))
                .col(text("browser"))
                .col(text("system"))
                .col(text("device"))
                // Retries with the presented token, answered with the current one.
                .col(number("retries"))
                .col(optional_instant("retried_at"))
                // How often a reply to the presented token was taken for lost.
                .col(number("lost_responses"))
                // Moved past without having been seen.
                .col(flag("superseded"))
                // Somebody has shown that they hold it: when, with what.
                .col(optional_instant("received_at"))
                .col(optional_text("received_network"))
                .col(optional_text("received_user_agent"))
                .col(optional_text("received_browser"))
                .col(optional_text("received_system"))
                .primary_key(
                    Index::create()
                        .name("rotations_pkey")
                        .col(Alias::new("family_id"))
                        .col(Alias::new("generation")),
                )
                .foreign_key(&mut references("rotations", "family_id", "families"))
                .to_owned(),
        )
        .await?;
    index(
        manager,
        "rotations",
        &["family_id", "from_generation"],
        false,
    )
    .await
}

async fn incidents(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut incidents = Table::create();
    incidents
        .table(Alias::new("incidents"))
        .col(id("incident_id").primary_key())
        .col(id("family_id"))
        .col(id("user_id"))
        .col(text("class"))
        .col(text("action"))
        .col(instant("at"))
        // From the rotation to the replay.
        .col(number("gap_ms"))
        .col(number("presented_generation"))
        .col(number("current_generation"));
    for side in ["rotated", "replayed"] {
        for part in [
            "address",
            "network",
            "user_agent",
            "browser",
            "system",
            "device",
        ] {
            incidents.col(
                ColumnDef::new(Alias::new(format!("{side}_{part}")))
                    .text()
                    .not_null(),
            );
        }
    }
    manager
        .create_table(
            incidents
                .col(instant("rotated_at"))
                .col(optional_instant("seen_at"))
                .col(optional_instant("told_at"))
                .col(optional_text("verdict"))
                .col(optional_id("judged_by"))
                .col(optional_instant("judged_at"))
                .col(optional_text("note"))
                .col(number("sightings"))
                .foreign_key(&mut references("incidents", "family_id", "families"))
                .to_owned(),
        )
        .await?;
    index(manager, "incidents", &["at", "incident_id"], false).await?;
    for filter in ["class", "user_id", "family_id", "verdict", "seen_at"] {
        index(manager, "incidents", &[filter, "at", "incident_id"], false).await?;
    }
    index(
        manager,
        "incidents",
        &["replayed_address", "at", "incident_id"],
        false,
    )
    .await?;
    index(manager, "incidents", &["user_id", "told_at"], false).await?;
    // What was presented after the family had ended by reuse.
    manager
        .create_table(
            Table::create()
                .table(Alias::new("incident_sightings"))
                .col(id("incident_id"))
                .col(number("number"))
                .col(instant("at"))
                .col(number("generation"))
                .col(text("address"))
                .col(text("network"))
                .col(text("user_agent"))
                .col(text("browser"))
                .col(text("system"))
                .col(text("device"))
                .primary_key(
                    Index::create()
                        .name("incident_sightings_pkey")
                        .col(Alias::new("incident_id"))
                        .col(Alias::new("number")),
                )
                .foreign_key(&mut references(
                    "incident_sightings",
                    "incident_id",
                    "incidents",
                ))
                .to_owned(),
        )
        .await
}
