//! What stands on the record of somebody who did not come in.

use latchkey_authority::{StoreError, audit, audit::AuditEvent, caller::Caller};
use latchkey_types::EventKind;
use serde_json::json;

use super::{Assertion, Provider, ProviderError, whose};
use crate::Identity;

/// Puts the refusal on the record. What the provider said of the person stands there only if it
/// was verified.
pub(super) async fn on_record(
    identity: &Identity,
    provider: &Provider,
    error: &ProviderError,
    seen: Option<&Assertion>,
    caller: &Caller,
) -> Result<(), StoreError> {
    let Some(reason) = error.reason() else {
        return Ok(());
    };
    let authority = identity.authority();
    let kind = EventKind::IdentityRefused;
    // What costs nobody anything to send is counted: the first of an address and minute is on the
    // record by itself.
    let is_cheap = matches!(
        error,
        ProviderError::OtherBrowser | ProviderError::Used | ProviderError::TooLate
    );
    let address = caller.address_text();
    if is_cheap && !authority.refusals().count(authority, kind, &address) {
        return Ok(());
    }
    let mut event =
        AuditEvent::failure(kind, reason, caller).fact("provider", json!(provider.config().id));
    if let Some(assertion) = seen {
        if let Some(email) = &assertion.email {
            event = event.identifier(email.as_str());
        }
        if let Some(user_id) = whose::owner(authority.database(), assertion).await? {
            event = event.subject(user_id);
        }
    }
    audit::record(identity.authority(), event).await
}
