//! Signing up: making an account of one's own and signing in with it, in one breath.

use std::{fmt, time::Duration};

use latchkey_authority::{
    ActError, AuthorityTx, StoreError, audit,
    audit::AuditEvent,
    caller::Caller,
    family::Issued,
    session::{self, NewSession},
};
use latchkey_types::{EventKind, Role, SessionId, SignInMethod, Transport, UserId};

use crate::{
    Identity, SignedIn,
    name::NameError,
    new_account::{self, NewAccountError},
    opening::{Opened, Opening},
    password::NewPasswordError,
};

/// What somebody fills in to sign up.
#[derive(Clone, Copy)]
pub struct SignUp<'a> {
    /// The name that they choose.
    pub username: &'a str,
    /// Their address, if they give one.
    pub email: Option<&'a str>,
    /// The password that they choose.
    pub password: &'a str,
    /// The session that their browser has, which ends with it.
    pub replaces: Option<SessionId>,
    /// Where they are.
    pub caller: &'a Caller,
}

impl fmt::Debug for SignUp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignUp")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// What somebody fills in to sign up through a program.
#[derive(Clone, Copy)]
pub struct SignUpForFamily<'a> {
    /// The name that they choose.
    pub username: &'a str,
    /// Their address, if they give one.
    pub email: Option<&'a str>,
    /// The password that they choose.
    pub password: &'a str,
    /// How the tokens of their first family travel.
    pub transport: Transport,
    /// Where they are.
    pub caller: &'a Caller,
}

impl fmt::Debug for SignUpForFamily<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignUpForFamily")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// Why nobody was signed up.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
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
    #[error("too many sign-ins at once")]
    Busy {
        /// When there should be.
        retry_after: Duration,
    },
    /// It did not happen, for a reason of ours.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

impl From<NewAccountError> for SignUpError {
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

/// An id that was drawn at random and is there already.
pub(crate) fn taken_id() -> StoreError {
    StoreError::Inconsistent {
        table: "users",
        column: "user_id",
    }
}

/// Makes an account and signs its owner in.
///
/// A username that is taken is told: usernames are public. The password is hashed before anything
/// is looked up, so that finding out costs what signing up does.
///
/// # Errors
/// See [`SignUpError`].
pub async fn sign_up(identity: &Identity, form: SignUp<'_>) -> Result<SignedIn, SignUpError> {
    let opening = Opening::Session {
        replaces: form.replaces,
    };
    let new = (form.username, form.email, form.password);
    let opened = make(identity, new, opening, form.caller).await?;
    Ok(opened.session()?)
}

/// Makes an account and signs a program in for its owner.
///
/// # Errors
/// See [`SignUpError`].
pub async fn sign_up_for_family(
    identity: &Identity,
    form: SignUpForFamily<'_>,
) -> Result<Issued, SignUpError> {
    let opening = Opening::Family {
        transport: form.transport,
    };
    let new = (form.username, form.email, form.password);
    let opened = make(identity, new, opening, form.caller).await?;
    Ok(opened.family()?)
}

/// Username, e-mail address and password.
type New<'a> = (&'a str, Option<&'a str>, &'a str);

async fn make(
    identity: &Identity,
    new: New<'_>,
    opening: Opening,
    caller: &Caller,
) -> Result<Opened, SignUpError> {
    match attempt(identity, new, opening, caller).await {
        Ok(opened) => Ok(opened),
        Err(error) => {
            if let Some(reason) = error.reason() {
                // What was typed is kept only where it is a name for certain: a taken one.
                let mut event = AuditEvent::failure(EventKind::SignUp, reason, caller);
                if matches!(error, NewAccountError::UsernameTaken) {
                    event = event.identifier(new.0);
                }
                audit::record(identity.authority(), event).await?;
            }
            Err(error.into())
        }
    }
}

async fn attempt(
    identity: &Identity,
    (username, email, password): New<'_>,
    opening: Opening,
    caller: &Caller,
) -> Result<Opened, NewAccountError> {
    let account = new_account::prepare(identity, username, email, Some(password)).await?;
    let prepared = opening.prepare(identity.authority()).await?;

    let mut tx = AuthorityTx::begin(identity.authority()).await?;
    tx.lock_users(prepared.lock().as_slice()).await?;
    let user_id = account.write(&mut tx, None, Role::User, false).await?;
    let what = (EventKind::SignUp, SignInMethod::SignUp.into());
    let (opened, events, signals) = prepared
        .open(&tx, user_id, what, caller)
        .await
        .map_err(new_user)?;
    tx.commit(events, signals).await?;
    Ok(opened)
}

/// The first session of a user whom this transaction has made.
pub(crate) async fn first_session(
    tx: &AuthorityTx,
    user_id: UserId,
    method: SignInMethod,
    caller: &Caller,
) -> Result<SessionId, StoreError> {
    let new = NewSession {
        user_id,
        proved: method.into(),
        caller,
    };
    session::create(tx, new).await.map_err(new_user)
}

/// A user who was made in a transaction is locked there, and active.
pub(crate) fn new_user(error: ActError) -> StoreError {
    match error {
        ActError::Internal(error) => error,
        ActError::SignedOut
        | ActError::NotPermitted
        | ActError::NotFound
        | ActError::LastAdministrator => StoreError::Inconsistent {
            table: "users",
            column: "disabled_at",
        },
    }
}
