//! Every way in which a token can be wrong, each under a good signature where one is possible.

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use latchkey_authority::{Policy, TokenPolicy, key};
use latchkey_testing::TestAuthority;
use serde_json::{Value, json};

use super::{mint, policy, verify, word};
use crate::support::{Forge, base64, claims};

async fn judged(test: &TestAuthority, cases: &[(&str, String, &str)]) {
    for (what, token, expected) in cases {
        let verdict = verify(&test.authority, token).await;
        assert_eq!(word(&verdict), *expected, "{what}: {token}");
    }
}

/// A header with one member more, or another one.
fn with(forge: &Forge, name: &str, value: Value) -> String {
    let mut header: Value = serde_json::from_str(&forge.header()).unwrap();
    header[name] = value;
    header.to_string()
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
            ("standard base64", good.replace(['-', '_'], "+"), m),
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
async fn a_header_is_understood_whole_or_not_at_all() {
    let test = TestAuthority::new().await;
    let forge = Forge::of(&test.authority).await;
    let seconds = test.authority.now().0 / 1_000;
    let payload = claims(seconds).to_string();
    let kid = &forge.kid;
    let signed = |header: &str| forge.sign(header, &payload);
    let b = "BadHeader";
    judged(
        &test,
        &[
            ("good", signed(&forge.header()), "good"),
            (
                "spaces are JSON too",
                signed(&forge.header().replace(':', " : ")),
                "good",
            ),
            (
                "an embedded key",
                signed(&with(&forge, "jwk", json!({ "kty": "OKP" }))),
                b,
            ),
            (
                "a key address",
                signed(&with(&forge, "jku", "https://a.example".into())),
                b,
            ),
            (
                "a certificate",
                signed(&with(&forge, "x5c", json!(["AA"]))),
                b,
            ),
            (
                "a certificate's address",
                signed(&with(&forge, "x5u", "https://a".into())),
                b,
            ),
            ("critical", signed(&with(&forge, "crit", json!(["exp"]))), b),
            (
                "critical, and nothing",
                signed(&with(&forge, "crit", json!([]))),
                b,
            ),
            (
                "unencoded payload",
                signed(&with(&forge, "b64", false.into())),
                b,
            ),
            ("compressed", signed(&with(&forge, "zip", "DEF".into())), b),
            ("unknown", signed(&with(&forge, "foo", "bar".into())), b),
            (
                "a number for an id",
                signed(&with(&forge, "kid", 1.into())),
                b,
            ),
            (
                "no type",
                signed(&format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#)),
                "WrongType",
            ),
            (
                "an ID token's type",
                signed(&with(&forge, "typ", "JWT".into())),
                "WrongType",
            ),
            (
                "the type in capitals",
                signed(&with(&forge, "typ", "AT+JWT".into())),
                "WrongType",
            ),
            (
                "a logout token",
                signed(&with(&forge, "typ", "logout+jwt".into())),
                "WrongType",
            ),
            (
                "no id",
                signed(r#"{"typ":"at+jwt","alg":"EdDSA"}"#),
                "UnknownKey",
            ),
            (
                "another id",
                signed(&with(&forge, "kid", "x".into())),
                "UnknownKey",
            ),
            (
                "no algorithm",
                signed(&format!(r#"{{"typ":"at+jwt","kid":"{kid}"}}"#)),
                b,
            ),
            (
                "none",
                signed(&with(&forge, "alg", "none".into())),
                "WrongAlgorithm",
            ),
            (
                "None",
                signed(&with(&forge, "alg", "None".into())),
                "WrongAlgorithm",
            ),
            (
                "another name of it",
                signed(&with(&forge, "alg", "Ed25519".into())),
                "WrongAlgorithm",
            ),
            (
                "another spelling",
                signed(&with(&forge, "alg", "eddsa".into())),
                "WrongAlgorithm",
            ),
            (
                "another algorithm",
                signed(&with(&forge, "alg", "RS256".into())),
                "WrongAlgorithm",
            ),
            (
                "a member twice",
                signed(&format!(
                    r#"{{"typ":"at+jwt","alg":"EdDSA","kid":"{kid}","kid":"{kid}"}}"#
                )),
                b,
            ),
            (
                "a member twice, once escaped",
                signed(&format!(
                    r#"{{"typ":"at+jwt","\u0061lg":"none","alg":"EdDSA","kid":"{kid}"}}"#
                )),
                b,
            ),
            ("a list", signed("[]"), b),
            ("nothing", signed("{}"), b),
            ("two objects", signed(&format!("{}{{}}", forge.header())), b),
            ("not JSON", signed("typ: at+jwt"), b),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_signature_is_that_of_the_named_key_under_its_own_algorithm() {
    let test = TestAuthority::new().await;
    let forge = Forge::of(&test.authority).await;
    key::jwks(&test.authority).await.unwrap();
    let seconds = test.authority.now().0 / 1_000;
    let payload = base64(claims(seconds).to_string());
    let public = Ed25519KeyPair::from_pkcs8(&forge.pkcs8).unwrap();
    let public = public.public_key().as_ref();

    // What a verifier that believes the header would do with a public key: take it for a secret.
    let header = base64(with(&forge, "alg", "HS256".into()));
    let signed = format!("{header}.{payload}");
    let mac = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, public),
        signed.as_bytes(),
    );
    let confused = format!("{signed}.{}", base64(mac));

    let stranger = Ed25519KeyPair::generate().unwrap();
    let signed = format!("{}.{payload}", base64(forge.header()));
    let foreign = format!("{signed}.{}", base64(stranger.sign(signed.as_bytes())));
    let empty = format!("{signed}.{}", base64([0; 64]));
    let short = format!("{signed}.{}", base64([0; 63]));

    let rows = key::list(&test.authority).await.unwrap();
    let rsa = rows.iter().find(|row| row.kid != forge.kid).unwrap();
    let of_another = forge.sign(
        &with(&forge, "kid", rsa.kid.clone().into()),
        &claims(seconds).to_string(),
    );
    judged(
        &test,
        &[
            ("a MAC with the public key", confused, "WrongAlgorithm"),
            ("a stranger's signature", foreign, "BadSignature"),
            ("noughts", empty, "BadSignature"),
            ("too short", short, "BadSignature"),
            (
                "the id of a key of another kind",
                of_another,
                "WrongAlgorithm",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn claims_are_all_there_and_of_the_right_kind() {
    let test = TestAuthority::new().await;
    let forge = Forge::of(&test.authority).await;
    let now = test.authority.now().0 / 1_000;
    let c = "BadClaims";
    for name in [
        "sub",
        "exp",
        "iat",
        "jti",
        "sid",
        "client_id",
        "token_type",
        "user_id",
    ] {
        let token = forge.token(now, |claims| {
            claims.as_object_mut().unwrap().remove(name);
        });
        assert_eq!(word(&verify(&test.authority, &token).await), c, "{name}");
        for value in [json!(null), json!({}), json!([]), json!(true), json!("x")] {
            // A text is of the right kind for these; they are judged below.
            if value.is_string() && ["client_id", "token_type"].contains(&name) {
                continue;
            }
            let token = forge.token(now, |claims| claims[name] = value.clone());
            let verdict = verify(&test.authority, &token).await;
            assert_eq!(word(&verdict), c, "{name}: {value}");
        }
    }
    let set =
        |name: &'static str, value: Value| forge.token(now, move |claims| claims[name] = value);
    let issuer = "http://127.0.0.1:3000";
    let twice = claims(now).to_string().replacen('{', r#"{"iat":1,"#, 1);
    let nested = claims(now)
        .to_string()
        .replacen('{', r#"{"nbf":{"a":1,"a":1},"#, 1);
    judged(
        &test,
        &[
            (
                "another issuer",
                set("iss", "https://a.example".into()),
                "WrongIssuer",
            ),
            (
                "the issuer with a slash",
                set("iss", format!("{issuer}/").into()),
                "WrongIssuer",
            ),
            ("two issuers", set("iss", json!([issuer])), "WrongIssuer"),
            ("no issuer", set("iss", json!(null)), "WrongIssuer"),
            (
                "another audience",
                set("aud", "https://a.example".into()),
                "WrongAudience",
            ),
            ("no audience", set("aud", json!([])), "WrongAudience"),
            ("null for an audience", set("aud", json!(null)), c),
            ("a number for an audience", set("aud", 1.into()), c),
            (
                "two audiences, none ours",
                set("aud", json!(["a", "b"])),
                "WrongAudience",
            ),
            (
                "two audiences, one ours",
                set("aud", json!(["a", issuer])),
                "good",
            ),
            (
                "one audience in a list",
                set("aud", json!([issuer])),
                "good",
            ),
            ("audiences that are none", set("aud", json!([issuer, 1])), c),
            (
                "a refresh token",
                set("token_type", "refresh".into()),
                "WrongType",
            ),
            ("no client", set("client_id", "".into()), c),
            (
                "another user in `sub`",
                set("sub", "01890a5d-ac96-774b-bcce-b302099a8059".into()),
                c,
            ),
            (
                "a date as text",
                set("exp", (now + 900).to_string().into()),
                c,
            ),
            ("a date beyond all", set("exp", json!(1e300)), c),
            ("half a second", set("exp", json!(now as f64 + 0.5)), "good"),
            (
                "a user by another spelling",
                forge.token(now, |claims| {
                    let id = "01890A5DAC96774BBCCEB302099A8057";
                    claims["sub"] = id.into();
                    claims["user_id"] = id.into();
                }),
                c,
            ),
            ("a claim twice", forge.sign(&forge.header(), &twice), c),
            (
                "a member of a claim twice",
                forge.sign(&forge.header(), &nested),
                c,
            ),
            ("a list", forge.sign(&forge.header(), "[]"), c),
            ("a text", forge.sign(&forge.header(), "foo"), c),
            ("nothing", forge.sign(&forge.header(), ""), c),
            (
                "two objects",
                forge.sign(&forge.header(), &format!("{}{{}}", claims(now))),
                c,
            ),
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
