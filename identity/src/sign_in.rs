//! Signing in with a password.
//!
//! Rules that hold here:
//! - Unknown account, wrong password, no password, disabled: one answer, and the same work. The
//!   record alone knows which (invariant 10).
//! - The password is verified outside any transaction, and what it was verified against is read
//!   again inside: a change or a disabling beside us wins (invariant 4).

use std::time::Duration;

use latchkey_authority::{
    ActError, AuthorityTx, Lock, StoreError, audit, audit::AuditEvent, caller::Caller,
    family::Issued,
};
use latchkey_types::{EventKind, SessionId, SignInMethod, Transport, UserId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect,
    RelationTrait, sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    Identity, SignedIn,
    entity::{accounts, passwords, users},
    name::Identifier,
    new_account::unreadable_hash,
    opening::{Opened, Opening},
    password::{Password, PasswordError, PasswordHash},
};

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Wrong password, unknown account, disabled user: one answer for all.
    #[error("the name or the password is wrong")]
    Refused,
    /// There is no room for one more password to verify.
    #[error("too many sign-ins at once")]
    Busy {
        /// When there should be.
        retry_after: Duration,
    },
    /// It did not happen, for a reason of ours.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

impl From<DbErr> for SignInError {
    fn from(error: DbErr) -> Self {
        Self::Internal(error.into())
    }
}

impl From<PasswordError> for SignInError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy { retry_after } => Self::Busy { retry_after },
            PasswordError::Unreadable => Self::Internal(unreadable_hash()),
        }
    }
}

/// What a name leads to.
#[derive(Debug)]
struct Found {
    user_id: UserId,
    is_active: bool,
    hash: Option<String>,
}

/// How an attempt whose password matched came out.
enum Attempted {
    Opened(Opened),
    /// The user was disabled meanwhile.
    Disabled,
    /// The stored hash is another one by now.
    HashChanged,
}

/// Signs somebody in who types a name and a password; `replaces` is the session that their browser
/// has, which ends with it.
///
/// # Errors
/// See [`SignInError`].
pub async fn sign_in(
    identity: &Identity,
    identifier: &str,
    password: &str,
    replaces: Option<SessionId>,
    caller: &Caller,
) -> Result<SignedIn, SignInError> {
    let opening = Opening::Session { replaces };
    let opened = enter(identity, identifier, password, opening, caller).await?;
    Ok(opened.session()?)
}

/// Signs a program in for somebody who gives it their name and password: opens a refresh family of
/// its own.
///
/// # Errors
/// See [`SignInError`].
pub async fn sign_in_for_family(
    identity: &Identity,
    identifier: &str,
    password: &str,
    transport: Transport,
    caller: &Caller,
) -> Result<Issued, SignInError> {
    let opening = Opening::Family { transport };
    let opened = enter(identity, identifier, password, opening, caller).await?;
    Ok(opened.family()?)
}

/// The one way in, whatever it opens.
async fn enter(
    identity: &Identity,
    identifier: &str,
    password: &str,
    opening: Opening,
    caller: &Caller,
) -> Result<Opened, SignInError> {
    // Its length says nothing of the account: refused before anything is looked up.
    let Ok(password) = Password::parse(password) else {
        return refuse(identity, "malformed", None, None, caller).await;
    };
    let Some(name) = Identifier::parse(identifier) else {
        // Nobody has such a name. Hashed all the same: what is refused must not be faster.
        identity.hasher().verify(password, None).await?;
        return refuse(identity, "malformed", None, None, caller).await;
    };

    // The hash may change between verification and transaction, because the password did, or
    // because a sign-in beside this one hashed it anew. Then the new one decides, once.
    let mut is_second = false;
    loop {
        let found = look_up(identity, &name).await?;
        let hash = found.as_ref().and_then(|found| found.hash.clone());
        let verified = identity
            .hasher()
            .verify(password.clone(), hash.clone())
            .await?;
        let (Some(found), Some(hash)) = (&found, hash) else {
            let reason = match found {
                None => "unknown_account",
                Some(_) => "no_password",
            };
            return refuse(identity, reason, found.as_ref(), Some(identifier), caller).await;
        };
        let refused = if !verified.matches {
            Some("wrong_password")
        } else if !found.is_active {
            Some("disabled")
        } else {
            None
        };
        if let Some(reason) = refused {
            return refuse(identity, reason, Some(found), Some(identifier), caller).await;
        }

        let rehashed = if verified.rehash_needed {
            // Without room for it, the next sign-in does it.
            identity.hasher().rehash(password.clone()).await.ok()
        } else {
            None
        };
        match open(identity, found.user_id, &hash, rehashed, opening, caller).await? {
            Attempted::Opened(opened) => return Ok(opened),
            Attempted::Disabled => {
                return refuse(identity, "disabled", Some(found), Some(identifier), caller).await;
            }
            Attempted::HashChanged if is_second => {
                return refuse(
                    identity,
                    "hash_changed",
                    Some(found),
                    Some(identifier),
                    caller,
                )
                .await;
            }
            Attempted::HashChanged => is_second = true,
        }
    }
}

