//! Claims that are not those of an access token of ours.

use latchkey_testing::TestAuthority;
use serde_json::{Value, json};

use super::judged;
use crate::support::{Forge, claims};

const ISSUER: &str = "http://127.0.0.1:3000";

/// Judges good tokens of which one claim is another.
async fn judged_with(cases: &[(&'static str, Value, &'static str)]) {
    let test = TestAuthority::new().await;
    let forge = Forge::of(&test.authority).await;
    let now = test.authority.now().0 / 1_000;
    for (name, value, expected) in cases {
        let token = forge.token(now, |claims| claims[*name] = value.clone());
        judged(&test, &[(name, token, expected)]).await;
    }
}

#[tokio::test]
async fn every_claim_is_there_and_of_the_right_kind() {
    let test = TestAuthority::new().await;
    let forge = Forge::of(&test.authority).await;
    let now = test.authority.now().0 / 1_000;
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
        let without = forge.token(now, |claims| {
            claims.as_object_mut().unwrap().remove(name);
        });
        judged(&test, &[(name, without, "BadClaims")]).await;
        for value in [json!(null), json!({}), json!([]), json!(true)] {
            let token = forge.token(now, |claims| claims[name] = value);
            judged(&test, &[(name, token, "BadClaims")]).await;
        }
    }
    for name in ["iss", "aud"] {
        let without = forge.token(now, |claims| {
            claims.as_object_mut().unwrap().remove(name);
        });
        let expected = if name == "iss" {
            "WrongIssuer"
        } else {
            "WrongAudience"
        };
        judged(&test, &[(name, without, expected)]).await;
    }
}

#[tokio::test]
async fn issuer_and_audience_are_exactly_ours() {
    judged_with(&[
        ("iss", json!("https://elsewhere.example"), "WrongIssuer"),
        ("iss", json!(format!("{ISSUER}/")), "WrongIssuer"),
        ("iss", json!("HTTP://127.0.0.1:3000"), "WrongIssuer"),
        ("iss", json!([ISSUER]), "WrongIssuer"),
        ("iss", json!(null), "WrongIssuer"),
        ("aud", json!("https://elsewhere.example"), "WrongAudience"),
        ("aud", json!(""), "WrongAudience"),
        ("aud", json!([]), "WrongAudience"),
        ("aud", json!(["a", "b"]), "WrongAudience"),
        ("aud", json!(["a", ISSUER]), "good"),
        ("aud", json!([ISSUER]), "good"),
        ("aud", json!([ISSUER, 1]), "BadClaims"),
        ("aud", json!([[ISSUER]]), "BadClaims"),
        ("aud", json!({ "a": ISSUER }), "BadClaims"),
        ("aud", json!(1), "BadClaims"),
        ("aud", json!(null), "BadClaims"),
    ])
    .await;
}

#[tokio::test]
async fn whom_a_token_is_for_is_said_in_one_way() {
    judged_with(&[
        ("token_type", json!("refresh"), "WrongType"),
        ("token_type", json!("Access"), "WrongType"),
        (
            "sub",
            json!("01890a5d-ac96-774b-bcce-b302099a8059"),
            "BadClaims",
        ),
        (
            "user_id",
            json!("01890a5d-ac96-774b-bcce-b302099a8059"),
            "BadClaims",
        ),
        (
            "user_id",
            json!("01890A5D-AC96-774B-BCCE-B302099A8057"),
            "BadClaims",
        ),
        (
            "sid",
            json!("01890a5dac96774bbcceb302099a8058"),
            "BadClaims",
        ),
        ("sid", json!("x"), "BadClaims"),
        ("jti", json!("x"), "BadClaims"),
        ("jti", json!("-1.AAAAAAAAAAAAAAAAAAAAAA"), "BadClaims"),
        ("client_id", json!(""), "BadClaims"),
        ("exp", json!("9999999999"), "BadClaims"),
        ("exp", json!(1e300), "BadClaims"),
        ("exp", json!(-1), "Expired"),
        ("exp", json!(0), "Expired"),
        ("exp", json!(9_999_999_999.5), "good"),
        ("nbf", json!("0"), "BadClaims"),
    ])
    .await;
    let test = TestAuthority::new().await;
    let forge = Forge::of(&test.authority).await;
    let now = test.authority.now().0 / 1_000;
    // The same user in `sub` and `user_id`, by a spelling that is not ours.
    let token = forge.token(now, |claims| {
        let id = "01890A5DAC96774BBCCEB302099A8057";
        claims["sub"] = id.into();
        claims["user_id"] = id.into();
    });
    judged(&test, &[("spelling", token, "BadClaims")]).await;
}

#[tokio::test]
async fn claims_are_one_object_without_a_member_twice() {
    let test = TestAuthority::new().await;
    let forge = Forge::of(&test.authority).await;
    let good = claims(test.authority.now().0 / 1_000).to_string();
    for (payload, expected) in [
        (format!(" {good}\n"), "good"),
        (good.replacen('{', r#"{"iat":1,"#, 1), "BadClaims"),
        (
            good.replacen('{', r#"{"nbf":{"a":1,"a":1},"#, 1),
            "BadClaims",
        ),
        (
            good.replacen('{', r#"{"\u0065xp":9999999999,"#, 1),
            "BadClaims",
        ),
        (format!("[{good}]"), "BadClaims"),
        (format!("{good}{{}}"), "BadClaims"),
        ("{}".to_owned(), "WrongIssuer"),
        ("[]".to_owned(), "BadClaims"),
        ("foo".to_owned(), "BadClaims"),
        (String::new(), "BadClaims"),
    ] {
        let token = forge.sign(&forge.header(), &payload);
        judged(&test, &[("claims", token, expected)]).await;
    }
}
