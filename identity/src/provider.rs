//! Signing in through Google and other providers.
//!
//! - [`config`](ProviderConfig): which there are; `discovery`: what they publish, and their keys;
//!   `published`: what of that is kept, and for how long;
//! - `state`: what goes there and comes back; `exchange`: a code's way into who somebody is;
//! - `id_token`: verified in full; [`nonce`]: for programs that bring one;
//! - `enter`: whose account that is, and letting them in; `link`, [`connections`]: connecting and
//!   disconnecting.
//!
//! Rules that hold here:
//! - Identity is issuer and subject. An address never is: it only says which account somebody
//!   might mean, where the provider's word is proof of it, and that account proved it too.
//! - An account whose address nobody proved is never joined: whoever made it may be waiting in it.
//! - Calls to a provider happen outside transactions, and what they were made for is read again
//!   inside.
//! - Whatever lets nobody in leaves one event on the record, and nothing else.

mod assertion;
mod config;
pub mod connections;
pub(crate) mod discovery;
mod enter;
mod error;
mod exchange;
mod github;
mod id_token;
mod link;
pub mod nonce;
mod outgoing;
mod published;
mod refusal;
mod state;
mod whose;

use std::{fmt, sync::Arc};

use latchkey_authority::{Authority, StoreError, caller::Caller};

pub(crate) use assertion::Assertion;
pub use config::{ProviderConfig, ProviderKind};
use discovery::Discovery;
pub(crate) use discovery::Metadata;
pub use enter::{Arrival, Arrived, Grant, arrive, enter_for_family};
pub use error::ProviderError;
pub(crate) use id_token::is_subject;
pub use outgoing::{Outgoing, OutgoingError, OutgoingLimits};
pub(crate) use published::{Dated, Published};
pub use state::Purposed;

use self::{exchange::Endpoints, state::State};
use crate::Identity;

/// A provider, with what is known of it.
#[derive(Debug, Clone)]
pub struct Provider {
    config: Arc<ProviderConfig>,
    discovery: Arc<Discovery>,
}

impl Provider {
    /// What the settings say of it.
    pub fn config(&self) -> &Arc<ProviderConfig> {
        &self.config
    }

    pub(crate) fn discovery(&self) -> &Arc<Discovery> {
        &self.discovery
    }

    pub(crate) async fn metadata(
        &self,
        authority: &Authority,
        outgoing: &Outgoing,
    ) -> Result<Arc<Metadata>, OutgoingError> {
        self.discovery
            .metadata(authority, outgoing, &self.config)
            .await
    }
}

/// All providers, and the client that calls them. Clones share everything.
#[derive(Debug, Clone)]
pub struct Providers {
    list: Arc<[Provider]>,
    outgoing: Option<Outgoing>,
}

/// Where somebody sets out from.
#[derive(Clone, Copy)]
pub struct Departure<'a> {
    /// What the answer shall be good for.
    pub purpose: Purposed,
    /// Where to lead afterwards.
    pub next: Option<&'a str>,
    /// What ties the answer to this browser.
    pub browser: &'a [u8],
    /// Where the provider shall send it.
    pub redirect_uri: &'a str,
    /// Whether the provider shall ask the person once more who they are.
    pub fresh: bool,
    /// Whether somebody else's page led here: then the provider shall ask with which account, so
    /// that nobody is signed in by following a link.
    pub from_elsewhere: bool,
}

impl fmt::Debug for Departure<'_> {
    /// Without what ties it to the browser.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Departure")
            .field("purpose", &self.purpose)
            .field("fresh", &self.fresh)
            .finish_non_exhaustive()
    }
}

impl Providers {
    /// No provider.
    pub fn none() -> Self {
        Self {
            list: Arc::new([]),
            outgoing: None,
        }
    }

