//! What is told.

use latchkey_types::ProviderEvent;
use serde_json::{Map, Value};

/// The events that a provider is asked to tell of.
pub const ASKED_FOR: [&str; 6] = [
    "https://schemas.openid.net/secevent/risc/event-type/sessions-revoked",
    "https://schemas.openid.net/secevent/risc/event-type/account-disabled",
    "https://schemas.openid.net/secevent/risc/event-type/account-enabled",
    "https://schemas.openid.net/secevent/risc/event-type/account-credential-change-required",
    "https://schemas.openid.net/secevent/risc/event-type/verification",
    "https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked",
];

const EVENTS: &str = "https://schemas.openid.net/secevent/";

/// The longest name of an event that is kept.
const NAME_LIMIT: usize = 200;

/// One event of a token.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) what: ProviderEvent,
    /// As it is named, for the record.
    pub(super) name: String,
    /// The account at the provider.
    pub(super) subject: Option<String>,
}

/// What an event of this name means.
pub(super) fn meaning(name: &str, facts: &Map<String, Value>) -> ProviderEvent {
    let is_hijacked = facts.get("reason").and_then(Value::as_str) == Some("hijacking");
    match name.strip_prefix(EVENTS).unwrap_or_default() {
        "risc/event-type/sessions-revoked" => ProviderEvent::SessionsRevoked,
        "risc/event-type/account-disabled" if is_hijacked => ProviderEvent::AccountHijacked,
        "risc/event-type/account-disabled" => ProviderEvent::AccountDisabled,
        "risc/event-type/account-enabled" => ProviderEvent::AccountEnabled,
        "risc/event-type/account-credential-change-required" => {
            ProviderEvent::CredentialChangeRequired
        }
        "risc/event-type/verification" => ProviderEvent::Verification,
        // One token, or all that the account had granted: what came in by it is over.
        "oauth/event-type/tokens-revoked" | "oauth/event-type/token-revoked" => {
            ProviderEvent::TokensRevoked
        }
        _ => ProviderEvent::Unknown,
    }
}

/// The name, in a length that fits.
pub(super) fn cut(name: &str) -> String {
    name.chars().take(NAME_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_asked_for_is_understood() {
        for name in ASKED_FOR {
            assert_ne!(meaning(name, &Map::new()), ProviderEvent::Unknown, "{name}");
        }
        for name in [
            "",
            "risc/event-type/sessions-revoked",
            "https://evil.example/secevent/risc/event-type/sessions-revoked",
            "https://schemas.openid.net/secevent/risc/event-type/account-purged",
        ] {
            assert_eq!(meaning(name, &Map::new()), ProviderEvent::Unknown, "{name}");
        }
    }
}
