//! The keys as one node holds them in memory.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use latchkey_types::{Algorithm, UnixMillis, Word as _};
use tokio::sync::Mutex;

use super::{
    KeyError, KeyState, PublicKey,
    pair::Pair,
    seal::{Sealed, open},
};
use crate::{
    access_token::{KeySource, VerifiedTokens},
    entity::signing_keys,
    error::StoreError,
    master_key::MasterKeys,
};

/// One key, opened.
#[derive(Debug)]
pub(super) struct Key {
    /// What it was opened from: while the row stays the same, so does the key.
    pub(super) row: signing_keys::Model,
    pub(super) public: PublicKey,
    pair: Pair,
    times: Times,
}

/// What a row says of the life of a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) signs_from: UnixMillis,
    pub(super) retires_at: Option<UnixMillis>,
    pub(super) verifies_until: Option<UnixMillis>,
    pub(super) killed_at: Option<UnixMillis>,
}

impl Times {
    pub(super) fn of(row: &signing_keys::Model) -> Self {
        Self {
            signs_from: UnixMillis(row.signs_from),
            retires_at: row.retires_at.map(UnixMillis),
            verifies_until: row.verifies_until.map(UnixMillis),
            killed_at: row.killed_at.map(UnixMillis),
        }
    }

    /// What the key is at `now`; `None` once it is good for nothing.
    pub(super) fn state(&self, now: UnixMillis) -> Option<KeyState> {
        if self.killed_at.is_some() {
            Some(KeyState::Killed)
        } else if self.verifies_until.is_some_and(|until| until <= now) {
            None
        } else if self.retires_at.is_some_and(|at| at <= now) {
            Some(KeyState::Retired)
        } else if self.signs_from <= now {
            Some(KeyState::Active)
        } else {
            Some(KeyState::Next)
        }
    }

    /// Whether what it signed is believed at `now`.
    pub(super) fn verifies(&self, now: UnixMillis) -> bool {
        !matches!(self.state(now), None | Some(KeyState::Killed))
    }
}

impl Key {
    /// Opens a row.
    pub(super) fn open(keys: &MasterKeys, row: &signing_keys::Model) -> Result<Self, KeyError> {
        let algorithm = algorithm(&row.algorithm)?;
        let sealed = Sealed {
            bytes: row.sealed_key.clone(),
            nonce: row.nonce.clone(),
            master_key_id: row.master_key_id.clone(),
        };
        let private = open(keys, &row.kid, algorithm, &sealed)?;
        let damaged = || KeyError::Damaged {
            kid: row.kid.clone(),
        };
        let pair = Pair::from_pkcs8(algorithm, &private).ok_or_else(damaged)?;
        // The public half is that of what was opened, never what the row says.
        let public = pair.public()?;
        if public.kid() != Some(row.kid.as_str()) || public.canonical() != row.public_jwk {
            return Err(damaged());
        }
        Ok(Self {
            row: row.clone(),
            public,
            pair,
            times: Times::of(row),
        })
    }
}

pub(super) fn algorithm(text: &str) -> Result<Algorithm, StoreError> {
    Algorithm::parse(text).map_err(|_| StoreError::Inconsistent {
        table: "signing_keys",
        column: "algorithm",
    })
}

/// All keys that are good for something, as they stood when they were read.
#[derive(Debug)]
pub struct KeySet {
    pub(super) keys: Vec<Arc<Key>>,
    /// Keys that could not be opened, and why.
    pub(super) closed: Vec<(String, Option<String>)>,
    pub(super) version: u64,
    read_at: UnixMillis,
}

impl KeySet {
    pub(super) fn new(version: u64, read_at: UnixMillis) -> Self {
        Self {
            keys: Vec::new(),
            closed: Vec::new(),
            version,
            read_at,
        }
    }

    pub(crate) fn read_at(&self) -> UnixMillis {
        self.read_at
    }

    /// The key that signs with `algorithm` at `now`: of several, the one that began last.
    fn signer(&self, algorithm: Algorithm, now: UnixMillis) -> Option<&Key> {
        self.keys
            .iter()
            .filter(|key| key.public.algorithm() == algorithm)
            .filter(|key| key.times.state(now) == Some(KeyState::Active))
            .max_by_key(|key| key.times.signs_from)
            .map(Arc::as_ref)
    }

