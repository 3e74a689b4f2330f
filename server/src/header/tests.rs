use http::HeaderValue;
use proptest::prelude::*;

use super::*;

const NAME: &str = "__Host-latchkey-access";

fn headers(name: header::HeaderName, values: &[&[u8]]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(&name, HeaderValue::from_bytes(value).unwrap());
    }
    headers
}

#[test]
fn a_cookie_is_found_among_others() {
    let headers = headers(header::COOKIE, &[b"a=1; latchkey=x=y", b"b=2"]);
    assert_eq!(first_cookie(&headers, "latchkey"), Some("x=y"));
    assert_eq!(first_cookie(&headers, "b"), Some("2"));
    assert_eq!(first_cookie(&headers, "atchkey"), None);
}

#[test]
fn two_cookies_of_one_name_are_none_unless_they_are_equal_or_empty() {
    for (text, expected) in [
        ("a=1; a=1", Ok(Some("1"))),
        ("a=1; a=", Ok(Some("1"))),
        ("a=; a=", Ok(None)),
        ("a=1; a=2", Err(Ambiguous)),
        ("a=2; b=1; a=1", Err(Ambiguous)),
    ] {
        let headers = headers(header::COOKIE, &[text.as_bytes()]);
        assert_eq!(only_cookie(&headers, "a"), expected, "{text}");
    }
}

/// Bytes that a header may carry.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(
        prop_oneof![
            Just(b'\t'),
            Just(b' '),
            Just(b';'),
            Just(b'='),
            33..=126_u8,
            128..=255_u8
        ],
        0..60,
    )
}

/// What a token of ours may look like.
const TOKEN: &str = "[A-Za-z0-9_.-]{1,80}";

proptest! {
    #[test]
    fn no_authorization_header_makes_the_reader_stumble(
        values in prop::collection::vec(bytes(), 0..3),
    ) {
        let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let headers = headers(header::AUTHORIZATION, &values);
        match bearer(&headers) {
            Ok(Some(token)) => {
                prop_assert_eq!(values.len(), 1);
                prop_assert!(!token.is_empty());
                prop_assert!(token.bytes().all(|byte| byte.is_ascii_graphic()));
            }
            Ok(None) => prop_assert!(values.len() < 2),
            Err(Ambiguous) => {}
        }
    }

    #[test]
    fn a_token_reads_back_whatever_the_case_of_its_scheme(
        scheme in "[bB][eE][aA][rR][eE][rR]",
        spaces in " {1,3}",
        token in TOKEN,
    ) {
        let value = format!("{scheme}{spaces}{token}");
        let headers = headers(header::AUTHORIZATION, &[value.as_bytes()]);
        prop_assert_eq!(bearer(&headers), Ok(Some(token.as_str())));
    }

    #[test]
    fn no_cookie_header_makes_the_reader_stumble(
        values in prop::collection::vec(bytes(), 0..4),
        name in "[ -~]{0,8}",
    ) {
        let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let headers = headers(header::COOKIE, &values);
        if let Ok(Some(value)) = only_cookie(&headers, &name) {
            prop_assert!(!value.is_empty() && !value.contains(';'));
        }
        let first = first_cookie(&headers, &name);
        prop_assert!(first.is_none_or(|value| !value.contains(';')));
    }

    #[test]
    fn a_cookie_reads_back_among_any_others(
        before in prop::collection::vec(("[a-z]{1,8}", TOKEN), 0..4),
        value in TOKEN,
        after in prop::collection::vec(("[a-z]{1,8}", TOKEN), 0..4),
    ) {
        let ours = [(NAME.to_owned(), value.clone())];
        let pairs: Vec<String> = before
            .iter()
            .chain(&ours)
            .chain(&after)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let headers = headers(header::COOKIE, &[pairs.join("; ").as_bytes()]);
        prop_assert_eq!(only_cookie(&headers, NAME), Ok(Some(value.as_str())));
    }
}
