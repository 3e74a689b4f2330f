//! What a provider publishes of itself (OpenID Connect Discovery 1.0), and its keys: read when
//! first needed, kept, and read again in the background.
//!
//! - The document must name the issuer that the settings name, exactly (§4.3).
//! - Unknown key ids have the keys read again, once a minute at most: whoever invents key ids
//!   makes no load.
//! - A provider that is down is asked again after five seconds, and by one caller at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use latchkey_authority::{Authority, key::PublicKeys};
use latchkey_types::UnixMillis;
use serde::Deserialize;

use super::{Outgoing, OutgoingError, ProviderConfig};

/// After so long it is read again beside the work.
const REFRESH_AFTER_MILLIS: i64 = 60 * 60 * 1_000;

/// After so long it is not believed any more.
const GOOD_FOR_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// Unknown key ids cause one reading in so long.
const KEYS_AGAIN_MILLIS: i64 = 60 * 1_000;

/// After a failure nobody asks for so long.
const PAUSE_MILLIS: i64 = 5_000;

/// The document, as far as it is used.
#[derive(Debug, Clone, Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// A provider as it describes itself.
#[derive(Debug, Clone)]
pub(crate) struct Metadata {
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) userinfo_endpoint: Option<String>,
    /// Whether the client's secret must stand in the body (`client_secret_post`).
    pub(crate) secret_in_body: bool,
    /// Whether its answers name their issuer (RFC 9207 §3).
    pub(crate) names_issuer: bool,
    pub(crate) keys: PublicKeys,
    read_at: UnixMillis,
}

#[derive(Debug, Default)]
struct Kept {
    metadata: Option<Arc<Metadata>>,
    failed: Option<(UnixMillis, OutgoingError)>,
}

/// What is known of one provider.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    /// Held for a look, never while somebody waits for the provider.
    kept: Mutex<Kept>,
    /// Whose turn it is to read.
    reading: tokio::sync::Mutex<()>,
}

impl Discovery {
    /// What the provider says of itself, read now if it is not known.
    pub(crate) async fn metadata(
        self: &Arc<Self>,
        authority: &Authority,
        outgoing: &Outgoing,
        config: &Arc<ProviderConfig>,
    ) -> Result<Arc<Metadata>, OutgoingError> {
        let now = authority.now();
        if let Some((known, age)) = self.aged(now)
            && age < GOOD_FOR_MILLIS
        {
            if age >= REFRESH_AFTER_MILLIS {
                self.refresh_beside(authority, outgoing, config);
            }
            return Ok(known);
        }
        let _turn = self.reading.lock().await;
        match self.aged(now) {
            // Whoever had the turn before has read it.
            Some((known, age)) if age < REFRESH_AFTER_MILLIS => Ok(known),
            _ => self.read(now, outgoing, config).await,
        }
    }

    /// What is known by now, if anything; what is not is read beside the work.
    pub(crate) fn known(
        self: &Arc<Self>,
        authority: &Authority,
        outgoing: &Outgoing,
        config: &Arc<ProviderConfig>,
    ) -> Option<Arc<Metadata>> {
        let known = self.aged(authority.now()).map(|(known, _)| known);
        if known.is_none() {
            self.refresh_beside(authority, outgoing, config);
        }
        known
    }

    /// The same after a key id that nobody knows: read again, if that was not done just now.
    pub(crate) async fn with_newer_keys(
        &self,
        authority: &Authority,
        outgoing: &Outgoing,
        config: &ProviderConfig,
        known: &Metadata,
    ) -> Result<Option<Arc<Metadata>>, OutgoingError> {
        let _turn = self.reading.lock().await;
        let now = authority.now();
        if let Some((current, _)) = self.aged(now)
            && current.read_at > known.read_at
        {
            return Ok(Some(current));
        }
        if now.0.saturating_sub(known.read_at.0) < KEYS_AGAIN_MILLIS {
            return Ok(None);
        }
        self.read(now, outgoing, config).await.map(Some)
    }

