//! Of whom something is told.

use serde_json::{Map, Value};

use super::Transmitter;
use crate::provider::is_subject;

/// Kinds of subjects that name issuer and subject, in `subject_type` of RISC and in `format` of
/// RFC 9493.
const NAMES_ISSUER_AND_SUBJECT: [&str; 3] = ["iss-sub", "iss_sub", "id_token_claims"];

/// The subject of an event: which account at the provider it is about. `None` where that is said
/// in a way that names none, or none of this provider's.
pub(super) fn of(transmitter: &Transmitter, subject: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| subject.get(name)?.as_str();
    let kind = text("subject_type").or_else(|| text("format"))?;
    let issuer = text("iss")?;
    let is_named = NAMES_ISSUER_AND_SUBJECT.contains(&kind)
        // Google writes its own name as in ID tokens, or as in these.
        && (transmitter.provider().is_issuer(issuer) || issuer == transmitter.issuer());
    // A name that no ID token may have is nobody's here.
    text("sub")
        .filter(|subject| is_named && is_subject(subject))
        .map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::provider::{ProviderConfig, ProviderKind};

    fn google() -> Transmitter {
        let config = ProviderConfig {
            id: "google".to_owned(),
            name: "Google".to_owned(),
            kind: ProviderKind::Google,
            issuer: "https://accounts.google.com".to_owned(),
            client_id: "c".to_owned(),
            client_secret: None,
            scopes: Vec::new(),
            trust_email: false,
            hosted_domains: Vec::new(),
            icon: None,
        };
        Transmitter::new(Arc::new(config), "https://accounts.google.com/", "")
    }

    fn named(subject: Value) -> Option<String> {
        of(&google(), subject.as_object().unwrap())
    }

    #[test]
    fn google_names_itself_in_three_spellings() {
        for issuer in [
            "https://accounts.google.com/",
            "https://accounts.google.com",
            "accounts.google.com",
        ] {
            for kind in ["iss-sub", "iss_sub", "id_token_claims"] {
                let subject = json!({ "subject_type": kind, "iss": issuer, "sub": "7" });
                assert_eq!(named(subject).as_deref(), Some("7"), "{kind} {issuer}");
            }
            let subject = json!({ "format": "iss_sub", "iss": issuer, "sub": "7" });
            assert_eq!(named(subject).as_deref(), Some("7"), "{issuer}");
        }
    }

    #[test]
    fn whatever_names_no_account_of_the_provider_names_nobody() {
        let issuer = "https://accounts.google.com";
        for subject in [
            json!({ "subject_type": "iss-sub", "iss": "https://evil.example", "sub": "7" }),
            json!({ "subject_type": "iss-sub", "sub": "7" }),
            json!({ "subject_type": "iss-sub", "iss": issuer }),
            json!({ "subject_type": "iss-sub", "iss": issuer, "sub": "" }),
            json!({ "subject_type": "iss-sub", "iss": issuer, "sub": 7 }),
            json!({ "subject_type": "iss-sub", "iss": issuer, "sub": "7\u{0}" }),
            json!({ "subject_type": "iss-sub", "iss": issuer, "sub": "7".repeat(256) }),
            json!({ "subject_type": "email", "iss": issuer, "sub": "7" }),
            json!({ "subject_type": "oauth_token", "token": "x" }),
            json!({ "iss": issuer, "sub": "7" }),
            json!({}),
        ] {
            assert_eq!(named(subject.clone()), None, "{subject}");
        }
    }
}
