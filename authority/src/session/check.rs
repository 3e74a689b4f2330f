//! Deciding, on every request, whether a session may act.

use latchkey_types::{EndReason, SessionId, SignInMethod, UnixMillis, UserId, Word};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    Authority,
    entity::{sessions, users},
    error::StoreError,
    principal::{Credential, Principal},
    tx::role,
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

/// Checks a session against its limits and its user, as they stand now.
///
/// # Errors
/// [`StoreError`] when the database fails: then nobody is let in.
pub async fn check(authority: &Authority, session_id: SessionId) -> Result<Check, StoreError> {
    let Some(session) = sessions::Entity::find_by_id(session_id.as_uuid())
        .one(authority.database())
        .await?
    else {
        return Ok(Check::Unknown);
    };
    if let Some(reason) = over(authority, &session, authority.now())? {
        return Ok(Check::Ended { reason });
    }
    let user = users::Entity::find_by_id(session.user_id)
        .filter(users::Column::DisabledAt.is_null())
        .one(authority.database())
        .await?;
    let Some(user) = user else {
        return Ok(Check::Ended {
            reason: EndReason::UserDisabled,
        });
    };
    Ok(Check::Live {
        principal: Principal {
            user_id: UserId::from_uuid(session.user_id),
            credential: Credential::Session(session_id),
            method: method(&session.method)?,
            proved_at: UnixMillis(session.proved_at),
            role: role(&user.role)?,
        },
        renewal_due: session.renewal_due_at.is_some(),
    })
}

/// Why a session may not act, or `None` if it may. A limit that is reached is passed: a session
/// with a lifetime of an hour is over when the hour is.
pub(crate) fn over(
    authority: &Authority,
    session: &sessions::Model,
    now: UnixMillis,
) -> Result<Option<EndReason>, StoreError> {
    if session.ended_at.is_some() {
        return end_reason(session.end_reason.as_deref()).map(Some);
    }
    if now.0 >= session.expires_at {
        return Ok(Some(EndReason::Expired));
    }
    // What was seen on this node and is not written yet counts too.
    let written = UnixMillis(session.last_seen_at);
    let last_seen = authority
        .last_seen()
        .pending(SessionId::from_uuid(session.session_id))
        .map_or(written, |pending| pending.max(written));
    if now >= last_seen.after(authority.policy().session.idle) {
        return Ok(Some(EndReason::Idle));
    }
    Ok(None)
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
