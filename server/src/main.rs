//! The `latchkey` program.

use std::process::ExitCode;

use clap::Parser as _;
use latchkey_server::cli::{Cli, run};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a program talks to its user")]
fn complain(error: &anyhow::Error) {
    eprintln!("latchkey: {error:#}");
}
