//! [`Identity`]: what every use case here needs, in one cheap handle.

use std::sync::Arc;

use latchkey_authority::{Authority, feed::Cached};
use latchkey_types::{SessionId, UserId};

use crate::{account::AccountCopy, password::PasswordHasher};

/// The authority and the pool that hashes passwords. Clones share everything.
#[derive(Debug, Clone)]
pub struct Identity {
    authority: Authority,
    hasher: PasswordHasher,
    accounts: Arc<Cached<UserId, AccountCopy>>,
}

/// So many accounts are kept for reading.
const ACCOUNTS: usize = 65_536;

impl Identity {
    /// Puts the parts together.
    pub fn new(authority: Authority, hasher: PasswordHasher) -> Self {
        Self {
            authority,
            hasher,
            accounts: Arc::new(Cached::new(ACCOUNTS)),
        }
    }

    pub(crate) fn accounts(&self) -> &Cached<UserId, AccountCopy> {
        &self.accounts
    }

    /// How often a copy of an account was used, and how often the database was asked.
    pub fn account_counts(&self) -> (u64, u64) {
        self.accounts.counts()
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
