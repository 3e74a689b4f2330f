//! `latchkey migrate`

use anyhow::Context as _;
use clap::Subcommand;
use latchkey_migrations::Migrator;
use sea_orm_migration::MigratorTrait as _;

use super::open;
use crate::settings::Settings;

#[derive(Debug, Clone, Copy, Subcommand)]
pub(super) enum Direction {
    /// Applies every migration that is missing.
    Up,
    /// Takes back the newest migrations, with the data in what they made.
    Down {
        /// How many.
        #[arg(default_value_t = 1)]
        steps: u32,
    },
    /// Shows which migrations stand.
    Status,
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
pub(super) async fn run(settings: &Settings, direction: Direction) -> anyhow::Result<()> {
    let database = open::database(settings).await?;
    match direction {
        Direction::Up => {
            let pending = Migrator::get_pending_migrations(&database).await?.len();
            Migrator::up(&database, None)
                .await
                .context("the migration failed; what is not listed as applied was taken back")?;
            println!("{pending} migration(s) applied");
        }
        Direction::Down { steps } => {
            Migrator::down(&database, Some(steps))
                .await
                .context("the migration failed")?;
            println!("{steps} migration(s) taken back");
        }
        Direction::Status => {
            let applied: Vec<String> = Migrator::get_applied_migrations(&database)
                .await?
                .iter()
                .map(|migration| migration.name().to_owned())
                .collect();
            for migration in Migrator::migrations() {
                let state = if applied.iter().any(|name| name == migration.name()) {
                    "applied"
                } else {
                    "pending"
                };
                println!("{state}  {}", migration.name());
            }
        }
    }
    database.close().await.context("closing the database")
}
