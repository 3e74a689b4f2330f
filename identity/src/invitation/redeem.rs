//! Coming by a link.

use std::{fmt, time::Duration};

use latchkey_authority::{
    AuthorityTx, Lock, LockedUser, StoreError, audit,
    audit::AuditEvent,
    caller::Caller,
    signal::{Signal, Signals},
    user,
};
use latchkey_types::{EventKind, Role, SessionId, SignInMethod, UnixMillis, UserId, Word as _};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};
use serde_json::json;

use super::{make::is_taken, open_at, role, vouches};
use crate::{
    ChangePasswordError, Identity, SignedIn,
    account::way_in,
    change_password::hash_new,
    entity::{invitations, passwords},
    link_code::{LinkCode, Purpose},
    name::{NameError, Username},
    new_account::{self, NewAccount, NewAccountError},
    opening::Opening,
    password::{NewPasswordError, PasswordHash},
    sign_up::{new_user, taken_id},
};

/// What a good link offers to whoever opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The username, where it is not theirs to choose.
    pub username: Option<String>,
    /// The address that the maker gave.
    pub email: Option<String>,
    /// What they will be allowed to do.
    pub role: Role,
    /// Whether the account is there and lacks the password alone.
    pub is_made: bool,
    /// Until when the link is good.
    pub expires_at: UnixMillis,
}

/// What somebody fills in who came by a link.
#[derive(Clone, Copy)]
pub struct Redeem<'a> {
    /// The code of their link.
    pub code: &'a str,
    /// The name that they choose; not looked at where the link names one that is free.
    pub username: &'a str,
    /// Their address, if they give one; not looked at where the account is there already.
    pub email: Option<&'a str>,
    /// The password that they choose.
    pub password: &'a str,
    /// Whether links may make accounts here: else those alone are good whose account is there.
    pub may_make_accounts: bool,
    /// The session that their browser has, which ends with it.
    pub replaces: Option<SessionId>,
    /// Where they are.
    pub caller: &'a Caller,
}

impl fmt::Debug for Redeem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redeem")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// Why nobody came in.
#[derive(Debug, thiserror::Error)]
pub enum RedeemError {
    /// The link is unknown, used, withdrawn, too old, or its maker's word is not good any more: one
    /// answer for all.
    #[error("the link is not valid any more")]
    Invalid,
    /// It cannot be a username.
    #[error("the username {0}")]
    Username(NameError),
    /// It is not an e-mail address.
    #[error("the e-mail address {0}")]
    Email(NameError),
    /// It is not accepted as a password.
    #[error("the password {0}")]
    Password(NewPasswordError),
    /// Somebody has this username, or one that looks like it.
    #[error("the username is taken")]
    UsernameTaken,
    /// Somebody has this address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// There is no room for one more password to hash.
    #[error("too many passwords at once")]
    Busy {
        /// When there should be.
        retry_after: Duration,
    },
    /// It did not happen, for a reason of ours.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// How an attempt failed: the answer, and the word for the record alone.
struct Refused(RedeemError, Option<&'static str>);

impl<E: Into<RedeemError>> From<E> for Refused {
    fn from(error: E) -> Self {
        let error = error.into();
        let reason = match &error {
            RedeemError::Invalid => Some("invalid_code"),
            RedeemError::Username(_) => Some("username"),
            RedeemError::Email(_) => Some("email"),
            RedeemError::Password(_) => Some("password"),
            RedeemError::UsernameTaken => Some("username_taken"),
            RedeemError::EmailTaken => Some("email_taken"),
            RedeemError::Busy { .. } | RedeemError::Internal(_) => None,
        };
        Self(error, reason)
    }
}

impl From<sea_orm::DbErr> for RedeemError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

impl From<NewAccountError> for RedeemError {
    fn from(error: NewAccountError) -> Self {
        match error {
            NewAccountError::Username(error) => Self::Username(error),
            NewAccountError::Email(error) => Self::Email(error),
            NewAccountError::Password(error) => Self::Password(error),
            NewAccountError::UsernameTaken => Self::UsernameTaken,
            NewAccountError::EmailTaken => Self::EmailTaken,
            NewAccountError::Busy { retry_after } => Self::Busy { retry_after },
            NewAccountError::Internal(error) => Self::Internal(error),
            NewAccountError::IdTaken => Self::Internal(taken_id()),
        }
    }
}

impl From<ChangePasswordError> for RedeemError {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::New(error) => Self::Password(error),
            ChangePasswordError::Busy { retry_after } => Self::Busy { retry_after },
            ChangePasswordError::Internal(error) => Self::Internal(error),
            ChangePasswordError::WrongCurrent | ChangePasswordError::SignedOut => Self::Invalid,
        }
    }
}

