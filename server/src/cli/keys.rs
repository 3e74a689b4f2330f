//! `latchkey keys`

use clap::Subcommand;
use latchkey_authority::{master_key::MasterKeys, random::OsRandomness};

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Prints a new master key, for the setting `master_key`.
    Generate,
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
pub(super) fn run(action: Action) {
    let Action::Generate = action;
    println!("{}", *MasterKeys::generate(&OsRandomness));
}
