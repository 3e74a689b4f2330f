//! [`Authority`]: what every use case needs, in one cheap handle.

use std::{sync::Arc, time::Duration};

use latchkey_types::{Algorithm, FamilyId, SessionId, UnixMillis, UserId};
use sea_orm::{DatabaseConnection, DbBackend};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard};

use crate::{
    StoreError,
    audit::RefusalCounts,
    clock::Clock,
    family::{FamilyCopy, Receipts},
    feed::{self, Cached, Feed},
    key::SigningKeys,
    master_key::MasterKeys,
    random::Randomness,
    session::{BoundCookie, CookieHash, LastSeen, SessionCopy},
    signal::Signal,
    user::UserCopy,
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
#[derive(Debug, Clone)]
pub struct Policy {
    /// Of sessions.
    pub session: SessionPolicy,
    /// Of refresh families.
    pub family: FamilyPolicy,
    /// Of access tokens.
    pub token: TokenPolicy,
    /// How long after its acknowledgement an end may be unknown to a node. Nothing means that each
    /// check asks the database what is new.
    pub max_staleness: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            session: SessionPolicy::default(),
            family: FamilyPolicy::default(),
            token: TokenPolicy::default(),
            max_staleness: feed::MAX_STALENESS,
        }
    }
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
    feed: Feed,
    copies: Copies,
    orders: Notify,
}

/// Copies of what checks ask for most.
#[derive(Debug)]
pub(crate) struct Copies {
    pub(crate) cookies: Cached<CookieHash, BoundCookie>,
    pub(crate) sessions: Cached<SessionId, SessionCopy>,
    pub(crate) families: Cached<FamilyId, FamilyCopy>,
    pub(crate) users: Cached<UserId, UserCopy>,
}

impl Copies {
    /// Of each kind so many at most.
    const LIMIT: usize = 65_536;
}

impl Default for Copies {
    fn default() -> Self {
        Self {
            cookies: Cached::new(Self::LIMIT),
            sessions: Cached::new(Self::LIMIT),
            families: Cached::new(Self::LIMIT),
            users: Cached::new(Self::LIMIT),
        }
    }
}

impl Authority {
    /// Puts the parts together. The feed reads the database that `database` is a pool on.
    pub fn new(
        database: DatabaseConnection,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Randomness>,
        keys: MasterKeys,
        policy: impl Into<Policy>,
    ) -> Self {
        Self::with_feed(database, None, clock, random, keys, policy)
    }

    /// The same with a feed that connects by itself: to the primary, where `database` goes through
    /// a pooler.
    pub fn with_feed(
        database: DatabaseConnection,
        source: Option<feed::Source>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Randomness>,
        keys: MasterKeys,
        policy: impl Into<Policy>,
    ) -> Self {
        let policy = policy.into();
        Self {
            inner: Arc::new(Inner {
                feed: Feed::new(&database, source, policy.max_staleness),
                copies: Copies::default(),
                database,
                clock,
                random,
                signing_keys: SigningKeys::new(&keys),
                keys,
                policy,
                writer: Arc::new(Mutex::new(())),
                last_seen: LastSeen::default(),
                refusals: RefusalCounts::default(),
                receipts: Receipts::default(),
                orders: Notify::new(),
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

    /// How long the machine has been up: see [`Clock::boot_time`].
    pub fn boot_time(&self) -> Duration {
        self.inner.clock.boot_time()
    }

    /// Told where an order to end many was given here, so that work on it begins at once. Orders
    /// of other nodes are found by looking.
    pub fn orders(&self) -> &Notify {
        &self.inner.orders
    }

    /// How this node hears of changes.
    pub fn feed(&self) -> &Feed {
        &self.inner.feed
    }

    pub(crate) fn copies(&self) -> &Copies {
        &self.inner.copies
    }

    /// How often copies were used and how often the database was asked, by what they are of. Of
    /// verified tokens, how often one was known and how often its signature was checked.
    pub fn copy_counts(&self) -> [(&'static str, (u64, u64)); 5] {
        let copies = &self.inner.copies;
        [
            ("cookies", copies.cookies.counts()),
            ("sessions", copies.sessions.counts()),
            ("families", copies.families.counts()),
            ("users", copies.users.counts()),
            ("verified_tokens", self.inner.signing_keys.verified.counts()),
        ]
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

    /// Has everything read again that this node keeps, and has those that follow it fetch the keys
    /// again: it may have missed what was told.
    pub(crate) fn doubt_everything(&self) {
        self.inner.signing_keys.forget();
        self.inner.feed.doubt_everything(self.boot_time());
    }

    /// Applies one committed signal on this node: whatever this node keeps of what is over goes, and
    /// what it has copied is read again. Whoever caused it hears of it only afterwards.
    pub(crate) fn apply(&self, signal: &Signal) {
        let ended = |session_id| {
            self.inner.last_seen.forget(session_id);
        };
        match signal {
            Signal::SessionEnded { session_id, .. } => ended(*session_id),
            Signal::UserSignedOut {
                sessions, families, ..
            } => {
                sessions.iter().copied().for_each(ended);
                for family_id in families {
                    self.inner.receipts.forget(*family_id);
                }
            }
            Signal::FamilyEnded { family_id, .. } => self.inner.receipts.forget(*family_id),
            Signal::KeysChanged => self.inner.signing_keys.forget(),
            Signal::UserChanged { .. } | Signal::SessionChanged { .. } => {}
        }
        self.inner.feed.apply(signal, self.boot_time());
    }
}
