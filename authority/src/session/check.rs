//! Deciding, on every request, whether a session may act.

use latchkey_types::{EndReason, SessionId, SignInMethod, UnixMillis, UserId, Word};
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::{
    Authority,
    entity::sessions,
    error::StoreError,
    feed::{self, Snapshot},
    principal::{Credential, Principal},
    user,
};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// The session may act.
    Live {
        /// For whom.
        principal: Principal,
        /// The user's role changed since the cookie was made: give it a new value.
        renewal_due: bool,
    },
    /// The session is over.
    Ended {
        /// Why.
        reason: EndReason,
    },
    /// There is no such session.
    Unknown,
}

/// A copy of a session's row, as far as checks need it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionCopy {
    session_id: SessionId,
    user_id: UserId,
    method: SignInMethod,
    proved_at: UnixMillis,
    expires_at: UnixMillis,
    last_seen_at: UnixMillis,
    ended: Option<EndReason>,
    renewal_due: bool,
}

impl Snapshot for SessionCopy {
    fn about(&self) -> [Uuid; 2] {
        // What changes of a user may change their sessions: a renewal is due.
        [self.session_id.as_uuid(), self.user_id.as_uuid()]
    }
}

impl SessionCopy {
    fn of(row: &sessions::Model) -> Result<Self, StoreError> {
        let ended = row
            .ended_at
            .map(|_| end_reason(row.end_reason.as_deref()))
            .transpose()?;
        Ok(Self {
            session_id: SessionId::from_uuid(row.session_id),
            user_id: UserId::from_uuid(row.user_id),
            method: method(&row.method)?,
            proved_at: UnixMillis(row.proved_at),
            expires_at: UnixMillis(row.expires_at),
            last_seen_at: UnixMillis(row.last_seen_at),
            ended,
            renewal_due: row.renewal_due_at.is_some(),
        })
    }

    /// Why the session may not act, or `None` if it may. A limit that is reached is passed: a
    /// session with a lifetime of an hour is over when the hour is.
    fn over(&self, authority: &Authority, now: UnixMillis) -> Option<EndReason> {
        if self.ended.is_some() {
            return self.ended;
        }
        if now >= self.expires_at {
            return Some(EndReason::Expired);
        }
        // What was seen on this node and is not written yet counts too.
        let last_seen = authority
            .last_seen()
            .pending(self.session_id)
            .map_or(self.last_seen_at, |pending| pending.max(self.last_seen_at));
        (now >= last_seen.after(authority.policy().session.idle)).then_some(EndReason::Idle)
    }
}

/// Checks a session against its limits and its user, as this node knows them: a change that was
/// acknowledged longer ago than the bound is known. On a warm node no query is needed.
///
/// # Errors
/// [`StoreError`] when the database fails, or this node cannot show that it is fresh: then nobody
/// is let in.
pub async fn check(authority: &Authority, session_id: SessionId) -> Result<Check, StoreError> {
    feed::on_fresh(authority, || look(authority, session_id)).await
}

async fn look(authority: &Authority, session_id: SessionId) -> Result<Check, StoreError> {
    let copies = &authority.copies().sessions;
    let read = || read(authority, session_id);
    let Some(mut session) = copies.get(authority, &session_id, read).await? else {
        return Ok(Check::Unknown);
    };
    if session.over(authority, authority.now()) == Some(EndReason::Idle) {
        // The copy may be older than the last use, which another node has written: nobody is sent
        // away on an old copy.
        match copies.read(authority, &session_id, read).await? {
            Some(now) => session = now,
            None => return Ok(Check::Unknown),
        }
    }
    if let Some(reason) = session.over(authority, authority.now()) {
        return Ok(Check::Ended { reason });
    }
    if authority.feed().standing(session_id.as_uuid()).is_ended {
        // The row says otherwise: a restored copy of the database. What was ended stays ended.
        return Ok(Check::Unknown);
    }
    let user = user::copy(authority, session.user_id).await?;
    let Some(user) = user.filter(|user| user.is_active) else {
        return Ok(Check::Ended {
            reason: EndReason::UserDisabled,
        });
    };
    Ok(Check::Live {
        principal: Principal {
            user_id: session.user_id,
            credential: Credential::Session(session_id),
            method: session.method,
            proved_at: session.proved_at,
            role: user.role,
        },
        renewal_due: session.renewal_due,
    })
}

async fn read(
    authority: &Authority,
    session_id: SessionId,
) -> Result<Option<SessionCopy>, StoreError> {
    sessions::Entity::find_by_id(session_id.as_uuid())
        .one(authority.database())
        .await?
        .as_ref()
        .map(SessionCopy::of)
        .transpose()
}

/// Why a session may not act by its row, or `None` if it may.
pub(crate) fn over(
    authority: &Authority,
    session: &sessions::Model,
    now: UnixMillis,
) -> Result<Option<EndReason>, StoreError> {
    Ok(SessionCopy::of(session)?.over(authority, now))
}

pub(super) fn method(text: &str) -> Result<SignInMethod, StoreError> {
    SignInMethod::parse(text).map_err(|_| StoreError::Inconsistent {
        table: "sessions",
        column: "method",
    })
}

pub(super) fn end_reason(text: Option<&str>) -> Result<EndReason, StoreError> {
    text.and_then(|text| EndReason::parse(text).ok())
        .ok_or(StoreError::Inconsistent {
            table: "sessions",
            column: "end_reason",
        })
}
