//! Headers that are not understood.

use latchkey_testing::TestAuthority;
use serde_json::{Value, json};

use super::judged;
use crate::support::{Forge, claims};

/// The header of a good token with one member more, or another one.
pub(super) fn with(forge: &Forge, name: &str, value: Value) -> String {
    let mut header: Value = serde_json::from_str(&forge.header()).unwrap();
    header[name] = value;
    header.to_string()
}

/// Judges good tokens in whose headers one member is another.
async fn judged_with(cases: &[(&'static str, Value, &'static str)]) {
    let test = TestAuthority::new().await;
    let forge = Forge::of(&test.authority).await;
    let payload = claims(test.authority.now().0 / 1_000).to_string();
    for (name, value, expected) in cases {
        let token = forge.sign(&with(&forge, name, value.clone()), &payload);
        judged(&test, &[(name, token, expected)]).await;
    }
}

#[tokio::test]
async fn a_token_does_not_choose_its_key_and_asks_for_nothing() {
    let refused = |name, value| (name, value, "BadHeader");
    judged_with(&[
        refused("jwk", json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" })),
        refused("jku", json!("https://elsewhere.example/jwks.json")),
        refused("x5c", json!(["AA"])),
        refused("x5u", json!("https://elsewhere.example/certificate")),
        refused("x5t", json!("AA")),
        refused("crit", json!(["exp"])),
        refused("crit", json!([])),
        refused("b64", json!(false)),
        refused("zip", json!("DEF")),
        refused("cty", json!("JWT")),
        refused("enc", json!("A256GCM")),
        refused("foo", json!("bar")),
    ])
    .await;
}

#[tokio::test]
async fn type_key_and_algorithm_are_exactly_those_of_our_access_tokens() {
    judged_with(&[
        ("typ", json!("at+jwt"), "good"),
        ("typ", json!("JWT"), "WrongType"),
        ("typ", json!("AT+JWT"), "WrongType"),
        ("typ", json!("logout+jwt"), "WrongType"),
        ("typ", json!("dpop+jwt"), "WrongType"),
        ("typ", json!(""), "WrongType"),
        ("typ", json!(null), "BadHeader"),
        ("kid", json!("another"), "UnknownKey"),
        ("kid", json!(""), "UnknownKey"),
        ("kid", json!("../../etc/passwd"), "UnknownKey"),
        ("kid", json!("' OR 1=1 --"), "UnknownKey"),
        ("kid", json!(1), "BadHeader"),
        ("kid", json!(null), "BadHeader"),
        ("alg", json!("EdDSA"), "good"),
        ("alg", json!("none"), "WrongAlgorithm"),
        ("alg", json!("None"), "WrongAlgorithm"),
        ("alg", json!("NONE"), "WrongAlgorithm"),
        ("alg", json!(""), "WrongAlgorithm"),
        ("alg", json!("eddsa"), "WrongAlgorithm"),
        ("alg", json!("Ed25519"), "WrongAlgorithm"),
        ("alg", json!("RS256"), "WrongAlgorithm"),
        ("alg", json!("HS256"), "WrongAlgorithm"),
        ("alg", json!(["EdDSA"]), "BadHeader"),
        ("alg", json!(null), "BadHeader"),
    ])
    .await;
}

#[tokio::test]
async fn a_header_is_one_object_without_a_member_twice() {
    let test = TestAuthority::new().await;
    let forge = Forge::of(&test.authority).await;
    let payload = claims(test.authority.now().0 / 1_000).to_string();
    let kid = &forge.kid;
    let good = forge.header();
    for (header, expected) in [
        (good.replace(':', " :\n\t"), "good"),
        (format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#), "WrongType"),
        (r#"{"typ":"at+jwt","alg":"EdDSA"}"#.to_owned(), "UnknownKey"),
        (format!(r#"{{"typ":"at+jwt","kid":"{kid}"}}"#), "BadHeader"),
        (good.replacen('{', r#"{"alg":"EdDSA","#, 1), "BadHeader"),
        (good.replacen('{', r#"{"\u0061lg":"none","#, 1), "BadHeader"),
        (good.replacen('{', r#"{"kid":"another","#, 1), "BadHeader"),
        (format!("[{good}]"), "BadHeader"),
        (format!("{good}{{}}"), "BadHeader"),
        (format!("{good},"), "BadHeader"),
        ("{}".to_owned(), "BadHeader"),
        ("null".to_owned(), "BadHeader"),
        ("typ: at+jwt".to_owned(), "BadHeader"),
        (good.replace("at+jwt", "at+jwt\\ud800"), "BadHeader"),
    ] {
        let token = forge.sign(&header, &payload);
        judged(&test, &[("header", token, expected)]).await;
    }
}
