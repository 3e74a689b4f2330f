//! Judging a refresh token without rotating it, and signing out with one.

use latchkey_types::{EventKind, FamilyEndReason, FamilyId, UserId, Word};

use super::{
    RefreshError, end,
    judge::Judgement,
    presented::{Found, Presenter, lock_owner, presentation, refuse, refused},
    received::Made,
    token::{RefreshToken, TokenError},
};
use crate::{Authority, AuthorityTx, audit::AuditEvent, family::check::over, signal::Signal};

/// Judges a refresh token by the rules of a refresh, and rotates nothing: the current one, or one
/// that a refresh would excuse, is good. Anything else is what it would be there, with all its
/// consequences: whoever polls this with a stolen token gives themselves away.
///
/// # Errors
/// As [`super::refresh`].
pub async fn verify(
    authority: &Authority,
    text: &str,
    by: &Presenter<'_>,
) -> Result<FamilyId, RefreshError> {
    let arrival = authority.now();
    let token = match RefreshToken::open(authority.keys(), text) {
        Ok(token) => token,
        Err(error) => return Err(refused(authority, error, by.caller).await),
    };
    let presented = presentation(token, by, arrival);
    let mut tx = AuthorityTx::begin(authority).await?;
    if lock_owner(&mut tx, token.family_id).await?.is_none() {
        // The record takes a transaction of its own, and on SQLite this one's turn.
        drop(tx);
        return Err(refused(authority, TokenError::Forged, by.caller).await);
    }
    let found = Found::read(&tx, token.family_id, &presented).await?;
    match found.judge(&tx, &presented)? {
        Judgement::Current => {
            authority.receipts().note(
                token.family_id,
                Made::of(&found.family),
                presented.side.clone(),
                arrival,
            );
            Ok(token.family_id)
        }
        Judgement::Retry { .. } | Judgement::LostResponse { .. } | Judgement::Adopt => {
            Ok(token.family_id)
        }
        judgement => Err(refuse(tx, &found.family, judgement, &presented, by.caller).await),
    }
}

/// Ends the family of a refresh token as a sign-out. Any generation does, rotated ones too: whoever
/// holds one may give it up, and there is no alarm.
///
/// # Errors
/// [`RefreshError::Ended`] if it was over already; [`RefreshError::NotTheirs`] from another client;
/// [`RefreshError::Forged`] and [`RefreshError::UnknownKey`] without a good MAC.
pub async fn sign_out(
    authority: &Authority,
    text: &str,
    by: &Presenter<'_>,
) -> Result<FamilyId, RefreshError> {
    let arrival = authority.now();
    let token = match RefreshToken::open(authority.keys(), text) {
        Ok(token) => token,
        Err(error) => return Err(refused(authority, error, by.caller).await),
    };
    let presented = presentation(token, by, arrival);
    let mut tx = AuthorityTx::begin(authority).await?;
    if lock_owner(&mut tx, token.family_id).await?.is_none() {
        // The record takes a transaction of its own, and on SQLite this one's turn.
        drop(tx);
        return Err(refused(authority, TokenError::Forged, by.caller).await);
    }
    let found = Found::read(&tx, token.family_id, &presented).await?;
    let family = &found.family;
    let judgement = if family.client_id.as_deref() != by.client_id
        || family.key_thumbprint.as_deref() != by.key_thumbprint
    {
        Some(Judgement::NotTheirs)
    } else {
        over(family, tx.now())?.map(Judgement::Ended)
    };
    if let Some(judgement) = judgement {
        return Err(refuse(tx, family, judgement, &presented, by.caller).await);
    }
    let user_id = UserId::from_uuid(family.user_id);
    let reason = FamilyEndReason::SignOut;
    end::ended(&tx, &[family.family_id], reason, Some(user_id)).await?;
    let event = AuditEvent::success(EventKind::FamilyEnded, by.caller)
        .reason(reason.as_str())
        .actor(user_id)
        .subject(user_id)
        .family(token.family_id);
    tx.commit(
        [event],
        Signal::FamilyEnded {
            family_id: token.family_id,
            user_id,
        },
    )
    .await?;
    Ok(token.family_id)
}
