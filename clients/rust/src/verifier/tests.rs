//! Which tokens are good.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::*;
use crate::{
    Settings,
    testing::{ManualClock, NOW, Server, TOKEN, reply},
    wire::tests::{ALICE, FAMILY, OTHER, ended},
};

const ISSUER: &str = "https://id.example";

/// A key that signs, with its public half.
struct Signer {
    kid: &'static str,
    algorithm: Algorithm,
    private: EncodingKey,
    public: Value,
}

impl Signer {
    fn ed25519(kid: &'static str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        Self {
            kid,
            algorithm: Algorithm::EdDSA,
            private: EncodingKey::from_ed_der(pkcs8.as_ref()),
            public: json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": kid, "x": x }),
        }
    }

    fn p256(kid: &'static str) -> Self {
        let suite = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(suite, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(suite, pkcs8.as_ref()).unwrap();
        // One byte that says how the point is written, then its two halves.
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let [x, y] = [x, y].map(|half| URL_SAFE_NO_PAD.encode(half));
        Self {
            kid,
            algorithm: Algorithm::ES256,
            private: EncodingKey::from_ec_der(pkcs8.as_ref()),
            public: json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": kid, "x": x, "y": y }),
        }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let [head, body] =
            [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string().as_bytes()));
        let signed = format!("{head}.{body}");
        let signature = crypto::sign(signed.as_bytes(), &self.private, self.algorithm).unwrap();
        format!("{signed}.{signature}")
    }

    fn header(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": format!("{:?}", self.algorithm), "kid": self.kid })
    }

    /// A token of this sign-in.
    fn token(&self, sid: Uuid) -> String {
        self.sign(&self.header(), &with(claims(), json!({ "sid": sid })))
    }
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": ALICE, "aud": ISSUER, "exp": NOW + 900, "iat": NOW,
        "jti": "0.AAAAAAAAAAAAAAAAAAAAAA", "sid": FAMILY, "client_id": "latchkey",
        "token_type": "access", "user_id": ALICE,
    })
}

/// With other members; null takes one away.
fn with(mut object: Value, members: Value) -> Value {
    let known = object.as_object_mut().unwrap();
    for (name, value) in members.as_object().unwrap() {
        if value.is_null() {
            known.remove(name);
        } else {
            known.insert(name.clone(), value.clone());
        }
    }
    object
}

struct Bench {
    clock: Arc<ManualClock>,
    server: Server,
    ed: Signer,
    ec: Signer,
    verifier: Verifier,
}

impl Bench {
    fn new() -> Self {
        Self::waiting(Duration::ZERO)
    }

    /// A check waits so long for what is fresh.
    fn waiting(join_limit: Duration) -> Self {
        let (ed, ec) = (Signer::ed25519("ed"), Signer::p256("ec"));
        let server = Server::start(key_set(&[&ed, &ec]));
        let clock = ManualClock::new();
        let mut settings = Settings::new(ISSUER, TOKEN);
        settings.via = Some(server.url());
        settings.clock = clock.clone();
        let follower = Follower::idle(settings, join_limit);
        follower.hears(json!([]));
        Self {
            clock,
            server,
            ed,
            ec,
            verifier: Verifier::new(follower),
        }
    }

    async fn judge(&self, header: Value, changes: Value) -> Result<Principal, Refusal> {
        let header = with(self.ed.header(), header);
        let token = self.ed.sign(&header, &with(claims(), changes));
        self.verifier.verify(&token).await
    }
}

fn key_set(signers: &[&Signer]) -> Vec<u8> {
    let keys: Vec<&Value> = signers.iter().map(|signer| &signer.public).collect();
    reply("200 OK", "", json!({ "keys": keys }).to_string().as_bytes())
}

#[tokio::test]
async fn who_acts() {
    let bench = Bench::new();
    for signer in [&bench.ed, &bench.ec] {
        let who = bench.verifier.verify(&signer.token(FAMILY)).await.unwrap();
        assert_eq!((who.user_id, who.sid), (ALICE, FAMILY));
        assert_eq!((who.issued_at, who.expires_at), (NOW, NOW + 900));
        assert_eq!(who.client_id, "latchkey");
    }
}

#[tokio::test]
async fn claims_are_strict() {
    let bench = Bench::new();
    let mut wrong = vec![
        json!({ "iss": "https://other.example" }),
        json!({ "aud": "https://other.example" }),
        json!({ "aud": [] }),
        json!({ "aud": 1 }),
        json!({ "sub": OTHER }),
        json!({ "user_id": OTHER }),
        json!({ "sub": "x", "user_id": "x" }),
        json!({ "sid": "x" }),
        json!({ "sid": FAMILY.to_string().to_uppercase() }),
        json!({ "iat": NOW + 31 }),
        json!({ "nbf": NOW + 31 }),
        json!({ "exp": "never" }),
        json!({ "exp": -1 }),
        json!({ "client_id": "" }),
    ];
    for name in [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "jti",
        "sid",
        "client_id",
        "user_id",
    ] {
        wrong.push(json!({ name: null }));
    }
    for changes in wrong {
        let judged = bench.judge(json!({}), changes.clone()).await;
        assert_eq!(judged, Err(Refusal::Invalid), "{changes}");
    }
    for kind in [json!(null), json!("refresh")] {
        let judged = bench.judge(json!({}), json!({ "token_type": kind })).await;
        assert_eq!(judged, Err(Refusal::WrongType));
    }
    let good = json!({ "iat": NOW + 30, "aud": ["https://other.example", ISSUER], "scope": "x" });
    assert!(bench.judge(json!({}), good).await.is_ok());
}

