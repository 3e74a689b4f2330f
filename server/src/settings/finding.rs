//! What is unsafe or surprising in the settings, and what to do about it: the same in the log at start,
//! in `latchkey doctor`, and on the console's page of settings.

use std::{fmt, time::Duration};

use latchkey_authority::{Authority, StoreError, user};

use super::{Settings, SignUpMode, cookies};

/// Something to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which setting it is about.
    pub setting: &'static str,
    /// What is wrong, as a sentence without its full stop.
    pub problem: String,
    /// What to do about it, as a sentence without its full stop.
    pub advice: String,
}

impl Finding {
    pub(super) fn new(
        setting: &'static str,
        problem: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            setting,
            problem: problem.into(),
            advice: advice.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}.", self.setting, self.problem, self.advice)
    }
}

/// What is to be looked at in these settings on this database.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn findings(
    settings: &Settings,
    authority: &Authority,
) -> Result<Vec<Finding>, StoreError> {
    let mut findings = settings.findings();
    if settings.bootstrap_admin.is_some() && user::administrator_ever(authority.database()).await? {
        findings.push(Finding::new(
            "bootstrap_admin_password",
            "It is still set, though there is an administrator: it does nothing any more, and whoever \
             reads the environment learns a password",
            "Remove it and bootstrap_admin_email",
        ));
    }
    Ok(findings)
}

impl Settings {
    /// What is to be looked at in these settings by themselves.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(self.sign_up_finding());
        if !self.rate_limit {
            findings.push(Finding::new(
                "rate_limit",
                "It is off: passwords can be guessed without pause",
                "Set it to `on`",
            ));
        }
        if self.base_url.is_secure() {
            findings.extend(cookies::findings(&self.access_cookie, &self.refresh_cookie));
        }
        if self.password_memory < 19_456 && self.password_iterations < 3 {
            findings.push(Finding::new(
                "password_memory",
                "Password hashes are weaker than Argon2id with 19,456 KiB and 2 passes",
                "Leave password_memory and password_iterations at their defaults, or above",
            ));
        }
        if self.base_url.is_secure() && self.trusted_proxies.is_empty() {
            findings.push(Finding::new(
                "trusted_proxies",
                "base_url is https, so a proxy stands before this program, but no proxy is trusted: \
                 all callers have the proxy's address and share its limits",
                "Name the proxy's network, such as `127.0.0.0/8`",
            ));
        }
        if !self.listen.ip().is_loopback() && !self.base_url.is_secure() {
            findings.push(Finding::new(
                "base_url",
                "The server listens beyond loopback with a plain http base_url: passwords and cookies \
                 would travel in clear",
                "Set it to the https address of the proxy before the server",
            ));
        }
        findings.extend(self.staleness_finding());
        if self
            .metrics_listen
            .is_some_and(|address| !address.ip().is_loopback())
        {
            findings.push(Finding::new(
                "metrics_listen",
                "Metrics are served beyond loopback, to anybody who reaches that address",
                "Listen on a loopback or private address, or use metrics_token instead",
            ));
        }
        findings
    }

    fn sign_up_finding(&self) -> Option<Finding> {
        if self.sign_up != SignUpMode::Open || self.is_sign_up_open() {
            return None;
        }
        if !self.providers.is_empty() && self.is_provider_sign_up_open() {
            return Some(Finding::new(
                "sign_up",
                "It is `open`: everybody whom one of the providers knows gets an account",
                "Narrow it to organisations with google_hosted_domains, or set it to `invited`",
            ));
        }
        Some(Finding::new(
            "sign_up",
            "It is `open`, but without mail it stays closed on a public address",
            "Invite people in the console or with `latchkey user invite`, and set it to `invited` to say so",
        ))
    }

    fn staleness_finding(&self) -> Option<Finding> {
        const USUAL: Duration = Duration::from_secs(2);
        if self.max_staleness.is_zero() {
            return Some(Finding::new(
                "max_staleness",
                "It is `0`: every check asks the database",
                "Leave it at `2s` unless that is what you want",
            ));
        }
        (self.max_staleness > USUAL).then(|| {
            Finding::new(
                "max_staleness",
                format!(
                    "A node that hears nothing goes on letting people in for {} seconds after their \
                     session was ended elsewhere",
                    self.max_staleness.as_secs()
                ),
                "Leave it at `2s`",
            )
        })
    }
}
