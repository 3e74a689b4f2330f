//! Making a session.

use latchkey_types::{IdentityId, SessionId, UserId, Word};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::{AuthorityTx, Proved, caller::Caller, entity::sessions, error::ActError};

/// What a new session is made of.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// Whose it is.
    pub user_id: UserId,
    /// How they proved who they are.
    pub proved: Proved,
    /// Where they are.
    pub caller: &'a Caller,
}

/// Makes a session in a transaction that has locked the user's row.
///
/// The row has no cookie yet; [`super::bind`] gives it one after commit. Until then nobody can act
/// through it.
///
/// # Errors
/// [`ActError::SignedOut`] if the user is not locked here, or may not sign in.
pub async fn create(tx: &AuthorityTx, new: NewSession<'_>) -> Result<SessionId, ActError> {
    if !tx.locked(new.user_id).is_some_and(|user| user.is_active) {
        return Err(ActError::SignedOut);
    }
    let authority = tx.authority();
    let now = tx.now();
    let session_id = SessionId::from_uuid(authority.random().uuid(now));
    let address = new.caller.address_text();
    sessions::Entity::insert(sessions::ActiveModel {
        session_id: Set(session_id.as_uuid()),
        user_id: Set(new.user_id.as_uuid()),
        created_at: Set(now.0),
        proved_at: Set(new.proved.instant(now).0),
        method: Set(new.proved.method.as_str().to_owned()),
        identity_id: Set(new.proved.identity_id.map(IdentityId::as_uuid)),
        last_seen_at: Set(now.0),
        expires_at: Set(now.after(authority.policy().session.absolute).0),
        address: Set(address.clone()),
        network: Set(new.caller.network()),
        last_address: Set(address),
        user_agent: Set(new.caller.user_agent.clone()),
        browser: Set(new.caller.agent.browser.clone()),
        system: Set(new.caller.agent.system.clone()),
        device: Set(new.caller.agent.device.clone()),
        ..Default::default()
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(session_id)
}
