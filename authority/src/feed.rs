//! The feed: how a node hears of every change of authority, and knows that it has.
//!
//! Signals are rows of one table ([`crate::signal`]). Each node polls it, applies what is new to
//! its index, and remembers *as of when* it knows everything. The rules:
//!
//! - **Fresh** means: boot-time clock now, minus the instant before the last successful poll was
//!   sent, is within the bound. It is computed at every check. There is no flag that somebody
//!   could forget to take down, and no wall clock.
//! - **A check on a node that is not fresh joins the next poll** that begins after it arrived, and
//!   fails closed where none succeeds within a second.
//! - **Applying is idempotent.** A poll may see a row again; a hint that is lost costs one poll.
//! - **What is cached knows when it was read**, in signals applied, and is not used once the index
//!   holds a later signal about it ([`Cached`]).
//!
//! So no request that is sent later than the bound after an end was acknowledged is let in by any
//! node: docs/revocation.md has the proof.

mod cached;
mod hint;
mod index;
mod lease;
mod outage;
mod postgres;
mod reader;
mod recent;
mod run;
mod sqlite;

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use latchkey_types::UnixMillis;
use sea_orm::DatabaseConnection;
use tokio::{
    sync::{Notify, OwnedMutexGuard},
    time::timeout,
};
use uuid::Uuid;

pub use self::{
    cached::{Cached, Snapshot},
    index::{Change, Standing},
    reader::{FeedError, Source},
    recent::{Entry, Heard},
    run::{run, start},
};
use self::{index::Index, lease::Lease, reader::Reader, recent::Recent};
use crate::{Authority, StoreError, signal::Signal};

/// How old what a node knows may be, where the settings say nothing else.
pub const MAX_STALENESS: Duration = Duration::from_secs(2);

/// So long a check waits for a poll that makes the node fresh.
const JOIN_LIMIT: Duration = Duration::from_secs(1);

/// So long connecting may take, and so long one poll.
const POLL_LIMIT: Duration = Duration::from_secs(1);

/// So long reading everything that is remembered may take, after connecting.
const REBUILD_LIMIT: Duration = Duration::from_secs(30);

/// Between two attempts to poll of those who wait, where the first one failed.
const RETRY_PAUSE: Duration = Duration::from_millis(50);

/// So long the index remembers: the longest life of an access token, the clock's leeway and a
/// minute. The ceiling, not the setting: another node may have a longer one.
pub const REMEMBERED: Duration = Duration::from_secs(15 * 60 + 30 + 60);

/// What is older than this in a cache is read again: well within what the index remembers.
const CACHED_FOR: Duration = Duration::from_mins(15);

/// One node's feed.
pub struct Feed {
    index: Index,
    lease: Lease,
    recent: Recent,
    reader: Arc<tokio::sync::Mutex<Reader>>,
    /// Told when somebody else's hint, or a commit of this node, is worth a poll or a hint.
    hints: Arc<Notify>,
    is_running: AtomicBool,
    polls: Counters,
    last_failure: Mutex<Option<String>>,
    reached: Mutex<Option<Reached>>,
}

/// How far the last poll came that had something to apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reached {
    /// Which poll it was.
    pub(crate) poll: u64,
    /// Everything that this position contains was applied: in the database's own words.
    pub(crate) position: String,
    /// By when.
    pub(crate) at: UnixMillis,
}

#[derive(Debug, Default)]
struct Counters {
    succeeded: AtomicU64,
    failed: AtomicU64,
    backwards: AtomicU64,
    listening: AtomicBool,
}

/// How a node's feed stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedState {
    /// Whether what the node knows is recent enough to let anybody in.
    pub is_fresh: bool,
    /// How old it is; `None` before the first poll.
    pub age: Option<Duration>,
    /// Whether hints of other nodes arrive. Without them a poll each half second does.
    pub is_listening: bool,
    /// Signals applied since the start.
    pub applied: u64,
    /// Ids that the index remembers.
    pub remembered: usize,
    /// Polls that succeeded since the start.
    pub polls: u64,
    /// Polls that failed since the start.
    pub failures: u64,
    /// Times at which the table of signals was found behind what the node knew: a restored copy, a
    /// fail-over that lost commits.
    pub moved_backwards: u64,
    /// Up to where the node has read, in the database's own words.
    pub position: String,
    /// Why the last poll failed, if it did.
    pub last_failure: Option<String>,
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("index", &self.index)
            .field("lease", &self.lease)
            .finish_non_exhaustive()
    }
}

