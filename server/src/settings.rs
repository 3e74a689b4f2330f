//! Settings: every one stands in one table, with its default, its parser and where it came from.
//!
//! Flags win over `LATCHKEY_…` variables, these over `latchkey.toml`, that over defaults. An
//! unknown or malformed setting stops the start with a message that names it; a secret is never
//! part of a message.

mod cookies;
mod definitions;
mod duration;
mod finding;
mod policy;
mod providers;
mod source;
mod value;

use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use latchkey_authority::TokenPolicy;
use latchkey_identity::provider::ProviderConfig;
use latchkey_types::Algorithm;
use zeroize::Zeroizing;

pub use definitions::DEFINITIONS;
pub use finding::{Finding, findings};
pub use source::{Origin, Sources};
pub use value::{BaseUrl, SignUpMode};

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// No setting has this name.
    #[error("unknown setting `{name}` ({origin}); `latchkey doctor` lists all settings")]
    Unknown {
        /// Its name as it was written.
        name: String,
        /// Where it stands.
        origin: Origin,
    },
    /// The value does not parse, or is out of bounds.
    #[error("setting `{name}` ({origin}): {problem}")]
    Malformed {
        /// Its name.
        name: &'static str,
        /// Where it stands.
        origin: Origin,
        /// What is wrong with it, without the value of a secret.
        problem: String,
    },
    /// The file cannot be read.
    #[error("cannot read {path}: {problem}")]
    File {
        /// Which file.
        path: String,
        /// Why.
        problem: String,
    },
    /// Two settings do not go together.
    #[error("{0}")]
    Conflict(String),
}

/// What a setting is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Where the program is, and on what it stands.
    Server,
    /// How ends reach every node, and services that follow.
    Following,
    /// What operators read.
    Watching,
    /// Browsers that are signed in.
    Sessions,
    /// Access tokens and refresh families.
    Tokens,
    /// Pages of others that act for people.
    FrontEnds,
    /// Who may come in.
    People,
    /// Who else may say who somebody is.
    Providers,
    /// How passwords are hashed.
    Passwords,
}

impl Group {
    /// Every group, in the order in which a person would read them.
    pub const ALL: [Self; 9] = [
        Self::Server,
        Self::Sessions,
        Self::Tokens,
        Self::FrontEnds,
        Self::People,
        Self::Providers,
        Self::Passwords,
        Self::Following,
        Self::Watching,
    ];

    /// Its heading.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Server => "Server",
            Self::Following => "Revocation on every node",
            Self::Watching => "Log and metrics",
            Self::Sessions => "Sessions",
            Self::Tokens => "Access tokens and API sign-ins",
            Self::FrontEnds => "Front ends",
            Self::People => "People",
            Self::Providers => "Providers",
            Self::Passwords => "Passwords",
        }
    }
}

/// One setting as the table has it.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// What it is about.
    pub group: Group,
    /// The name in `latchkey.toml`; the variable is `LATCHKEY_` and this in capitals.
    pub name: &'static str,
    /// The default as it would be written; empty where there is none.
    pub default: &'static str,
    /// Whether its value is never shown.
    pub secret: bool,
    /// What it does, in a sentence.
    pub about: &'static str,
}

