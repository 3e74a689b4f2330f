//! Parsers of single settings.

use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
    time::Duration,
};

use ipnet::IpNet;
use latchkey_types::{Algorithm, Word as _};
use zeroize::Zeroizing;

use super::{DEFINITIONS, Definition, Group, Origin, Settings, SettingsError, Sources, duration};

/// The address that browsers use: scheme, host and port, nothing behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    secure: bool,
    authority: String,
}

impl BaseUrl {
    /// Reads a base URL. Plain http is for loopback only.
    ///
    /// # Errors
    /// What is wrong with it, as text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let (secure, rest) = if let Some(rest) = text.strip_prefix("https://") {
            (true, rest)
        } else if let Some(rest) = text.strip_prefix("http://") {
            (false, rest)
        } else {
            return Err("expected an address such as `https://id.example.com`".to_owned());
        };
        let authority: http::uri::Authority = rest
            .to_ascii_lowercase()
            .parse()
            .map_err(|_| "expected a host and perhaps a port behind the scheme".to_owned())?;
        if rest.contains(['/', '?', '#', '@']) || authority.host().is_empty() {
            return Err("expected scheme, host and port, and nothing behind them".to_owned());
        }
        let default_port = if secure { ":443" } else { ":80" };
        let authority = authority.as_str();
        let parsed = Self {
            secure,
            authority: authority
                .strip_suffix(default_port)
                .unwrap_or(authority)
                .to_owned(),
        };
        if !secure && !parsed.is_loopback() {
            return Err(
                "plain http is for loopback only: cookies would travel in clear. Use https"
                    .to_owned(),
            );
        }
        Ok(parsed)
    }

    pub(super) fn of_listen(listen: SocketAddr) -> Self {
        let authority = if listen.ip().is_loopback() {
            listen.to_string()
        } else {
            format!("localhost:{}", listen.port())
        };
        Self {
            secure: false,
            authority: authority
                .strip_suffix(":80")
                .unwrap_or(&authority)
                .to_owned(),
        }
    }

    /// Whether it is https.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Host and port as the `Host` header has them.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self
            .authority
            .parse::<http::uri::Authority>()
            .map(|authority| authority.host().trim_matches(['[', ']']).to_owned())
            .unwrap_or_default();
        host == "localhost"
            || host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUpMode {
    /// Everybody.
    Open,
    /// Whoever an administrator gave a link to.
    Invited,
    /// Nobody: an administrator makes every account, and its owner sets the first password by a
    /// link.
    Closed,
}

impl SignUpMode {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "open" => Ok(Self::Open),
            "invited" => Ok(Self::Invited),
            "closed" => Ok(Self::Closed),
            _ => Err("expected `open`, `invited` or `closed`".to_owned()),
        }
    }
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" | "0" => Ok(false),
        _ => Err("expected `on` or `off`".to_owned()),
    }
}

pub(super) fn algorithm(text: &str) -> Result<Algorithm, String> {
    Algorithm::parse(text).map_err(|_| "expected `EdDSA`, `ES256` or `RS256`".to_owned())
}

pub(super) fn log_format(text: &str) -> Result<bool, String> {
    match text {
        "json" => Ok(true),
        "text" => Ok(false),
        _ => Err("expected `text` or `json`".to_owned()),
    }
}

pub(super) fn network(text: &str) -> Result<IpNet, String> {
    IpNet::from_str(text)
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| format!("`{text}` is not an address or a network such as `10.0.0.0/8`"))
}

pub(super) fn origin(text: &str) -> Result<String, String> {
    BaseUrl::parse(text).map(|url| url.to_string())
}

/// The database server that the feed reads. The text may hold a password and is never repeated.
pub(super) fn feed_url(text: &str, is_embedded: bool) -> Result<Zeroizing<String>, String> {
    if is_embedded {
        return Err("an embedded database has no other address".to_owned());
    }
    if !text.starts_with("postgres") || latchkey_authority::feed::Source::at(text).is_err() {
        return Err("expected `postgres://…`".to_owned());
    }
    Ok(Zeroizing::new(text.to_owned()))
}