/// Why a link is good for nothing, in the word for the record; `None` if it is good.
fn over(
    row: &invitations::Model,
    now: UnixMillis,
    maker: Option<LockedUser>,
    target: Option<LockedUser>,
    may_make_accounts: bool,
) -> Option<&'static str> {
    if row.used_at.is_some() {
        Some("used")
    } else if row.withdrawn_at.is_some() {
        Some("withdrawn")
    } else if now.0 >= row.expires_at {
        Some("expired")
    } else if !row.by_operator && !vouches(maker) {
        Some("not_vouched_for")
    } else if row.user_id.is_none() && !may_make_accounts {
        Some("sign_up_closed")
    } else if row.user_id.is_some() && !target.is_some_and(|target| target.is_active) {
        Some("disabled")
    } else {
        None
    }
}

/// The link of a code, whatever became of it.
async fn find(
    connection: &impl ConnectionTrait,
    code: &str,
) -> Result<Option<invitations::Model>, StoreError> {
    let Some(hash) = LinkCode::hash(Purpose::Invitation, code) else {
        return Ok(None);
    };
    Ok(invitations::Entity::find()
        .filter(invitations::Column::CodeHash.eq(hash))
        .one(connection)
        .await?)
}

/// A user as they stand without a lock: for looking only.
async fn standing(
    identity: &Identity,
    user_id: Option<uuid::Uuid>,
) -> Result<Option<LockedUser>, StoreError> {
    let Some(user_id) = user_id.map(UserId::from_uuid) else {
        return Ok(None);
    };
    let row = user::one(identity.authority(), user_id).await?;
    Ok(row.map(|row| LockedUser {
        user_id,
        role: row.role,
        is_active: row.disabled_at.is_none(),
        is_awaited: row.awaited_since.is_some(),
    }))
}

/// What a code offers; `None` where it opens nothing.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn look(
    identity: &Identity,
    code: &str,
    may_make_accounts: bool,
) -> Result<Option<Offer>, StoreError> {
    let authority = identity.authority();
    let Some(row) = find(authority.database(), code).await? else {
        return Ok(None);
    };
    let maker = standing(identity, row.made_by).await?;
    let target = standing(identity, row.user_id).await?;
    if over(&row, authority.now(), maker, target, may_make_accounts).is_some() {
        return Ok(None);
    }
    offer(authority.database(), &row, target).await
}

async fn offer(
    connection: &impl ConnectionTrait,
    row: &invitations::Model,
    target: Option<LockedUser>,
) -> Result<Option<Offer>, StoreError> {
    let (role, is_made) = match target {
        Some(target) => {
            if way_in(connection, target.user_id).await? {
                return Ok(None);
            }
            (target.role, true)
        }
        None => (role(row)?, false),
    };
    let username = match row.username.as_deref().map(Username::parse) {
        Some(Ok(username)) if is_made || !is_taken(connection, &username).await? => {
            Some(username.as_str().to_owned())
        }
        _ => None,
    };
    Ok(Some(Offer {
        username,
        email: row.email.clone(),
        role,
        is_made,
        expires_at: UnixMillis(row.expires_at),
    }))
}

/// Gives the account of a link to whoever came by it, and signs them in. Of any number that try, one
/// succeeds.
///
/// # Errors
/// See [`RedeemError`].
pub async fn redeem(identity: &Identity, form: Redeem<'_>) -> Result<SignedIn, RedeemError> {
    let authority = identity.authority();
    let row = find(authority.database(), form.code).await?;
    let outcome = match &row {
        None => Err(RedeemError::Invalid.into()),
        Some(row) => attempt(identity, row, form).await,
    };
    match outcome {
        Ok(signed_in) => Ok(signed_in),
        Err(Refused(error, reason)) => {
            if let Some(reason) = reason {
                let mut event = AuditEvent::failure(EventKind::InvitationUsed, reason, form.caller);
                if let Some(row) = &row {
                    event = event.detail(json!({ "invitation": row.invitation_id }));
                    if let Some(user_id) = row.user_id {
                        event = event.subject(UserId::from_uuid(user_id));
                    }
                }
                audit::record(authority, event).await?;
            }
            Err(error)
        }
    }
}

/// What was prepared outside the transaction: it takes as long as many transactions.
enum Ready {
    /// An account to write.
    Account(NewAccount),
    /// The first password of the account that is there.
    Password(UserId, PasswordHash),
}