impl Feed {
    pub(crate) fn new(
        database: &DatabaseConnection,
        source: Option<Source>,
        bound: Duration,
    ) -> Self {
        let source = source.unwrap_or_else(|| Source::of(database));
        Self {
            index: Index::default(),
            lease: Lease::new(bound),
            recent: Recent::default(),
            reader: Arc::new(tokio::sync::Mutex::new(Reader::new(source))),
            hints: Arc::default(),
            is_running: AtomicBool::new(false),
            polls: Counters::default(),
            last_failure: Mutex::default(),
            reached: Mutex::default(),
        }
    }

    /// How far the last poll came that had something to apply, or that read everything anew.
    pub(crate) fn reached(&self) -> Option<Reached> {
        self.reached
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Notes how far a poll came. The next one may have ended before it.
    fn reach(&self, reached: Reached) {
        let mut last = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_none_or(|last| last.poll < reached.poll) {
            *last = Some(reached);
        }
    }

    /// Signals applied so far: what a cached value is stamped with *before* it is read.
    pub fn applied(&self) -> u64 {
        self.index.applied()
    }

    /// What the index knows of one id.
    pub fn standing(&self, id: Uuid) -> Standing {
        self.index.standing(id)
    }

    /// The bound within which this node must know of every end.
    pub fn max_staleness(&self) -> Duration {
        self.lease.bound()
    }

    /// Applies one signal: idempotent.
    pub(crate) fn apply(&self, signal: &Signal, at: Duration) {
        self.recent.record(&self.index, signal, at);
    }

    /// Has every copy read again.
    pub(crate) fn doubt_everything(&self, at: Duration) {
        self.index.doubt_everything();
        self.recent.doubt_keys(&self.index, at);
    }

    /// Forgets what no token and no cached copy can outlive.
    pub fn sweep(&self, now: Duration) {
        if let Some(before) = now.checked_sub(REMEMBERED) {
            self.index.forget_before(before);
        }
    }

    /// What was applied after a cursor: for resource servers that follow.
    pub fn heard_after(&self, cursor: Option<&str>, limit: usize) -> Heard {
        self.recent.after(&self.index, cursor, limit)
    }

    /// Waits until more was applied than a cursor knows of.
    pub async fn heard_more(&self, cursor: &str) {
        self.recent.more_than(cursor).await;
    }

    /// How many wait for more at this moment: resource servers that follow.
    pub fn waiting(&self) -> usize {
        self.recent.waiting()
    }

    /// Says that a signal was committed here: the other nodes are told soon, many at once.
    pub(crate) fn hint(&self) {
        if self.is_running.load(Ordering::Relaxed) {
            self.hints.notify_one();
        }
    }

    /// How it stands now.
    pub fn state(&self, authority: &Authority) -> FeedState {
        let now = authority.boot_time();
        let lock = |text: &Mutex<Option<String>>| {
            text.lock().unwrap_or_else(PoisonError::into_inner).clone()
        };
        FeedState {
            is_fresh: self.lease.is_fresh(now),
            age: self.lease.age(now),
            is_listening: self.polls.listening.load(Ordering::Relaxed),
            applied: self.index.applied(),
            remembered: self.index.len(),
            polls: self.polls.succeeded.load(Ordering::Relaxed),
            failures: self.polls.failed.load(Ordering::Relaxed),
            moved_backwards: self.polls.backwards.load(Ordering::Relaxed),
            position: self.lease.position(),
            last_failure: lock(&self.last_failure),
        }
    }
}

/// Whether this node could let somebody in now. Joins a poll where it has to, as a check does.
pub async fn is_fresh(authority: &Authority) -> bool {
    fresh(authority).await.is_ok()
}

/// What a check may rest on, until it is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fresh {
    /// It joined a poll, so that it knows more than the bound asks for.
    has_joined: bool,
}

impl Fresh {
    /// Whether it still may be used: asked after the last `await`, before the answer is given.
    pub(crate) fn holds(self, authority: &Authority) -> bool {
        let lease = &authority.feed().lease;
        // With a bound of nothing every check joins a poll of its own, and that is enough.
        (self.has_joined && lease.bound().is_zero()) || lease.is_fresh(authority.boot_time())
    }
}

