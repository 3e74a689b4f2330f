//! [`Authority`]: what every use case needs, in one cheap handle.

use std::{sync::Arc, time::Duration};

use latchkey_types::{Algorithm, UnixMillis};
use sea_orm::{DatabaseConnection, DbBackend};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{
    StoreError, audit::RefusalCounts, clock::Clock, family::Receipts, key::SigningKeys,
    master_key::MasterKeys, random::Randomness, session::LastSeen, signal::Signal,
};

/// How long sessions may live.
#[derive(Debug, Clone, Copy)]
pub struct SessionPolicy {
    /// A session ends when it was not used for this long.
    pub idle: Duration,
    /// A session ends this long after its sign-in, used or not.
    pub absolute: Duration,
    /// Ended sessions stay listed for this long.
    pub keep_ended: Duration,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        const DAY: Duration = Duration::from_hours(24);
        Self {
            idle: 7 * DAY,
            absolute: 30 * DAY,
            keep_ended: 90 * DAY,
        }
    }
}

/// How long refresh families may live, and what their clients are excused.
#[derive(Debug, Clone, Copy)]
pub struct FamilyPolicy {
    /// A family ends when it was not refreshed for this long.
    pub idle: Duration,
    /// A family ends this long after its sign-in, refreshed or not.
    pub absolute: Duration,
    /// A rotated token is answered with the current one for this long after its rotation.
    pub grace: Duration,
    /// Whether a client that shows that it lost a reply may go on after the grace.
    pub lost_response: bool,
    /// Ended families stay listed for this long.
    pub keep_ended: Duration,
}

impl Default for FamilyPolicy {
    fn default() -> Self {
        let session = SessionPolicy::default();
        Self {
            idle: session.idle,
            absolute: session.absolute,
            grace: Duration::from_secs(10),
            lost_response: true,
            keep_ended: session.keep_ended,
        }
    }
}

/// What access tokens say of themselves.
#[derive(Debug, Clone)]
pub struct TokenPolicy {
    /// `iss`: the base URL.
    pub issuer: String,
    /// `aud` of first-party tokens.
    pub audience: String,
    /// How long one is good, 15 minutes at most.
    pub lifetime: Duration,
    /// What signs them.
    pub algorithm: Algorithm,
}

impl TokenPolicy {
    /// No access token is good for longer, whatever the settings say.
    pub const LIFETIME_LIMIT: Duration = Duration::from_mins(15);
}

impl Default for TokenPolicy {
    fn default() -> Self {
        Self {
            issuer: "http://127.0.0.1:3000".to_owned(),
            audience: "http://127.0.0.1:3000".to_owned(),
            lifetime: Self::LIFETIME_LIMIT,
            algorithm: Algorithm::EdDsa,
        }
    }
}

/// The limits of everything.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Of sessions.
    pub session: SessionPolicy,
    /// Of refresh families.
    pub family: FamilyPolicy,
    /// Of access tokens.
    pub token: TokenPolicy,
}

impl From<SessionPolicy> for Policy {
    fn from(session: SessionPolicy) -> Self {
        Self {
            session,
            ..Self::default()
        }
    }
}

impl From<FamilyPolicy> for Policy {
    fn from(family: FamilyPolicy) -> Self {
        Self {
            family,
            ..Self::default()
        }
    }
}

/// The database, the clock, the randomness, the keys and the limits. Clones share everything.
#[derive(Debug, Clone)]
pub struct Authority {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    database: DatabaseConnection,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Randomness>,
    keys: MasterKeys,
    policy: Policy,
    writer: Arc<Mutex<()>>,
    last_seen: LastSeen,
    refusals: RefusalCounts,
    receipts: Receipts,
    signing_keys: SigningKeys,
}

impl Authority {
    /// Puts the parts together.
    pub fn new(
        database: DatabaseConnection,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Randomness>,
        keys: MasterKeys,
        policy: impl Into<Policy>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                database,
                clock,
                random,
                signing_keys: SigningKeys::new(&keys),
                keys,
                policy: policy.into(),
                writer: Arc::new(Mutex::new(())),
                last_seen: LastSeen::default(),
                refusals: RefusalCounts::default(),
                receipts: Receipts::default(),
            }),
        }
    }

    /// The database, for reading.
    pub fn database(&self) -> &DatabaseConnection {
        &self.inner.database
    }

    /// The time now.
    pub fn now(&self) -> UnixMillis {
        self.inner.clock.now()
    }

    /// Measures the clock again, where the time is the database's.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; the clock goes on from the measurement before.
    pub async fn synchronise_clock(&self) -> Result<(), StoreError> {
        Ok(self.inner.clock.synchronise(&self.inner.database).await?)
    }

    /// The source of randomness.
    pub fn random(&self) -> &dyn Randomness {
        &*self.inner.random
    }

    /// The keys from outside the database.
    pub fn keys(&self) -> &MasterKeys {
        &self.inner.keys
    }

    /// The limits.
    pub fn policy(&self) -> &Policy {
        &self.inner.policy
    }

    /// When sessions were last seen, as far as it is not written yet.
    pub fn last_seen(&self) -> &LastSeen {
        &self.inner.last_seen
    }

    /// Refusals that are counted instead of recorded one by one.
    pub fn refusals(&self) -> &RefusalCounts {
        &self.inner.refusals
    }

    /// Which refresh tokens were received, as far as it is known.
    pub fn receipts(&self) -> &Receipts {
        &self.inner.receipts
    }

    /// The signing keys as this node knows them, and the tokens that it has verified.
    pub fn signing_keys(&self) -> &SigningKeys {
        &self.inner.signing_keys
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.inner.database.get_database_backend() == DbBackend::Sqlite
    }

    /// Waits for this process's turn to write, where the database has room for one writer.
    ///
    /// First come, first served: SQLite itself lets whoever asks at the right moment go first.
    pub(crate) async fn turn(&self) -> Option<OwnedMutexGuard<()>> {
        if self.is_sqlite() {
            Some(Arc::clone(&self.inner.writer).lock_owned().await)
        } else {
            None
        }
    }

    /// Applies committed signals on this node, before whoever caused them hears of it.
    pub(crate) fn apply(&self, signals: &[Signal]) {
        for signal in signals {
            match signal {
                Signal::SessionEnded { session_id, .. } => {
                    self.inner.last_seen.forget(*session_id);
                }
                Signal::UserSignedOut {
                    sessions, families, ..
                } => {
                    for session_id in sessions {
                        self.inner.last_seen.forget(*session_id);
                    }
                    for family_id in families {
                        self.inner.receipts.forget(*family_id);
                    }
                }
                Signal::FamilyEnded { family_id, .. } => self.inner.receipts.forget(*family_id),
                Signal::KeysChanged => self.inner.signing_keys.forget(),
                // Nothing of a user is cached on this node: every check reads the row.
                Signal::UserChanged { .. } => {}
            }
        }
    }
}
