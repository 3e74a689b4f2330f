//! Randomness, as a parameter.

use std::fmt::Debug;

use latchkey_types::UnixMillis;
use uuid::{Builder, Uuid};

/// Gives unguessable bytes. Tests seed theirs; the program uses [`OsRandomness`].
pub trait Randomness: Debug + Send + Sync {
    /// Fills `buffer` with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

impl dyn Randomness + '_ {
    /// Draws `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        self.fill(&mut buffer);
        buffer
    }

    /// Makes a time-ordered UUID (RFC 9562 §5.7) of the given instant.
    pub fn uuid(&self, now: UnixMillis) -> Uuid {
        let millis = u64::try_from(now.0).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    /// # Panics
    /// Where the operating system has no randomness to give: nothing safe can go on without.
    #[expect(
        clippy::expect_used,
        reason = "a sign-in server without randomness must stop, not guess"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives randomness");
    }
}
