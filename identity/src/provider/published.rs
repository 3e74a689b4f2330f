//! What others publish at an address: read when first needed, kept, and read again beside the
//! work.
//!
//! - Keys that nobody knows have it read again, once a minute at most: whoever invents key ids
//!   makes no load.
//! - Who is down is asked again after five seconds, and by one caller at a time.

use std::{fmt, sync::Arc};

use latchkey_authority::Authority;
use latchkey_types::UnixMillis;
use tokio::sync::Mutex;

use super::OutgoingError;

/// After so long it is read again beside the work.
const REFRESH_AFTER_MILLIS: i64 = 60 * 60 * 1_000;

/// After so long it is not believed any more.
const GOOD_FOR_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// Unknown key ids cause one reading in so long.
const KEYS_AGAIN_MILLIS: i64 = 60 * 1_000;

/// After a failure nobody asks for so long.
const PAUSE_MILLIS: i64 = 5_000;

/// Something that was read at some time.
pub(crate) trait Dated: fmt::Debug + Send + Sync + 'static {
    /// When.
    fn read_at(&self) -> UnixMillis;
}

/// What is known of it.
#[derive(Debug)]
pub(crate) struct Published<T>(Mutex<Kept<T>>);

#[derive(Debug)]
struct Kept<T> {
    known: Option<Arc<T>>,
    failed: Option<(UnixMillis, OutgoingError)>,
}

impl<T> Default for Published<T> {
    fn default() -> Self {
        Self(Mutex::new(Kept {
            known: None,
            failed: None,
        }))
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
        let mut kept = self.0.lock().await;
        let now = authority.now();
        if let Some(known) = kept.known.clone() {
            let age = now.0.saturating_sub(known.read_at().0);
            if age < REFRESH_AFTER_MILLIS {
                return Ok(known);
            }
            if age < GOOD_FOR_MILLIS {
                drop(kept);
                self.read_beside(authority, reading);
                return Ok(known);
            }
        }
        kept.read(now, reading).await
    }

    /// What is known by now, if anything; what is not is read beside the work.
    pub(super) fn known<F>(
        self: &Arc<Self>,
        authority: &Authority,
        reading: impl FnOnce(UnixMillis) -> F + Send + 'static,
    ) -> Option<Arc<T>>
    where
        F: Future<Output = Result<T, OutgoingError>> + Send,
    {
        let known = self.0.try_lock().ok()?.known.clone();
        if known.is_none() {
            self.read_beside(authority, reading);
        }
        known
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
        let mut kept = self.0.lock().await;
        let now = authority.now();
        if let Some(current) = &kept.known
            && current.read_at() > known.read_at()
        {
            return Ok(Some(Arc::clone(current)));
        }
        if now.0.saturating_sub(known.read_at().0) < KEYS_AGAIN_MILLIS {
            return Ok(None);
        }
        kept.read(now, reading).await.map(Some)
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
            let Ok(mut kept) = this.0.try_lock() else {
                return;
            };
            // The reading says itself what goes wrong with it. The last one serves meanwhile.
            let _ = kept.read(authority.now(), reading).await;
        });
    }
}

impl<T> Kept<T> {
    async fn read<F>(
        &mut self,
        now: UnixMillis,
        reading: impl FnOnce(UnixMillis) -> F,
    ) -> Result<Arc<T>, OutgoingError>
    where
        F: Future<Output = Result<T, OutgoingError>>,
    {
        if let Some((at, error)) = &self.failed
            && (0..PAUSE_MILLIS).contains(&now.0.saturating_sub(at.0))
        {
            return Err(error.clone());
        }
        match reading(now).await {
            Ok(read) => {
                let read = Arc::new(read);
                self.known = Some(Arc::clone(&read));
                self.failed = None;
                Ok(read)
            }
            Err(error) => {
                self.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }
}