#[tokio::test]
async fn its_time_is_over_to_the_second() {
    let bench = Bench::new();
    let token = bench.ed.token(FAMILY);
    bench.clock.advance_millis(899_999);
    bench.verifier.follower().hears(json!([]));
    assert!(bench.verifier.verify(&token).await.is_ok());
    bench.clock.advance_millis(1);
    assert_eq!(bench.verifier.verify(&token).await, Err(Refusal::Expired));
}

#[tokio::test]
async fn headers_are_strict() {
    let bench = Bench::new();
    for header in [
        json!({ "typ": "JWT" }),
        json!({ "typ": null }),
        json!({ "kid": "another" }),
        json!({ "kid": null }),
        json!({ "kid": "ec" }),
        json!({ "alg": "ES256" }),
        json!({ "alg": "none" }),
        json!({ "alg": "HS256" }),
        json!({ "jku": "https://evil.example" }),
        json!({ "jwk": bench.ed.public }),
        json!({ "crit": ["exp"] }),
    ] {
        let judged = bench.judge(header.clone(), json!({})).await;
        assert_eq!(judged, Err(Refusal::Invalid), "{header}");
        bench.clock.advance_millis(1_000);
        bench.verifier.follower().hears(json!([]));
    }
}

#[tokio::test]
async fn what_is_no_token_or_signed_by_somebody_else() {
    let bench = Bench::new();
    let token = bench.ed.token(FAMILY);
    let other = bench.ed.token(OTHER);
    let parts: Vec<&str> = token.split('.').collect();
    let stranger = Signer::ed25519("ed").token(FAMILY);
    for wrong in [
        String::new(),
        "x".to_owned(),
        "..".to_owned(),
        "lkr_abc".to_owned(),
        "ü.ü.ü".to_owned(),
        "x".repeat(5_000),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{token}.x"),
        format!(" {token}"),
        format!("{}={}", parts[0], &token[parts[0].len()..]),
        format!(
            "{}.{}.{}",
            parts[0],
            other.split('.').nth(1).unwrap(),
            parts[2]
        ),
        stranger,
    ] {
        assert_eq!(
            bench.verifier.verify(&wrong).await,
            Err(Refusal::Invalid),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn an_ended_family_is_refused_and_others_go_on() {
    let bench = Bench::new();
    let token = bench.ed.token(FAMILY);
    assert!(bench.verifier.verify(&token).await.is_ok());
    bench.verifier.follower().hears(json!([ended(FAMILY)]));
    assert_eq!(bench.verifier.verify(&token).await, Err(Refusal::Ended));
    assert!(bench.verifier.verify(&bench.ed.token(OTHER)).await.is_ok());
}

#[tokio::test]
async fn the_token_of_a_killed_key_is_refused_at_once() {
    let bench = Bench::new();
    let token = bench.ed.token(FAMILY);
    assert!(bench.verifier.verify(&token).await.is_ok());
    bench.server.now_answers(key_set(&[&bench.ec]));
    bench.clock.advance_millis(1_000);
    bench.verifier.follower().keys().refresh().await.unwrap();
    assert_eq!(bench.verifier.verify(&token).await, Err(Refusal::Invalid));
}

#[tokio::test]
async fn so_is_one_that_waits_for_what_is_fresh_meanwhile() {
    let bench = Bench::waiting(Duration::from_mins(1));
    let token = bench.ed.token(FAMILY);
    assert!(bench.verifier.verify(&token).await.is_ok());
    bench.clock.advance_millis(5_000);
    bench.server.now_answers(key_set(&[&bench.ec]));
    let follower = bench.verifier.follower();
    // The first one is polled first, and waits.
    let (judged, ()) = tokio::join!(bench.verifier.verify(&token), async {
        follower.keys().refresh().await.unwrap();
        follower.hears(json!([]));
    });
    assert_eq!(judged, Err(Refusal::Ended));
}

#[tokio::test]
async fn nobody_can_know() {
    let bench = Bench::new();
    let token = bench.ed.token(FAMILY);
    assert!(bench.verifier.verify(&token).await.is_ok());
    bench.clock.advance_millis(2_001);
    assert_eq!(bench.verifier.verify(&token).await, Err(Refusal::NotFresh));
}
