//! Indexes of the console's lists, where two things are asked at once: whose and in what state, and the
//! order of end or of last use beside a filter.
//!
//! All but two are of live or of ended rows alone: what is ended is a small part of what there is, and no
//! row is in both.

use sea_orm_migration::prelude::*;

use crate::indexes::{self, Made};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const MADE: [Made; 20] = [
    // What somebody used last, among them a program with very many; how much they have open is counted
    // in the first without a look at the rows.
    (
        "sessions_live_user_id_last_seen_at",
        "sessions (user_id, last_seen_at, session_id, expires_at)",
        "ended_at IS NULL",
    ),
    (
        "sessions_ended_user_id_last_seen_at",
        "sessions (user_id, last_seen_at, session_id)",
        "ended_at IS NOT NULL",
    ),
    // How much somebody has open with programs.
    (
        "families_live_user_id_expires_at",
        "families (user_id, expires_at)",
        "ended_at IS NULL",
    ),
    // What of somebody's has ended, in the order of sign-in and in that of the end.
    (
        "sessions_ended_user_id_created_at",
        "sessions (user_id, created_at, session_id)",
        "ended_at IS NOT NULL",
    ),
    (
        "sessions_ended_user_id_ended_at",
        "sessions (user_id, ended_at, session_id)",
        "ended_at IS NOT NULL",
    ),
    (
        "families_ended_user_id_created_at",
        "families (user_id, created_at, family_id)",
        "ended_at IS NOT NULL",
    ),
    (
        "families_ended_user_id_ended_at",
        "families (user_id, ended_at, family_id)",
        "ended_at IS NOT NULL",
    ),
    // What has ended of all that came from one place: among very many that are live, which are newer, it
    // would be looked for long.
    (
        "sessions_ended_address_created_at",
        "sessions (address, created_at, session_id)",
        "ended_at IS NOT NULL",
    ),
    (
        "sessions_ended_network_created_at",
        "sessions (network, created_at, session_id)",
        "ended_at IS NOT NULL",
    ),
    (
        "families_ended_address_created_at",
        "families (address, created_at, family_id)",
        "ended_at IS NOT NULL",
    ),
    // By why, in the order of last use.
    (
        "sessions_end_reason_last_seen_at",
        "sessions (end_reason, last_seen_at, session_id)",
        "ended_at IS NOT NULL",
    ),
    // In the order of the end: by why, by whom, and by what happened last. Some reasons are rare, and
    // for some events there is no ended family at all.
    (
        "sessions_end_reason_ended_at",
        "sessions (end_reason, ended_at, session_id)",
        "ended_at IS NOT NULL",
    ),
    (
        "sessions_ended_by_ended_at",
        "sessions (ended_by, ended_at, session_id)",
        "ended_by IS NOT NULL",
    ),
    (
        "families_end_reason_ended_at",
        "families (end_reason, ended_at, family_id)",
        "ended_at IS NOT NULL",
    ),
    (
        "families_ended_by_ended_at",
        "families (ended_by, ended_at, family_id)",
        "ended_by IS NOT NULL",
    ),
    (
        "families_ended_last_event_ended_at",
        "families (last_event, ended_at, family_id)",
        "ended_at IS NOT NULL",
    ),
    // What was used from an address, wherever it was opened: for what else a thief may have.
    (
        "sessions_last_address_created_at",
        "sessions (last_address, created_at, session_id)",
        "",
    ),
    (
        "families_last_address_created_at",
        "families (last_address, created_at, family_id)",
        "",
    ),
    (
        "sessions_ended_last_address_created_at",
        "sessions (last_address, created_at, session_id)",
        "ended_at IS NOT NULL",
    ),
    (
        "families_ended_last_address_created_at",
        "families (last_address, created_at, family_id)",
        "ended_at IS NOT NULL",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// On SQLite too: one that is broken off would leave some of them, and could not be begun again.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        indexes::make(manager, &MADE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        indexes::drop(manager, &MADE).await
    }
}
