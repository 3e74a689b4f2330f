//! Making an account from the command line, with its password.

use std::{fmt, time::Duration};

use latchkey_authority::{
    AuthorityTx, StoreError, audit::AuditEvent, caller::Caller, signal::Signals, user,
};
use latchkey_types::{EventKind, Role, UserId, Word};
use serde_json::json;

use crate::{
    Identity,
    name::NameError,
    new_account::{self, NewAccountError},
    password::NewPasswordError,
};

/// What an account is made of.
#[derive(Clone, Copy)]
pub struct CreateUser<'a> {
    /// The id that it shall have; drawn where there is none.
    pub user_id: Option<UserId>,
    /// The username.
    pub username: &'a str,
    /// The e-mail address.
    pub email: Option<&'a str>,
    /// Whether that address is known to be theirs.
    pub email_verified: bool,
    /// The password. Without one nobody can sign in with a password.
    pub password: Option<&'a str>,
    /// What they may do.
    pub role: Role,
    /// Where it is done.
    pub caller: &'a Caller,
}

impl fmt::Debug for CreateUser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateUser")
            .field("username", &self.username)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum CreateUserError {
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
    /// Somebody has this id.
    #[error("the id is taken")]
    IdTaken,
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

impl From<NewAccountError> for CreateUserError {
    fn from(error: NewAccountError) -> Self {
        match error {
            NewAccountError::Username(error) => Self::Username(error),
            NewAccountError::Email(error) => Self::Email(error),
            NewAccountError::Password(error) => Self::Password(error),
            NewAccountError::UsernameTaken => Self::UsernameTaken,
            NewAccountError::EmailTaken => Self::EmailTaken,
            NewAccountError::IdTaken => Self::IdTaken,
            NewAccountError::Busy { retry_after } => Self::Busy { retry_after },
            NewAccountError::Internal(error) => Self::Internal(error),
        }
    }
}

/// Makes an account. Whoever runs the program may; nobody is checked.
///
/// # Errors
/// See [`CreateUserError`].
pub async fn create_user(
    identity: &Identity,
    new: CreateUser<'_>,
) -> Result<UserId, CreateUserError> {
    let account = new_account::prepare(identity, new.username, new.email, new.password).await?;
    let mut tx = AuthorityTx::begin(identity.authority()).await?;
    let user_id = account
        .write(&mut tx, new.user_id, new.role, new.email_verified)
        .await?;
    if new.role == Role::Administrator {
        // Closes the set-up page, if this is the first one.
        user::mark_administrator_created(&tx).await?;
    }
    let event = AuditEvent::success(EventKind::UserCreated, new.caller)
        .subject(user_id)
        .detail(json!({ "role": new.role.as_str() }));
    tx.commit([event], Signals::Nothing).await?;
    Ok(user_id)
}
