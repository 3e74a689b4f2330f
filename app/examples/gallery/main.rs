//! Writes every page in every state into a folder, to be looked at in a browser.
//!
//!     cargo run -p latchkey-app --features ssr --example gallery -- FOLDER
//!
//! The pages ask for `latchkey.css` beside them: make it there with the command line of Tailwind.

#![expect(
    clippy::unwrap_used,
    reason = "invented people that do not parse must fail loudly"
)]

mod bulk_states;
mod error_states;
mod invitation_states;
mod node_states;
mod people;
mod program_states;
mod programs;
mod provider_states;
mod setting_states;
mod states;

use std::{env, fs, path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: gallery FOLDER");
        return ExitCode::from(2);
    };
    for shot in states::all(None) {
        let file = folder.join(format!("{}.html", shot.name));
        if let Err(error) = fs::write(&file, shot.html) {
            eprintln!("{}: {error}", file.display());
            return ExitCode::FAILURE;
        }
        let islands = if shot.has_islands {
            ", with islands"
        } else {
            ""
        };
        println!("{}{islands}", file.display());
    }
    ExitCode::SUCCESS
}
