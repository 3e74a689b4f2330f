//! The command line.

mod audit;
mod bulk;
mod demo;
mod doctor;
mod family;
mod google;
mod keys;
mod migrate;
mod open;
mod recover;
mod serve;
mod session;
mod token;
mod user;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};
use latchkey_types::{Role, Word as _};

use crate::settings::{Origin, Settings, SettingsError, Sources};

/// A sign-in server: sessions for people, tokens for programs, and a console that lists and ends both.
#[derive(Debug, Parser)]
#[command(name = "latchkey", version, about)]
pub struct Cli {
    #[command(flatten)]
    settings: SettingFlags,
    #[command(subcommand)]
    command: Command,
}

/// Settings as flags; all others come from the environment and the file.
#[derive(Debug, Args)]
struct SettingFlags {
    /// The settings file; `latchkey.toml` in the current folder, if there is one, where not given.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Any setting, for example `--set session_ttl=1d`.
    #[arg(long = "set", global = true, value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "expected NAME=VALUE".to_owned())
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).map_err(|error| error.to_string())
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves.
    Serve,
    /// Brings the database to this release's schema, or back.
    Migrate {
        #[command(subcommand)]
        direction: migrate::Direction,
    },
    /// Makes users and changes what they may do.
    User {
        #[command(subcommand)]
        action: user::Action,
    },
    /// Lists and ends sessions.
    Session {
        #[command(subcommand)]
        action: session::Action,
    },
    /// Lists and ends refresh families.
    Family {
        #[command(subcommand)]
        action: family::Action,
    },
    /// Checks the record.
    Audit {
        #[command(subcommand)]
        action: audit::Action,
    },
    /// Makes master keys; lists, rotates and kills signing keys.
    Keys {
        #[command(subcommand)]
        action: keys::Action,
    },
    /// Shows and verifies tokens.
    Token {
        #[command(subcommand)]
        action: token::Action,
    },
    /// What Google is told of this server, beside signing in.
    Google {
        #[command(subcommand)]
        action: google::Action,
    },
    /// Ends every session and every sign-in of a program, after a restore from backup.
    Recover(recover::Options),
    /// Fills an empty database with believable data, to look round in.
    Demo,
    /// Shows every setting, where it came from, and what is unsafe.
    Doctor,
}

/// Runs the command.
///
/// # Errors
/// What went wrong, for the user.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    let settings = cli.settings.load()?;
    match cli.command {
        Command::Serve => serve::run(settings).await,
        Command::Migrate { direction } => migrate::run(&settings, direction).await,
        Command::User { action } => user::run(&settings, action).await,
        Command::Session { action } => session::run(&settings, action).await,
        Command::Family { action } => family::run(&settings, action).await,
        Command::Audit { action } => audit::run(&settings, action).await,
        Command::Keys { action } => keys::run(&settings, action).await,
        Command::Token { action } => token::run(action),
        Command::Google { action } => google::run(&settings, action).await,
        Command::Recover(options) => recover::run(&settings, options).await,
        Command::Demo => demo::run(settings).await,
        Command::Doctor => doctor::run(&settings).await,
    }
}

impl SettingFlags {
    fn load(&self) -> Result<Settings, SettingsError> {
        let file = match &self.config {
            Some(path) => Sources::defaults().with_file(path)?,
            None => Sources::defaults().with_file_if_there(Path::new("latchkey.toml"))?,
        };
        let mut sources =
            file.with_variables(std::env::vars_os().filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.into_string().ok()?))
            }))?;
        for (name, value) in &self.set {
            if !crate::settings::DEFINITIONS
                .iter()
                .any(|known| known.name == name)
            {
                return Err(SettingsError::Unknown {
                    name: name.clone(),
                    origin: Origin::Flag,
                });
            }
            sources = sources.with(name, value, Origin::Flag);
        }
        Settings::load(&sources)
    }
}
