//! What happens where attempts are limited: they are counted, and what is too much is on record.

use latchkey_authority::audit::{self, AuditEvent};
use latchkey_identity::{account, name};
use latchkey_types::{EventKind, FamilyId};

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

/// The longest name of an account that is looked at.
pub(crate) const IDENTIFIER_LIMIT: usize = 320;

/// Counts a guess at a password by address and by name, or by device where it is known: while
/// strangers guess at an account, its owner still gets in from where they have been before.
pub(crate) async fn reserve_sign_in(
    visit: &Visit,
    identifier: &str,
) -> Result<Result<Reservation, Limited>, Failure> {
    if let Some(device) = visit.device() {
        let ids = account::find_exact(visit.state().authority(), identifier).await?;
        if ids == Some(device.user_id) {
            let id = uuid::Uuid::from_bytes(device.id).to_string();
            return reserve(visit, &[(Counted::SignInDevice, &id)]).await;
        }
    }
    let address = address(visit);
    let key = name::identifier_key(identifier);
    reserve(
        visit,
        &[
            (Counted::SignInAddress, &address),
            (Counted::SignInAccount, &key),
        ],
    )
    .await
}

/// Counts what an address brings back from a provider. Whoever succeeds gives the place back: whole
/// offices have one address.
pub(crate) async fn reserve_answer(visit: &Visit) -> Result<Reservation, Failure> {
    reserve(visit, &[(Counted::Provider, &address(visit))])
        .await?
        .map_err(|limited| Failure::Limited {
            retry_after: limited.retry_after,
        })
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

/// Counts what is done with the refresh tokens of a family, for good: honest ones count too.
///
/// Each kind by itself: nobody keeps a family from being refreshed or signed out by asking about it.
pub(crate) async fn count_of_family(
    visit: &Visit,
    counted: Counted,
    family_id: FamilyId,
) -> Result<(), Failure> {
    match reserve(visit, &[(counted, &family_id.to_string())]).await? {
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
