//! The secret in the browser's cookie, and its hash in the database.

use std::{fmt, time::Duration};

use latchkey_types::{EventKind, SessionId, UserId};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use sha2::{Digest, Sha256};

use crate::{
    Authority, AuthorityTx, audit::AuditEvent, caller::Caller, entity::sessions, error::StoreError,
    random::Randomness, signal::Signals,
};

/// After a renewal, the value before it is good for this long: requests that were already on their
/// way must not be taken for strangers, or they would clear the new cookie.
pub const RENEWAL_GRACE: Duration = Duration::from_secs(10);

/// The value of a session's cookie: 128 random bits, known to the browser alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Cookie([u8; 16]);

impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cookie(…)")
    }
}

impl Cookie {
    /// Draws a new value.
    pub fn generate(random: &dyn Randomness) -> Self {
        Self(random.bytes())
    }

    /// Wraps the bytes that a browser sent.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the `Set-Cookie` header and nothing else.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// What the database stores. No salt and no stretching: the value is random already.
    fn hash(self) -> Vec<u8> {
        Sha256::new()
            .chain_update(b"latchkey/session-cookie/1")
            .chain_update(self.0)
            .finalize()
            .to_vec()
    }
}

/// Gives a session its first cookie, or a new one after [`unbind`].
///
/// Returns whether the session was waiting for one: a session has one cookie at a time.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn bind(
    authority: &Authority,
    session_id: SessionId,
    cookie: Cookie,
) -> Result<bool, StoreError> {
    let _turn = authority.turn().await;
    let result = sessions::Entity::update_many()
        .col_expr(sessions::Column::CookieHash, Expr::value(cookie.hash()))
        .filter(sessions::Column::SessionId.eq(session_id.as_uuid()))
        .filter(sessions::Column::CookieHash.is_null())
        .filter(sessions::Column::EndedAt.is_null())
        .exec(authority.database())
        .await?;
    Ok(result.rows_affected == 1)
}

/// Takes the cookie from its session, at sign-out or for a renewal; the value stays good for
/// [`RENEWAL_GRACE`] as far as the session itself does.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn unbind(
    authority: &Authority,
    cookie: Cookie,
    caller: &Caller,
) -> Result<(), StoreError> {
    let Some(session_id) = bound_session(authority, cookie).await? else {
        return Ok(());
    };
    let tx = AuthorityTx::begin(authority).await?;
    let hash = cookie.hash();
    let result = sessions::Entity::update_many()
        .col_expr(sessions::Column::CookieHash, Expr::value(None::<Vec<u8>>))
        .col_expr(
            sessions::Column::PreviousCookieHash,
            Expr::value(hash.clone()),
        )
        .col_expr(sessions::Column::RenewedAt, Expr::value(tx.now().0))
        .col_expr(sessions::Column::RenewalDueAt, Expr::value(None::<i64>))
        .filter(sessions::Column::CookieHash.eq(hash))
        .filter(sessions::Column::EndedAt.is_null())
        .exec(tx.connection())
        .await?;
    if result.rows_affected == 0 {
        // Ended, or renewed by a request beside this one: nothing left to do.
        return Ok(());
    }
    let owner: Option<uuid::Uuid> = sessions::Entity::find_by_id(session_id.as_uuid())
        .select_only()
        .column(sessions::Column::UserId)
        .into_tuple()
        .one(tx.connection())
        .await?;
    let mut event = AuditEvent::success(EventKind::SessionRenewed, caller).session(session_id);
    if let Some(owner) = owner {
        // Its personal fields must be found when that user is erased.
        event = event.subject(UserId::from_uuid(owner));
    }
    tx.commit([event], Signals::Nothing).await
}

/// The session that a cookie belongs to, whether it may still act or not.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn bound_session(
    authority: &Authority,
    cookie: Cookie,
) -> Result<Option<SessionId>, StoreError> {
    let hash = cookie.hash();
    let grace_began = authority.now().before(RENEWAL_GRACE);
    let found: Option<uuid::Uuid> = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::SessionId)
        .filter(
            Condition::any()
                .add(sessions::Column::CookieHash.eq(hash.clone()))
                .add(
                    sessions::Column::PreviousCookieHash
                        .eq(hash)
                        .and(sessions::Column::RenewedAt.gt(grace_began.0)),
                ),
        )
        .into_tuple()
        .one(authority.database())
        .await?;
    Ok(found.map(SessionId::from_uuid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_never_printed_and_its_hash_is_not_its_value() {
        let cookie = Cookie::from_bytes([65; 16]);
        assert_eq!(format!("{cookie:?}"), "Cookie(…)");
        assert_ne!(cookie.hash()[..16], cookie.to_bytes());
    }
}
