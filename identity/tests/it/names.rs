//! Properties of names: whatever is typed, reading it does not fail in any other way than it says.

use latchkey_identity::name::{EmailAddress, Identifier, Username, identifier_key};
use proptest::prelude::*;

/// Texts that come near being names: letters of several scripts, marks, digits and punctuation.
fn nearly_names() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => proptest::char::range('!', '~'),
        2 => proptest::char::range('\u{c0}', '\u{17f}'),
        1 => proptest::char::range('\u{300}', '\u{36f}'),
        1 => proptest::char::range('\u{370}', '\u{4ff}'),
        1 => proptest::char::range('\u{5d0}', '\u{6ff}'),
        1 => proptest::char::range('\u{1e00}', '\u{1fff}'),
        1 => proptest::char::range('\u{ff00}', '\u{ffef}'),
        1 => any::<char>(),
    ];
    proptest::collection::vec(character, 0..80).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn a_username_never_panics_and_its_key_is_its_own_key(text in nearly_names()) {
        if let Ok(username) = Username::parse(&text) {
            prop_assert!(!username.key().contains('@'));
            prop_assert!(!username.key().contains(char::is_whitespace));
            prop_assert!(username.as_str().chars().count() <= Username::LIMIT);
            let again = Username::parse(username.as_str()).unwrap();
            prop_assert_eq!(&again, &username);
            // A key may be longer than what was written, and so too long for a name.
            if let Ok(of_key) = Username::parse(username.key()) {
                prop_assert_eq!(of_key.key(), username.key());
                prop_assert_eq!(of_key.skeleton(), username.skeleton());
            } else {
                prop_assert!(username.key().chars().count() > Username::LIMIT);
            }
        }
    }

    #[test]
    fn an_address_never_panics_and_its_key_is_its_own_key(
        local in nearly_names(),
        domain in nearly_names(),
    ) {
        for text in [
            format!("{local}@{domain}"),
            format!("{local}@example.com"),
            format!("ann@{domain}.com"),
        ] {
            if let Ok(email) = EmailAddress::parse(&text) {
                prop_assert!(email.key().len() <= EmailAddress::LIMIT);
                let again = EmailAddress::parse(email.as_str()).unwrap();
                prop_assert_eq!(&again, &email);
                let of_key = EmailAddress::parse(email.key());
                prop_assert_eq!(of_key.map(|of_key| of_key.key().to_owned()), Ok(email.key().to_owned()));
            }
        }
    }

    #[test]
    fn whatever_is_typed_has_a_bounded_key(text in any::<String>(), name in nearly_names()) {
        for typed in [text, name] {
            let key = identifier_key(&typed);
            prop_assert!(key.len() <= 1_024);
            if let Some(identifier) = Identifier::parse(&typed) {
                prop_assert_eq!(identifier.key(), key.as_str());
            } else {
                prop_assert!(key.starts_with(' '));
            }
        }
    }
}
