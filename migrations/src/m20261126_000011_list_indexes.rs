//! Indexes of the console's lists: each filter and each order is a walk along one index, or along a
//! small set of them, whether it is the first page or the last.
//!
//! Every index costs each write a little, so each says here what it is for. A tree is read from
//! either end: newest first and oldest first are one index.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::{
    columns::index,
    indexes::{self, Made},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// On both databases.
const MADE: [Made; 22] = [
    // Sessions by what the filter offers besides address and browser, in the order of sign-in. What
    // a rare or an unknown value finds would otherwise be looked for among all sessions.
    (
        "sessions_network_created_at",
        "sessions (network, created_at, session_id)",
        "",
    ),
    (
        "sessions_system_created_at",
        "sessions (system, created_at, session_id)",
        "",
    ),
    (
        "sessions_device_created_at",
        "sessions (device, created_at, session_id)",
        "",
    ),
    (
        "sessions_method_created_at",
        "sessions (method, created_at, session_id)",
        "",
    ),
    // Live and ended ones apart, each in the order of sign-in: among the other kind, which may be
    // nearly all, nothing has to be passed over. Each session is in one of the two.
    (
        "sessions_live_created_at",
        "sessions (created_at, session_id)",
        "ended_at IS NULL",
    ),
    (
        "sessions_ended_created_at",
        "sessions (created_at, session_id)",
        "ended_at IS NOT NULL",
    ),
    // The same in the order of last use. The first is how idle sessions are found, too.
    (
        "sessions_live_last_seen_at",
        "sessions (last_seen_at, session_id)",
        "ended_at IS NULL",
    ),
    (
        "sessions_ended_last_seen_at",
        "sessions (last_seen_at, session_id)",
        "ended_at IS NOT NULL",
    ),
    // Those past their lifetime that are not marked as ended yet: for the sweep, and for lists, which
    // call them ended all the same.
    (
        "sessions_live_expires_at",
        "sessions (expires_at)",
        "ended_at IS NULL",
    ),
    (
        "families_live_expires_at",
        "families (expires_at)",
        "ended_at IS NULL",
    ),
    // Ended ones in the order of their end, which is how those to be forgotten are found, too; and in
    // the order of sign-in by why and by whom.
    (
        "sessions_ended_at",
        "sessions (ended_at, session_id)",
        "ended_at IS NOT NULL",
    ),
    (
        "sessions_end_reason_created_at",
        "sessions (end_reason, created_at, session_id)",
        "ended_at IS NOT NULL",
    ),
    (
        "sessions_ended_by_created_at",
        "sessions (ended_by, created_at, session_id)",
        "ended_by IS NOT NULL",
    ),
    // The same of families, which are listed by sign-in and by end.
    (
        "families_live_created_at",
        "families (created_at, family_id)",
        "ended_at IS NULL",
    ),
    (
        "families_ended_created_at",
        "families (created_at, family_id)",
        "ended_at IS NOT NULL",
    ),
    (
        "families_ended_at",
        "families (ended_at, family_id)",
        "ended_at IS NOT NULL",
    ),
    (
        "families_end_reason_created_at",
        "families (end_reason, created_at, family_id)",
        "ended_at IS NOT NULL",
    ),
    (
        "families_ended_by_created_at",
        "families (ended_by, created_at, family_id)",
        "ended_by IS NOT NULL",
    ),
    // Disabled users are few among many.
    (
        "users_disabled_created_at",
        "users (created_at, user_id)",
        "disabled_at IS NOT NULL",
    ),
    // The record by kind: with the outcome, because failures of a kind are rare among its successes.
    // A kind alone is read once for each outcome.
    (
        "audit_events_kind_outcome_seq",
        "audit_events (kind, outcome, seq)",
        "",
    ),
    // What happened to one session, and in one request.
    (
        "audit_events_session_id_seq",
        "audit_events (session_id, seq)",
        "session_id IS NOT NULL",
    ),
    (
        "audit_events_request_id_seq",
        "audit_events (request_id, seq)",
        "request_id IS NOT NULL",
    ),
];

/// On PostgreSQL: the beginning of a name or an address, whatever the order of the database's
/// language is (on SQLite the unique indexes serve, which compare by code point); and events about a family, which is among their facts.
const MADE_ON_POSTGRES: [Made; 3] = [
    (
        "accounts_username_key_by_code_point",
        "accounts (username_key COLLATE \"C\")",
        "",
    ),
    (
        "accounts_email_key_by_code_point",
        "accounts (email_key COLLATE \"C\")",
        "",
    ),
    (
        "audit_events_family_seq",
        "audit_events (substr(detail, strpos(detail, '\"family\":\"') + 10, 36), seq)",
        "strpos(detail, '\"family\":\"') > 0",
    ),
];

const MADE_ON_SQLITE: [Made; 1] = [(
    "audit_events_family_seq",
    "audit_events (substr(detail, instr(detail, '\"family\":\"') + 10, 36), seq)",
    "instr(detail, '\"family\":\"') > 0",
)];

/// What the new ones make superfluous: table and columns, as they were made.
const DROPPED: [(&str, &[&str]); 6] = [
    ("sessions", &["ended_at", "created_at", "session_id"]),
    ("sessions", &["ended_at", "last_seen_at"]),
    ("sessions", &["ended_at", "expires_at"]),
    ("families", &["ended_at", "expires_at"]),
    ("families", &["ended_at", "created_at", "family_id"]),
    ("audit_events", &["kind", "seq"]),
];

fn of_backend(manager: &SchemaManager<'_>) -> &'static [Made] {
    match manager.get_database_backend() {
        DbBackend::Postgres => &MADE_ON_POSTGRES,
        _ => &MADE_ON_SQLITE,
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// On SQLite too: one that is broken off would leave some of them, and could not be begun again.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        indexes::make(manager, &MADE).await?;
        indexes::make(manager, of_backend(manager)).await?;
        for (table, columns) in DROPPED {
            manager
                .get_connection()
                .execute_unprepared(&format!("DROP INDEX {table}_{}", columns.join("_")))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in DROPPED {
            index(manager, table, columns, false).await?;
        }
        indexes::drop(manager, of_backend(manager)).await?;
        indexes::drop(manager, &MADE).await
    }
}
