//! The keys as people and verifiers see them.

use latchkey_types::{Algorithm, UnixMillis};
use serde_json::json;

use super::{
    KeyError,
    load::{current, rows, with_signer},
    set::{Times, algorithm},
};
use crate::{Authority, feed};

/// What a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, and not signing yet.
    Next,
    /// Signs and verifies.
    Active,
    /// Verifies what it signed.
    Retired,
    /// Was killed: verifies nothing.
    Killed,
}

impl KeyState {
    /// The state as it is printed and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Killed => "killed",
        }
    }
}

/// A key as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Its id: the thumbprint of its public half.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// What it is good for now.
    pub state: KeyState,
    /// When it was made and published.
    pub created_at: UnixMillis,
    /// From when on it signs.
    pub signs_from: UnixMillis,
    /// From when on another one signs, where that is known.
    pub retires_at: Option<UnixMillis>,
    /// Until when it verifies, where that is known.
    pub verifies_until: Option<UnixMillis>,
    /// When it was killed.
    pub killed_at: Option<UnixMillis>,
    /// Under which master key its private half is sealed.
    pub master_key_id: String,
}

/// Every key that is good for something, and those killed of late; the newest first.
///
/// # Errors
/// [`KeyError::Internal`] when the database fails.
pub async fn list(authority: &Authority) -> Result<Vec<KeyRow>, KeyError> {
    let now = authority.now();
    let mut list = Vec::new();
    for row in rows(authority.database()).await?.into_iter().rev() {
        let times = Times::of(&row);
        let Some(state) = times.state(now) else {
            continue;
        };
        list.push(KeyRow {
            algorithm: algorithm(&row.algorithm)?,
            state,
            created_at: UnixMillis(row.created_at),
            signs_from: times.signs_from,
            retires_at: times.retires_at,
            verifies_until: times.verifies_until,
            killed_at: times.killed_at,
            master_key_id: row.master_key_id,
            kid: row.kid,
        });
    }
    Ok(list)
}

/// The public halves of all keys that verify, as a JSON Web Key Set (RFC 7517 §5).
///
/// # Errors
/// As [`super::load`]; and where this node cannot show that it knows of every key that was killed.
pub async fn jwks(authority: &Authority) -> Result<serde_json::Value, KeyError> {
    feed::fresh(authority).await?;
    for algorithm in super::tend::in_use(authority) {
        with_signer(authority, algorithm).await?;
    }
    let set = current(authority).await?;
    let keys: Vec<_> = set
        .published(authority.now())
        .map(super::PublicKey::to_jwk)
        .collect();
    Ok(json!({ "keys": keys }))
}
