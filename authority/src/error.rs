//! Errors that the use cases share.

use sea_orm::{DbErr, RuntimeErr};

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

impl StoreError {
    /// Whether the database is away, so that the same may work in a moment: no mistake of anybody's.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Database(error) => is_outage(error),
            Self::NotFresh => true,
            Self::Key(_) | Self::Inconsistent { .. } => false,
        }
    }
}

fn is_outage(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            match error.as_database_error() {
                // Connection exceptions, too few resources, an operator who intervenes: "shutting
                // down", "starting up" (PostgreSQL, appendix A).
                Some(error) => error.code().is_some_and(|code| {
                    code.len() == 5
                        && ["08", "53", "57P"]
                            .iter()
                            .any(|class| code.starts_with(class))
                }),
                None => matches!(
                    **error,
                    sqlx::Error::Io(_)
                        | sqlx::Error::Tls(_)
                        | sqlx::Error::PoolTimedOut
                        | sqlx::Error::PoolClosed
                        | sqlx::Error::WorkerCrashed
                        // The connection broke off in the middle of an answer.
                        | sqlx::Error::Protocol(_)
                        | sqlx::Error::BeginFailed
                ),
            }
        }
        _ => false,
    }
}

impl From<KeyError> for StoreError {
    fn from(error: KeyError) -> Self {
        match error {
            // What the database did stays what it was: an outage passes.
            KeyError::Internal(error) | KeyError::Act(ActError::Internal(error)) => error,
            error => Self::Key(Box::new(error)),
        }
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
