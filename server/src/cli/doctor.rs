//! `latchkey doctor`

mod providers;

use super::open;
use crate::settings::{DEFINITIONS, Settings};

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    println!("Settings, and where each came from:\n");
    for definition in DEFINITIONS {
        if let Some((value, origin)) = settings.report.get(definition.name) {
            println!("  {:<26} {value}  ({origin})", definition.name);
            println!("  {:<26} {}", "", definition.about);
        }
    }
    println!("\nbase_url in force: {}", settings.base_url);
    let database = open::database(settings).await?;
    println!("the database answers");
    let authority = open::authority(settings, database.clone()).await?;
    let mut warnings = settings.warnings();
    warnings.extend(providers::look(settings, &authority).await?);
    database.close().await?;
    if warnings.is_empty() {
        println!("nothing unsafe was found");
    }
    for warning in warnings {
        println!("warning: {warning}");
    }
    Ok(())
}
