//! Setting up: a one-time link makes the first administrator, and only ever the first.
//!
//! - The database holds a hash of each code; the code itself is printed once.
//! - A code opens nothing once there has been an administrator, used or not.

use std::{fmt, time::Duration};

use latchkey_authority::{
    AuthorityTx, StoreError, audit, audit::AuditEvent, caller::Caller, signal::Signals, user,
};
use latchkey_types::{EventKind, Role, SignInMethod, UnixMillis};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    Identity, SignedIn,
    entity::setup_links,
    link_code::{LinkCode, Purpose},
    name::NameError,
    new_account::{self, NewAccountError},
    password::NewPasswordError,
    sign_up::{first_session, taken_id},
};

/// How long a code is good for.
pub const CODE_LIFETIME: Duration = Duration::from_hours(24);

/// So many codes are good at once: each start of the program prints one, and the last few lines of
/// a log should work.
const CODE_LIMIT: usize = 5;

/// What somebody fills in to become the first administrator.
#[derive(Clone, Copy)]
pub struct Complete<'a> {
    /// The code of their link.
    pub code: &'a str,
    /// The name that they choose.
    pub username: &'a str,
    /// Their address, if they give one.
    pub email: Option<&'a str>,
    /// The password that they choose.
    pub password: &'a str,
    /// Where they are.
    pub caller: &'a Caller,
}

impl fmt::Debug for Complete<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Complete")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// Why nobody became the first administrator.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The code is unknown, expired or used, or there has been an administrator.
    #[error("the link is not valid any more")]
    InvalidCode,
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

impl From<NewAccountError> for SetupError {
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

/// Makes a code for a link; `None` where there has ever been an administrator.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn issue_code(identity: &Identity) -> Result<Option<LinkCode>, StoreError> {
    let tx = AuthorityTx::begin(identity.authority()).await?;
    if user::administrator_ever(tx.connection()).await? {
        return Ok(None);
    }
    let now = tx.now();
    forget_superfluous(&tx, now).await?;
    let code = LinkCode::generate(identity.authority().random());
    setup_links::Entity::insert(setup_links::ActiveModel {
        code_hash: Set(LinkCode::hash(Purpose::Setup, code.as_str()).unwrap_or_default()),
        created_at: Set(now.0),
        expires_at: Set(now.after(CODE_LIFETIME).0),
    })
    .exec_without_returning(tx.connection())
    .await?;
    // No event: whoever starts the program can have a code at any time. Using one is an event.
    tx.commit([], Signals::Nothing).await?;
    Ok(Some(code))
}

/// Leaves room for one more: drops expired codes, and the oldest of too many.
async fn forget_superfluous(tx: &AuthorityTx, now: UnixMillis) -> Result<(), StoreError> {
    setup_links::Entity::delete_many()
        .filter(setup_links::Column::ExpiresAt.lte(now.0))
        .exec(tx.connection())
        .await?;
    let newest_first: Vec<Vec<u8>> = setup_links::Entity::find()
        .select_only()
        .column(setup_links::Column::CodeHash)
        .order_by_desc(setup_links::Column::CreatedAt)
        .order_by_desc(setup_links::Column::CodeHash)
        .into_tuple()
        .all(tx.connection())
        .await?;
    let too_many: Vec<Vec<u8>> = newest_first.into_iter().skip(CODE_LIMIT - 1).collect();
    setup_links::Entity::delete_many()
        .filter(setup_links::Column::CodeHash.is_in(too_many))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Whether a code opens the set-up page.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn check_code(identity: &Identity, code: &str) -> Result<bool, StoreError> {
    let authority = identity.authority();
    let Some(hash) = LinkCode::hash(Purpose::Setup, code) else {
        return Ok(false);
    };
    let is_there = setup_links::Entity::find_by_id(hash)
        .filter(setup_links::Column::ExpiresAt.gt(authority.now().0))
        .one(authority.database())
        .await?
        .is_some();
    Ok(is_there && !user::administrator_ever(authority.database()).await?)
}

/// Makes the first administrator and signs them in. Of any number that try, one succeeds.
///
/// # Errors
/// See [`SetupError`].
pub async fn complete(identity: &Identity, form: Complete<'_>) -> Result<SignedIn, SetupError> {
    // Before the hash: whoever has no code shall not cost one.
    let result = if check_code(identity, form.code).await? {
        attempt(identity, form).await
    } else {
        Err(SetupError::InvalidCode)
    };
    if let Err(error) = &result
        && let Some(reason) = reason(error)
    {
        let event = AuditEvent::failure(EventKind::SetUp, reason, form.caller);
        audit::record(identity.authority(), event).await?;
    }
    result
}

async fn attempt(identity: &Identity, form: Complete<'_>) -> Result<SignedIn, SetupError> {
    let account =
        new_account::prepare(identity, form.username, form.email, Some(form.password)).await?;
    let hash = LinkCode::hash(Purpose::Setup, form.code).ok_or(SetupError::InvalidCode)?;

    let mut tx = AuthorityTx::begin(identity.authority()).await?;
    // The one row first for which all of them wait, then the links: whoever wins takes the links of
    // the others, and none of these may be held by somebody who waits.
    if !user::mark_administrator_created(&tx).await? {
        return Err(SetupError::InvalidCode);
    }
    let used = setup_links::Entity::delete_many()
        .filter(setup_links::Column::CodeHash.eq(hash))
        .filter(setup_links::Column::ExpiresAt.gt(tx.now().0))
        .exec(tx.connection())
        .await
        .map_err(StoreError::from)?;
    if used.rows_affected != 1 {
        // Which takes back that there is one.
        return Err(SetupError::InvalidCode);
    }
    let user_id = account
        .write(&mut tx, None, Role::Administrator, false)
        .await?;
    let session_id = first_session(&tx, user_id, SignInMethod::Setup, form.caller).await?;
    setup_links::Entity::delete_many()
        .exec(tx.connection())
        .await
        .map_err(StoreError::from)?;
    let event = AuditEvent::success(EventKind::SetUp, form.caller)
        .actor(user_id)
        .subject(user_id)
        .session(session_id);
    tx.commit([event], Signals::Nothing).await?;
    Ok(SignedIn {
        user_id,
        session_id,
    })
}

/// The reason in a word, for the record; `None` where the fault is ours.
fn reason(error: &SetupError) -> Option<&'static str> {
    match error {
        SetupError::InvalidCode => Some("invalid_code"),
        SetupError::Username(_) => Some("username"),
        SetupError::Email(_) => Some("email"),
        SetupError::Password(_) => Some("password"),
        SetupError::UsernameTaken => Some("username_taken"),
        SetupError::EmailTaken => Some("email_taken"),
        SetupError::Busy { .. } | SetupError::Internal(_) => None,
    }
}
