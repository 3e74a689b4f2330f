//! The session that a browser had before it signed in anew.
//!
//! It may belong to somebody else. What is taken from a user needs that user's row locked, in one
//! go with all other rows of users: so its owner is looked up before the transaction.

use latchkey_authority::{
    Authority, AuthorityTx, Lock, StoreError, audit::AuditEvent, caller::Caller, session,
    signal::Signals,
};
use latchkey_types::{EndReason, EventKind, SessionId, UserId, Word};

/// The session that the new one replaces, if there is one, and whose it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replaced(Option<(SessionId, UserId)>);

impl Replaced {
    /// Looks up whose it is. A session never changes its owner.
    pub(crate) async fn find(
        authority: &Authority,
        session_id: Option<SessionId>,
    ) -> Result<Self, StoreError> {
        let Some(session_id) = session_id else {
            return Ok(Self(None));
        };
        // One that is over already is left as it is by its end.
        let found = session::one(authority, session_id).await?;
        Ok(Self(found.map(|session| (session_id, session.user_id))))
    }

    /// The lock that its end needs.
    pub(crate) fn lock(self) -> Option<(UserId, Lock)> {
        self.0.map(|(_, owner)| (owner, Lock::Exclusive))
    }

    /// Ends it in a transaction that holds [`Replaced::lock`]; returns what to commit with.
    pub(crate) async fn end(
        self,
        tx: &AuthorityTx,
        by: UserId,
        caller: &Caller,
    ) -> Result<(Option<AuditEvent>, Signals), StoreError> {
        let Some((session_id, _)) = self.0 else {
            return Ok((None, Signals::Nothing));
        };
        Ok(match session::end::replaced_in(tx, session_id).await? {
            None => (None, Signals::Nothing),
            Some((owner, signal)) => {
                let event = AuditEvent::success(EventKind::SessionEnded, caller)
                    .reason(EndReason::Replaced.as_str())
                    .actor(by)
                    .subject(owner)
                    .session(session_id);
                (Some(event), signal.into())
            }
        })
    }
}
