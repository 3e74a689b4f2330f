//! [`AppState`]: the handles that every handler has.

use std::{fmt, sync::Arc};

use latchkey_authority::Authority;
use latchkey_identity::{
    Identity,
    provider::{ProviderKind, Providers},
    security_event::Transmitter,
};

use crate::{
    assets::SiteAssets,
    cookies::{CookieNames, TokenCookies},
    export::Places,
    metrics::Metrics,
    rate::Limiter,
    settings::Settings,
};

/// Everything a handler needs; clones share it.
#[derive(Clone)]
pub struct AppState(Arc<Whole>);

#[derive(Debug)]
struct Whole {
    parts: Parts,
    security_events: Option<Transmitter>,
    metrics: Metrics,
    exports: Places,
}

/// What an [`AppState`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// The settings in force.
    pub settings: Settings,
    /// Accounts and passwords, and through it authority.
    pub identity: Identity,
    /// Who else may say who somebody is.
    pub providers: Providers,
    /// Limits on attempts.
    pub limiter: Limiter,
    /// The built stylesheet and wasm.
    pub assets: SiteAssets,
}

impl AppState {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let security_events = security_events(&parts.settings, &parts.providers);
        Self(Arc::new(Whole {
            parts,
            security_events,
            metrics: Metrics::default(),
            exports: Places::default(),
        }))
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.0.parts.settings
    }

    /// Accounts and passwords.
    pub fn identity(&self) -> &Identity {
        &self.0.parts.identity
    }

    /// Who else may say who somebody is.
    pub fn providers(&self) -> &Providers {
        &self.0.parts.providers
    }

    /// Who tells what happened to Google's accounts, where sign-in with Google is configured.
    pub fn security_events(&self) -> Option<&Transmitter> {
        self.0.security_events.as_ref()
    }

    /// Sessions, roles, the record.
    pub fn authority(&self) -> &Authority {
        self.0.parts.identity.authority()
    }

    /// Limits on attempts.
    pub fn limiter(&self) -> &Limiter {
        &self.0.parts.limiter
    }

    /// The built stylesheet and wasm.
    pub fn assets(&self) -> &SiteAssets {
        &self.0.parts.assets
    }

    /// What this node counts of itself.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// The places for exports on this node.
    pub(crate) fn exports(&self) -> &Places {
        &self.0.exports
    }

    /// What our cookies are called under the base URL.
    pub fn cookie_names(&self) -> CookieNames {
        CookieNames::under(self.settings().base_url.is_secure())
    }

    /// What the cookies of tokens are called, and where they are sent.
    pub fn token_cookies(&self) -> TokenCookies<'_> {
        let settings = self.settings();
        TokenCookies {
            access: &settings.access_cookie,
            refresh: &settings.refresh_cookie,
            refresh_path: &settings.refresh_cookie_path,
            secure: settings.base_url.is_secure(),
        }
    }
}

/// Google's transmitter of security events, where sign-in with Google is configured.
pub(crate) fn security_events(settings: &Settings, providers: &Providers) -> Option<Transmitter> {
    let google = providers
        .iter()
        .find(|provider| provider.config().kind == ProviderKind::Google)?;
    Some(Transmitter::new(
        Arc::clone(google.config()),
        &settings.google_risc_issuer,
        &settings.google_risc_configuration,
    ))
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.parts.fmt(f)
    }
}
