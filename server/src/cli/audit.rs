//! `latchkey audit`

use anyhow::bail;
use clap::Subcommand;
use latchkey_authority::audit::{Finding, verify};

use super::open;
use crate::settings::Settings;

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Verifies every event and the chain over them.
    Verify,
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
pub(super) async fn run(settings: &Settings, action: Action) -> anyhow::Result<()> {
    let Action::Verify = action;
    let identity = open::identity(settings).await?;
    let report = verify(identity.authority()).await?;
    println!(
        "{} sealed event(s), {} waiting for their seal, {} with personal fields erased",
        report.events, report.unsealed, report.erased
    );
    if report.findings.is_empty() {
        println!("the record is whole");
        return Ok(());
    }
    for finding in &report.findings {
        println!("{}", text(finding));
    }
    bail!(
        "the record is not whole: {} finding(s)",
        report.findings.len()
    );
}

fn text(finding: &Finding) -> String {
    match finding {
        Finding::EventChanged { seq } => format!("event {seq} was changed"),
        Finding::PersonalChanged { seq } => {
            format!("the personal fields of event {seq} were changed")
        }
        Finding::EventMissing { seq } => format!("event {seq} is gone"),
        Finding::ChainBroken { position } => format!("the chain is broken at {position}"),
        Finding::KeyUnknown { key_id } => {
            format!("master key {key_id} is not known here, so what it sealed cannot be checked")
        }
    }
}
