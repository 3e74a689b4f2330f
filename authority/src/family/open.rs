//! Opening a family: one sign-in of one user on one client or device.

use latchkey_types::{FamilyId, IdentityId, RefreshOutcome, SessionId, Transport, UserId, Word};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::{
    issue::{Issued, pair, record_rotation},
    side::Side,
};
use crate::{AuthorityTx, Proved, caller::Caller, entity::families, error::ActError};

/// What a new family is made of.
#[derive(Debug, Clone, Copy)]
pub struct NewFamily<'a> {
    /// Whose it is.
    pub user_id: UserId,
    /// How they proved who they are.
    pub proved: Proved,
    /// How its tokens travel.
    pub transport: Transport,
    /// The browser session that opens it, where one does.
    pub session_id: Option<SessionId>,
    /// The client; none for the first-party door.
    pub client_id: Option<&'a str>,
    /// The thumbprint of the key that its tokens are bound to, where they are.
    pub key_thumbprint: Option<&'a str>,
    /// Where it is opened from.
    pub caller: &'a Caller,
}

/// Opens a family in a transaction that has locked the user's row, and gives its first pair.
///
/// [`crate::key::load`] comes before the transaction: it makes the first signing key in one of its
/// own.
///
/// # Errors
/// [`ActError::SignedOut`] if the user is not locked here, or may not sign in.
pub async fn open(tx: &AuthorityTx, new: NewFamily<'_>) -> Result<Issued, ActError> {
    if !tx.locked(new.user_id).is_some_and(|user| user.is_active) {
        return Err(ActError::SignedOut);
    }
    let authority = tx.authority();
    let policy = authority.policy().family;
    let now = tx.now();
    let family_id = FamilyId::from_uuid(authority.random().uuid(now));
    let side = Side::of_caller(new.caller);
    let ends_at = now.after(policy.absolute);
    let family = families::Model {
        family_id: family_id.as_uuid(),
        user_id: new.user_id.as_uuid(),
        session_id: new.session_id.map(SessionId::as_uuid),
        client_id: new.client_id.map(ToOwned::to_owned),
        key_thumbprint: new.key_thumbprint.map(ToOwned::to_owned),
        transport: new.transport.as_str().to_owned(),
        method: new.proved.method.as_str().to_owned(),
        created_at: now.0,
        proved_at: new.proved.instant(now).0,
        generation: 0,
        rotated_at: now.0,
        expires_at: now.after(policy.idle).min(ends_at).0,
        ends_at: ends_at.0,
        address: side.address.clone(),
        network: side.network.clone(),
        user_agent: side.user_agent.clone(),
        browser: side.browser.clone(),
        system: side.system.clone(),
        device: side.device.clone(),
        last_address: side.address.clone(),
        last_event: RefreshOutcome::Rotated.as_str().to_owned(),
        last_event_at: now.0,
        foreign_since: None,
        foreign_retries: 0,
        adopted_nonce: None,
        ended_at: None,
        end_reason: None,
        ended_by: None,
        identity_id: new.proved.identity_id.map(IdentityId::as_uuid),
    };
    // What comes of a model counts as known, and what is known is not inserted: hence the reset.
    families::Entity::insert(family.clone().into_active_model().reset_all())
        .exec_without_returning(tx.connection())
        .await?;
    let rotation =
        record_rotation(tx, family_id, 0, None, RefreshOutcome::Rotated, 0, &side).await?;
    Ok(pair(tx, &family, &rotation).await?)
}
