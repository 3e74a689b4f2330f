//! The first administrator, from the settings: for containers and tests.

use latchkey_authority::{AuthorityTx, audit::AuditEvent, caller::Caller, signal::Signals, user};
use latchkey_types::{EventKind, Role, UserId};

use crate::{CreateUserError, Identity, name::EmailAddress, new_account};

/// Makes the first administrator where there has *never* been one; `None` where there has.
///
/// The username is what stands before the `@`, and the address counts as verified: whoever sets
/// the program up vouches for it. Of several nodes that start at once, one makes the account.
///
/// # Errors
/// See [`CreateUserError`].
pub async fn bootstrap_administrator(
    identity: &Identity,
    email: &str,
    password: &str,
    caller: &Caller,
) -> Result<Option<UserId>, CreateUserError> {
    let authority = identity.authority();
    // At every later start nothing is hashed, and settings that are no longer good do not matter.
    if user::administrator_ever(authority.database()).await? {
        return Ok(None);
    }
    let local_part = EmailAddress::parse(email)
        .map(|email| email.local_part().to_owned())
        .map_err(CreateUserError::Email)?;
    let account = new_account::prepare(identity, &local_part, Some(email), Some(password)).await?;

    let mut tx = AuthorityTx::begin(authority).await?;
    if !user::mark_administrator_created(&tx).await? {
        return Ok(None);
    }
    let user_id = account
        .write(&mut tx, None, Role::Administrator, true)
        .await?;
    let event = AuditEvent::success(EventKind::SetUp, caller)
        .reason("bootstrap")
        .subject(user_id);
    tx.commit([event], Signals::Nothing).await?;
    Ok(Some(user_id))
}