/// A token that somebody else made up: long enough that nobody guesses it.
pub(super) fn long_token(text: &str) -> Result<Zeroizing<String>, String> {
    const LEAST: usize = 32;
    let is_text = text.bytes().all(|byte| byte.is_ascii_graphic());
    if text.len() < LEAST || !is_text {
        return Err(format!(
            "expected at least {LEAST} visible ASCII characters; `openssl rand -hex 32` makes such \
             a token"
        ));
    }
    Ok(Zeroizing::new(text.to_owned()))
}

/// Reads settings one by one and notes where each came from.
pub(super) struct Reader<'a> {
    sources: &'a Sources,
    report: BTreeMap<&'static str, (String, Origin)>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self {
            sources,
            report: BTreeMap::new(),
        }
    }

    pub(super) fn into_report(self) -> BTreeMap<&'static str, (String, Origin)> {
        self.report
    }

    fn definition(name: &'static str) -> Definition {
        DEFINITIONS
            .iter()
            .copied()
            .find(|known| known.name == name)
            .unwrap_or(Definition {
                group: Group::Server,
                name,
                default: "",
                secret: false,
                about: "",
            })
    }

    fn raw(&mut self, name: &'static str) -> Option<String> {
        let definition = Self::definition(name);
        let (value, origin) = match self.sources.get(name) {
            Some((value, origin)) => (value.clone(), origin.clone()),
            None => (definition.default.to_owned(), Origin::Default),
        };
        let shown = if value.is_empty() {
            Settings::UNSET.to_owned()
        } else if definition.secret {
            "••••••".to_owned()
        } else {
            value.clone()
        };
        self.report.insert(name, (shown, origin));
        (!value.is_empty()).then_some(value)
    }

    pub(super) fn malformed(&self, name: &'static str, problem: String) -> SettingsError {
        let origin = self
            .sources
            .get(name)
            .map_or(Origin::Default, |(_, origin)| origin.clone());
        SettingsError::Malformed {
            name,
            origin,
            problem,
        }
    }

    pub(super) fn with<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, SettingsError> {
        let text = self.raw(name).unwrap_or_default();
        parse(&text).map_err(|problem| self.malformed(name, problem))
    }

    pub(super) fn optional<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, SettingsError> {
        self.raw(name)
            .map(|text| parse(&text))
            .transpose()
            .map_err(|problem| self.malformed(name, problem))
    }

    pub(super) fn parse<T: FromStr<Err: fmt::Display>>(
        &mut self,
        name: &'static str,
    ) -> Result<T, SettingsError> {
        self.with(name, |text| text.parse().map_err(|e: T::Err| e.to_string()))
    }

    pub(super) fn secret(&mut self, name: &'static str) -> Option<Zeroizing<String>> {
        self.raw(name).map(Zeroizing::new)
    }

    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, SettingsError> {
        self.with(name, |text| {
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(&parse)
                .collect()
        })
    }

    pub(super) fn duration(
        &mut self,
        name: &'static str,
        least: Duration,
        most: Duration,
    ) -> Result<Duration, SettingsError> {
        self.with(name, |text| {
            let parsed = duration::parse(text)?;
            if parsed < least || parsed > most {
                return Err(format!(
                    "expected between {} and {}",
                    duration::show(least),
                    duration::show(most)
                ));
            }
            Ok(parsed)
        })
    }

    pub(super) fn number<T>(
        &mut self,
        name: &'static str,
        least: T,
        most: T,
    ) -> Result<T, SettingsError>
    where
        T: FromStr + PartialOrd + fmt::Display,
    {
        self.with(name, |text| {
            text.parse()
                .ok()
                .filter(|number| *number >= least && *number <= most)
                .ok_or_else(|| format!("expected a number between {least} and {most}"))
        })
    }
}
