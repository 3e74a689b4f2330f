//! ID tokens, verified in full (OpenID Connect Core §3.1.3.7).

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_authority::{
    Authority,
    access_token::{AccessTokenError, Expectations, foreign_type, verify_foreign},
};
use latchkey_types::UnixMillis;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{
    Assertion, Outgoing, ProviderConfig, ProviderError,
    discovery::{Discovery, Metadata},
};
use crate::name::EmailAddress;

/// The longest `sub` (OpenID Connect Core §2).
const SUBJECT_LIMIT: usize = 255;

/// The claims of an ID token that was verified.
pub(super) struct IdToken(Map<String, Value>);

/// What an ID token is verified against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Against<'a> {
    pub(super) authority: &'a Authority,
    pub(super) outgoing: &'a Outgoing,
    pub(super) config: &'a ProviderConfig,
    pub(super) discovery: &'a Arc<Discovery>,
}

impl Against<'_> {
    /// Verifies the signature with the provider's keys, and every claim that says for whom and
    /// when the token is.
    pub(super) async fn verify(
        self,
        metadata: &Metadata,
        text: &str,
    ) -> Result<IdToken, ProviderError> {
        // A token of another kind has keys, issuer and audience in common with an ID token
        // (RFC 8725 §3.11). Not every provider says that its own is a `JWT`.
        let typ = foreign_type(text).map_err(refused)?;
        if typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
            return Err(ProviderError::Refused("id_token_type"));
        }
        let expected = Expectations {
            audience: Some(&self.config.client_id),
            at: Some(self.authority.now()),
            ..Expectations::default()
        };
        let claims = match verify_foreign(text, &metadata.keys, &expected) {
            // The provider may have changed its keys since they were read.
            Err(AccessTokenError::UnknownKey) => {
                let newer = self
                    .discovery
                    .with_newer_keys(self.authority, self.outgoing, self.config, metadata)
                    .await?
                    .ok_or(ProviderError::Refused("id_token_key"))?;
                verify_foreign(text, &newer.keys, &expected)
            }
            known => known,
        }
        .map_err(refused)?;
        let token = IdToken(claims);
        token.judge(self.config)?;
        Ok(token)
    }
}

fn refused(error: AccessTokenError) -> ProviderError {
    match error {
        // Either clock may be off: whoever runs the server can tell, and the page says so.
        AccessTokenError::Expired | AccessTokenError::NotYet => ProviderError::ClockOff,
        AccessTokenError::UnknownKey => ProviderError::Refused("id_token_key"),
        AccessTokenError::WrongAudience => ProviderError::Refused("id_token_audience"),
        AccessTokenError::BadSignature => ProviderError::Refused("id_token_signature"),
        AccessTokenError::WrongAlgorithm => ProviderError::Refused("id_token_algorithm"),
        _ => ProviderError::Refused("id_token"),
    }
}

impl IdToken {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    fn instant(&self, name: &str) -> Option<UnixMillis> {
        let seconds = self.0.get(name)?.as_f64()?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "rounds down, within what both types hold exactly"
        )]
        (seconds.abs() < 9.0e12).then(|| UnixMillis((seconds * 1_000.0).floor() as i64))
    }

    /// What signature, audience and times leave open.
    fn judge(&self, config: &ProviderConfig) -> Result<(), ProviderError> {
        if !self.text("iss").is_some_and(|iss| config.is_issuer(iss)) {
            return Err(ProviderError::Refused("id_token_issuer"));
        }
        // A token for several is for whom it was issued to, and says so (§3.1.3.7, 4 and 5).
        let audiences = match self.0.get("aud") {
            Some(Value::Array(names)) => names.len(),
            _ => 1,
        };
        match self.0.get("azp") {
            Some(azp) if azp.as_str() != Some(&config.client_id) => {
                return Err(ProviderError::Refused("id_token_authorized_party"));
            }
            None if audiences != 1 => {
                return Err(ProviderError::Refused("id_token_authorized_party"));
            }
            _ => {}
        }
        self.instant("iat")
            .ok_or(ProviderError::Refused("id_token_issued_at"))?;
        if self.0.contains_key("auth_time") {
            self.instant("auth_time")
                .ok_or(ProviderError::Refused("id_token_auth_time"))?;
        }
        let subject = self.text("sub").unwrap_or_default();
        if !is_subject(subject) {
            return Err(ProviderError::Refused("id_token_subject"));
        }
        Ok(())
    }

    /// Whether it was made for this very sign-in (§15.5.2).
    pub(super) fn expect_nonce(&self, nonce: &str) -> Result<(), ProviderError> {
        let is_ours = self
            .text("nonce")
            .is_some_and(|given| bool::from(given.as_bytes().ct_eq(nonce.as_bytes())));
        if is_ours {
            Ok(())
        } else {
            Err(ProviderError::Refused("id_token_nonce"))
        }
    }

    /// Whether the access token beside it belongs to it, where it says (§3.1.3.6). Every algorithm
    /// that is taken hashes with SHA-256, but for `EdDSA`, for which nobody has settled it.
    pub(super) fn expect_access_token(&self, access_token: &str) -> Result<(), ProviderError> {
        let Some(said) = self.text("at_hash") else {
            return Ok(());
        };
        let digest = Sha256::digest(access_token);
        let matches = said == URL_SAFE_NO_PAD.encode(&digest[..16]);
        // SHA-512 for Ed25519 gives 32 bytes: 43 characters, which are left alone.
        if matches || said.len() == 43 {
            Ok(())
        } else {
            Err(ProviderError::Refused("id_token_access_token"))
        }
    }

    /// What it says of the person; `more` is what the provider says on asking.
    pub(super) fn assertion(
        &self,
        config: &ProviderConfig,
        more: Option<&Map<String, Value>>,
    ) -> Assertion {
        let text = |name: &str| {
            self.text(name)
                .or_else(|| more?.get(name)?.as_str())
                .map(ToOwned::to_owned)
        };
        // The address and whether it is proved come from one place.
        let (email, verified) = match self.0.get("email") {
            Some(email) => (Some(email), self.0.get("email_verified")),
            None => (
                more.and_then(|more| more.get("email")),
                more.and_then(|more| more.get("email_verified")),
            ),
        };
        Assertion {
            issuer: config.issuer.clone(),
            subject: self.text("sub").unwrap_or_default().to_owned(),
            email: email
                .and_then(Value::as_str)
                .and_then(|text| EmailAddress::parse(text).ok()),
            email_verified: is_true(verified),
            hosted_domain: text("hd").filter(|domain| !domain.is_empty()),
            name: text("preferred_username").or_else(|| text("name")),
            proved_at: self.instant("auth_time"),
        }
    }
}

/// Whether a text can name somebody at a provider: ASCII that can be seen, as long as the standard
/// lets it be. Other characters are no part of a subject, and some databases take none.
pub(crate) fn is_subject(subject: &str) -> bool {
    (1..=SUBJECT_LIMIT).contains(&subject.len())
        && subject
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

/// Some providers write it as a text.
fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(value)) => *value,
        Some(Value::String(text)) => text == "true",
        _ => false,
    }
}
