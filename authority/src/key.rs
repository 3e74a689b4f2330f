//! Signing keys and their life.
//!
//! - A key is published when it is made, and signs from an hour later on: whoever fetches the set
//!   now and then knows it before the first token that it signed. Only the very first key of an
//!   algorithm, and one that follows a killed one, sign at once.
//! - When a key gets a successor, the time at which it retires is written with it. So the clock
//!   alone tells which key signs, the same on every node, and nothing has to run at that moment.
//! - A retired key verifies for as long as a token that it signed can live; then it is gone.
//! - A killed key verifies nothing from then on, and its private half is wiped.
//! - Private halves are sealed under a key from outside the database; a key that cannot be opened
//!   verifies nothing either, for nothing else shows that its row was written by the program.
//! - There is always an RS256 key for ID tokens (OpenID Connect Core §15.1), whatever signs access
//!   tokens.

mod assertion;
mod change;
mod jwk;
mod list;
mod load;
mod pair;
mod seal;
mod set;
mod tend;

use std::time::Duration;

use crate::{ActError, StoreError, TokenPolicy};

pub use assertion::AssertionKey;
pub use change::{Killed, Rotated, kill, rotate, rotate_at_once};
pub use jwk::{JwkError, PublicKey, PublicKeys};
pub use list::{KeyRow, KeyState, jwks, list};
pub use load::{catch_up, load};
pub(crate) use load::{current, current_within, read_after};
pub use set::{KeySet, SigningKeys};
pub use tend::{Tended, tend};

/// A key is known to everybody for this long before it signs.
pub const PUBLISHED_AHEAD: Duration = Duration::from_hours(1);

/// A key signs for this long.
pub const SIGNS_FOR: Duration = Duration::from_hours(30 * 24);

/// A retired key verifies for this long: the longest life of a token, and the minute and a half in
/// which a node that has not heard yet may still sign with it.
pub const VERIFIES_FOR: Duration =
    TokenPolicy::LIFETIME_LIMIT.saturating_add(Duration::from_secs(90));

/// A killed key stays listed for this long.
const KEEP_KILLED: Duration = Duration::from_hours(30 * 24);

/// Why keys could not be used or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is sealed under a master key that this node does not have.
    #[error(
        "signing key {kid} is sealed under master key {master_key_id}, which is not among the \
         master keys of this node: add it to the end of the list"
    )]
    UnknownMasterKey {
        /// The signing key.
        kid: String,
        /// The master key that is missing.
        master_key_id: String,
    },
    /// Its row is not what the program wrote.
    #[error("signing key {kid} does not open: its row was changed or damaged")]
    Damaged {
        /// The signing key.
        kid: String,
    },
    /// Nothing signs with such keys here.
    #[error("no key of this algorithm is in use: see setting `access_algorithm`")]
    NotInUse,
    /// There is no key that signs.
    #[error("there is no key that signs: loading the keys makes the first one")]
    NoKey,
    /// The cryptographic library gave no key or no signature.
    #[error("the cryptographic library failed")]
    Cryptography,
    /// Whoever asked may not, or what they named is not there.
    #[error(transparent)]
    Act(#[from] ActError),
    /// It did not happen, for a reason of ours.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

impl From<sea_orm::DbErr> for KeyError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}
