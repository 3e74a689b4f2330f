//! What the settings mean to `authority`.

use latchkey_authority::{FamilyPolicy, Policy, SessionPolicy, TokenPolicy};

use super::Settings;

impl Settings {
    /// The limits of everything.
    pub fn policy(&self) -> Policy {
        let issuer = self.base_url.to_string();
        Policy {
            session: SessionPolicy {
                idle: self.session_idle_ttl,
                absolute: self.session_ttl,
                keep_ended: self.session_keep_ended,
            },
            family: FamilyPolicy {
                idle: self.refresh_ttl,
                absolute: self.family_ttl,
                grace: self.refresh_grace,
                lost_response: self.refresh_lost_response,
                keep_ended: self.session_keep_ended,
            },
            token: TokenPolicy {
                audience: self
                    .access_audience
                    .clone()
                    .unwrap_or_else(|| issuer.clone()),
                issuer,
                lifetime: self.access_ttl,
                algorithm: self.access_algorithm,
            },
            max_staleness: self.max_staleness,
        }
    }
}
