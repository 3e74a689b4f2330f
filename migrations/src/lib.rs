//! The database schema, forward and back, on SQLite and PostgreSQL.
//!
//! One file a migration; each has a `down`, and each leaves a schema on which the release before
//! it still runs (expand first, contract in a later release). Times are milliseconds since 1970
//! in a `bigint`, ids are UUIDs, words are text: the same on both databases.

#![expect(
    elided_lifetimes_in_paths,
    reason = "sea-orm's trait leaves out the lifetime of `SchemaManager`, and async-trait makes \
              two different signatures of leaving it out and of writing `'_`"
)]

use sea_orm_migration::prelude::*;

mod columns;
mod indexes;
mod m20261123_000001_users;
mod m20261123_000002_sessions;
mod m20261123_000003_signals;
mod m20261123_000004_audit;
mod m20261123_000005_accounts;
mod m20261123_000006_installation;
mod m20261125_000007_families;
mod m20261125_000008_signing_keys;
mod m20261125_000009_nodes;
mod m20261126_000010_identities;
mod m20261126_000011_list_indexes;
mod m20261126_000012_bulk_ends;
mod m20261126_000013_invitations;
mod m20261126_000014_hourly_tallies;
mod m20261126_000015_more_list_indexes;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_users::Migration),
            Box::new(m20261123_000002_sessions::Migration),
            Box::new(m20261123_000003_signals::Migration),
            Box::new(m20261123_000004_audit::Migration),
            Box::new(m20261123_000005_accounts::Migration),
            Box::new(m20261123_000006_installation::Migration),
            Box::new(m20261125_000007_families::Migration),
            Box::new(m20261125_000008_signing_keys::Migration),
            Box::new(m20261125_000009_nodes::Migration),
            Box::new(m20261126_000010_identities::Migration),
            Box::new(m20261126_000011_list_indexes::Migration),
            Box::new(m20261126_000012_bulk_ends::Migration),
            Box::new(m20261126_000013_invitations::Migration),
            Box::new(m20261126_000014_hourly_tallies::Migration),
            Box::new(m20261126_000015_more_list_indexes::Migration),
        ]
    }
}
