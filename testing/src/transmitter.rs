use std::sync::{
    Arc, LazyLock, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_types::UnixMillis;
use serde_json::{Value, json};

/// Drawn once: keys of this kind take their time.
static KEYS: LazyLock<[RsaKeyPair; 2]> = LazyLock::new(|| {
    let draw = || RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    [draw(), draw()]
});

/// How a [`Transmitter`] answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publishes {
    /// Its description and its keys.
    Keys,
    /// A description that names another issuer.
    AnotherIssuer,
    /// A description that leads elsewhere for the keys, by a redirect.
    Redirect,
    /// Nothing: it is broken.
    Nothing,
}

#[derive(Debug)]
struct Shared {
    issuer: String,
    publishes: Mutex<Publishes>,
    keys: Mutex<Vec<usize>>,
    readings: AtomicUsize,
}

/// Somebody who signs security events, on loopback: its description, its keys, its tokens.
#[derive(Debug)]
pub struct Transmitter {
    shared: Arc<Shared>,
    /// Whom its tokens are for.
    pub audience: String,
}

impl Transmitter {
    /// Starts one, whose tokens are for `audience`. It has the first of two keys.
    pub async fn start(audience: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Shared {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            publishes: Mutex::new(Publishes::Keys),
            keys: Mutex::new(vec![0]),
            readings: AtomicUsize::new(0),
        });
        let app = Router::new()
            .route("/.well-known/risc-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/elsewhere", get(elsewhere))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            shared,
            audience: audience.to_owned(),
        }
    }

    /// The issuer of ID tokens beside it: without a slash, as Google has it.
    pub fn provider(&self) -> &str {
        &self.shared.issuer
    }

    /// The issuer of its tokens: with one.
    pub fn issuer(&self) -> String {
        format!("{}/", self.shared.issuer)
    }

    /// Where it describes itself.
    pub fn configuration(&self) -> String {
        format!("{}/.well-known/risc-configuration", self.shared.issuer)
    }

    /// How it answers from now on.
    pub fn publish(&self, what: Publishes) {
        *self.shared.publishes.lock().unwrap() = what;
    }

    /// Which of its two keys it publishes from now on.
    pub fn publish_keys(&self, which: &[usize]) {
        *self.shared.keys.lock().unwrap() = which.to_vec();
    }

    /// How often its keys were read.
    pub fn readings(&self) -> usize {
        self.shared.readings.load(Ordering::SeqCst)
    }

    /// The claims of a token that tells `events` at `at`; each has another `jti`.
    pub fn claims(&self, at: UnixMillis, events: Value) -> Value {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        json!({
            "iss": self.issuer(),
            "aud": self.audience,
            "iat": at.0.div_euclid(1_000),
            "jti": format!("event-{number}"),
            "events": events,
        })
    }

    /// An event of Google's about an account of its own.
    pub fn event(&self, name: &str, subject: &str, more: Value) -> Value {
        let mut facts = json!({
            "subject": { "subject_type": "iss-sub", "iss": self.issuer(), "sub": subject },
        });
        for (name, value) in more.as_object().unwrap() {
            facts[name] = value.clone();
        }
        json!({ format!("https://schemas.openid.net/secevent/{name}"): facts })
    }

    /// A good token that tells one event.
    pub fn tells(&self, at: UnixMillis, name: &str, subject: &str, more: Value) -> String {
        self.sign(&self.claims(at, self.event(name, subject, more)))
    }

    /// Signs claims with the first key, as Google does.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(0, &header(0), &claims.to_string())
    }

    /// Signs any header and any payload with one of the keys.
    pub fn sign_with(&self, key: usize, header: &Value, payload: &str) -> String {
        let signed = unsigned(header, payload);
        let pair = &KEYS[key];
        let mut signature = vec![0; pair.public_modulus_len()];
        let random = SystemRandom::new();
        pair.sign(
            &RSA_PKCS1_SHA256,
            &random,
            signed.as_bytes(),
            &mut signature,
        )
        .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The same with a MAC under the text of the first public key, for whoever mistakes one for
    /// the other.
    pub fn mac_with_public_key(&self, claims: &Value) -> String {
        let mut header = header(0);
        header["alg"] = "HS256".into();
        let signed = unsigned(&header, &claims.to_string());
        let secret = jwk(0)["n"].as_str().unwrap().to_owned();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hmac::sign(&key, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
    }
}

/// The header of a good token under one of the keys.
pub fn header(key: usize) -> Value {
    json!({ "alg": "RS256", "kid": format!("key-{key}"), "typ": "secevent+jwt" })
}

/// The part of a token that is signed.
pub fn unsigned(header: &Value, payload: &str) -> String {
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(payload)
    )
}

fn jwk(key: usize) -> Value {
    let public = KEYS[key].public_key();
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "kid": format!("key-{key}"),
        "n": number(public.modulus().big_endian_without_leading_zero()),
        "e": number(public.exponent().big_endian_without_leading_zero()),
    })
}

async fn configuration(State(shared): State<Arc<Shared>>) -> Response {
    let base = &shared.issuer;
    let publishes = *shared.publishes.lock().unwrap();
    let (issuer, keys) = match publishes {
        Publishes::Keys => (format!("{base}/"), "keys"),
        Publishes::AnotherIssuer => ("https://evil.example/".to_owned(), "keys"),
        Publishes::Redirect => (format!("{base}/"), "elsewhere"),
        Publishes::Nothing => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    Json(json!({ "issuer": issuer, "jwks_uri": format!("{base}/{keys}") })).into_response()
}

async fn keys(State(shared): State<Arc<Shared>>) -> Response {
    shared.readings.fetch_add(1, Ordering::SeqCst);
    let keys = shared.keys.lock().unwrap().clone();
    let keys: Vec<Value> = keys.into_iter().map(jwk).collect();
    Json(json!({ "keys": keys })).into_response()
}

async fn elsewhere(State(shared): State<Arc<Shared>>) -> Response {
    let keys = format!("{}/keys", shared.issuer);
    (StatusCode::FOUND, [(header::LOCATION, keys)]).into_response()
}
