//! `latchkey doctor`

mod providers;

use super::open;
use crate::settings::{DEFINITIONS, Group, Settings, findings};

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    println!("Settings, and where each came from:\n");
    for group in Group::ALL {
        println!("{}:", group.label());
        for definition in DEFINITIONS.iter().filter(|each| each.group == group) {
            if let Some((value, origin)) = settings.report.get(definition.name) {
                println!("  {:<26} {value}  ({origin})", definition.name);
                println!("  {:<26} {}", "", definition.about);
            }
        }
        println!();
    }
    println!("base_url in force: {}", settings.base_url);
    let database = open::database(settings).await?;
    println!("the database answers");
    let authority = open::authority(settings, database.clone()).await?;
    let mut warnings: Vec<String> = findings(settings, &authority)
        .await?
        .iter()
        .map(ToString::to_string)
        .collect();
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
