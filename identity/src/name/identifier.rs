//! What somebody types to say who they are: a username or an e-mail address.

use unicode_normalization::UnicodeNormalization;

use super::{EmailAddress, Username};

/// The key of a name that was typed at sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    /// A username's key.
    Username(String),
    /// An e-mail address's key.
    Email(String),
}

impl Identifier {
    /// Reads what was typed; `None` if it can be nobody's name.
    ///
    /// Whatever holds an `@` is an e-mail address. Space around it is left out: keyboards of phones
    /// add one.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        if typed.contains('@') {
            EmailAddress::parse(typed)
                .ok()
                .map(|email| Self::Email(email.key().to_owned()))
        } else {
            Username::parse(typed)
                .ok()
                .map(|username| Self::Username(username.key().to_owned()))
        }
    }

    /// The key.
    pub fn key(&self) -> &str {
        match self {
            Self::Username(key) | Self::Email(key) => key,
        }
    }
}

/// A bounded normal form of anything that may be typed, for counting attempts.
///
/// It rests on the text alone and never on whether there is such an account, so that a counter
/// tells nobody either. Usernames hold no `@`, so they and addresses never share a counter; what
/// can be nobody's name is told apart by its beginning only.
pub fn identifier_key(typed: &str) -> String {
    const LIMIT: usize = 64;
    match Identifier::parse(typed) {
        Some(identifier) => identifier.key().to_owned(),
        // No name begins with a space.
        None => typed
            .trim()
            .chars()
            .take(LIMIT)
            .flat_map(char::to_lowercase)
            .nfc()
            .fold(String::from(" "), |mut key, character| {
                key.push(character);
                key
            }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_holds_an_at_sign_is_an_address() {
        assert_eq!(
            Identifier::parse(" Ann "),
            Some(Identifier::Username("ann".to_owned()))
        );
        assert_eq!(
            Identifier::parse("Ann@Example.com\t"),
            Some(Identifier::Email("ann@example.com".to_owned()))
        );
        for nobody in ["", "  ", "a b", "@", "ann@", "a@b@", &"x".repeat(5_000)] {
            assert_eq!(Identifier::parse(nobody), None, "{nobody:?}");
        }
    }

    #[test]
    fn the_key_of_a_counter_is_bounded_and_ignores_case() {
        assert_eq!(identifier_key("ANN"), identifier_key(" ann"));
        assert_eq!(identifier_key("Not A Name"), identifier_key("not a name"));
        assert_ne!(identifier_key("ann"), identifier_key("ann@example.com"));
        assert!(identifier_key(&"ß İ".repeat(100_000)).len() < 1_024);
        assert!(identifier_key(&"x".repeat(100_000)).len() < 1_024);
    }
}
