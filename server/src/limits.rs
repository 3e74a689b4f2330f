//! What happens where attempts are limited: they are counted, and what is too much is on record.

use latchkey_authority::audit::{self, AuditEvent};
use latchkey_types::EventKind;

use crate::{
    address::rate_key,
    failure::Failure,
    rate::{Counted, Limited, Reservation},
    visit::Visit,
};

/// Reserves an attempt under each of `names`.
///
/// The first refusal of an address and minute becomes an event; the others are counted.
pub(crate) async fn reserve(
    visit: &Visit,
    names: &[(Counted, &str)],
) -> Result<Result<Reservation, Limited>, Failure> {
    let outcome = visit.state().limiter().reserve(names).await;
    if outcome.is_err() {
        let authority = visit.state().authority();
        let kind = EventKind::AttemptsLimited;
        if authority.refusals().count(authority, kind, &address(visit)) {
            let event = AuditEvent::failure(kind, "too_many", visit.caller())
                .detail(serde_json::json!({ "path": visit.route().path }));
            audit::record(authority, event).await?;
        }
    }
    Ok(outcome)
}

/// Counts an attempt to make an account, for good: accounts are made one by one.
pub(crate) async fn reserve_sign_up(visit: &Visit) -> Result<(), Failure> {
    let outcome = reserve(visit, &[(Counted::SignUpAddress, &address(visit))]).await?;
    match outcome {
        Ok(_kept) => Ok(()),
        Err(limited) => Err(Failure::Limited {
            retry_after: limited.retry_after,
        }),
    }
}

/// What the visitor's address is counted under.
pub(crate) fn address(visit: &Visit) -> String {
    visit.caller().address.map(rate_key).unwrap_or_default()
}
