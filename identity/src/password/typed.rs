//! What somebody typed as a password.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::MAX_PASSWORD_BYTES;

/// Why a text cannot be anybody's password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordInputError {
    /// It is longer than any password can have been set.
    #[error("longer than {MAX_PASSWORD_BYTES} bytes")]
    TooLong,
}

/// A password in NFC, at most [`MAX_PASSWORD_BYTES`] long; wiped when dropped, never printed.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Password {
    /// Takes a password as it was typed.
    ///
    /// # Errors
    /// [`PasswordInputError::TooLong`]; then nothing was normalised or hashed.
    pub fn parse(typed: &str) -> Result<Self, PasswordInputError> {
        if typed.len() > MAX_PASSWORD_BYTES {
            return Err(PasswordInputError::TooLong);
        }
        // Room for all of it at once: a string that grows leaves copies behind that nobody wipes.
        // NFC is at most three times as long (Unicode FAQ, Normalization).
        let mut normal = Zeroizing::new(String::with_capacity(typed.len() * 3));
        normal.extend(typed.nfc());
        if normal.len() > MAX_PASSWORD_BYTES {
            return Err(PasswordInputError::TooLong);
        }
        Ok(Self(normal))
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_normalised_and_never_printed() {
        let composed = Password::parse("Zoë's password").unwrap();
        let decomposed = Password::parse("Zoe\u{308}'s password").unwrap();
        assert_eq!(composed.expose(), decomposed.expose());
        assert_eq!(format!("{composed:?}"), "Password(…)");
    }

    #[test]
    fn i12_a_password_over_the_limit_is_refused_and_never_cut() {
        assert!(Password::parse(&"a".repeat(1_024)).is_ok());
        assert_eq!(
            Password::parse(&"a".repeat(1_025)).unwrap_err(),
            PasswordInputError::TooLong
        );
        // U+1D160 becomes three characters in NFC: 4 bytes become 12.
        assert_eq!(
            Password::parse(&"\u{1d160}".repeat(200)).unwrap_err(),
            PasswordInputError::TooLong
        );
    }
}
