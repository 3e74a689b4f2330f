//! Minting.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_types::{FamilyId, UnixMillis, UserId};
use zeroize::Zeroizing;

use super::{TYPE, claims, compact::Header};
use crate::{
    Authority, AuthorityTx,
    key::{self, KeyError, KeySet},
};

/// For whom a token is minted.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// The user.
    pub user_id: UserId,
    /// The refresh family that it belongs to.
    pub family_id: FamilyId,
    /// The rotation of the family that mints it.
    pub generation: i64,
    /// The client; `None` for the program's own sign-in.
    pub client_id: Option<&'a str>,
    /// When the family ends: the token ends no later.
    pub ends_at: UnixMillis,
}

/// A new token, for whoever asked for it and nobody else: never printed, never stored.
pub struct AccessToken {
    /// The token itself.
    pub text: Zeroizing<String>,
    /// The first instant at which it is over.
    pub expires_at: UnixMillis,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Mints a token. Whoever has a transaction open calls [`mint_within`] it.
///
/// # Errors
/// [`KeyError::NoKey`] where [`key::load`] was never called: it makes the first key, and needs a
/// transaction of its own for it.
pub async fn mint(
    authority: &Authority,
    grant: &Grant<'_>,
    now: UnixMillis,
) -> Result<AccessToken, KeyError> {
    minted(authority, &*key::current(authority).await?, grant, now)
}

/// The same within a transaction, at its time: changes nothing, and needs no second connection.
///
/// # Errors
/// As [`mint`].
pub async fn mint_within(tx: &AuthorityTx, grant: &Grant<'_>) -> Result<AccessToken, KeyError> {
    let keys = key::current_within(tx).await?;
    minted(tx.authority(), &keys, grant, tx.now())
}

fn minted(
    authority: &Authority,
    keys: &KeySet,
    grant: &Grant<'_>,
    now: UnixMillis,
) -> Result<AccessToken, KeyError> {
    let policy = &authority.policy().token;
    let (claims, expires_at) = claims::of(policy, authority.random(), grant, now);
    let (signed, signature) = keys.sign(policy.algorithm, now, |kid| {
        let header = Header::text(TYPE, policy.algorithm, kid);
        format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        )
    })?;
    let signature = URL_SAFE_NO_PAD.encode(signature);
    Ok(AccessToken {
        text: Zeroizing::new(format!("{signed}.{signature}")),
        expires_at,
    })
}
