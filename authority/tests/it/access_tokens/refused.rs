//! Every way in which a token can be wrong, each under a good signature where one is possible.

mod claims;
mod header;
mod signature;

use latchkey_authority::{Policy, TokenPolicy, key};
use latchkey_testing::TestAuthority;

use super::{mint, policy, verify, word};

/// What it is, the token, and what becomes of it.
type Case = (&'static str, String, &'static str);

async fn judged(test: &TestAuthority, cases: &[Case]) {
    for (what, token, expected) in cases {
        let verdict = verify(&test.authority, token).await;
        assert_eq!(word(&verdict), *expected, "{what}: {token}");
    }
}

#[tokio::test]
async fn a_token_has_one_shape_and_one_spelling() {
    let test = TestAuthority::new().await;
    let good = mint(&test.authority).await;
    let good = good.text.as_str();
    let (header, rest) = good.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    // The last character of 64 bytes holds four bits that are nought: here they are not.
    let last = signature.chars().next_back().unwrap();
    let other = char::from(u8::try_from(u32::from(last)).unwrap() + 1);
    let bits = format!("{}{other}", &good[..good.len() - 1]);
    let m = "Malformed";
    judged(
        &test,
        &[
            ("empty", String::new(), m),
            ("dots", "..".to_owned(), m),
            ("one part", header.to_owned(), m),
            ("two parts", format!("{header}.{payload}"), m),
            ("no signature", format!("{header}.{payload}."), m),
            ("four parts", format!("{good}.{signature}"), m),
            ("a dot behind", format!("{good}."), m),
            ("a dot before", format!(".{good}"), m),
            ("no header", format!(".{payload}.{signature}"), m),
            (
                "no payload",
                format!("{header}..{signature}"),
                "BadSignature",
            ),
            ("padding", format!("{good}=="), m),
            (
                "padding within",
                format!("{header}=.{payload}.{signature}"),
                m,
            ),
            ("a space before", format!(" {good}"), m),
            ("a space behind", format!("{good} "), m),
            ("a line feed behind", format!("{good}\n"), m),
            (
                "a space within",
                format!("{header}. {payload}.{signature}"),
                m,
            ),
            (
                "a tab within",
                format!("{header}.\t{payload}.{signature}"),
                m,
            ),
            (
                "standard base64",
                format!("{header}.{payload}.+{}", &signature[1..]),
                m,
            ),
            ("stray bits", bits, m),
            (
                "a stray character",
                format!("{header}.{payload}.{signature}?"),
                m,
            ),
            ("a letter that only looks so", good.replacen('a', "а", 1), m),
            ("a zero byte", format!("{good}\0"), m),
            ("a length that cannot be", format!("{good}AAA"), m),
            ("a byte more", format!("{good}A"), "BadSignature"),
            ("JSON", format!(r#"{{"payload":"{payload}"}}"#), m),
            (
                "encrypted",
                format!("{header}.{payload}.{payload}.{payload}.{signature}"),
                m,
            ),
            (
                "too long",
                format!("{header}.{}.{signature}", "A".repeat(4_096)),
                m,
            ),
            ("a scheme before it", format!("Bearer {good}"), m),
            ("a refresh token", format!("lkr_{signature}"), m),
            ("good", good.to_owned(), "good"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_token_of_another_installation_is_refused() {
    let ours = TestAuthority::new().await;
    let theirs = TestAuthority::with_policy(policy(TokenPolicy {
        issuer: "https://id.example.com".to_owned(),
        ..TokenPolicy::default()
    }))
    .await;
    key::load(&ours.authority).await.unwrap();
    let token = mint(&theirs.authority).await;
    assert_eq!(
        word(&verify(&ours.authority, &token.text).await),
        "UnknownKey"
    );
    // On the same keys, under another address.
    let moved = latchkey_authority::Authority::new(
        ours.database.connection.clone(),
        ours.clock.clone(),
        std::sync::Arc::new(latchkey_testing::SeededRandomness::new(9)),
        latchkey_testing::master_keys(),
        Policy {
            token: TokenPolicy {
                issuer: "https://id.example.com".to_owned(),
                ..TokenPolicy::default()
            },
            ..Policy::default()
        },
    );
    let token = mint(&moved).await;
    assert_eq!(
        word(&verify(&ours.authority, &token.text).await),
        "WrongIssuer"
    );
}
