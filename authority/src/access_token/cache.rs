//! Tokens that were verified, so that the next request with one costs no signature check.
//!
//! They are known by a keyed hash of their text: the memory of the process holds no token, and
//! nobody can choose two that meet. Bounded: each shard keeps two halves, and when the younger
//! one is full the older one goes.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use aws_lc_rs::hmac;

use super::Verified;
use crate::master_key::{MasterKeys, Purpose};

const SHARDS: usize = 16;

/// Tokens in one half of a shard: 65,536 tokens in all, some twenty megabytes.
const HALF: usize = 2_048;

type Name = [u8; 32];

#[derive(Default)]
struct Shard {
    young: HashMap<Name, Verified>,
    old: HashMap<Name, Verified>,
}

impl Shard {
    fn put(&mut self, name: Name, verified: Verified) {
        if self.young.len() >= HALF {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name, verified);
    }

    fn get(&mut self, name: &Name) -> Option<Verified> {
        if let Some(known) = self.young.get(name) {
            return Some(known.clone());
        }
        // What is still used moves to the younger half.
        let known = self.old.remove(name)?;
        self.put(*name, known.clone());
        Some(known)
    }
}

/// The cache.
pub(crate) struct VerifiedTokens {
    key: hmac::Key,
    shards: [Mutex<Shard>; SHARDS],
    hits: AtomicU64,
    misses: AtomicU64,
}

impl fmt::Debug for VerifiedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifiedTokens(…)")
    }
}

impl VerifiedTokens {
    pub(crate) fn new(keys: &MasterKeys) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &keys.subkey(Purpose::VerifiedToken)[..]),
            shards: Default::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    pub(super) fn get(&self, text: &str) -> Option<Verified> {
        let name = self.name(text);
        let known = self.shard(&name, |shard| shard.get(&name));
        let counter = if known.is_some() {
            &self.hits
        } else {
            &self.misses
        };
        counter.fetch_add(1, Ordering::Relaxed);
        known
    }

    /// How often a token was known, and how often it was not.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (
            self.hits.load(Ordering::Relaxed),
            self.misses.load(Ordering::Relaxed),
        )
    }

    pub(super) fn put(&self, text: &str, verified: &Verified) {
        let name = self.name(text);
        self.shard(&name, |shard| shard.put(name, verified.clone()));
    }

    fn name(&self, text: &str) -> Name {
        let mut name = Name::default();
        name.copy_from_slice(hmac::sign(&self.key, text.as_bytes()).as_ref());
        name
    }

    fn shard<T>(&self, name: &Name, work: impl FnOnce(&mut Shard) -> T) -> T {
        let shard = &self.shards[usize::from(name[0]) % SHARDS];
        work(&mut shard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
