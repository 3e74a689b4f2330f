//! [`Identity`]: what every use case here needs, in one cheap handle.

use latchkey_authority::Authority;
use latchkey_types::{SessionId, UserId};

use crate::password::PasswordHasher;

/// The authority and the pool that hashes passwords. Clones share everything.
#[derive(Debug, Clone)]
pub struct Identity {
    authority: Authority,
    hasher: PasswordHasher,
}

impl Identity {
    /// Puts the parts together.
    pub fn new(authority: Authority, hasher: PasswordHasher) -> Self {
        Self { authority, hasher }
    }

    /// Who may still act.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The pool that hashes passwords.
    pub fn hasher(&self) -> &PasswordHasher {
        &self.hasher
    }
}

/// Somebody who has just signed in. Their session has no cookie yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub user_id: UserId,
    /// Their session.
    pub session_id: SessionId,
}
