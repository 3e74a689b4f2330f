//! tower-sessions' store over the `sessions` table.
//!
//! tower-sessions carries the cookie; its record holds the session's id and nothing else, so no
//! two requests can overwrite each other's data. Rows are made and ended by `authority` alone:
//! *creating* a record here binds a new cookie to a session that was just signed in (or renewed),
//! *deleting* one takes the cookie away. The database holds hashes of cookies.

use std::{collections::HashMap, fmt};

use async_trait::async_trait;
use latchkey_authority::{
    Authority, StoreError,
    caller::Caller,
    session::{Cookie, bind, bound_session, unbind},
};
use latchkey_types::SessionId;
use tower_sessions::{
    SessionStore,
    session::{self, Id, Record},
    session_store::{Error, Result},
};

use crate::failure::Failure;

/// The one key of a record.
pub(crate) const SESSION_ID: &str = "session_id";

tokio::task_local! {
    /// Who asks: tower-sessions does not tell its store.
    pub(crate) static CALLER: Caller;
}

/// The store.
#[derive(Clone)]
pub(crate) struct Store(Authority);

impl Store {
    pub(crate) fn new(authority: Authority) -> Self {
        Self(authority)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

/// What stands before an outage of the database: tower-sessions passes on nothing but text.
const OUTAGE: &str = "the database is away: ";

fn backend(error: StoreError) -> Error {
    let outage = if error.is_outage() { OUTAGE } else { "" };
    Error::Backend(format!("{outage}{error}"))
}

impl From<session::Error> for Failure {
    /// An outage is no mistake of ours, and passes.
    fn from(error: session::Error) -> Self {
        match &error {
            session::Error::Store(Error::Backend(text)) if text.starts_with(OUTAGE) => {
                Self::unchecked(error)
            }
            _ => Self::internal(error),
        }
    }
}

fn cookie(id: Id) -> Cookie {
    Cookie::from_bytes(id.0.to_le_bytes())
}

fn session_of(record: &Record) -> Option<SessionId> {
    record.data.get(SESSION_ID)?.as_str()?.parse().ok()
}

#[async_trait]
impl SessionStore for Store {
    /// Binds a fresh cookie to the session that the record names.
    async fn create(&self, record: &mut Record) -> Result<()> {
        let session_id = session_of(record)
            .ok_or_else(|| Error::Backend("a record without a session".to_owned()))?;
        // Drawn from our own source: the record comes with an id from tower-sessions' own.
        let cookie = Cookie::generate(self.0.random());
        if !bind(&self.0, session_id, cookie).await.map_err(backend)? {
            return Err(Error::Backend("the session takes no cookie".to_owned()));
        }
        record.id = Id(i128::from_le_bytes(cookie.to_bytes()));
        Ok(())
    }

    /// A record never changes after it was made.
    async fn save(&self, _record: &Record) -> Result<()> {
        Ok(())
    }

    /// Finds the session of a cookie, live or not: the guard says what follows.
    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = bound_session(&self.0, cookie(*id)).await.map_err(backend)?;
        Ok(found.map(|session_id| Record {
            id: *id,
            data: HashMap::from([(SESSION_ID.to_owned(), session_id.to_string().into())]),
            // Limits are authority's to judge, by its own clock.
            expiry_date: time::OffsetDateTime::UNIX_EPOCH + time::Duration::days(365 * 1_000),
        }))
    }

    /// Takes the cookie from its session.
    async fn delete(&self, id: &Id) -> Result<()> {
        let caller = CALLER
            .try_with(Clone::clone)
            .unwrap_or_else(|_| Caller::program("session store"));
        unbind(&self.0, cookie(*id), &caller).await.map_err(backend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_stays_one_on_its_way_through_the_store() {
        let told = |error| Failure::from(session::Error::Store(backend(error)));
        assert!(matches!(told(StoreError::NotFresh), Failure::Busy { .. }));
        let damaged = StoreError::Inconsistent {
            table: "sessions",
            column: "method",
        };
        assert!(matches!(told(damaged), Failure::Internal(_)));
    }
}
