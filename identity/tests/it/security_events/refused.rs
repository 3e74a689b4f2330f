//! Tokens that count for nothing.

use std::time::Duration;

use latchkey_identity::security_event::{Received, SecurityEventError};
use latchkey_testing::transmitter::{Publishes, header, unsigned};
use latchkey_types::{Outcome, UnixMillis};
use serde_json::{Value, json};

use super::{AUDIENCE, SUBJECT, Told};

const REVOKED: &str = "risc/event-type/sessions-revoked";

impl Told {
    /// The claims of a good token.
    fn good(&self) -> Value {
        let events = self.google.event(REVOKED, SUBJECT, json!({}));
        self.google.claims(self.now(), events)
    }

    /// The reason for which a token is refused.
    async fn refusal(&self, token: &str) -> &'static str {
        let error = self.hand_in(token).await.unwrap_err();
        error.reason().unwrap_or("none of the token's")
    }
}

#[tokio::test]
async fn claims_that_are_not_those_of_a_security_event_for_us_are_refused() {
    let told = Told::new().await;
    let ann = told.connected().await;
    let now = told.now().0.div_euclid(1_000);
    let month = 30 * 24 * 60 * 60;
    let many: Value = (0..17)
        .map(|number| (format!("https://example.com/{number}"), json!({})))
        .collect::<serde_json::Map<_, _>>()
        .into();
    for (name, value, reason) in [
        ("aud", json!("somebody.else.example.com"), "token_audience"),
        (
            "aud",
            json!(["somebody.else.example.com"]),
            "token_audience",
        ),
        ("aud", json!([AUDIENCE, 7]), "token_malformed"),
        ("aud", Value::Null, "token_audience"),
        ("iss", json!("https://evil.example/"), "token_issuer"),
        // The issuer of ID tokens, without the slash.
        ("iss", json!(told.google.provider()), "token_issuer"),
        ("iss", Value::Null, "token_issuer"),
        ("jti", json!(""), "token_malformed"),
        ("jti", json!(7), "token_malformed"),
        ("jti", Value::Null, "token_malformed"),
        ("iat", json!(now + 31), "token_malformed"),
        ("iat", json!(now + 365 * 24 * 60 * 60), "token_malformed"),
        ("iat", json!(now - month), "token_malformed"),
        ("iat", json!("now"), "token_malformed"),
        ("iat", Value::Null, "token_malformed"),
        ("exp", json!(now), "token_malformed"),
        ("exp", json!(1.0e300), "token_malformed"),
        ("events", json!({}), "token_malformed"),
        ("events", json!([]), "token_malformed"),
        ("events", json!({ "x": "y" }), "token_malformed"),
        ("events", many, "token_malformed"),
        ("events", Value::Null, "token_malformed"),
        ("sub_id", json!("x"), "token_malformed"),
        ("nonce", json!("n-0S6_WzA2Mj"), "token_malformed"),
    ] {
        let mut claims = told.good();
        claims[name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
        let token = told.google.sign(&claims);
        assert_eq!(told.refusal(&token).await, reason, "{name}: {value}");
    }
    assert_eq!(told.live(&ann).await, [true; 4]);
    // At the bounds they are good.
    for iat in [now + 30, now - month + 1] {
        let mut claims = told.good();
        claims["iat"] = json!(iat);
        claims["aud"] = json!(["somebody.else.example.com", AUDIENCE]);
        claims["exp"] = json!(now + 1);
        let token = told.google.sign(&claims);
        assert_eq!(told.hand_in(&token).await.unwrap(), Received::Now, "{iat}");
    }
}

#[tokio::test]
async fn a_token_is_refused_for_its_age_before_it_is_forgotten_as_used() {
    let told = Told::new().await;
    let token = told.google.sign(&told.good());
    assert_eq!(told.hand_in(&token).await.unwrap(), Received::Now);
    let authority = &told.test.test.authority;
    let month = Duration::from_hours(30 * 24);
    told.test
        .test
        .clock
        .advance(month.saturating_sub(Duration::from_millis(1)));
    latchkey_authority::spent::prune(authority).await.unwrap();
    assert_eq!(told.hand_in(&token).await.unwrap(), Received::Before);
    told.test.test.clock.advance(Duration::from_millis(1));
    latchkey_authority::spent::prune(authority).await.unwrap();
    assert_eq!(told.refusal(&token).await, "token_malformed");
    // Nodes go by clocks that may differ a little: it is kept for some minutes more.
    assert_eq!(told.test.rows("spent_values").await, 1);
    told.test.test.clock.advance(Duration::from_mins(5));
    latchkey_authority::spent::prune(authority).await.unwrap();
    assert_eq!(told.test.rows("spent_values").await, 0);
}

/// Tokens with the claims of a good one that nobody signed as they stand, and why each is refused.
fn forgeries(told: &Told, claims: &Value, good: &str) -> Vec<(&'static str, String, &'static str)> {
    let payload = claims.to_string();
    let with = |change: fn(&mut Value)| {
        let mut header = header(0);
        change(&mut header);
        header
    };
    let none = unsigned(&with(|header| header["alg"] = "none".into()), &payload);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (_, other_signature) = {
        let mut other = claims.clone();
        other["jti"] = "another".into();
        let other = told.google.sign(&other);
        let (signed, signature) = other.rsplit_once('.').unwrap();
        (signed.to_owned(), signature.to_owned())
    };
    vec![
        ("alg none", format!("{none}."), "token_malformed"),
        (
            "alg none, signed",
            format!("{none}.{signature}"),
            "token_key",
        ),
        (
            "a MAC under the public key",
            told.google.mac_with_public_key(claims),
            "token_key",
        ),
        (
            "the signature of another token",
            format!("{signed}.{other_signature}"),
            "token_signature",
        ),
        ("no signature", format!("{signed}."), "token_malformed"),
        (
            "another key under the name of this one",
            told.google.sign_with(1, &header(0), &payload),
            "token_signature",
        ),
        (
            "a key of nobody",
            told.google.sign_with(1, &header(1), &payload),
            "token_key",
        ),
        (
            "a key of its own",
            told.google
                .sign_with(1, &with(|header| header["jwk"] = json!({})), &payload),
            "token_malformed",
        ),
        (
            "the address of a key",
            told.google.sign_with(
                1,
                &with(|header| header["jku"] = "https://evil.example/".into()),
                &payload,
            ),
            "token_malformed",
        ),
        (
            "an access token",
            told.google
                .sign_with(0, &with(|header| header["typ"] = "at+jwt".into()), &payload),
            "token_malformed",
        ),
        (
            "a logout token",
            told.google.sign_with(
                0,
                &with(|header| header["typ"] = "logout+jwt".into()),
                &payload,
            ),
            "token_malformed",
        ),
        (
            "two subjects",
            told.google.sign_with(
                0,
                &header(0),
                &payload.replace("\"sub\":", "\"sub\":\"7\",\"sub\":"),
            ),
            "token_malformed",
        ),
        (
            "two lists of events",
            told.google.sign_with(
                0,
                &header(0),
                &payload.replacen('{', "{\"events\":{\"x\":{}},", 1),
            ),
            "token_malformed",
        ),
        ("nothing", String::new(), "token_malformed"),
        ("two tokens", format!("{good} {good}"), "token_malformed"),
        ("too long", "a".repeat(100_000), "token_malformed"),
    ]
}

#[tokio::test]
async fn whatever_is_not_signed_by_the_issuer_is_refused() {
    let told = Told::new().await;
    let ann = told.connected().await;
    let claims = told.good();
    let good = told.google.sign(&claims);
    for (what, token, reason) in forgeries(&told, &claims, &good) {
        assert_eq!(told.refusal(&token).await, reason, "{what}");
    }
    assert_eq!(told.live(&ann).await, [true; 4]);
    assert_eq!(told.test.rows("spent_values").await, 0);
    // All of them were sent in one minute from one address.
    let recorded = told.recorded().await;
    assert_eq!(recorded.len(), 1);
    assert_eq!(recorded[0].outcome, Outcome::Failure);
    assert_eq!(recorded[0].subject, None);
    // And the good one is still good.
    assert_eq!(told.hand_in(&good).await.unwrap(), Received::Now);
}

#[tokio::test]
async fn an_id_token_of_the_same_issuer_with_the_same_keys_is_no_security_event() {
    let told = Told::new().await;
    let now = told.now().0.div_euclid(1_000);
    let mut header = header(0);
    header["typ"] = "JWT".into();
    for issuer in [told.google.provider().to_owned(), told.google.issuer()] {
        let claims = json!({
            "iss": issuer,
            "aud": AUDIENCE,
            "azp": AUDIENCE,
            "sub": SUBJECT,
            "iat": now,
            "exp": now + 3_600,
            "jti": "id-token",
            "nonce": "n-0S6_WzA2Mj",
        });
        let token = told.google.sign_with(0, &header, &claims.to_string());
        assert!(told.hand_in(&token).await.is_err(), "{issuer}");
    }
}

#[tokio::test]
async fn what_a_token_says_that_it_is_may_be_left_out() {
    let told = Told::new().await;
    for typ in [None, Some("JWT"), Some("secevent+jwt")] {
        let mut header = header(0);
        header.as_object_mut().unwrap().remove("typ");
        if let Some(typ) = typ {
            header["typ"] = typ.into();
        }
        let payload = told.good().to_string();
        let token = told.google.sign_with(0, &header, &payload);
        assert_eq!(
            told.hand_in(&token).await.unwrap(),
            Received::Now,
            "{typ:?}"
        );
    }
}

#[tokio::test]
async fn keys_are_kept_and_read_again_for_an_unknown_one_once_a_minute() {
    let told = Told::new().await;
    let by = |key: usize| {
        told.google
            .sign_with(key, &header(key), &told.good().to_string())
    };
    for _ in 0..3 {
        assert_eq!(told.hand_in(&by(0)).await.unwrap(), Received::Now);
    }
    assert_eq!(told.google.readings(), 1);
    // The keys change. Within a minute of the last reading nobody looks.
    told.google.publish_keys(&[1]);
    assert_eq!(told.refusal(&by(1)).await, "token_key");
    assert_eq!(told.google.readings(), 1);
    told.test.test.clock.advance(Duration::from_mins(1));
    assert_eq!(told.hand_in(&by(1)).await.unwrap(), Received::Now);
    assert_eq!(told.google.readings(), 2);
    // What signed before is gone with them.
    for _ in 0..3 {
        assert_eq!(told.refusal(&by(0)).await, "token_key");
    }
    assert_eq!(told.google.readings(), 2);
}

#[tokio::test]
async fn without_keys_nothing_is_said_of_a_token_and_nothing_happens() {
    for publishes in [
        Publishes::Nothing,
        Publishes::AnotherIssuer,
        Publishes::Redirect,
    ] {
        let told = Told::new().await;
        let ann = told.connected().await;
        told.google.publish(publishes);
        let token = told.google.sign(&told.good());
        let error = told.hand_in(&token).await.unwrap_err();
        assert!(
            matches!(error, SecurityEventError::NoKeys(_)),
            "{publishes:?}: {error}"
        );
        assert_eq!(told.live(&ann).await, [true; 4]);
        assert!(told.recorded().await.is_empty());
        // It comes again when they are back.
        told.google.publish(Publishes::Keys);
        told.test.test.clock.advance(Duration::from_secs(5));
        assert_eq!(told.hand_in(&token).await.unwrap(), Received::Now);
        assert_eq!(told.live(&ann).await, [false; 4]);
    }
}

#[tokio::test]
async fn keys_that_were_read_once_serve_through_an_outage_of_a_day() {
    let told = Told::new().await;
    let tells = |at: UnixMillis| {
        let events = told.google.event(REVOKED, SUBJECT, json!({}));
        told.google.sign(&told.google.claims(at, events))
    };
    assert_eq!(
        told.hand_in(&tells(told.now())).await.unwrap(),
        Received::Now
    );
    told.google.publish(Publishes::Nothing);
    told.test.test.clock.advance(Duration::from_hours(23));
    assert_eq!(
        told.hand_in(&tells(told.now())).await.unwrap(),
        Received::Now
    );
    told.test.test.clock.advance(Duration::from_hours(1));
    let error = told.hand_in(&tells(told.now())).await.unwrap_err();
    assert!(matches!(error, SecurityEventError::NoKeys(_)), "{error}");
}
