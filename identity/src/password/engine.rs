//! One hash at a time: Argon2id (RFC 9106) in PHC strings.

use std::{fmt, thread};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{self, phc},
};
use latchkey_authority::random::Randomness;

use super::typed::Password;

/// How passwords are hashed, and with how much work at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordSettings {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub iterations: u32,
    /// Lanes of one hash.
    pub parallelism: u32,
    /// How many hashes are made at once.
    pub threads: usize,
    /// How many more may wait.
    pub queue: usize,
}

impl Default for PasswordSettings {
    /// The first choice of the OWASP Password Storage Cheat Sheet, on all cores but one: the last
    /// one stays free for checks, however many people sign in.
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self {
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
            threads: cores.saturating_sub(1).max(1),
            queue: 64,
        }
    }
}

/// Why a pool did not start.
#[derive(Debug, thiserror::Error)]
pub enum PasswordSettingsError {
    /// Argon2 cannot work with these parameters.
    #[error("Argon2 cannot work with these parameters: {0}")]
    Parameters(String),
    /// There must be at least one thread, and room for at least one job to wait.
    #[error("at least one thread, and room for at least one that waits, are needed")]
    NoRoom,
    /// The system gave no thread.
    #[error("the system gave no thread")]
    Thread(#[source] std::io::Error),
}

/// A password's hash as a PHC string, ready to be stored.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl PasswordHash {
    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a verification came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Whether it is the password.
    pub matches: bool,
    /// Whether the stored hash was made with other settings than today's.
    pub rehash_needed: bool,
}

/// A stored hash that cannot be read, or a hash that could not be made.
#[derive(Debug)]
pub(super) struct EngineError(pub(super) password_hash::Error);

/// What the threads of the pool share: the settings, and the hash of nobody's password.
pub(super) struct Engine {
    params: Params,
    nobody: phc::PasswordHash,
}

impl Engine {
    const SALT_BYTES: usize = 16;
    const OUTPUT_BYTES: usize = 32;

    pub(super) fn new(
        settings: PasswordSettings,
        random: &dyn Randomness,
    ) -> Result<Self, PasswordSettingsError> {
        let unusable = |error: String| PasswordSettingsError::Parameters(error);
        let params = Params::new(
            settings.memory_kib,
            settings.iterations,
            settings.parallelism,
            Some(Self::OUTPUT_BYTES),
        )
        .map_err(|error| unusable(error.to_string()))?;
        // Random bytes in the place of an output: no password has this hash, and verifying one
        // against it takes what it takes against a real one.
        let nobody = phc::PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: phc::ParamsString::try_from(&params)
                .map_err(|error| unusable(error.to_string()))?,
            salt: phc::Salt::new(&random.bytes::<{ Self::SALT_BYTES }>()).ok(),
            hash: phc::Output::new(&random.bytes::<{ Self::OUTPUT_BYTES }>()).ok(),
        };
        Ok(Self { params, nobody })
    }

    pub(super) fn salt(random: &dyn Randomness) -> [u8; Self::SALT_BYTES] {
        random.bytes()
    }

    pub(super) fn hash(
        &self,
        password: &Password,
        salt: [u8; Self::SALT_BYTES],
    ) -> Result<PasswordHash, EngineError> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone());
        let made = phc::PasswordHash {
            salt: Some(phc::Salt::new(&salt).map_err(|error| EngineError(error.into()))?),
            hash: Some(output(&argon2, password, &salt).map_err(EngineError)?),
            ..self.nobody.clone()
        };
        Ok(PasswordHash(made.to_string()))
    }

    /// Verifies against `stored`, or with the same work against nobody's hash.
    pub(super) fn verify(
        &self,
        password: &Password,
        stored: Option<&str>,
    ) -> Result<Verified, EngineError> {
        let parsed = stored
            .map(phc::PasswordHash::new)
            .transpose()
            .map_err(|error| EngineError(error.into()))?;
        let against = parsed.as_ref().unwrap_or(&self.nobody);
        let matches = matches(password, against).map_err(EngineError)?;
        Ok(Verified {
            matches: matches && parsed.is_some(),
            rehash_needed: parsed.is_some_and(|stored| !self.is_current(&stored)),
        })
    }

    fn is_current(&self, stored: &phc::PasswordHash) -> bool {
        stored.algorithm == self.nobody.algorithm
            && stored.version == self.nobody.version
            && stored.params == self.nobody.params
            && stored.salt.map(|salt| salt.len()) == Some(Self::SALT_BYTES)
            && stored.hash.map(|hash| hash.len()) == Some(Self::OUTPUT_BYTES)
    }
}

/// Whether `stored` is a hash of `password`. The parameters are the stored ones; the comparison is
/// in constant time ([`phc::Output`]).
fn matches(password: &Password, stored: &phc::PasswordHash) -> password_hash::Result<bool> {
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Ok(false);
    };
    let argon2 = Argon2::new(
        Algorithm::try_from(stored.algorithm.as_str())?,
        stored
            .version
            .map_or(Ok(Version::default()), Version::try_from)?,
        Params::try_from(stored)?,
    );
    Ok(output(&argon2, password, salt)? == *expected)
}

/// What Argon2 makes of a password, in memory that goes back to the system afterwards.
fn output(
    argon2: &Argon2<'_>,
    password: &Password,
    salt: &[u8],
) -> password_hash::Result<phc::Output> {
    let params = argon2.params();
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let mut memory = Vec::with_capacity(params.block_count().max(ALONE));
    memory.resize(params.block_count(), Block::new());
    let mut bytes = [0; phc::Output::MAX_LENGTH];
    let bytes = bytes
        .get_mut(..length)
        .ok_or(password_hash::Error::OutputSize)?;
    argon2.hash_password_into_with_memory(password.expose().as_bytes(), salt, bytes, memory)?;
    Ok(phc::Output::new(bytes)?)
}

/// So many blocks, of one KiB, are asked for at least.
///
/// glibc gives what is larger than 32 MiB a mapping of its own (mallopt(3), `M_MMAP_THRESHOLD`); it
/// would keep the memory of smaller hashes for the thread, for good: 19 MiB for each core. Of what is
/// reserved, only the part that is used takes any memory.
const ALONE: usize = 33 * 1024;
