//! `latchkey keys`

use clap::Subcommand;
use latchkey_authority::{master_key::MasterKeys, random::OsRandomness};

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Prints a new master key, for LATCHKEY_MASTER_KEY.
    Generate,
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
pub(super) fn run(action: Action) -> anyhow::Result<()> {
    let Action::Generate = action;
    println!("{}", *MasterKeys::generate(&OsRandomness));
    Ok(())
}
