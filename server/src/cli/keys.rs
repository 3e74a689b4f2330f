//! `latchkey keys`

use clap::Subcommand;
use latchkey_authority::{
    caller::Caller, key, master_key::MasterKeys, principal::Actor, random::OsRandomness,
};
use latchkey_types::{Algorithm, UnixMillis, Word as _};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::open;
use crate::settings::Settings;

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Prints a new master key, for the setting `master_key`.
    Generate,
    /// Lists the signing keys, newest first.
    List,
    /// Publishes the next signing key, which signs an hour later. What was signed stays good.
    Rotate {
        /// Of which keys: `EdDSA`, `ES256` or `RS256`. Of those that sign access tokens where not
        /// given.
        #[arg(long, value_parser = algorithm)]
        algorithm: Option<Algorithm>,
        /// Sign with it at once: verifiers that keep the key set must fetch it again.
        #[arg(long)]
        now: bool,
    },
    /// Kills a signing key: every token that it signed is refused from now on.
    Kill {
        /// Its id, as the list shows it.
        kid: String,
    },
}

fn algorithm(text: &str) -> Result<Algorithm, String> {
    Algorithm::parse(text).map_err(|error| error.to_string())
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
pub(super) async fn run(settings: &Settings, action: Action) -> anyhow::Result<()> {
    if matches!(action, Action::Generate) {
        println!("{}", *MasterKeys::generate(&OsRandomness));
        return Ok(());
    }
    let identity = open::identity(settings).await?;
    let authority = identity.authority();
    let caller = Caller::program("latchkey keys");
    match action {
        Action::Generate => {}
        Action::List => {
            for row in key::list(authority).await? {
                println!(
                    "{}  {:<7}  {:<5}  {}",
                    row.kid,
                    row.state.as_str(),
                    row.algorithm.as_str(),
                    times(&row)
                );
            }
        }
        Action::Rotate { algorithm, now } => {
            let rotated = if now {
                key::rotate_at_once(authority, Actor::Operator, algorithm, &caller).await?
            } else {
                key::rotate(authority, Actor::Operator, algorithm, &caller).await?
            };
            let from = instant(rotated.signs_from);
            if rotated.changed {
                println!("{} is published and signs from {from} on", rotated.kid);
            } else {
                println!(
                    "{} was published already and signs from {from} on",
                    rotated.kid
                );
            }
        }
        Action::Kill { kid } => {
            let killed = key::kill(authority, Actor::Operator, &kid, &caller).await?;
            println!(
                "{}",
                if killed.changed {
                    "killed"
                } else {
                    "it was killed already"
                }
            );
            if let Some(successor) = killed.successor {
                println!("{successor} signs in its place");
            }
        }
    }
    Ok(())
}

fn times(row: &key::KeyRow) -> String {
    let mut text = format!("signs from {}", instant(row.signs_from));
    for (what, at) in [
        ("to", row.retires_at),
        ("verifies until", row.verifies_until),
        ("killed", row.killed_at),
    ] {
        if let Some(at) = at {
            text = format!("{text}, {what} {}", instant(at));
        }
    }
    text
}

fn instant(at: UnixMillis) -> String {
    OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1_000))
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}