/// Whether this node is fresh without a further poll.
pub(crate) fn is_fresh_now(authority: &Authority) -> bool {
    authority.feed().lease.is_fresh(authority.boot_time())
}

/// Makes sure that this node knows of everything that was acknowledged longer ago than the bound:
/// at once where it is fresh, by joining the next poll where it is not.
///
/// # Errors
/// [`StoreError::NotFresh`] when no poll succeeds in time: then nobody is let in.
pub(crate) async fn fresh(authority: &Authority) -> Result<Fresh, StoreError> {
    let feed = authority.feed();
    if is_fresh_now(authority) {
        return Ok(Fresh { has_joined: false });
    }
    let begun = feed.lease.begun();
    timeout(JOIN_LIMIT, join(authority, begun))
        .await
        .map_err(|_| StoreError::NotFresh)?;
    Ok(Fresh { has_joined: true })
}

/// Runs `look` on a node that is fresh when it begins and still is when it has ended.
///
/// # Errors
/// [`StoreError::NotFresh`], and what `look` says.
pub(crate) async fn on_fresh<T, L>(
    authority: &Authority,
    look: impl Fn() -> L,
) -> Result<T, StoreError>
where
    L: Future<Output = Result<T, StoreError>>,
{
    // A look that outlasts the bound is a database that hardly answers; it gets a second chance.
    const LOOKS: usize = 2;
    for _ in 0..LOOKS {
        let fresh = fresh(authority).await?;
        let found = look().await?;
        if fresh.holds(authority) {
            return Ok(found);
        }
    }
    Err(StoreError::NotFresh)
}

/// Waits for a successful poll with a number above `begun`, and makes it where nobody else does.
async fn join(authority: &Authority, begun: u64) {
    let feed = authority.feed();
    let mut ended = feed.lease.ended();
    while feed.lease.succeeded() <= begun {
        if let Ok(reader) = Arc::clone(&feed.reader).try_lock_owned() {
            // In a task of its own: whoever waits may go away, and the poll is everybody's.
            let authority = authority.clone();
            let polling = tokio::spawn(async move { poll_with(&authority, reader).await });
            if !matches!(polling.await, Ok(Ok(()))) {
                tokio::time::sleep(RETRY_PAUSE).await;
            }
            continue;
        }
        // Somebody polls: whether it began early enough shows when it has ended.
        if ended.changed().await.is_err() {
            return;
        }
        if !feed.lease.last_succeeded() {
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }
}

/// Polls once, now.
///
/// # Errors
/// [`FeedError`] says why not; the node goes on being as fresh as it was.
pub async fn poll(authority: &Authority) -> Result<(), FeedError> {
    let reader = Arc::clone(&authority.feed().reader).lock_owned().await;
    poll_with(authority, reader).await
}

/// Polls. Whoever has the reader is the only one.
async fn poll_with(
    authority: &Authority,
    mut reader: OwnedMutexGuard<Reader>,
) -> Result<(), FeedError> {
    let feed = authority.feed();
    let now = authority.boot_time();
    if feed.lease.age(now).is_some_and(|age| age >= REMEMBERED) {
        // Longer away than the table need remember: a connection that survived it proves nothing.
        reader.reset();
    }
    let number = feed.lease.begin();
    let known = feed.applied();
    let result = reader.read(authority).await;
    if result.is_err() {
        reader.reset();
    }
    // Before anybody is told that it has ended: they want to be the next.
    drop(reader);
    let failure = result.as_ref().err().map(ToString::to_string);
    *feed
        .last_failure
        .lock()
        .unwrap_or_else(PoisonError::into_inner) = failure;
    match result {
        Ok(read) => {
            if read.moved_backwards {
                feed.polls.backwards.fetch_add(1, Ordering::Relaxed);
                tracing::error!(
                    "the table of signals is behind what this node knows: a restored copy, or a \
                     fail-over that lost commits. This node keeps what it knows. Run `latchkey \
                     recover` if a backup was restored"
                );
            }
            if feed.applied() != known {
                feed.reach(Reached {
                    poll: number,
                    position: read.position.clone(),
                    at: authority.now(),
                });
            }
            feed.polls.succeeded.fetch_add(1, Ordering::Relaxed);
            feed.lease.succeed(number, now, read.position);
            Ok(())
        }
        Err(error) => {
            feed.polls.failed.fetch_add(1, Ordering::Relaxed);
            feed.lease.fail(number);
            Err(error)
        }
    }
}
