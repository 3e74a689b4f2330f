//! Following Latchkey's signals, in a task of the caller's runtime.

use std::{fmt, sync::Arc, time::Duration};

use http::HeaderValue;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::{
    sync::{Notify, watch},
    task::AbortHandle,
    time::{sleep, timeout},
};
use uuid::Uuid;

use crate::{
    clock::{Clock, SystemClock},
    error::{Refusal, SettingsError},
    index::Index,
    keys::{KeySet, KeySetError},
    transport::{Address, Transport, TransportError},
    wire::{Answer, Signal},
};

/// A check that finds nothing fresh waits so long for the next poll.
const JOIN_LIMIT: Duration = Duration::from_secs(1);
/// So long the server is asked to hold a poll while there is nothing to tell.
const HOLD: Duration = Duration::from_millis(500);
/// So much longer an answer may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);
/// A poll begins so long after the one before at the earliest, unless there is more to fetch.
const POLL_EVERY: Duration = Duration::from_millis(50);
/// Pauses after failures: doubled from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(1);
/// Longer answers are none.
const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// Nodes read each other's changes of keys within two seconds; behind a balancer, the one that
/// tells of a change need not be the one that gives the set. So it is fetched once more.
const KEYS_AGAIN_AFTER: Duration = Duration::from_secs(3);

/// What a follower goes by.
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    /// Latchkey's base URL, as it knows itself.
    pub base_url: String,
    /// One of its `LATCHKEY_FOLLOWER_TOKENS`.
    pub token: String,
    /// Older knowledge lets nobody in.
    pub max_staleness: Duration,
    /// Where Latchkey is reached, if that is not under its own name, such as
    /// `http://latchkey.internal:3000`.
    pub via: Option<String>,
    /// Certificates to trust, as PEM, instead of those that browsers trust.
    pub root_certificates: Option<Vec<u8>>,
    /// The clocks.
    pub clock: Arc<dyn Clock>,
}

impl Settings {
    /// With two seconds of staleness, the base URL's own host, and the certificates that browsers
    /// trust.
    pub fn new(base_url: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            token: token.into(),
            max_staleness: Duration::from_secs(2),
            via: None,
            root_certificates: None,
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for Settings {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("base_url", &self.base_url)
            .field("max_staleness", &self.max_staleness)
            .field("via", &self.via)
            .finish_non_exhaustive()
    }
}

/// Knows what was ended, and whether it knows that well enough. Clones are the same one; its task
/// ends with the last of them.
#[derive(Debug, Clone)]
pub struct Follower(Arc<Running>);

#[derive(Debug)]
struct Running {
    known: Arc<Known>,
    task: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the task and the checks share.
#[derive(Debug)]
struct Known {
    base_url: String,
    max_staleness: Duration,
    join_limit: Duration,
    clock: Arc<dyn Clock>,
    index: Index,
    keys: KeySet,
    /// Rings after each answer that made it fresh.
    heard: watch::Sender<()>,
    /// Rings when somebody waits for one.
    wanted: Notify,
}

impl Follower {
    /// Begins to follow, in a task of the current tokio runtime.
    ///
    /// # Errors
    /// [`SettingsError`] if a setting is none.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(settings: Settings) -> Result<Self, SettingsError> {
        let (known, poller) = prepare(settings, JOIN_LIMIT)?;
        let task = tokio::spawn(poller.run()).abort_handle();
        Ok(Self(Arc::new(Running { known, task })))
    }

    /// Whether a session or family may still act, as far as anything of it was ended.
    ///
    /// Gives a number that grows when Latchkey says that something about the user changed (their
    /// role, say): what a process keeps in memory about a user is to be read again when it has
    /// grown.
    ///
    /// # Errors
    /// [`Refusal::Ended`], and [`Refusal::NotFresh`] where it cannot be known within a second.
    pub async fn check(&self, sid: Uuid, user_id: Uuid) -> Result<u64, Refusal> {
        self.0.known.check(sid, user_id).await
    }

    /// Whether a check would be answered at once; for health checks.
    pub fn is_fresh(&self) -> bool {
        self.0.known.is_fresh()
    }

    pub(crate) fn keys(&self) -> &KeySet {
        &self.0.known.keys
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.known.clock
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.0.known.base_url
    }
}

fn prepare(
    settings: Settings,
    join_limit: Duration,
) -> Result<(Arc<Known>, Poller), SettingsError> {
    let bounds = Duration::from_millis(500)..=Duration::from_mins(1);
    if !bounds.contains(&settings.max_staleness) {
        return Err(SettingsError::MaxStaleness);
    }
    let is_token = |token: &str| token.len() >= 32 && token.bytes().all(|b| b.is_ascii_graphic());
    if !is_token(&settings.token) {
        return Err(SettingsError::Token);
    }
    let mut authorization = HeaderValue::from_str(&format!("Bearer {}", settings.token))
        .map_err(|_| SettingsError::Token)?;
    authorization.set_sensitive(true);
    let address = Address::of(
        &settings.base_url,
        settings.via.as_deref(),
        settings.root_certificates.as_deref(),
    )?;
    let known = Arc::new(Known {
        base_url: settings.base_url.trim_end_matches('/').to_owned(),
        max_staleness: settings.max_staleness,
        join_limit,
        keys: KeySet::new(address.clone(), settings.clock.clone()),
        clock: settings.clock,
        index: Index::default(),
        heard: watch::Sender::new(()),
        wanted: Notify::new(),
    });
    let poller = Poller {
        known: known.clone(),
        transport: Transport::new(address),
        authorization,
        // A poll must be over a good deal before what is known is too old.
        hold: HOLD.min(settings.max_staleness / 4),
        cursor: None,
        in_pages: false,
        keys_due: false,
        keys_again_at: None,
    };
    Ok((known, poller))
}

impl Known {
    fn is_fresh(&self) -> bool {
        self.index
            .known_at()
            .is_some_and(|at| self.clock.boot().saturating_sub(at) <= self.max_staleness)
    }

