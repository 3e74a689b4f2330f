//! What a provider says of somebody, once everything about it was verified.

use latchkey_types::UnixMillis;

use super::{ProviderConfig, ProviderKind};
use crate::name::EmailAddress;

/// Who somebody is elsewhere.
#[derive(Clone)]
pub(crate) struct Assertion {
    /// The provider's issuer, in the spelling of the settings.
    pub(crate) issuer: String,
    /// Names the person there, for good (OpenID Connect Core §2).
    pub(crate) subject: String,
    /// Their address, if the provider gives one that is one.
    pub(crate) email: Option<EmailAddress>,
    /// Whether the provider says that it knows the address to be theirs.
    pub(crate) email_verified: bool,
    /// The organisation that the account belongs to, at Google.
    pub(crate) hosted_domain: Option<String>,
    /// What they might be called here.
    pub(crate) name: Option<String>,
    /// When they proved themselves there, where it says so.
    pub(crate) proved_at: Option<UnixMillis>,
}

impl Assertion {
    /// Whether the provider's word is proof that the address is this person's.
    ///
    /// Google says so itself: it is for addresses of its own, and of organisations that it hosts.
    /// For any other address it once sent a mail, and whoever owned it then need not own it now.
    pub(crate) fn is_authoritative(&self, provider: &ProviderConfig) -> bool {
        let Some(email) = &self.email else {
            return false;
        };
        match provider.kind {
            ProviderKind::Google => {
                let is_own = email.key().ends_with("@gmail.com");
                self.email_verified && (is_own || self.hosted_domain.is_some())
            }
            ProviderKind::OpenId | ProviderKind::GitHub => {
                self.email_verified && provider.trust_email
            }
        }
    }

    /// Whether the person belongs to an organisation that may sign in. Decided by the claim: what
    /// the person was asked to choose from is a hint (`hd` of the request).
    pub(crate) fn is_of_allowed_domain(&self, provider: &ProviderConfig) -> bool {
        provider.hosted_domains.is_empty()
            || self.hosted_domain.as_deref().is_some_and(|domain| {
                provider
                    .hosted_domains
                    .iter()
                    .any(|allowed| allowed.eq_ignore_ascii_case(domain))
            })
    }
}
