//! [`PasswordHasher`]: the pool in which passwords are checked, hashed and verified.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use latchkey_authority::random::Randomness;

use super::{
    engine::{Engine, PasswordHash, PasswordSettings, PasswordSettingsError, Verified},
    policy::{self, NewPassword, NewPasswordError},
    pool::{Pool, PoolError},
    typed::Password,
};

/// Why a password was neither hashed nor verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// There is no room for one more job, or it failed on our side.
    #[error("too many passwords at once")]
    Busy {
        /// When there should be.
        retry_after: Duration,
    },
    /// The stored hash is not one.
    #[error("the stored password hash cannot be read")]
    Unreadable,
}

/// Hashes and verifies passwords on threads of its own. Clones share them.
#[derive(Clone)]
pub struct PasswordHasher {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool,
    engine: Arc<Engine>,
    random: Arc<dyn Randomness>,
    settings: PasswordSettings,
    finished: Arc<AtomicU64>,
}

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordHasher")
            .field("settings", &self.inner.settings)
            .field("finished", &self.finished())
            .finish_non_exhaustive()
    }
}

impl PasswordHasher {
    /// Starts the threads. They end with the last clone.
    ///
    /// # Errors
    /// [`PasswordSettingsError`] if the settings cannot work or the system gives no threads.
    pub fn start(
        settings: PasswordSettings,
        random: Arc<dyn Randomness>,
    ) -> Result<Self, PasswordSettingsError> {
        if settings.threads == 0 || settings.queue == 0 {
            return Err(PasswordSettingsError::NoRoom);
        }
        let engine = Arc::new(Engine::new(settings, &*random)?);
        let pool =
            Pool::start(settings.threads, settings.queue).map_err(PasswordSettingsError::Thread)?;
        Ok(Self {
            inner: Arc::new(Inner {
                pool,
                engine,
                random,
                settings,
                finished: Arc::default(),
            }),
        })
    }

    /// How many threads there are.
    pub fn threads(&self) -> usize {
        self.inner.pool.threads()
    }

    /// With what it was started.
    pub fn settings(&self) -> PasswordSettings {
        self.inner.settings
    }

    /// How many hashes wait or are being made.
    pub fn pending(&self) -> usize {
        self.inner.pool.pending()
    }

    /// How many hashes were made since the start, to set or to verify a password.
    pub fn finished(&self) -> u64 {
        self.inner.finished.load(Ordering::Relaxed)
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// [`PasswordError::Busy`].
    pub async fn hash(&self, password: NewPassword) -> Result<PasswordHash, PasswordError> {
        self.rehash(password.into()).await
    }

    /// Hashes a password that was just verified anew, with today's settings.
    ///
    /// # Errors
    /// [`PasswordError::Busy`].
    pub async fn rehash(&self, password: Password) -> Result<PasswordHash, PasswordError> {
        let salt = Engine::salt(&*self.inner.random);
        self.run(move |engine| engine.hash(&password, salt).map_err(|error| error.0))
            .await?
            .map_err(|error| self.failed(&error))
    }

    /// Checks a password that somebody wants to set as [`super::check_new`] does, but on the pool:
    /// looking for patterns in a long text takes as long as a hash.
    ///
    /// # Errors
    /// [`PasswordError::Busy`]; within, what speaks against the password.
    pub async fn check_new(
        &self,
        password: &str,
        own_words: &[&str],
    ) -> Result<Result<NewPassword, NewPasswordError>, PasswordError> {
        // What is refused by its length alone needs no thread.
        let password = match policy::check_length(password) {
            Ok(password) => password,
            Err(refused) => return Ok(Err(refused)),
        };
        let own_words: Vec<String> = own_words.iter().map(|&word| word.to_owned()).collect();
        self.inner
            .pool
            .run(move || policy::check_words(password, &own_words))
            .await
            .map_err(|error| self.refused(error))
    }

    /// Verifies `password` against a stored hash. Where there is none it does the same work, and
    /// nothing matches.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn verify(
        &self,
        password: Password,
        hash: Option<String>,
    ) -> Result<Verified, PasswordError> {
        self.run(move |engine| {
            engine
                .verify(&password, hash.as_deref())
                .map_err(|error| error.0)
        })
        .await?
        .map_err(|error| match error {
            argon2::password_hash::Error::OutOfMemory => self.failed(&error),
            _ => PasswordError::Unreadable,
        })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let engine = Arc::clone(&self.inner.engine);
        let finished = Arc::clone(&self.inner.finished);
        self.inner
            .pool
            .run(move || {
                let result = work(&engine);
                finished.fetch_add(1, Ordering::Relaxed);
                result
            })
            .await
            .map_err(|error| self.refused(error))
    }

    fn refused(&self, error: PoolError) -> PasswordError {
        // A job that panicked is in the log already; whoever asked may try again.
        match error {
            PoolError::Full | PoolError::Panicked => PasswordError::Busy {
                retry_after: self.inner.pool.retry_after(),
            },
        }
    }

    fn failed(&self, error: &argon2::password_hash::Error) -> PasswordError {
        tracing::error!(%error, "a password could not be hashed");
        PasswordError::Busy {
            retry_after: self.inner.pool.retry_after(),
        }
    }
}