    fn refresh_beside(
        self: &Arc<Self>,
        authority: &Authority,
        outgoing: &Outgoing,
        config: &Arc<ProviderConfig>,
    ) {
        let this = Arc::clone(self);
        let (authority, outgoing) = (authority.clone(), outgoing.clone());
        let config = Arc::clone(config);
        tokio::spawn(async move {
            // Somebody is at it already: theirs will do.
            let Ok(_turn) = this.reading.try_lock() else {
                return;
            };
            if let Err(error) = this.read(authority.now(), &outgoing, &config).await {
                tracing::warn!(
                    provider = config.id,
                    error = %error,
                    "what the provider publishes could not be read; the last reading serves"
                );
            }
        });
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing in there is ever half changed.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was read last, and how long ago.
    fn aged(&self, now: UnixMillis) -> Option<(Arc<Metadata>, i64)> {
        let known = self.kept().metadata.clone()?;
        let age = now.0.saturating_sub(known.read_at.0);
        Some((known, age))
    }

    /// To be called by whoever has the turn.
    async fn read(
        &self,
        now: UnixMillis,
        outgoing: &Outgoing,
        config: &ProviderConfig,
    ) -> Result<Arc<Metadata>, OutgoingError> {
        if let Some((at, error)) = &self.kept().failed
            && (0..PAUSE_MILLIS).contains(&now.0.saturating_sub(at.0))
        {
            return Err(error.clone());
        }
        let read = read(now, outgoing, config).await.map(Arc::new);
        let mut kept = self.kept();
        match read {
            Ok(metadata) => {
                kept.metadata = Some(Arc::clone(&metadata));
                kept.failed = None;
                Ok(metadata)
            }
            Err(error) => {
                kept.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }
}

async fn read(
    now: UnixMillis,
    outgoing: &Outgoing,
    config: &ProviderConfig,
) -> Result<Metadata, OutgoingError> {
    let address = format!(
        "{}/.well-known/openid-configuration",
        config.issuer.trim_end_matches('/')
    );
    let document = outgoing.get_json(&address, None).await?;
    let document: Document = serde_json::from_value(document)
        .map_err(|_| OutgoingError::Refused("its description lacks what is needed"))?;
    if document.issuer != config.issuer {
        return Err(OutgoingError::Refused(
            "its description is another issuer's",
        ));
    }
    let addresses = [
        Some(&document.authorization_endpoint),
        Some(&document.token_endpoint),
        Some(&document.jwks_uri),
        document.userinfo_endpoint.as_ref(),
    ];
    if !addresses
        .into_iter()
        .flatten()
        .all(|address| is_allowed(address, config.is_plain()))
    {
        return Err(OutgoingError::Refused(
            "its description leads to plain http",
        ));
    }
    let keys = keys(outgoing, &document.jwks_uri).await?;
    let methods = &document.token_endpoint_auth_methods_supported;
    let has = |method: &str| methods.iter().any(|known| known == method);
    Ok(Metadata {
        secret_in_body: has("client_secret_post") && !has("client_secret_basic"),
        authorization_endpoint: document.authorization_endpoint,
        token_endpoint: document.token_endpoint,
        userinfo_endpoint: document.userinfo_endpoint,
        names_issuer: document.authorization_response_iss_parameter_supported,
        keys,
        read_at: now,
    })
}

/// Reads a key set.
pub(crate) async fn keys(outgoing: &Outgoing, address: &str) -> Result<PublicKeys, OutgoingError> {
    let text = outgoing.get(address, None).await?;
    PublicKeys::parse(&text).map_err(|_| OutgoingError::Refused("its keys are no key set"))
}

/// Whether a document may lead there: https, or http on loopback where the provider is there too.
fn is_allowed(address: &str, plain: bool) -> bool {
    let Ok(uri) = address.parse::<http::Uri>() else {
        return false;
    };
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => true,
        (Some("http"), Some(host)) => plain && matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_lead_to_https_and_to_loopback_from_loopback_alone() {
        assert!(is_allowed("https://example.com/token", false));
        assert!(is_allowed("http://127.0.0.1:9/token", true));
        assert!(!is_allowed("http://127.0.0.1:9/token", false));
        assert!(!is_allowed("http://example.com/token", true));
        for wrong in ["", "/token", "file:///etc/passwd", "javascript:alert(1)"] {
            assert!(!is_allowed(wrong, true), "{wrong}");
        }
    }
}
