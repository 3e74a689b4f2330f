//! [`Authority`]: what every use case needs, in one cheap handle.

use std::{sync::Arc, time::Duration};

use latchkey_types::UnixMillis;
use sea_orm::{DatabaseConnection, DbBackend};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{
    audit::RefusalCounts, clock::Clock, master_key::MasterKeys, random::Randomness,
    session::LastSeen, signal::Signal,
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
    policy: SessionPolicy,
    writer: Arc<Mutex<()>>,
    last_seen: LastSeen,
    refusals: RefusalCounts,
}

impl Authority {
    /// Puts the parts together.
    pub fn new(
        database: DatabaseConnection,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Randomness>,
        keys: MasterKeys,
        policy: SessionPolicy,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                database,
                clock,
                random,
                keys,
                policy,
                writer: Arc::new(Mutex::new(())),
                last_seen: LastSeen::default(),
                refusals: RefusalCounts::default(),
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

    /// The source of randomness.
    pub fn random(&self) -> &dyn Randomness {
        &*self.inner.random
    }

    /// The keys from outside the database.
    pub fn keys(&self) -> &MasterKeys {
        &self.inner.keys
    }

    /// The limits of sessions.
    pub fn policy(&self) -> SessionPolicy {
        self.inner.policy
    }

    /// When sessions were last seen, as far as it is not written yet.
    pub fn last_seen(&self) -> &LastSeen {
        &self.inner.last_seen
    }

    /// Refusals that are counted instead of recorded one by one.
    pub fn refusals(&self) -> &RefusalCounts {
        &self.inner.refusals
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
                Signal::UserSignedOut { sessions, .. } => {
                    for session_id in sessions {
                        self.inner.last_seen.forget(*session_id);
                    }
                }
                // Nothing of a user is cached on this node: every check reads the row.
                Signal::UserChanged { .. } => {}
            }
        }
    }
}
