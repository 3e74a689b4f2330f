//! Tokens and keys of others, through the same code: the examples of the RFCs, keys that are not
//! for this, what is expected and what is not.

use latchkey_authority::{
    access_token::{AccessTokenError, Expectations, check},
    key::PublicKeys,
};
use latchkey_types::{Algorithm, UnixMillis};
use serde_json::{Value, json};

use super::word;

/// RFC 8037, appendix A.4.
const ED25519: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const ED25519_TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

/// RFC 7515, appendix A.3.
const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
const P256_TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

/// RFC 7520, section 4.1.
const RSA: &str = r#"{"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB"}"#;
const RSA_TOKEN: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg";

fn checked(keys: &str, token: &str, expected: &Expectations<'_>) -> Result<(), AccessTokenError> {
    check(token, &PublicKeys::parse(keys).unwrap(), expected)
}

fn changed(key: &str, name: &str, value: Value) -> String {
    let mut key: Value = serde_json::from_str(key).unwrap();
    key[name] = value;
    key.to_string()
}

#[test]
fn the_examples_of_the_rfcs_verify() {
    let all = format!(r#"{{"keys":[{ED25519},{P256},{RSA}]}}"#);
    for (key, token, algorithm) in [
        (ED25519, ED25519_TOKEN, Algorithm::EdDsa),
        (P256, P256_TOKEN, Algorithm::Es256),
        (RSA, RSA_TOKEN, Algorithm::Rs256),
    ] {
        let expected = Expectations {
            algorithm: Some(algorithm),
            ..Expectations::default()
        };
        assert_eq!(word(&checked(key, token, &expected)), "good");
        // In a set, a token that names no key has no key, and one that names it has.
        let named = token == RSA_TOKEN;
        let verdict = checked(&all, token, &expected);
        assert_eq!(verdict.is_ok(), named, "{token}");
        let with_private = changed(key, "d", "AAAA".into());
        assert_eq!(word(&checked(&with_private, token, &expected)), "good");
        for other in [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256] {
            let expected = Expectations {
                algorithm: Some(other),
                ..Expectations::default()
            };
            assert_eq!(checked(key, token, &expected).is_ok(), other == algorithm);
        }
    }
}

#[test]
fn a_key_is_taken_for_what_it_is_for_and_nothing_else() {
    for (key, token) in [
        (ED25519, ED25519_TOKEN),
        (P256, P256_TOKEN),
        (RSA, RSA_TOKEN),
    ] {
        for (name, value, is_good) in [
            ("use", json!("sig"), true),
            ("use", json!("enc"), false),
            ("use", json!(1), false),
            ("key_ops", json!(["verify"]), true),
            ("key_ops", json!(["sign", "verify"]), true),
            ("key_ops", json!(["sign"]), false),
            ("key_ops", json!(["encrypt"]), false),
            ("key_ops", json!([]), false),
            ("key_ops", json!("verify"), false),
            ("alg", json!("HS256"), false),
            ("alg", json!("none"), false),
            ("alg", json!(null), false),
            ("kty", json!("oct"), false),
            ("kty", json!(null), false),
            ("crv", json!("P-384"), false),
            ("crv", json!("X25519"), false),
            ("foo", json!("bar"), true),
        ] {
            let changed = changed(key, name, value.clone());
            let verdict = checked(&changed, token, &Expectations::default());
            assert_eq!(verdict.is_ok(), is_good, "{name} {value} {token}");
        }
    }
    // Numbers in other spellings, or that cannot be.
    for (key, name, token) in [
        (ED25519, "x", ED25519_TOKEN),
        (P256, "x", P256_TOKEN),
        (P256, "y", P256_TOKEN),
        (RSA, "n", RSA_TOKEN),
        (RSA, "e", RSA_TOKEN),
    ] {
        let right: Value = serde_json::from_str(key).unwrap();
        let right = right[name].as_str().unwrap();
        for wrong in [
            format!("{right}="),
            format!(" {right}"),
            format!("{right}AAAA"),
            format!("AAAA{right}"),
            right[..right.len() - 4].to_owned(),
            String::new(),
        ] {
            let verdict = checked(
                &changed(key, name, wrong.clone().into()),
                token,
                &Expectations::default(),
            );
            assert!(verdict.is_err(), "{name} {wrong}");
        }
    }
    // 1,024 bits are too few.
    let short = changed(RSA, "n", crate::support::base64([0xc1; 128]).into());
    assert_eq!(PublicKeys::parse(&short).unwrap().left_out().len(), 1);
}

#[test]
fn key_sets_are_read_strictly_and_unusable_keys_are_left_out() {
    for wrong in [
        "",
        "[]",
        "1",
        "{}{}",
        r#"{"keys":1}"#,
        r#"{"keys":[],"keys":[]}"#,
        &ED25519.replacen('{', r#"{"kty":"OKP","#, 1),
    ] {
        assert!(PublicKeys::parse(wrong).is_err(), "{wrong}");
    }
    let set = format!(r#"{{"keys":[{{"kty":"oct","k":"AAAA"}},{ED25519},1]}}"#);
    let keys = PublicKeys::parse(&set).unwrap();
    assert_eq!(keys.left_out().len(), 2);
    assert!(check(ED25519_TOKEN, &keys, &Expectations::default()).is_ok());
    // A key id that stands twice names nothing.
    let twice = format!(r#"{{"keys":[{RSA},{RSA}]}}"#);
    let verdict = checked(&twice, RSA_TOKEN, &Expectations::default());
    assert_eq!(word(&verdict), "UnknownKey");
}

#[test]
fn what_is_expected_is_checked_and_nothing_else() {
    let none = Expectations::default();
    let at = |seconds: i64| Expectations {
        at: Some(UnixMillis(seconds * 1_000)),
        ..none
    };
    for (what, expected, verdict) in [
        ("nothing", none, "good"),
        (
            "a type",
            Expectations {
                typ: Some("JWT"),
                ..none
            },
            "WrongType",
        ),
        (
            "the issuer",
            Expectations {
                issuer: Some("joe"),
                ..none
            },
            "good",
        ),
        (
            "another issuer",
            Expectations {
                issuer: Some("ann"),
                ..none
            },
            "WrongIssuer",
        ),
        (
            "an audience",
            Expectations {
                audience: Some("joe"),
                ..none
            },
            "WrongAudience",
        ),
        ("in time", at(1_300_819_379), "good"),
        ("at the end", at(1_300_819_380), "Expired"),
    ] {
        assert_eq!(
            word(&checked(P256, P256_TOKEN, &expected)),
            verdict,
            "{what}"
        );
    }
    // A payload that is no object has no claims, and so meets no expectation of them.
    for expected in [
        at(0),
        Expectations {
            issuer: Some("joe"),
            ..none
        },
        Expectations {
            audience: Some("joe"),
            ..none
        },
    ] {
        let verdict = checked(ED25519, ED25519_TOKEN, &expected);
        assert_eq!(word(&verdict), "BadClaims");
    }
}
