//! Which providers there are, as the settings have them.

use std::fmt;

use zeroize::Zeroizing;

/// How a provider says who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderKind {
    /// Google: OpenID Connect with two spellings of its issuer and a claim of its own, `hd`.
    Google,
    /// OpenID Connect.
    OpenId,
    /// GitHub: OAuth 2.0, and an interface of its own for who that is.
    GitHub,
}

/// One provider.
#[derive(Clone)]
pub struct ProviderConfig {
    /// Its name in our paths and in the database.
    pub id: String,
    /// Its name on pages.
    pub name: String,
    /// How it says who somebody is.
    pub kind: ProviderKind,
    /// The issuer of its ID tokens, without a slash at the end unless it has one; GitHub's address.
    pub issuer: String,
    /// What we are called there.
    pub client_id: String,
    /// What shows it that we are.
    pub client_secret: Option<Zeroizing<String>>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Whether its word about an e-mail address is as good as a mail sent there.
    pub trust_email: bool,
    /// Whose people may sign in, by the claim `hd`; everybody where empty.
    pub hosted_domains: Vec<String>,
    /// The word for its picture, where the settings give one.
    pub icon: Option<String>,
}

impl fmt::Debug for ProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderConfig")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl ProviderConfig {
    /// GitHub's own address.
    pub const GITHUB: &'static str = "https://github.com";

    /// Whether `iss` of an ID token names it. Google spells its own in two ways; nobody else is
    /// given that.
    pub(crate) fn is_issuer(&self, iss: &str) -> bool {
        if iss == self.issuer {
            return true;
        }
        let without_scheme = self
            .issuer
            .strip_prefix("https://")
            .or_else(|| self.issuer.strip_prefix("http://"));
        self.kind == ProviderKind::Google && without_scheme == Some(iss)
    }

    /// Whether what it says of addresses is looked at: Google is an authority for some and says for
    /// which; any other is one by the setting alone.
    pub(crate) fn knows_addresses(&self) -> bool {
        self.kind == ProviderKind::Google || self.trust_email
    }

    /// Whether addresses of its network may be plain http: only where it is on loopback itself.
    pub(crate) fn is_plain(&self) -> bool {
        self.issuer.starts_with("http://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_google_has_two_issuers() {
        let mut config = ProviderConfig {
            id: "google".to_owned(),
            name: "Google".to_owned(),
            kind: ProviderKind::Google,
            issuer: "https://accounts.google.com".to_owned(),
            client_id: "c".to_owned(),
            client_secret: Some(Zeroizing::new("s3cret".to_owned())),
            scopes: Vec::new(),
            trust_email: false,
            hosted_domains: Vec::new(),
            icon: None,
        };
        assert!(config.is_issuer("https://accounts.google.com"));
        assert!(config.is_issuer("accounts.google.com"));
        for other in [
            "https://accounts.google.com/",
            "http://accounts.google.com",
            "accounts.google.com.evil.example",
            "",
        ] {
            assert!(!config.is_issuer(other), "{other}");
        }
        config.kind = ProviderKind::OpenId;
        assert!(!config.is_issuer("accounts.google.com"));
        assert!(!format!("{config:?}").contains("s3cret"));
    }
}
