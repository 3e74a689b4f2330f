//! GitHub: OAuth 2.0 without OpenID Connect. Who somebody is says its interface: the number of the
//! account, which is never given to another, and the address that is primary and verified.

use serde::Deserialize;
use serde_json::Value;

use super::{Assertion, Outgoing, ProviderConfig, ProviderError, exchange::Endpoints};
use crate::name::EmailAddress;

/// The addresses of GitHub, or of an installation of one's own.
pub(super) struct Owned {
    authorize: String,
    token: String,
}

impl Owned {
    pub(super) fn as_ref(&self) -> Endpoints<'_> {
        Endpoints {
            authorize: &self.authorize,
            token: &self.token,
            secret_in_body: true,
        }
    }
}

pub(super) fn endpoints(config: &ProviderConfig) -> Owned {
    let base = config.issuer.trim_end_matches('/');
    Owned {
        authorize: format!("{base}/login/oauth/authorize"),
        token: format!("{base}/login/oauth/access_token"),
    }
}

#[derive(Debug, Deserialize)]
struct User {
    id: u64,
    login: String,
}

#[derive(Debug, Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

/// Asks who the access token is of.
pub(super) async fn assertion(
    outgoing: &Outgoing,
    config: &ProviderConfig,
    access_token: &str,
) -> Result<Assertion, ProviderError> {
    let interface = if config.issuer == ProviderConfig::GITHUB {
        "https://api.github.com".to_owned()
    } else {
        format!("{}/api/v3", config.issuer.trim_end_matches('/'))
    };
    let read = async |path: &str| -> Result<Value, ProviderError> {
        let address = format!("{interface}{path}");
        Ok(outgoing.get_json(&address, Some(access_token)).await?)
    };
    let user: User = serde_json::from_value(read("/user").await?)
        .map_err(|_| ProviderError::Refused("github_user"))?;
    let emails: Vec<Address> = serde_json::from_value(read("/user/emails").await?)
        .map_err(|_| ProviderError::Refused("github_emails"))?;
    let email = emails
        .into_iter()
        .find(|address| address.primary && address.verified)
        .and_then(|address| EmailAddress::parse(&address.email).ok());
    Ok(Assertion {
        issuer: config.issuer.clone(),
        subject: user.id.to_string(),
        email_verified: email.is_some(),
        email,
        hosted_domain: None,
        name: Some(user.login),
        proved_at: None,
    })
}
