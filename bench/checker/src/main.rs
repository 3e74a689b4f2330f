//! Checks from outside whether Latchkey keeps its word: an end that was acknowledged is honoured by
//! every node in time, what is good is let in, and a node that cannot know says so.
//!
//! It starts real servers on one database, asks them as any client would, writes down what it sent
//! and what came back, and judges that history afterwards. See `README.md` beside it.

mod births;
mod chaos;
mod clock;
mod cluster;
mod doors;
mod ends;
mod file;
mod history;
mod http;
mod judge;
mod load;
mod node;
mod options;
mod plan;
mod pool;
mod postgres;
mod report;
mod request;
mod rights;
mod road;
mod run;
mod world;

use std::process::ExitCode;

use clap::Parser as _;

use crate::{
    history::History,
    judge::judge,
    options::{Command, Options},
};

/// The end of a run in which a rule was broken.
const BROKEN: u8 = 3;

fn main() -> ExitCode {
    match act(Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(BROKEN),
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Returns whether no rule was broken.
fn act(options: Options) -> anyhow::Result<bool> {
    let (history, save) = match options.command {
        Command::Judge { history } => (file::read(&history)?, None),
        Command::Run(run) => {
            let save = run.save.clone();
            (on_one_thread(run::plain(run))?, save)
        }
        Command::Chaos { run, chaos } => {
            let save = run.save.clone();
            (on_one_thread(run::with_chaos(run, chaos))?, save)
        }
    };
    if let Some(path) = save {
        file::write(&history, &path)?;
        say(&format!("The history is in {}.", path.display()));
    }
    Ok(conclude(&history))
}

fn conclude(history: &History) -> bool {
    let verdict = judge(history);
    print(&report::report(history, &verdict));
    verdict.violations.is_empty()
}

/// Everything runs on one thread: what shares it costs no lock, and the nodes need the others.
fn on_one_thread<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    tokio::task::LocalSet::new().block_on(&runtime, work)
}

/// Says how far it is.
#[expect(clippy::print_stderr, reason = "a program talks to its user")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

#[expect(clippy::print_stdout, reason = "the report is what it is for")]
fn print(text: &str) {
    println!("{text}");
}
