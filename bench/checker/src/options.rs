//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::world::Rates;

/// Checks from outside whether Latchkey keeps its word about ended credentials.
#[derive(Debug, Parser)]
#[command(name = "latchkey-checker")]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs nodes and ends credentials, with nothing going wrong.
    Run(Load),
    /// The same while nodes and database are stopped, killed, cut off and misled.
    Chaos {
        #[command(flatten)]
        run: Load,
        #[command(flatten)]
        chaos: Faults,
    },
    /// Judges a history that was saved.
    Judge {
        /// Its file.
        history: PathBuf,
    },
}

/// What runs, and how hard.
#[derive(Debug, Clone, Args)]
pub(crate) struct Load {
    /// The program `latchkey`.
    #[arg(long)]
    pub(crate) program: PathBuf,
    /// Its site folder; an empty stylesheet where it is left out.
    #[arg(long)]
    pub(crate) site: Option<PathBuf>,
    /// An empty database of a PostgreSQL that runs; a cluster of its own where it is left out.
    #[arg(long)]
    pub(crate) database: Option<String>,
    /// So many nodes.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) nodes: u8,
    /// So many users, with two sessions and two families each.
    #[arg(long, default_value_t = 100)]
    pub(crate) users: usize,
    /// So long; of chaos, the pause between two faults is cut to fit.
    #[arg(long, default_value_t = 60)]
    pub(crate) seconds: u64,
    /// Checks a second, at each node.
    #[arg(long, default_value_t = 2_000.0)]
    pub(crate) checks: f64,
    /// Requests a second that end something.
    #[arg(long, default_value_t = 4.0)]
    pub(crate) ends: f64,
    /// Credentials a second that end as soon as they are issued.
    #[arg(long, default_value_t = 2.0)]
    pub(crate) briefs: f64,
    /// Refreshes and changes a second on what is good.
    #[arg(long, default_value_t = 4.0)]
    pub(crate) refreshes: f64,
    /// The claim: so many milliseconds after an acknowledgement nothing is accepted any more.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) bound: u64,
    /// The claim: so many milliseconds after a fault everything works again.
    #[arg(long, default_value_t = 5_000)]
    pub(crate) recovery: u64,
    /// What chance begins with; the time where it is left out.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Keeps the history in this file.
    #[arg(long)]
    pub(crate) save: Option<PathBuf>,
    /// Keeps the logs of the nodes in this folder.
    #[arg(long)]
    pub(crate) logs: Option<PathBuf>,
}

impl Load {
    pub(crate) fn rates(&self) -> Rates {
        Rates {
            checks: self.checks,
            ends: self.ends,
            briefs: self.briefs,
            refreshes: self.refreshes,
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Args)]
pub(crate) struct Faults {
    /// Each fault so many times.
    #[arg(long, default_value_t = 2)]
    pub(crate) rounds: usize,
    /// Only these faults, with commas between: stop-database, pause, kill, cut-hints, cut-feed,
    /// hold, clock, bulk.
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// So many sessions end at once in a bulk end.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) bulk: u32,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Options::command().debug_assert();
    }
}
