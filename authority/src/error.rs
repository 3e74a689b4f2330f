//! Errors that the use cases share.

use sea_orm::DbErr;

use crate::key::KeyError;

/// The database did not do what was asked, or holds what cannot be.
///
/// Opaque on purpose: it is for the log, never for a user.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the database failed")]
    Database(#[source] DbErr),
    /// No signing key could be used.
    #[error("no signing key could be used")]
    Key(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// This node cannot show that it knows of every end: it lets nobody in.
    #[error("this node cannot show that it knows of every end")]
    NotFresh,
    /// A row holds a value that the program never writes.
    #[error("`{table}.{column}` holds a value that cannot be")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
}

impl From<KeyError> for StoreError {
    fn from(error: KeyError) -> Self {
        Self::Key(Box::new(error))
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

/// Why somebody who is signed in could not do what they asked.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// Their own session is over, or they were disabled.
    #[error("the session is over")]
    SignedOut,
    /// Their role does not allow it.
    #[error("not permitted")]
    NotPermitted,
    /// What they named is not there.
    #[error("not found")]
    NotFound,
    /// It would leave nobody who can administer.
    #[error("the last administrator must stay")]
    LastAdministrator,
    /// It did not happen, for a reason of ours.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

impl From<DbErr> for ActError {
    fn from(error: DbErr) -> Self {
        Self::Internal(error.into())
    }
}