async fn attempt(
    identity: &Identity,
    row: &invitations::Model,
    form: Redeem<'_>,
) -> Result<SignedIn, Refused> {
    let authority = identity.authority();
    let maker = standing(identity, row.made_by).await?;
    let target = standing(identity, row.user_id).await?;
    // Before the hash: whoever has no good link shall not cost one. And again inside.
    if let Some(reason) = over(row, authority.now(), maker, target, form.may_make_accounts) {
        return Err(Refused(RedeemError::Invalid, Some(reason)));
    }
    let Some(offer) = offer(authority.database(), row, target).await? else {
        return Err(Refused(RedeemError::Invalid, Some("has_owner")));
    };
    let ready = if let Some(target) = target {
        let hash = hash_new(identity, target.user_id, form.password).await?;
        Ready::Password(target.user_id, hash)
    } else {
        let username = offer.username.as_deref().unwrap_or(form.username);
        let password = Some(form.password);
        Ready::Account(new_account::prepare(identity, username, form.email, password).await?)
    };
    let opening = Opening::Session {
        replaces: form.replaces,
    };
    let prepared = opening.prepare(authority).await?;

    // Neither of these ever changes in a row.
    let made_by = row.made_by.map(UserId::from_uuid);
    let user_id = row.user_id.map(UserId::from_uuid);
    let mut locks: Vec<(UserId, Lock)> = prepared.lock().into_iter().collect();
    locks.extend(made_by.map(|maker| (maker, Lock::Shared)));
    locks.extend(user_id.map(|owner| (owner, Lock::Exclusive)));
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.lock_users(&locks).await?;
    let row = lock(&tx, row.invitation_id).await?;
    let maker = made_by.and_then(|maker| tx.locked(maker));
    let target = user_id.and_then(|owner| tx.locked(owner));
    if let Some(reason) = over(&row, tx.now(), maker, target, form.may_make_accounts) {
        return Err(Refused(RedeemError::Invalid, Some(reason)));
    }

    let (user_id, mut events, mut signals) = arrive(&mut tx, &row, ready, form.caller).await?;
    use_up(&tx, &row, user_id).await?;
    let what = (EventKind::InvitationUsed, SignInMethod::Invitation.into());
    let (opened, entered, replaced) = prepared
        .open(&tx, user_id, what, form.caller)
        .await
        .map_err(new_user)?;
    events.extend(entered);
    signals.extend(replaced.as_slice().iter().cloned());
    tx.commit(events, signals).await?;
    Ok(opened.session()?)
}

/// The link's row, locked: of all who come by it one goes on, and the others see it used.
async fn lock(
    tx: &AuthorityTx,
    invitation_id: uuid::Uuid,
) -> Result<invitations::Model, RedeemError> {
    invitations::Entity::find_by_id(invitation_id)
        .lock(LockType::Update)
        .one(tx.connection())
        .await?
        .ok_or(RedeemError::Invalid)
}

/// Writes the account, or the first password of the one that is there.
async fn arrive(
    tx: &mut AuthorityTx,
    row: &invitations::Model,
    ready: Ready,
    caller: &Caller,
) -> Result<(UserId, Vec<AuditEvent>, Signals), Refused> {
    let facts = json!({ "invitation": row.invitation_id, "invited_by": row.made_by });
    match ready {
        Ready::Account(account) => {
            let role = role(row)?;
            if role == Role::Administrator {
                // Closes the set-up page, if this is the first one.
                user::mark_administrator_created(tx).await?;
            }
            let user_id = account.write(tx, None, role, false).await?;
            let mut facts = facts;
            facts["role"] = role.as_str().into();
            let event = AuditEvent::success(EventKind::UserCreated, caller)
                .actor(user_id)
                .subject(user_id)
                .detail(facts);
            Ok((user_id, vec![event], Signals::Nothing))
        }
        Ready::Password(user_id, hash) => {
            if way_in(tx.connection(), user_id).await? {
                return Err(Refused(RedeemError::Invalid, Some("has_owner")));
            }
            passwords::Entity::insert(passwords::ActiveModel {
                user_id: Set(user_id.as_uuid()),
                password_hash: Set(hash.as_str().to_owned()),
                changed_at: Set(tx.now().0),
            })
            .exec_without_returning(tx.connection())
            .await?;
            user::arrived(tx, user_id).await?;
            let event = AuditEvent::success(EventKind::PasswordChanged, caller)
                .reason("first_password")
                .actor(user_id)
                .subject(user_id)
                .detail(facts);
            let signal = Signal::UserChanged { user_id };
            Ok((user_id, vec![event], signal.into()))
        }
    }
}

async fn use_up(
    tx: &AuthorityTx,
    row: &invitations::Model,
    user_id: UserId,
) -> Result<(), RedeemError> {
    let used = invitations::Entity::update_many()
        .col_expr(invitations::Column::UsedAt, Expr::value(tx.now().0))
        .col_expr(invitations::Column::UsedBy, Expr::value(user_id.as_uuid()))
        .filter(invitations::Column::InvitationId.eq(row.invitation_id))
        .filter(open_at(tx.now()))
        .exec(tx.connection())
        .await?;
    if used.rows_affected == 1 {
        Ok(())
    } else {
        // Which takes back the account.
        Err(RedeemError::Invalid)
    }
}
