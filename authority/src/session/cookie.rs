//! The secret in the browser's cookie, and its hash in the database.

use std::{fmt, time::Duration};

use latchkey_types::{EventKind, SessionId, UnixMillis, UserId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Authority, AuthorityTx,
    audit::AuditEvent,
    caller::Caller,
    entity::sessions,
    error::StoreError,
    feed::{self, Snapshot},
    random::Randomness,
    signal::Signal,
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
    fn hash(self) -> CookieHash {
        Sha256::new()
            .chain_update(b"latchkey/session-cookie/1")
            .chain_update(self.0)
            .finalize()
            .into()
    }
}

/// What the database, and a node's memory, know a cookie by.
pub(crate) type CookieHash = [u8; 32];

/// A copy of which session a cookie belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BoundCookie {
    session_id: SessionId,
    user_id: UserId,
    /// When a renewal took it from the session; `None` while it is the session's own.
    renewed_at: Option<UnixMillis>,
}

impl Snapshot for BoundCookie {
    fn about(&self) -> [Uuid; 2] {
        [self.session_id.as_uuid(), self.user_id.as_uuid()]
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
        .col_expr(
            sessions::Column::CookieHash,
            Expr::value(cookie.hash().to_vec()),
        )
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
    let hash = cookie.hash().to_vec();
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
    let owner: Option<Uuid> = sessions::Entity::find_by_id(session_id.as_uuid())
        .select_only()
        .column(sessions::Column::UserId)
        .into_tuple()
        .one(tx.connection())
        .await?;
    let Some(user_id) = owner.map(UserId::from_uuid) else {
        return Ok(());
    };
    let event = AuditEvent::success(EventKind::SessionRenewed, caller)
        .session(session_id)
        // Its personal fields must be found when that user is erased.
        .subject(user_id);
    // Other nodes have a copy of which session the cookie belongs to.
    let signal = Signal::SessionChanged {
        session_id,
        user_id,
    };
    tx.commit([event], signal).await
}

/// The session that a cookie belongs to, whether it may still act or not.
///
/// # Errors
/// [`StoreError`] when the database fails, or this node cannot show that it is fresh.
pub async fn bound_session(
    authority: &Authority,
    cookie: Cookie,
) -> Result<Option<SessionId>, StoreError> {
    let hash = cookie.hash();
    let read = || read(authority, &hash);
    let copies = &authority.copies().cookies;
    let found = feed::on_fresh(authority, || copies.get(authority, &hash, read)).await?;
    let grace_began = authority.now().before(RENEWAL_GRACE);
    Ok(found
        .filter(|bound| bound.renewed_at.is_none_or(|at| at > grace_began))
        .map(|bound| bound.session_id))
}

async fn read(authority: &Authority, hash: &CookieHash) -> Result<Option<BoundCookie>, StoreError> {
    type Row = (Uuid, Uuid, Option<Vec<u8>>, Option<i64>);
    let hash = hash.to_vec();
    let found: Option<Row> = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::SessionId)
        .column(sessions::Column::UserId)
        .column(sessions::Column::CookieHash)
        .column(sessions::Column::RenewedAt)
        .filter(
            Condition::any()
                .add(sessions::Column::CookieHash.eq(hash.clone()))
                .add(sessions::Column::PreviousCookieHash.eq(hash.clone())),
        )
        .into_tuple()
        .one(authority.database())
        .await?;
    Ok(
        found.map(|(session_id, user_id, current, renewed_at)| BoundCookie {
            session_id: SessionId::from_uuid(session_id),
            user_id: UserId::from_uuid(user_id),
            renewed_at: if current.as_deref() == Some(&hash[..]) {
                None
            } else {
                // A cookie that is not the session's own and has no time is good for nothing.
                Some(renewed_at.map_or(UnixMillis(i64::MIN), UnixMillis))
            },
        }),
    )
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