/// The settings in force.
#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, named by its setting"
)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What browsers use.
    pub base_url: BaseUrl,
    /// The database.
    pub database_url: Zeroizing<String>,
    /// The data folder.
    pub data_dir: PathBuf,
    /// Master keys as text, where they are not in the key file.
    pub master_key: Option<Zeroizing<String>>,
    /// Redis or Valkey.
    pub redis_url: Option<Zeroizing<String>>,
    /// Where the feed of signals connects to, if not to the database's URL.
    pub database_feed_url: Option<Zeroizing<String>>,
    /// How long after its acknowledgement an end may be unknown to a node.
    pub max_staleness: Duration,
    /// What resource servers show that follow the signals.
    pub follower_tokens: Vec<Zeroizing<String>>,
    /// Where metrics are served on a listener of their own.
    pub metrics_listen: Option<SocketAddr>,
    /// What is shown to read metrics at the main address.
    pub metrics_token: Option<Zeroizing<String>>,
    /// The site folder.
    pub site_dir: Option<PathBuf>,
    /// Proxies whose word is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins beside the base URL's.
    pub allowed_origins: Vec<String>,
    /// Idle limit of sessions.
    pub session_idle_ttl: Duration,
    /// Absolute limit of sessions.
    pub session_ttl: Duration,
    /// How long ended sessions are kept.
    pub session_keep_ended: Duration,
    /// How long access tokens are good.
    pub access_ttl: Duration,
    /// What signs them.
    pub access_algorithm: Algorithm,
    /// For whom they are; the base URL where not set.
    pub access_audience: Option<String>,
    /// Idle limit of refresh families.
    pub refresh_ttl: Duration,
    /// Absolute limit of refresh families.
    pub family_ttl: Duration,
    /// How long a rotated refresh token is excused.
    pub refresh_grace: Duration,
    /// Whether a lost reply is excused after that.
    pub refresh_lost_response: bool,
    /// Who may say who somebody is.
    pub providers: Vec<ProviderConfig>,
    /// Whence a front end may have a code that it hands us.
    pub provider_redirect_uris: Vec<String>,
    /// Who signs Google's security events.
    pub google_risc_issuer: String,
    /// Where Google says with which keys.
    pub google_risc_configuration: String,
    /// Who may make an account.
    pub sign_up: SignUpMode,
    /// Whether programs may sign in with a password.
    pub api_password_login: bool,
    /// The name of the access token's cookie.
    pub access_cookie: String,
    /// The name of the refresh token's cookie.
    pub refresh_cookie: String,
    /// Where that one is sent.
    pub refresh_cookie_path: String,
    /// Whether failed sign-ins and refreshes are limited.
    pub rate_limit: bool,
    /// Argon2id memory in KiB.
    pub password_memory: u32,
    /// Argon2id passes.
    pub password_iterations: u32,
    /// Argon2id lanes.
    pub password_parallelism: u32,
    /// Waiting hashes.
    pub password_queue: usize,
    /// Whether `serve` may migrate PostgreSQL.
    pub migrate: bool,
    /// `Some(true)` for JSON.
    pub log_json: Option<bool>,
    /// The log filter.
    pub log: String,
    /// The first administrator's e-mail address and password.
    pub bootstrap_admin: Option<(String, Zeroizing<String>)>,
    /// Where each setting came from, and what it says (secrets masked).
    pub report: BTreeMap<&'static str, (String, Origin)>,
}

impl fmt::Debug for Settings {
    /// Shows what the report shows: secrets are masked there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.report.iter().map(|(name, (value, _))| (name, value)))
            .finish()
    }
}

const DAY: Duration = Duration::from_hours(24);

impl Settings {
    /// How the report words that something is not set.
    pub const UNSET: &str = "(unset)";

