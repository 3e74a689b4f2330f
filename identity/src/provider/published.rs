//! What others publish at an address: read when first needed, kept, and read again beside the
//! work.
//!
//! - Keys that nobody knows have it read again, once a minute at most: whoever invents key ids
//!   makes no load.
//! - Who is down is asked again after five seconds, and by one caller at a time.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use latchkey_authority::Authority;
use latchkey_types::UnixMillis;

use super::OutgoingError;

/// After so long it is read again beside the work.
const REFRESH_AFTER_MILLIS: i64 = 60 * 60 * 1_000;

/// After so long it is not believed any more.
const GOOD_FOR_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// Unknown key ids cause one reading in so long.
const KEYS_AGAIN_MILLIS: i64 = 60 * 1_000;

/// After a failure nobody asks for so long.
const PAUSE_MILLIS: i64 = 5_000;

/// So long somebody waits for another's reading.
const TURN: Duration = Duration::from_secs(3);

/// Something that was read at some time.
pub(crate) trait Dated: fmt::Debug + Send + Sync + 'static {
    /// When.
    fn read_at(&self) -> UnixMillis;
}

/// What is known of it.
#[derive(Debug)]
pub(crate) struct Published<T> {
    /// Held for a look, never while somebody waits for an answer.
    kept: Mutex<Kept<T>>,
    /// Whose turn it is to read.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Kept<T> {
    known: Option<Arc<T>>,
    failed_at: Option<UnixMillis>,
}

impl<T> Default for Published<T> {
    fn default() -> Self {
        Self {
            kept: Mutex::new(Kept {
                known: None,
                failed_at: None,
            }),
            reading: tokio::sync::Mutex::default(),
        }
    }
}

impl<T: Dated> Published<T> {
    /// What is published, read now if it is not known.
    pub(crate) async fn current<F>(
        self: &Arc<Self>,
        authority: &Authority,
        reading: impl FnOnce(UnixMillis) -> F + Send + 'static,
    ) -> Result<Arc<T>, OutgoingError>
    where
        F: Future<Output = Result<T, OutgoingError>> + Send,
    {
        if let Some((known, age)) = self.aged(authority.now())
            && age < GOOD_FOR_MILLIS
        {
            if age >= REFRESH_AFTER_MILLIS {
                self.read_beside(authority, reading);
            }
            return Ok(known);
        }
        let _turn = self.turn().await?;
        // Whoever waited must not act in the past.
        let now = authority.now();
        match self.aged(now) {
            // Whoever had the turn before has read it.
            Some((known, age)) if age < REFRESH_AFTER_MILLIS => Ok(known),
            _ => self.read(authority, reading).await,
        }
    }

    /// Reads beside the work what is not known.
    pub(super) fn read_if_unknown<F>(
        self: &Arc<Self>,
        authority: &Authority,
        reading: impl FnOnce(UnixMillis) -> F + Send + 'static,
    ) where
        F: Future<Output = Result<T, OutgoingError>> + Send,
    {
        if self.aged(authority.now()).is_none() {
            self.read_beside(authority, reading);
        }
    }

    /// What is published after a key id that nobody knows: read again, if that was not done just
    /// now.
    pub(crate) async fn newer_than<F>(
        &self,
        authority: &Authority,
        known: &T,
        reading: impl FnOnce(UnixMillis) -> F,
    ) -> Result<Option<Arc<T>>, OutgoingError>
    where
        F: Future<Output = Result<T, OutgoingError>>,
    {
        let _turn = self.turn().await?;
        let now = authority.now();
        if let Some((current, _)) = self.aged(now)
            && current.read_at() > known.read_at()
        {
            return Ok(Some(current));
        }
        if now.0.saturating_sub(known.read_at().0) < KEYS_AGAIN_MILLIS {
            return Ok(None);
        }
        self.read(authority, reading).await.map(Some)
    }

    fn read_beside<F>(
        self: &Arc<Self>,
        authority: &Authority,
        reading: impl FnOnce(UnixMillis) -> F + Send + 'static,
    ) where
        F: Future<Output = Result<T, OutgoingError>> + Send,
    {
        let this = Arc::clone(self);
        let authority = authority.clone();
        tokio::spawn(async move {
            // Somebody is at it already: theirs will do.
            let Ok(_turn) = this.reading.try_lock() else {
                return;
            };
            // The reading says itself what goes wrong with it. The last one serves meanwhile; where
            // there is none, nobody asked: whoever is first to ask has it read, and hears why not.
            let is_lost = this.read(&authority, reading).await.is_err();
            if is_lost && this.aged(authority.now()).is_none() {
                this.kept().failed_at = None;
            }
        });
    }

    /// Waits for the turn a little: who does not answer must not gather a crowd.
    async fn turn(&self) -> Result<tokio::sync::MutexGuard<'_, ()>, OutgoingError> {
        tokio::time::timeout(TURN, self.reading.lock())
            .await
            .map_err(|_| OutgoingError::Paused)
    }

    fn kept(&self) -> MutexGuard<'_, Kept<T>> {
        // Nothing in there is ever half changed.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was read last, and how long ago.
    fn aged(&self, now: UnixMillis) -> Option<(Arc<T>, i64)> {
        let known = self.kept().known.clone()?;
        let age = now.0.saturating_sub(known.read_at().0);
        Some((known, age))
    }

    /// To be called by whoever has the turn.
    async fn read<F>(
        &self,
        authority: &Authority,
        reading: impl FnOnce(UnixMillis) -> F,
    ) -> Result<Arc<T>, OutgoingError>
    where
        F: Future<Output = Result<T, OutgoingError>>,
    {
        let now = authority.now();
        if let Some(at) = self.kept().failed_at
            && (0..PAUSE_MILLIS).contains(&now.0.saturating_sub(at.0))
        {
            return Err(OutgoingError::Paused);
        }
        let read = reading(now).await.map(Arc::new);
        let mut kept = self.kept();
        match read {
            Ok(read) => {
                kept.known = Some(Arc::clone(&read));
                kept.failed_at = None;
                Ok(read)
            }
            Err(error) => {
                // The pause begins when the attempt is over.
                kept.failed_at = Some(authority.now());
                Err(error)
            }
        }
    }
}
