//! When the key set is fetched, and what of it is used.

use serde_json::{Value, json};

use super::*;
use crate::testing::{ManualClock, Server, reply};

/// Any 32 bytes are as good as a point here: nothing is verified.
fn ed25519(kid: &str, x: &str) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x })
}

const A: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const B: &str = "aGmAAGRCtGGVJpPDdp6gXnUEmtHjxVTeSqDtTSYZ7i4";

fn set(keys: &[Value]) -> Vec<u8> {
    reply("200 OK", "", json!({ "keys": keys }).to_string().as_bytes())
}

fn keys(server: &Server) -> (KeySet, Arc<ManualClock>) {
    let clock = ManualClock::new();
    let address = Address::of(&server.url(), None, None).unwrap();
    (KeySet::new(address, clock.clone()), clock)
}

#[tokio::test]
async fn a_known_key_costs_no_request() {
    let server = Server::start(set(&[ed25519("a", A)]));
    let (keys, clock) = keys(&server);
    for _ in 0..3 {
        assert_eq!(keys.get("a").await.unwrap().algorithm, Algorithm::EdDSA);
        clock.advance_millis(100_000);
    }
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn an_unknown_key_asks_once_a_second_at_most() {
    let server = Server::start(set(&[ed25519("a", A)]));
    let (keys, clock) = keys(&server);
    assert_eq!(keys.get("b").await.unwrap_err(), Refusal::Invalid);
    clock.advance_millis(500);
    // Nobody knows: the set that is known is older than the question.
    for kid in ["c", "d", "c"] {
        assert_eq!(keys.get(kid).await.unwrap_err(), Refusal::NotFresh);
    }
    assert!(keys.get("a").await.is_ok());
    assert_eq!(server.count(), 1);
    clock.advance_millis(500);
    server.now_answers(set(&[ed25519("c", A)]));
    assert!(keys.get("c").await.is_ok());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_key_that_is_gone_is_no_good_and_costs_little() {
    let server = Server::start(set(&[ed25519("a", A)]));
    let (keys, clock) = keys(&server);
    assert!(keys.get("a").await.is_ok());
    server.now_answers(set(&[ed25519("b", A)]));
    clock.advance_millis(1_000);
    keys.refresh().await.unwrap();
    for (millis, count) in [(0, 2), (4_999, 2), (1, 3), (1_000, 3)] {
        clock.advance_millis(millis);
        for _ in 0..2 {
            assert_eq!(keys.get("a").await.unwrap_err(), Refusal::Invalid);
        }
        assert_eq!(server.count(), count, "{millis}");
    }
}

#[tokio::test]
async fn of_keys_that_nobody_has_a_bounded_number_is_remembered() {
    let server = Server::start(set(&[]));
    let (keys, clock) = keys(&server);
    for number in 0..=2 * MAX_ABSENT {
        clock.advance_millis(1_000);
        let kid = format!("invented {number}");
        assert_eq!(keys.get(&kid).await.unwrap_err(), Refusal::Invalid);
        assert!(keys.absent.len() <= MAX_ABSENT);
    }
}

#[tokio::test]
async fn a_set_that_cannot_be_had_is_asked_for_once_a_second_as_well() {
    let server = Server::start(Vec::new());
    let (keys, clock) = keys(&server);
    let bodies = ["", "[]", "{}", r#"{"keys":1}"#];
    for body in bodies {
        server.now_answers(reply("200 OK", "", body.as_bytes()));
        for _ in 0..2 {
            assert_eq!(keys.get("a").await.unwrap_err(), Refusal::NotFresh);
        }
        clock.advance_millis(1_000);
    }
    assert_eq!(server.count(), bodies.len());
}

#[tokio::test]
async fn a_key_that_stays_is_the_same_and_one_that_changed_is_not() {
    let server = Server::start(set(&[ed25519("a", A)]));
    let (keys, clock) = keys(&server);
    let before = keys.get("a").await.unwrap();
    clock.advance_millis(250);
    let early = keys.refresh().await.unwrap_err();
    assert!(matches!(early, KeySetError::TooEarly(wait) if wait == Duration::from_millis(750)));
    clock.advance_millis(750);
    keys.refresh().await.unwrap();
    assert!(Arc::ptr_eq(&keys.find("a").unwrap(), &before));
    server.now_answers(set(&[ed25519("a", B)]));
    clock.advance_millis(1_000);
    keys.refresh().await.unwrap();
    assert!(!Arc::ptr_eq(&keys.find("a").unwrap(), &before));
}

#[test]
fn each_key_is_good_for_one_algorithm_and_others_are_passed_over() {
    let ec =
        |kid: &str, curve: &str| json!({ "kty": "EC", "crv": curve, "kid": kid, "x": A, "y": B });
    let rsa = |kid: &str, algorithm: Value| json!({ "kty": "RSA", "n": A, "e": "AQAB", "kid": kid, "alg": algorithm });
    let mut encrypts = ed25519("no", A);
    encrypts["use"] = json!("enc");
    let mut nameless = ed25519("no", A);
    nameless["kid"] = json!(7);
    let all = json!({ "keys": [
        ed25519("ed", A),
        ec("ec", "P-256"),
        rsa("rsa", json!("RS256")),
        ec("no", "P-384"),
        rsa("no", json!("RS512")),
        rsa("no", json!("PS256")),
        rsa("no", json!("of the future")),
        { "kty": "oct", "k": A, "kid": "no" },
        { "kty": "of the future", "kid": "no" },
        encrypts,
        nameless,
        1,
    ] });
    let found: Vec<_> = parse(all.to_string().as_bytes())
        .unwrap()
        .into_iter()
        .map(|(kid, key)| (kid, key.algorithm))
        .collect();
    assert_eq!(
        found,
        [
            ("ed".to_owned(), Algorithm::EdDSA),
            ("ec".to_owned(), Algorithm::ES256),
            ("rsa".to_owned(), Algorithm::RS256),
        ]
    );
}
