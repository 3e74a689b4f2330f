//! Passwords: what is accepted as one, how it is hashed, and with how much work at most.
//!
//! - [`Password`] is what somebody typed to prove who they are; [`NewPassword`] is one that may be
//!   set, because [`check_new`] found nothing against it;
//! - [`PasswordHasher`] is the bounded pool in which every hash is made (invariant 12).
//!
//! A password is hashed in NFC, whole, never cut, and wiped from memory when it is through.

mod engine;
mod hasher;
mod policy;
mod pool;
mod typed;

pub use engine::{PasswordHash, PasswordSettings, PasswordSettingsError, Verified};
pub use hasher::{PasswordError, PasswordHasher};
pub use policy::{NewPassword, NewPasswordError, check_new};
pub use typed::{Password, PasswordInputError};

/// The most bytes of a password, in NFC. More is refused, not cut.
pub const MAX_PASSWORD_BYTES: usize = 1_024;

/// The fewest characters of a new password (NIST SP 800-63B-4 §3.1.1.2 asks for 15 where a password
/// alone is enough).
pub const MIN_PASSWORD_CHARACTERS: usize = 15;
