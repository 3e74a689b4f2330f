//! Usernames: PRECIS `UsernameCaseMapped` (RFC 8265 §3.3), told apart by confusable skeleton.

use precis_profiles::{UsernameCaseMapped, precis_core::profile::Profile};
use unicode_normalization::UnicodeNormalization;

use super::NameError;

/// The name that somebody chose. Public: others may see it, and may learn that it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username {
    written: String,
    key: String,
    skeleton: String,
}

impl Username {
    /// The most characters of a username.
    pub const LIMIT: usize = 64;

    /// Reads a username.
    ///
    /// No whitespace and no `@` (or anything that maps to it): what holds one is an e-mail address,
    /// so that nobody's username can stand for somebody else's address.
    ///
    /// # Errors
    /// See [`NameError`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        // In bytes first: nothing longer is normalised at all.
        if text.len() > Self::LIMIT * 4 {
            return Err(NameError::TooLong);
        }
        let written: String = text.nfc().collect();
        if written.chars().count() > Self::LIMIT {
            return Err(NameError::TooLong);
        }
        let key = case_mapped(&written)?;
        if key.contains('@') {
            return Err(NameError::Malformed);
        }
        let skeleton = skeleton(&key);
        Ok(Self {
            written,
            key,
            skeleton,
        })
    }

    /// The name as its owner wrote it.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The form by which it is found.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The form that names share which look alike (UTS 39 §4).
    pub fn skeleton(&self) -> &str {
        &self.skeleton
    }
}

/// Applies the profile until nothing changes.
///
/// RFC 8264 §7: some profiles are not stable after one pass over some strings; what is not after
/// three more is refused.
fn case_mapped(text: &str) -> Result<String, NameError> {
    let profile = UsernameCaseMapped::new();
    let mut current = text.to_owned();
    for _ in 0..4 {
        let next = profile
            .enforce(current.as_str())
            .map_err(|_| NameError::Malformed)?
            .into_owned();
        if next == current {
            return Ok(current);
        }
        current = next;
    }
    Err(NameError::Malformed)
}

/// The skeleton, lower-cased again: prototypes are upper-case for some (`0` has `O`), and `0` must
/// meet `o`.
fn skeleton(key: &str) -> String {
    unicode_security::skeleton(key)
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> String {
        Username::parse(text).unwrap().key().to_owned()
    }

    #[test]
    fn case_width_and_composition_do_not_tell_usernames_apart() {
        assert_eq!(key("Ann"), "ann");
        assert_eq!(key("ＡＮＮ"), "ann");
        assert_eq!(key("Zoe\u{308}"), key("ZOË"));
        assert_eq!(Username::parse("Zoe\u{308}").unwrap().as_str(), "Zoë");
    }

    #[test]
    fn names_that_look_alike_share_a_skeleton() {
        let skeleton = |text| Username::parse(text).unwrap().skeleton().to_owned();
        for (one, other) in [
            ("paypal", "pаypаl"),
            ("admin", "adrnin"),
            ("bob", "b0b"),
            ("BOB", "b0b"),
            ("alice", "a1ice"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
        assert_ne!(skeleton("ann"), skeleton("bob"));
    }

    #[test]
    fn what_is_not_a_username_is_refused() {
        assert_eq!(Username::parse(""), Err(NameError::Empty));
        assert_eq!(Username::parse(&"a".repeat(65)), Err(NameError::TooLong));
        assert!(Username::parse(&"a".repeat(64)).is_ok());
        assert!(Username::parse(&"丂".repeat(64)).is_ok());
        assert_eq!(
            Username::parse(&"a".repeat(100_000)),
            Err(NameError::TooLong)
        );
        for wrong in [
            " ",
            "a b",
            " a",
            "a ",
            "a\tb",
            "a@b",
            "a＠b",
            "\0",
            "a\u{200b}b",
            "a\u{202e}b",
            "ﷺ",
        ] {
            assert_eq!(
                Username::parse(wrong),
                Err(NameError::Malformed),
                "{wrong:?}"
            );
        }
    }
}
