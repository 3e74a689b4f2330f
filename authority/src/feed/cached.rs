//! Copies of rows that are not used once the index holds a later signal about them.

use std::{
    fmt,
    hash::Hash,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use quick_cache::sync::Cache;
use uuid::Uuid;

use super::{CACHED_FOR, Feed};
use crate::{Authority, StoreError};

/// A copy of what the database says.
pub trait Snapshot: Clone {
    /// The ids that it is about. A later signal about one of them makes it stale.
    fn about(&self) -> [Uuid; 2];
}

/// A copy, and how much was known when it was read.
#[derive(Debug, Clone)]
struct Stamped<V> {
    value: V,
    /// Signals that had been applied *before* it was read.
    applied: u64,
    read_at: Duration,
}

/// A bounded cache of copies. It may let somebody read; whoever changes authority reads again, in
/// the transaction of the change.
pub struct Cached<K, V> {
    copies: Cache<K, Stamped<V>>,
    hits: AtomicU64,
    reads: AtomicU64,
}

impl<K, V> fmt::Debug for Cached<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached")
            .field("hits", &self.hits)
            .field("reads", &self.reads)
            .finish_non_exhaustive()
    }
}

impl<K: Eq + Hash + Clone, V: Snapshot> Cached<K, V> {
    /// Room for so many.
    pub fn new(capacity: usize) -> Self {
        Self {
            copies: Cache::new(capacity),
            hits: AtomicU64::new(0),
            reads: AtomicU64::new(0),
        }
    }

    /// The copy, or what `read` finds now; nothing is kept of what is not there.
    ///
    /// # Errors
    /// What `read` says.
    pub async fn get<R>(
        &self,
        authority: &Authority,
        key: &K,
        read: impl Fn() -> R,
    ) -> Result<Option<V>, StoreError>
    where
        R: Future<Output = Result<Option<V>, StoreError>>,
    {
        if let Some(value) = self.kept(authority, key) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(Some(value));
        }
        self.read(authority, key, read).await
    }

    /// What `read` finds now, whatever is kept. What changes too often to be kept is answered all
    /// the same.
    ///
    /// # Errors
    /// What `read` says.
    pub async fn read<R>(
        &self,
        authority: &Authority,
        key: &K,
        read: impl Fn() -> R,
    ) -> Result<Option<V>, StoreError>
    where
        R: Future<Output = Result<Option<V>, StoreError>>,
    {
        // A change that is told of while the row is read makes it stale at once: read again. Each
        // further time takes another change in that moment.
        const ATTEMPTS: usize = 3;
        let mut last = None;
        for _ in 0..ATTEMPTS {
            self.reads.fetch_add(1, Ordering::Relaxed);
            // Before the row is read: what is told of from here on is later than the copy.
            let stamp = (authority.feed().applied(), authority.boot_time());
            let Some(value) = read().await? else {
                self.copies.remove(key);
                return Ok(None);
            };
            let copy = Stamped {
                value,
                applied: stamp.0,
                read_at: stamp.1,
            };
            if is_current(authority.feed(), &copy) {
                self.copies.insert(key.clone(), copy.clone());
                return Ok(Some(copy.value));
            }
            last = Some(copy.value);
        }
        // Somebody changes it without a pause (a user with many sessions that end one by one). What
        // was read last may be used once, though not kept: it was read after the request had come.
        // An end that was acknowledged before the request was sent had been committed before the
        // statement that read the row, which therefore shows it; on every node, and so within any
        // bound (the second invariant). What was told of meanwhile and is not in it was committed
        // after the statement began, and may come after this request too. Whether this node knows
        // enough (the third) is not for the copy to say: it is asked before and after it is read.
        Ok(last)
    }

    /// The copy, if it may be used.
    fn kept(&self, authority: &Authority, key: &K) -> Option<V> {
        let copy = self.copies.get(key)?;
        let age = authority.boot_time().saturating_sub(copy.read_at);
        (age <= CACHED_FOR && is_current(authority.feed(), &copy)).then_some(copy.value)
    }

    /// Drops a copy: this node has just changed what it is of, and nobody else needs to hear.
    pub fn forget(&self, key: &K) {
        self.copies.remove(key);
    }

    /// How often a copy was used, and how often the database was asked.
    pub fn counts(&self) -> (u64, u64) {
        (
            self.hits.load(Ordering::Relaxed),
            self.reads.load(Ordering::Relaxed),
        )
    }
}

fn is_current<V: Snapshot>(feed: &Feed, copy: &Stamped<V>) -> bool {
    copy.value
        .about()
        .into_iter()
        .all(|id| feed.standing(id).signal <= copy.applied)
}