    /// Reads all settings from their sources.
    ///
    /// # Errors
    /// [`SettingsError`] names the first setting that cannot be used.
    pub fn load(sources: &Sources) -> Result<Self, SettingsError> {
        let mut reader = value::Reader::new(sources);
        let listen: SocketAddr = reader.parse("listen")?;
        let base_url = reader
            .optional("base_url", BaseUrl::parse)?
            .unwrap_or_else(|| BaseUrl::of_listen(listen));
        let data_dir: PathBuf = reader.parse("data_dir")?;
        let database_url = reader.secret("database_url").unwrap_or_else(|| {
            let file = data_dir.join("latchkey.db");
            Zeroizing::new(format!("sqlite://{}?mode=rwc", file.display()))
        });
        let is_embedded = latchkey_authority::database::is_sqlite(&database_url);
        if !is_embedded && !database_url.starts_with("postgres") {
            return Err(reader.malformed(
                "database_url",
                "expected `sqlite://…` or `postgres://…`".to_owned(),
            ));
        }
        let master_key = reader.secret("master_key");
        if master_key.is_none() && !is_embedded {
            return Err(SettingsError::Conflict(
                "setting `master_key` is required with PostgreSQL: every node needs the same \
                 keys. Make one with `latchkey keys generate`."
                    .to_owned(),
            ));
        }
        let bootstrap_admin = bootstrap_admin(&mut reader)?;
        let (access_cookie, refresh_cookie, refresh_cookie_path) =
            cookies::read(&mut reader, base_url.is_secure())?;
        let second = Duration::from_secs(1);
        Ok(Self {
            listen,
            base_url,
            database_url,
            data_dir,
            master_key,
            redis_url: reader.secret("redis_url"),
            database_feed_url: reader.optional("database_feed_url", |text| {
                value::feed_url(text, is_embedded)
            })?,
            max_staleness: reader.duration(
                "max_staleness",
                Duration::ZERO,
                Duration::from_mins(1),
            )?,
            follower_tokens: reader.list("follower_tokens", value::long_token)?,
            metrics_listen: reader.optional("metrics_listen", |text| {
                text.parse()
                    .map_err(|_| "expected an address and a port".to_owned())
            })?,
            metrics_token: reader.optional("metrics_token", value::long_token)?,
            site_dir: reader.optional("site_dir", |text| Ok(PathBuf::from(text)))?,
            trusted_proxies: reader.list("trusted_proxies", value::network)?,
            allowed_origins: reader.list("allowed_origins", value::origin)?,
            session_idle_ttl: reader.duration("session_idle_ttl", second, 30 * DAY)?,
            session_ttl: reader.duration("session_ttl", second, 30 * DAY)?,
            session_keep_ended: reader.duration(
                "session_keep_ended",
                Duration::ZERO,
                3650 * DAY,
            )?,
            access_ttl: reader.duration("access_ttl", second, TokenPolicy::LIFETIME_LIMIT)?,
            access_algorithm: reader.with("access_algorithm", value::algorithm)?,
            access_audience: reader.optional("access_audience", |text| Ok(text.to_owned()))?,
            refresh_ttl: reader.duration("refresh_ttl", second, 30 * DAY)?,
            family_ttl: reader.duration("family_ttl", second, 30 * DAY)?,
            refresh_grace: reader.duration(
                "refresh_grace",
                Duration::ZERO,
                Duration::from_mins(1),
            )?,
            refresh_lost_response: reader.with("refresh_lost_response", value::switch)?,
            providers: providers::read(&mut reader)?,
            provider_redirect_uris: reader
                .list("provider_redirect_uris", providers::redirect_uri)?,
            google_risc_issuer: reader.with("google_risc_issuer", providers::issuer)?,
            google_risc_configuration: reader
                .with("google_risc_configuration", providers::issuer)?,
            sign_up: reader.with("sign_up", SignUpMode::parse)?,
            api_password_login: reader.with("api_password_login", value::switch)?,
            access_cookie,
            refresh_cookie,
            refresh_cookie_path,
            rate_limit: reader.with("rate_limit", value::switch)?,
            password_memory: reader.number("password_memory", 8, 4_194_304)?,
            password_iterations: reader.number("password_iterations", 1, 100)?,
            password_parallelism: reader.number("password_parallelism", 1, 16)?,
            password_queue: reader.number("password_queue", 1, 10_000)?,
            migrate: reader.optional("migrate", value::switch)?.unwrap_or(false),
            log_json: reader.optional("log_format", value::log_format)?,
            log: reader.parse("log")?,
            bootstrap_admin,
            report: reader.into_report(),
        })
    }

    /// Whether the database is embedded.
    pub fn is_embedded(&self) -> bool {
        latchkey_authority::database::is_sqlite(&self.database_url)
    }

    /// Whether anybody may make an account.
    ///
    /// Without mail, an address cannot be proved, and "that address is taken" tells strangers who
    /// has an account: so open sign-up is for loopback, where the only stranger is oneself.
    pub fn is_sign_up_open(&self) -> bool {
        self.sign_up == SignUpMode::Open
            && self.base_url.is_loopback()
            && self.listen.ip().is_loopback()
    }

    /// Whether links may make accounts. Where sign-up is closed, an administrator makes each account
    /// themselves, and the link sets its first password.
    pub fn may_invite(&self) -> bool {
        self.sign_up != SignUpMode::Closed
    }

    /// Whether whoever comes through a provider may get an account: on loopback, and where `open`
    /// was written on purpose. Otherwise the default would let in everybody whom Google knows.
    pub fn is_provider_sign_up_open(&self) -> bool {
        let is_written = self
            .report
            .get("sign_up")
            .is_some_and(|(_, origin)| *origin != Origin::Default);
        self.sign_up == SignUpMode::Open && (is_written || self.is_sign_up_open())
    }
}

/// The first administrator's address and password, which belong together.
fn bootstrap_admin(
    reader: &mut value::Reader<'_>,
) -> Result<Option<(String, Zeroizing<String>)>, SettingsError> {
    let email = reader.secret("bootstrap_admin_email");
    let password = reader.secret("bootstrap_admin_password");
    match (email, password) {
        (Some(email), Some(password)) => Ok(Some((email.to_string(), password))),
        (None, None) => Ok(None),
        _ => Err(SettingsError::Conflict(
            "settings `bootstrap_admin_email` and `bootstrap_admin_password` belong together: set \
             both or none"
                .to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests;
