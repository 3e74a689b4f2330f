//! Names by which people are known: usernames and e-mail addresses, and their normal forms.
//!
//! A name is kept as its owner wrote it, and found by its *key*. Two usernames that look alike
//! (`paypal` and `pаypаl` with Cyrillic letters) have the same *skeleton*, and only one of them can
//! be taken.

mod email;
mod identifier;
mod username;

pub use email::EmailAddress;
pub use identifier::{Identifier, identifier_key};
pub use username::Username;

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There is nothing.
    #[error("must not be empty")]
    Empty,
    /// It is longer than a name may be.
    #[error("is too long")]
    TooLong,
    /// It holds what a name cannot hold.
    #[error("holds characters that are not allowed there")]
    Malformed,
}
