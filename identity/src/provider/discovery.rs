//! What a provider publishes of itself (OpenID Connect Discovery 1.0), and its keys.
//!
//! The document must name the issuer that the settings name, exactly (§4.3).

use std::sync::Arc;

use latchkey_authority::{Authority, key::PublicKeys};
use latchkey_types::UnixMillis;
use serde::Deserialize;

use super::{
    Outgoing, OutgoingError, ProviderConfig,
    published::{Dated, Published},
};

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

impl Dated for Metadata {
    fn read_at(&self) -> UnixMillis {
        self.read_at
    }
}

/// What is known of one provider.
pub(crate) type Discovery = Published<Metadata>;

impl Discovery {
    /// What the provider says of itself, read now if it is not known.
    pub(crate) async fn metadata(
        self: &Arc<Self>,
        authority: &Authority,
        outgoing: &Outgoing,
        config: &Arc<ProviderConfig>,
    ) -> Result<Arc<Metadata>, OutgoingError> {
        let (outgoing, config) = (outgoing.clone(), Arc::clone(config));
        self.current(authority, |now| async move {
            read(now, &outgoing, &config).await
        })
        .await
    }

    /// Reads beside the work what is not known.
    pub(crate) fn read_ahead(
        self: &Arc<Self>,
        authority: &Authority,
        outgoing: &Outgoing,
        config: &Arc<ProviderConfig>,
    ) {
        let (outgoing, config) = (outgoing.clone(), Arc::clone(config));
        self.read_if_unknown(authority, |now| async move {
            read(now, &outgoing, &config).await
        });
    }

    /// The same after a key id that nobody knows: read again, if that was not done just now.
    pub(crate) async fn with_newer_keys(
        &self,
        authority: &Authority,
        outgoing: &Outgoing,
        config: &ProviderConfig,
        known: &Metadata,
    ) -> Result<Option<Arc<Metadata>>, OutgoingError> {
        self.newer_than(authority, known, |now| read(now, outgoing, config))
            .await
    }
}

async fn read(
    now: UnixMillis,
    outgoing: &Outgoing,
    config: &ProviderConfig,
) -> Result<Metadata, OutgoingError> {
    let read = read_document(now, outgoing, config).await;
    if let Err(error) = &read {
        tracing::warn!(
            provider = config.id,
            error = %error,
            "what the provider publishes cannot be read"
        );
    }
    read
}

async fn read_document(
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
pub(crate) fn is_allowed(address: &str, plain: bool) -> bool {
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
