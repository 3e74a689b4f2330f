//! Who tells, and the keys with which they sign.

use std::sync::Arc;

use latchkey_authority::{Authority, key::PublicKeys};
use latchkey_types::UnixMillis;
use serde::Deserialize;

use crate::provider::{
    Dated, Outgoing, OutgoingError, ProviderConfig, Published,
    discovery::{is_allowed, keys},
};

/// The transmitter's description, as far as it is used.
#[derive(Debug, Deserialize)]
struct Document {
    issuer: String,
    jwks_uri: String,
}

/// The keys that it led to.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) keys: PublicKeys,
    read_at: UnixMillis,
}

impl Dated for Keys {
    fn read_at(&self) -> UnixMillis {
        self.read_at
    }
}

/// Who tells of what happens to a provider's accounts. Clones share what is known of it.
#[derive(Debug, Clone)]
pub struct Transmitter {
    provider: Arc<ProviderConfig>,
    issuer: Arc<str>,
    configuration: Arc<str>,
    published: Arc<Published<Keys>>,
}

impl Transmitter {
    /// The transmitter of a provider, which signs as `issuer` and says at the address
    /// `configuration` with which keys.
    pub fn new(provider: Arc<ProviderConfig>, issuer: &str, configuration: &str) -> Self {
        Self {
            provider,
            issuer: issuer.into(),
            configuration: configuration.into(),
            published: Arc::default(),
        }
    }

    /// The provider of whose accounts it tells.
    pub fn provider(&self) -> &ProviderConfig {
        &self.provider
    }

    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The keys, read now if they are not known.
    pub(super) async fn keys(
        &self,
        authority: &Authority,
        outgoing: &Outgoing,
    ) -> Result<Arc<Keys>, OutgoingError> {
        let (this, outgoing) = (self.clone(), outgoing.clone());
        self.published
            .current(
                authority,
                |now| async move { this.read(now, &outgoing).await },
            )
            .await
    }

    /// The keys after a key id that nobody knows: read again, if that was not done just now.
    pub(super) async fn newer_keys(
        &self,
        authority: &Authority,
        outgoing: &Outgoing,
        known: &Keys,
    ) -> Result<Option<Arc<Keys>>, OutgoingError> {
        self.published
            .newer_than(authority, known, |now| self.read(now, outgoing))
            .await
    }

    /// Asks the transmitter what it publishes, as the first event would.
    ///
    /// # Errors
    /// [`OutgoingError`] says what is wrong with it.
    pub async fn inspect(
        &self,
        authority: &Authority,
        outgoing: &Outgoing,
    ) -> Result<(), OutgoingError> {
        self.keys(authority, outgoing).await.map(drop)
    }

    async fn read(&self, now: UnixMillis, outgoing: &Outgoing) -> Result<Keys, OutgoingError> {
        let read = self.read_document(now, outgoing).await;
        if let Err(error) = &read {
            tracing::warn!(
                provider = self.provider.id,
                error = %error,
                "the keys of security events cannot be read"
            );
        }
        read
    }

    async fn read_document(
        &self,
        now: UnixMillis,
        outgoing: &Outgoing,
    ) -> Result<Keys, OutgoingError> {
        let document = outgoing.get_json(&self.configuration, None).await?;
        let document: Document = serde_json::from_value(document)
            .map_err(|_| OutgoingError::Refused("its description lacks what is needed"))?;
        if document.issuer != *self.issuer {
            return Err(OutgoingError::Refused(
                "its description is another issuer's",
            ));
        }
        if !is_allowed(
            &document.jwks_uri,
            self.configuration.starts_with("http://"),
        ) {
            return Err(OutgoingError::Refused(
                "its description leads to plain http",
            ));
        }
        Ok(Keys {
            keys: keys(outgoing, &document.jwks_uri).await?,
            read_at: now,
        })
    }
}