    /// These providers. Nothing is asked of them yet.
    ///
    /// # Errors
    /// [`ProviderError::Down`] if this machine's trusted certificates cannot be read.
    pub fn new(
        configs: Vec<ProviderConfig>,
        limits: OutgoingLimits,
    ) -> Result<Self, ProviderError> {
        if configs.is_empty() {
            return Ok(Self::none());
        }
        let outgoing = Outgoing::new(limits).map_err(|error| {
            tracing::error!(error = %error, "no client for calls to providers");
            ProviderError::Down
        })?;
        let list = configs
            .into_iter()
            .map(|config| Provider {
                config: Arc::new(config),
                discovery: Arc::default(),
            })
            .collect();
        Ok(Self {
            list,
            outgoing: Some(outgoing),
        })
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.list.iter()
    }

    /// The one of this name.
    pub fn find(&self, id: &str) -> Option<&Provider> {
        self.iter().find(|provider| provider.config.id == id)
    }

    /// Reads beside the work what every provider publishes, so that nobody waits for it later.
    pub fn read_ahead(&self, authority: &Authority) {
        let Some(outgoing) = &self.outgoing else {
            return;
        };
        for provider in self.iter() {
            if provider.config.kind != ProviderKind::GitHub {
                provider
                    .discovery
                    .read_ahead(authority, outgoing, &provider.config);
            }
        }
    }

    /// What calls them.
    ///
    /// # Errors
    /// [`ProviderError::Down`] where there is no provider.
    pub fn outgoing(&self) -> Result<&Outgoing, ProviderError> {
        self.outgoing.as_ref().ok_or(ProviderError::Down)
    }

    /// Asks a provider what it publishes, as the first sign-in would.
    ///
    /// # Errors
    /// [`OutgoingError`] says what is wrong with it.
    pub async fn inspect(
        &self,
        authority: &Authority,
        provider: &Provider,
    ) -> Result<(), OutgoingError> {
        let outgoing = self
            .outgoing
            .as_ref()
            .ok_or(OutgoingError::Down("no client"))?;
        if provider.config.kind == ProviderKind::GitHub {
            return Ok(());
        }
        provider.metadata(authority, outgoing).await.map(drop)
    }

    /// The address that somebody is led to who sets out for a provider.
    ///
    /// # Errors
    /// [`ProviderError::Down`] or [`ProviderError::Refused`] where the provider does not say where
    /// that is, with an event on the record; [`ProviderError::StillDown`] where that was found out a
    /// moment ago.
    pub async fn set_out(
        &self,
        identity: &Identity,
        provider: &Provider,
        departure: Departure<'_>,
        caller: &Caller,
    ) -> Result<String, ProviderError> {
        let result = self
            .address(identity.authority(), provider, departure)
            .await;
        if let Err(error) = &result {
            refusal::on_record(identity, provider, error, None, caller).await?;
        }
        result
    }

    async fn address(
        &self,
        authority: &Authority,
        provider: &Provider,
        departure: Departure<'_>,
    ) -> Result<String, ProviderError> {
        let config = provider.config();
        let state = State::new(
            authority,
            &config.id,
            departure.purpose,
            departure.next,
            departure.fresh,
        );
        let sealed = state
            .seal(authority, departure.browser)
            .map_err(ProviderError::from)?;
        let parts = (sealed, state.verifier.as_str(), state.nonce.as_str());
        let redirect_uri = departure.redirect_uri;
        let ask = if departure.fresh {
            exchange::Ask::Again
        } else if departure.from_elsewhere {
            exchange::Ask::Which
        } else {
            exchange::Ask::Nothing
        };
        if config.kind == ProviderKind::GitHub {
            let endpoints = github::endpoints(config);
            return exchange::authorize_url(config, &endpoints.as_ref(), redirect_uri, parts, ask);
        }
        let metadata = provider.metadata(authority, self.outgoing()?).await?;
        exchange::authorize_url(
            config,
            &Endpoints::from(&*metadata),
            redirect_uri,
            parts,
            ask,
        )
    }
}

/// Anything of ours that went wrong.
impl ProviderError {
    /// Whether it is a fault of ours.
    pub fn is_internal(&self) -> bool {
        matches!(self, Self::Internal(_))
    }

    pub(crate) fn store(error: impl Into<StoreError>) -> Self {
        Self::Internal(error.into())
    }
}