    async fn check(&self, sid: Uuid, user_id: Uuid) -> Result<u64, Refusal> {
        // An end is never taken back: for a refusal, nothing has to be fresh.
        if self.index.has_ended(sid) {
            return Err(Refusal::Ended);
        }
        if !self.is_fresh() {
            self.join().await?;
        }
        // After it is known to be fresh: see `Index`.
        if self.index.has_ended(sid) {
            return Err(Refusal::Ended);
        }
        Ok(self.index.mark(user_id))
    }

    async fn join(&self) -> Result<(), Refusal> {
        let mut heard = self.heard.subscribe();
        self.wanted.notify_one();
        match timeout(self.join_limit, heard.wait_for(|()| self.is_fresh())).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Refusal::NotFresh),
        }
    }
}

/// Why a poll taught nothing.
#[derive(Debug, thiserror::Error)]
enum PollError {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error("no answer of the feed")]
    Malformed,
    #[error(transparent)]
    Keys(#[from] KeySetError),
}

/// The task.
struct Poller {
    known: Arc<Known>,
    transport: Transport,
    authorization: HeaderValue,
    hold: Duration,
    cursor: Option<String>,
    /// The answer before was a page with more to follow.
    in_pages: bool,
    keys_due: bool,
    keys_again_at: Option<Duration>,
}

impl Poller {
    async fn run(mut self) {
        let mut failures = 0;
        loop {
            let begun = self.known.clock.boot();
            match self.poll().await {
                Ok(more) => {
                    if failures > 0 {
                        tracing::warn!(base_url = self.known.base_url, "following again");
                    }
                    failures = 0;
                    if !more {
                        let taken = self.known.clock.boot().saturating_sub(begun);
                        sleep(POLL_EVERY.saturating_sub(taken)).await;
                    }
                }
                Err(error) => {
                    if failures == 0 {
                        let error: &dyn std::error::Error = &error;
                        tracing::warn!(base_url = self.known.base_url, error, "cannot follow");
                    }
                    self.rest(failures).await;
                    failures += 1;
                }
            }
        }
    }

    /// Whoever waits for an answer shortens the pause, but not below the first.
    async fn rest(&self, failures: u32) {
        sleep(FIRST_PAUSE).await;
        let rest = pause_after(failures).saturating_sub(FIRST_PAUSE);
        // Over, or somebody waits: both are the end of it.
        let _ = timeout(rest, self.known.wanted.notified()).await;
    }

    /// One question and what follows from its answer; says whether there is more at once.
    async fn poll(&mut self) -> Result<bool, PollError> {
        let hold = if self.known.is_fresh() {
            self.hold
        } else {
            Duration::ZERO
        };
        let mut path = format!("/api/signals?wait={}", hold.as_millis());
        if let Some(cursor) = &self.cursor {
            path.push_str("&after=");
            path.extend(utf8_percent_encode(cursor, NON_ALPHANUMERIC));
        }
        let sent_at = self.known.clock.boot();
        let limit = hold + ANSWER_LIMIT;
        let body = self
            .transport
            .get(&path, Some(&self.authorization), limit, MAX_ANSWER)
            .await?;
        self.take(&body, sent_at).await
    }

    async fn take(&mut self, body: &[u8], sent_at: Duration) -> Result<bool, PollError> {
        let answer = Answer::parse(body).ok_or(PollError::Malformed)?;
        let now = self.known.clock.boot();
        let after_gap = answer.reset && self.cursor.is_some() && !self.in_pages;
        self.known.index.apply(&answer, now, after_gap);
        if after_gap || answer.signals.contains(&Signal::KeysChanged) {
            self.keys_due = true;
            self.keys_again_at = Some(now + KEYS_AGAIN_AFTER);
        }
        let known_at = sent_at
            .saturating_add(answer.held())
            .saturating_sub(answer.age())
            .min(now);
        self.cursor = Some(answer.next);
        self.in_pages = answer.more;
        self.tend_keys().await?;
        if !answer.more {
            self.known.index.set_known_at(known_at);
            self.known.heard.send_replace(());
        }
        Ok(answer.more)
    }

    /// Nothing is fresh while the keys are not: a token of a killed key is as bad as one of an ended
    /// family.
    async fn tend_keys(&mut self) -> Result<(), PollError> {
        while self.keys_due {
            match self.known.keys.refresh().await {
                Ok(()) => self.keys_due = false,
                Err(KeySetError::TooEarly(wait)) => sleep(wait).await,
                Err(error) => return Err(error.into()),
            }
        }
        if self
            .keys_again_at
            .is_some_and(|at| at <= self.known.clock.boot())
        {
            match self.known.keys.refresh().await {
                Ok(()) => self.keys_again_at = None,
                Err(KeySetError::TooEarly(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// The pause before the next try, after so many failures before the last one.
fn pause_after(failures: u32) -> Duration {
    FIRST_PAUSE
        .saturating_mul(1 << failures.min(16))
        .min(LAST_PAUSE)
}

#[cfg(test)]
mod tests;
