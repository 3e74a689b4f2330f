//! Sessions written straight into their table: many, and of any age.

use latchkey_types::UnixMillis;
use sea_orm::{ConnectionTrait, DatabaseConnection, sea_query::Query};
use uuid::Uuid;

/// A session's row, as far as lists and sweeps look at it.
#[derive(Debug, Clone)]
pub(crate) struct RawSession {
    /// Its id.
    pub(crate) session_id: Uuid,
    /// Whose it is.
    pub(crate) user_id: Uuid,
    /// When it was signed in.
    pub(crate) created_at: UnixMillis,
    /// When it was last used.
    pub(crate) last_seen_at: UnixMillis,
    /// When it ends at the latest.
    pub(crate) expires_at: UnixMillis,
    /// From where.
    pub(crate) address: &'static str,
    /// With what.
    pub(crate) browser: &'static str,
    /// When it ended.
    pub(crate) ended_at: Option<UnixMillis>,
}

/// An id that says nothing of when it was made: neighbours stand far apart.
pub(crate) fn scattered_id(number: u64) -> Uuid {
    let high = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Uuid::from_u64_pair(high, number)
}

/// Writes `rows`, many in one statement.
pub(crate) async fn insert_sessions(connection: &DatabaseConnection, rows: &[RawSession]) {
    for some in rows.chunks(1_000) {
        let mut insert = Query::insert();
        insert.into_table("sessions").columns([
            "session_id",
            "user_id",
            "created_at",
            "proved_at",
            "method",
            "last_seen_at",
            "expires_at",
            "address",
            "network",
            "last_address",
            "user_agent",
            "browser",
            "system",
            "device",
            "ended_at",
            "end_reason",
        ]);
        for row in some {
            insert.values_panic([
                row.session_id.into(),
                row.user_id.into(),
                row.created_at.0.into(),
                row.created_at.0.into(),
                "password".into(),
                row.last_seen_at.0.into(),
                row.expires_at.0.into(),
                row.address.into(),
                "".into(),
                row.address.into(),
                "".into(),
                row.browser.into(),
                "".into(),
                "".into(),
                row.ended_at.map(|at| at.0).into(),
                row.ended_at.map(|_| "sign_out").into(),
            ]);
        }
        connection.execute(&insert).await.unwrap();
    }
}
