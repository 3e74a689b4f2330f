//! What Google tells of accounts that people sign in with here: taken over, disabled, signed out
//! (its Cross-Account Protection; RISC, security event tokens of RFC 8417, pushed as in RFC 8935).
//!
//! - `transmitter`: who tells, and their keys; `token`: what was told, verified in full;
//!   `subject`: of whom; `event`: what; `effect`: what follows.
//!
//! Rules that hold here:
//! - Nobody is asked to believe a request: a token is good by its signature, its issuer and its
//!   audience, or nothing happens.
//! - Each token counts once. It is marked as used in the transaction of what follows from it, so
//!   that whoever delivers it again, or twice at once, changes nothing.
//! - What follows, its one event on the record and its signal commit together.
//! - Whoever tells learns nothing: an account that nobody has here is answered as one that
//!   somebody has.

mod effect;
mod error;
mod event;
mod subject;
mod token;
mod transmitter;

use latchkey_authority::{
    audit::{self, AuditEvent},
    caller::Caller,
};
use latchkey_types::EventKind;
use serde_json::json;

pub use effect::Received;
pub use error::SecurityEventError;
pub use event::ASKED_FOR;
pub use transmitter::Transmitter;

use crate::{Identity, provider::Providers};

/// Takes in a security event token: verifies it, and does what follows from it, once.
///
/// # Errors
/// See [`SecurityEventError`]. A token that is refused leaves one event on the record for each
/// address and minute, and nothing else.
pub async fn receive(
    identity: &Identity,
    providers: &Providers,
    transmitter: &Transmitter,
    text: &str,
    caller: &Caller,
) -> Result<Received, SecurityEventError> {
    let authority = identity.authority();
    let told = match token::verify(authority, providers, transmitter, text).await {
        Ok(told) => told,
        Err(error) => {
            refused(identity, transmitter, &error, caller).await?;
            return Err(error);
        }
    };
    effect::take(identity, transmitter, &told, caller).await
}

/// Puts a refusal on the record: of many of an address and minute the first, and how many there
/// were.
async fn refused(
    identity: &Identity,
    transmitter: &Transmitter,
    error: &SecurityEventError,
    caller: &Caller,
) -> Result<(), SecurityEventError> {
    tracing::info!(error = %error, "a security event is refused");
    let Some(reason) = error.reason() else {
        return Ok(());
    };
    let authority = identity.authority();
    let kind = EventKind::SecurityEvent;
    if authority
        .refusals()
        .count(authority, kind, &caller.address_text())
    {
        let event = AuditEvent::failure(kind, reason, caller)
            .fact("provider", json!(transmitter.provider().id));
        audit::record(authority, event).await?;
    }
    Ok(())
}
