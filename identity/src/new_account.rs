//! Making an account, as sign-up, set-up and the command line all do it.
//!
//! First everything that takes long ([`prepare`]), then everything that must hold together
//! ([`NewAccount::write`]), in the transaction of the use case.

use std::time::Duration;

use latchkey_authority::{AuthorityTx, StoreError, user};
use latchkey_types::{Role, UserId};
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait, SqlErr};

use crate::{
    Identity,
    entity::{accounts, passwords},
    name::{EmailAddress, NameError, Username},
    password::{NewPasswordError, PasswordError, PasswordHash},
};

/// Why there is no account. Each use case has an error of its own that takes this one in.
#[derive(Debug)]
pub(crate) enum NewAccountError {
    Username(NameError),
    Email(NameError),
    Password(NewPasswordError),
    UsernameTaken,
    EmailTaken,
    IdTaken,
    Busy { retry_after: Duration },
    Internal(StoreError),
}

impl NewAccountError {
    /// The reason in a word, for the record; `None` where the fault is ours.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Username(_) => Some("username"),
            Self::Email(_) => Some("email"),
            Self::Password(_) => Some("password"),
            Self::UsernameTaken => Some("username_taken"),
            Self::EmailTaken => Some("email_taken"),
            Self::IdTaken => Some("id_taken"),
            Self::Busy { .. } | Self::Internal(_) => None,
        }
    }
}

impl From<StoreError> for NewAccountError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error)
    }
}

impl From<PasswordError> for NewAccountError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy { retry_after } => Self::Busy { retry_after },
            PasswordError::Unreadable => Self::Internal(unreadable_hash()),
        }
    }
}

/// A stored hash that is none.
pub(crate) fn unreadable_hash() -> StoreError {
    StoreError::Inconsistent {
        table: "passwords",
        column: "password_hash",
    }
}

/// An account before it is written.
#[derive(Debug)]
pub(crate) struct NewAccount {
    username: Username,
    email: Option<EmailAddress>,
    password: Option<PasswordHash>,
}

/// Reads the names, checks the password and hashes it.
///
/// Looks nothing up: a name that is taken costs the same work as one that is free.
pub(crate) async fn prepare(
    identity: &Identity,
    username: &str,
    email: Option<&str>,
    password: Option<&str>,
) -> Result<NewAccount, NewAccountError> {
    let username = Username::parse(username).map_err(NewAccountError::Username)?;
    let email = email
        .map(EmailAddress::parse)
        .transpose()
        .map_err(NewAccountError::Email)?;
    let password = match password {
        None => None,
        Some(password) => {
            let mut own_words = vec![username.as_str()];
            own_words.extend(email.as_ref().map(EmailAddress::as_str));
            own_words.extend(email.as_ref().map(EmailAddress::local_part));
            let password = identity
                .hasher()
                .check_new(password, &own_words)
                .await?
                .map_err(NewAccountError::Password)?;
            Some(identity.hasher().hash(password).await?)
        }
    };
    Ok(NewAccount {
        username,
        email,
        password,
    })
}

impl NewAccount {
    /// The account of somebody who comes in by other ways.
    pub(crate) fn without_password(username: Username, email: Option<EmailAddress>) -> Self {
        Self {
            username,
            email,
            password: None,
        }
    }

    /// Writes user, account and password, and leaves the user's row locked.
    ///
    /// Whoever gets an error drops the transaction: PostgreSQL goes on with none that had one.
    pub(crate) async fn write(
        &self,
        tx: &mut AuthorityTx,
        user_id: Option<UserId>,
        role: Role,
        email_verified: bool,
    ) -> Result<UserId, NewAccountError> {
        let user_id = user::create(tx, user_id, role)
            .await
            .map_err(|error| match error {
                StoreError::Database(error) if violated(&error).is_some() => {
                    NewAccountError::IdTaken
                }
                other => NewAccountError::Internal(other),
            })?;
        let now = tx.now().0;
        let email = self.email.as_ref();
        accounts::Entity::insert(accounts::ActiveModel {
            user_id: Set(user_id.as_uuid()),
            username: Set(self.username.as_str().to_owned()),
            username_key: Set(self.username.key().to_owned()),
            username_skeleton: Set(self.username.skeleton().to_owned()),
            email: Set(email.map(|email| email.as_str().to_owned())),
            email_key: Set(email.map(|email| email.key().to_owned())),
            email_verified_at: Set((email_verified && email.is_some()).then_some(now)),
            created_at: Set(now),
        })
        .exec_without_returning(tx.connection())
        .await
        .map_err(taken)?;
        if let Some(hash) = &self.password {
            passwords::Entity::insert(passwords::ActiveModel {
                user_id: Set(user_id.as_uuid()),
                password_hash: Set(hash.as_str().to_owned()),
                changed_at: Set(now),
            })
            .exec_without_returning(tx.connection())
            .await
            .map_err(StoreError::from)?;
        }
        Ok(user_id)
    }
}

/// Which unique index of `accounts` refused the row. Both databases name it, or its column.
fn taken(error: DbErr) -> NewAccountError {
    match violated(&error) {
        Some(what) if what.contains("email_key") => NewAccountError::EmailTaken,
        Some(what) if what.contains("username_") => NewAccountError::UsernameTaken,
        _ => NewAccountError::Internal(error.into()),
    }
}

pub(crate) fn violated(error: &DbErr) -> Option<String> {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(what)) => Some(what),
        _ => None,
    }
}