/// One statement, whatever the name leads to.
async fn look_up(identity: &Identity, name: &Identifier) -> Result<Option<Found>, StoreError> {
    let key = match name {
        Identifier::Username(key) => accounts::Column::UsernameKey.eq(key),
        Identifier::Email(key) => accounts::Column::EmailKey.eq(key),
    };
    let found: Option<(Uuid, Option<i64>, Option<String>)> = users::Entity::find()
        .select_only()
        .column(users::Column::UserId)
        .column(users::Column::DisabledAt)
        .column(passwords::Column::PasswordHash)
        .join(JoinType::InnerJoin, users::Relation::Account.def())
        .join(JoinType::LeftJoin, users::Relation::Password.def())
        .filter(key)
        .into_tuple()
        .one(identity.authority().database())
        .await?;
    Ok(found.map(|(user_id, disabled_at, hash)| Found {
        user_id: UserId::from_uuid(user_id),
        is_active: disabled_at.is_none(),
        hash,
    }))
}

/// Opens what was asked for, if everything that was verified still stands.
async fn open(
    identity: &Identity,
    user_id: UserId,
    verified_hash: &str,
    rehashed: Option<PasswordHash>,
    opening: Opening,
    caller: &Caller,
) -> Result<Attempted, SignInError> {
    let prepared = opening.prepare(identity.authority()).await?;
    let mut tx = AuthorityTx::begin(identity.authority()).await?;
    let mut locks = vec![(user_id, Lock::Shared)];
    locks.extend(prepared.lock());
    tx.lock_users(&locks).await?;
    if stored_hash(tx.connection(), user_id).await?.as_deref() != Some(verified_hash) {
        return Ok(Attempted::HashChanged);
    }
    let what = (EventKind::SignIn, SignInMethod::Password.into());
    let (opened, mut events, signals) = match prepared.open(&tx, user_id, what, caller).await {
        Ok(opened) => opened,
        Err(ActError::Internal(error)) => return Err(error.into()),
        Err(
            ActError::SignedOut
            | ActError::NotPermitted
            | ActError::NotFound
            | ActError::LastAdministrator,
        ) => return Ok(Attempted::Disabled),
    };
    if let Some(new_hash) = rehashed
        && store_rehashed(tx.connection(), user_id, verified_hash, &new_hash).await?
    {
        events.push(AuditEvent::success(EventKind::PasswordRehashed, caller).subject(user_id));
    }
    tx.commit(events, signals).await?;
    Ok(Attempted::Opened(opened))
}

/// The hash as it stands in this transaction.
pub(crate) async fn stored_hash(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<Option<String>, StoreError> {
    Ok(passwords::Entity::find_by_id(user_id.as_uuid())
        .one(connection)
        .await?
        .map(|row| row.password_hash))
}

/// Stores a new hash of the *same* password; `changed_at` stays. Returns whether the old one was
/// still there: a sign-in beside this one may have done it.
async fn store_rehashed(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    old: &str,
    new: &PasswordHash,
) -> Result<bool, StoreError> {
    let result = passwords::Entity::update_many()
        .col_expr(passwords::Column::PasswordHash, Expr::value(new.as_str()))
        .filter(passwords::Column::UserId.eq(user_id.as_uuid()))
        .filter(passwords::Column::PasswordHash.eq(old))
        .exec(connection)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Puts the refusal on the record, with the reason that the caller is not told.
async fn refuse(
    identity: &Identity,
    reason: &'static str,
    found: Option<&Found>,
    typed: Option<&str>,
    caller: &Caller,
) -> Result<Opened, SignInError> {
    let mut event = AuditEvent::failure(EventKind::SignIn, reason, caller);
    if let Some(found) = found {
        event = event.subject(found.user_id);
    }
    if let Some(typed) = typed
        && (found.is_some() || is_plainly_an_address(typed))
    {
        event = event.identifier(typed.trim());
    }
    audit::record(identity.authority(), event).await?;
    Err(SignInError::Refused)
}

/// Whether a name that leads to no account is certainly no secret.
///
/// People type their password into the field above. Nearly every password would do as a username,
/// so of unknown names only addresses are kept: the record must hold nobody's password
/// (invariant 5).
fn is_plainly_an_address(typed: &str) -> bool {
    typed
        .trim()
        .rsplit_once('@')
        .and_then(|(_, domain)| domain.rsplit_once('.'))
        .is_some_and(|(_, top)| top.len() >= 2 && top.chars().all(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i05_what_may_be_a_password_is_not_kept_as_a_name() {
        assert!(is_plainly_an_address(" ann@example.com "));
        for may_be_one in [
            "ann",
            "correct-horse-battery",
            "MyP@ssword2026",
            "a@b.1",
            "a@b.c",
        ] {
            assert!(!is_plainly_an_address(may_be_one), "{may_be_one}");
        }
    }
}
