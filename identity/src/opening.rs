//! What a proof of identity opens: a browser session, or a refresh family for a program.

use latchkey_authority::{
    ActError, Authority, AuthorityTx, Lock, Proved, StoreError,
    audit::AuditEvent,
    caller::Caller,
    family::{self, Issued, NewFamily},
    key,
    session::{self, NewSession},
    signal::Signals,
};
use latchkey_types::{EventKind, SessionId, Transport, UserId};

use crate::{SignedIn, replaced::Replaced};

/// What is to be opened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Opening {
    /// A browser session.
    Session {
        /// The one that the browser has, which ends with it.
        replaces: Option<SessionId>,
    },
    /// A refresh family of no client.
    Family {
        /// How its tokens travel.
        transport: Transport,
    },
}

/// What was opened.
#[derive(Debug)]
pub(crate) enum Opened {
    /// A session, without a cookie yet.
    Session(SignedIn),
    /// A family, and its first pair.
    Family(Box<Issued>),
}

/// An opening, with what must be known before the transaction.
#[derive(Debug)]
pub(crate) struct Prepared {
    opening: Opening,
    replaced: Replaced,
}

impl Opening {
    /// Looks up what the transaction will have to lock, and sees to it that there is a key to sign
    /// with: making the first one needs a transaction of its own.
    pub(crate) async fn prepare(self, authority: &Authority) -> Result<Prepared, StoreError> {
        let replaces = match self {
            Self::Session { replaces } => replaces,
            Self::Family { .. } => {
                key::load(authority)
                    .await
                    .map_err(|error| StoreError::Key(Box::new(error)))?;
                None
            }
        };
        Ok(Prepared {
            opening: self,
            replaced: Replaced::find(authority, replaces).await?,
        })
    }
}

impl Prepared {
    /// The lock that it needs beside that of its user.
    pub(crate) fn lock(&self) -> Option<(UserId, Lock)> {
        self.replaced.lock()
    }

    /// Opens it for a user whom the transaction has locked; returns what to commit with.
    pub(crate) async fn open(
        self,
        tx: &AuthorityTx,
        user_id: UserId,
        (kind, proved): (EventKind, Proved),
        caller: &Caller,
    ) -> Result<(Opened, Vec<AuditEvent>, Signals), ActError> {
        let event = AuditEvent::success(kind, caller)
            .actor(user_id)
            .subject(user_id);
        match self.opening {
            Opening::Session { .. } => {
                let new = NewSession {
                    user_id,
                    proved,
                    caller,
                };
                let session_id = session::create(tx, new).await?;
                let (ended, signals) = self.replaced.end(tx, user_id, caller).await?;
                let signed_in = SignedIn {
                    user_id,
                    session_id,
                };
                let events = std::iter::once(event.session(session_id))
                    .chain(ended)
                    .collect();
                Ok((Opened::Session(signed_in), events, signals))
            }
            Opening::Family { transport } => {
                let new = NewFamily {
                    user_id,
                    proved,
                    transport,
                    session_id: None,
                    client_id: None,
                    key_thumbprint: None,
                    caller,
                };
                let issued = family::open(tx, new).await?;
                let event = event.family(issued.family_id);
                Ok((
                    Opened::Family(Box::new(issued)),
                    vec![event],
                    Signals::Nothing,
                ))
            }
        }
    }
}

impl Opened {
    /// The session, if one was opened.
    pub(crate) fn session(self) -> Result<SignedIn, StoreError> {
        match self {
            Self::Session(signed_in) => Ok(signed_in),
            Self::Family(_) => Err(other_than_asked()),
        }
    }

    /// The pair, if a family was opened.
    pub(crate) fn family(self) -> Result<Issued, StoreError> {
        match self {
            Self::Family(issued) => Ok(*issued),
            Self::Session(_) => Err(other_than_asked()),
        }
    }
}

/// Cannot be: what is opened is what was asked for.
fn other_than_asked() -> StoreError {
    StoreError::Inconsistent {
        table: "families",
        column: "family_id",
    }
}