    /// Whether there is a key that signs with `algorithm` at `now`.
    pub fn signs(&self, algorithm: Algorithm, now: UnixMillis) -> bool {
        self.signer(algorithm, now).is_some()
    }

    /// The id of the key that signs with `algorithm` at `now`.
    pub fn signing_kid(&self, algorithm: Algorithm, now: UnixMillis) -> Option<&str> {
        self.signer(algorithm, now).and_then(|key| key.public.kid())
    }

    /// Signs `message` of a key id, as JWS has it.
    ///
    /// # Errors
    /// [`KeyError::NoKey`], [`KeyError::Cryptography`].
    pub(crate) fn sign(
        &self,
        algorithm: Algorithm,
        now: UnixMillis,
        message: impl FnOnce(&str) -> String,
    ) -> Result<(String, Vec<u8>), KeyError> {
        let key = self.signer(algorithm, now).ok_or(KeyError::NoKey)?;
        let message = message(key.public.kid().unwrap_or_default());
        let signature = key.pair.sign(message.as_bytes())?;
        Ok((message, signature))
    }

    /// The keys that verify at `now`.
    pub(crate) fn verifying(&self, now: UnixMillis) -> Verifying<'_> {
        Verifying { set: self, now }
    }

    /// The keys that are published at `now`.
    pub(super) fn published(&self, now: UnixMillis) -> impl Iterator<Item = &PublicKey> {
        self.keys
            .iter()
            .filter(move |key| key.times.verifies(now))
            .map(|key| &key.public)
    }
}

/// The keys of a set that verify at an instant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verifying<'a> {
    set: &'a KeySet,
    now: UnixMillis,
}

impl KeySource for Verifying<'_> {
    fn find(&self, kid: Option<&str>) -> Option<&PublicKey> {
        // Every key of ours has an id, and every token of ours names it.
        let kid = kid?;
        self.set
            .published(self.now)
            .find(|key| key.kid() == Some(kid))
    }
}

/// This node's handle on the keys: what was read last, until somebody says that it changed.
pub struct SigningKeys {
    current: RwLock<Option<Arc<KeySet>>>,
    /// Moves with every change that this node hears of; what was read before is stale.
    version: AtomicU64,
    /// Held while reading, so that many who find it stale read once.
    pub(super) reading: Mutex<()>,
    /// The ids of the keys that this node sealed anew since it was started.
    resealed: RwLock<BTreeSet<String>>,
    pub(crate) verified: VerifiedTokens,
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeys(…)")
    }
}

impl SigningKeys {
    pub(crate) fn new(keys: &MasterKeys) -> Self {
        Self {
            current: RwLock::default(),
            version: AtomicU64::default(),
            reading: Mutex::default(),
            resealed: RwLock::default(),
            verified: VerifiedTokens::new(keys),
        }
    }

    pub(super) fn has_resealed(&self, kid: &str) -> bool {
        let resealed = self.resealed.read();
        resealed
            .unwrap_or_else(PoisonError::into_inner)
            .contains(kid)
    }

    pub(super) fn note_resealed(&self, kid: &str) {
        let resealed = self.resealed.write();
        resealed
            .unwrap_or_else(PoisonError::into_inner)
            .insert(kid.to_owned());
    }

    /// Forgets those that are gone.
    pub(super) fn keep_resealed(&self, is_there: impl Fn(&str) -> bool) {
        let resealed = self.resealed.write();
        resealed
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|kid| is_there(kid));
    }

    /// Has the keys read again before they are used the next time.
    pub(crate) fn forget(&self) {
        self.version.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::SeqCst)
    }

    /// What was read last, if nobody has said since that it changed.
    pub(super) fn fresh(&self) -> Option<Arc<KeySet>> {
        self.last().filter(|set| set.version == self.version())
    }

    pub(super) fn last(&self) -> Option<Arc<KeySet>> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn put(&self, set: Arc<KeySet>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(set);
    }
}
