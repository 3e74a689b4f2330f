//! An OpenID provider on loopback, whose every claim is the test's to choose.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_authority::clock::Clock as _;
use latchkey_testing::ManualClock;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

pub(crate) const CLIENT_ID: &str = "latchkey-test";
pub(crate) const CLIENT_SECRET: &str = "the secret of the tests";

/// A code that was given, and what it is good for.
struct Given {
    challenge: String,
    redirect_uri: String,
    claims: Value,
}

/// How the provider behaves; tests change it as they go.
pub(crate) struct Behaviour {
    pub(crate) header: Value,
    /// What the discovery document says beside or instead of the usual.
    pub(crate) document: Value,
    pub(crate) userinfo: Option<Value>,
    /// What the interface of GitHub says.
    pub(crate) user: Value,
    pub(crate) emails: Value,
    /// How often the keys were read.
    pub(crate) keys_read: usize,
    pub(crate) is_down: bool,
    codes: HashMap<String, Given>,
    key: Ed25519KeyPair,
    kid: String,
}

/// The provider. It stops with the test's runtime.
#[derive(Clone)]
pub(crate) struct OpenId {
    pub(crate) issuer: String,
    behaviour: Arc<Mutex<Behaviour>>,
}

fn key_pair() -> Ed25519KeyPair {
    Ed25519KeyPair::generate().expect("a key pair")
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The parameters of an address.
pub(crate) fn parameters(address: &str) -> HashMap<String, String> {
    let address = address.parse().expect("an address");
    let Query(parameters) = Query::try_from_uri(&address).expect("parameters");
    parameters
}

impl OpenId {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self {
            issuer,
            behaviour: Arc::new(Mutex::new(Behaviour {
                header: json!({ "alg": "EdDSA", "typ": "JWT" }),
                document: json!({}),
                userinfo: None,
                user: json!({ "id": 77, "login": "octo-ann" }),
                emails: json!([]),
                keys_read: 0,
                is_down: false,
                codes: HashMap::new(),
                key: key_pair(),
                kid: "one".to_owned(),
            })),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(document))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .route("/login/oauth/access_token", post(token))
            .route("/api/v3/user", get(user))
            .route("/api/v3/user/emails", get(emails))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub(crate) fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().unwrap()
    }

    /// The settings that make it Google.
    pub(crate) fn as_google(&self) -> Vec<(&'static str, String)> {
        vec![
            ("google_issuer", self.issuer.clone()),
            ("google_client_id", CLIENT_ID.to_owned()),
            ("google_client_secret", CLIENT_SECRET.to_owned()),
        ]
    }

    /// The settings that make it one among others, named `acme`.
    pub(crate) fn as_acme(&self, more: &Value) -> (&'static str, String) {
        let mut acme = json!({
            "id": "acme",
            "name": "Acme",
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        });
        merge(&mut acme, more);
        ("providers", json!([acme]).to_string())
    }

    /// The settings that make it GitHub.
    pub(crate) fn as_github(&self, more: &Value) -> (&'static str, String) {
        let mut github = json!({
            "id": "github",
            "kind": "github",
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        });
        merge(&mut github, more);
        ("providers", json!([github]).to_string())
    }

    /// Says yes to somebody who was led here: gives the address that leads them back. `claims` are
    /// of the ID token, over the usual ones; `null` takes one away.
    pub(crate) fn consent(&self, led_to: &str, claims: &Value) -> String {
        let asked = parameters(led_to);
        assert_eq!(asked["client_id"], CLIENT_ID);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        let mut all = self.usual_claims();
        all["nonce"] = asked.get("nonce").map(String::as_str).into();
        merge(&mut all, claims);
        let mut behaviour = self.behaviour();
        let code = format!("code-{}", behaviour.codes.len());
        behaviour.codes.insert(
            code.clone(),
            Given {
                challenge: asked["code_challenge"].clone(),
                redirect_uri: asked["redirect_uri"].clone(),
                claims: all,
            },
        );
        format!("{}?code={code}&state={}", back(&asked), asked["state"])
    }

    /// A code that a front end had with a verifier of its own.
    pub(crate) fn code_for(&self, verifier: &str, redirect_uri: &str, claims: &Value) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        let led_to = format!(
            "{}/authorize?client_id={CLIENT_ID}&response_type=code&code_challenge_method=S256\
             &code_challenge={challenge}&redirect_uri={redirect_uri}&state=x&nonce=front",
            self.issuer
        );
        let led_back = self.consent(&led_to, claims);
        parameters(&led_back)["code"].clone()
    }

    fn usual_claims(&self) -> Value {
        let now = ManualClock::default().now().0 / 1_000;
        json!({
            "iss": self.issuer,
            "sub": "1001",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 24 * 3_600,
            "email": "ann@gmail.com",
            "email_verified": true,
            "name": "Ann Lee",
        })
    }

    /// An ID token with these claims over the usual ones.
    pub(crate) fn id_token(&self, claims: &Value) -> String {
        let mut all = self.usual_claims();
        merge(&mut all, claims);
        self.signed(&all)
    }

    fn signed(&self, claims: &Value) -> String {
        let behaviour = self.behaviour();
        let mut header = behaviour.header.clone();
        if header.get("kid").is_none() {
            header["kid"] = behaviour.kid.as_str().into();
        }
        let text = format!("{}.{}", encoded(&header), encoded(claims));
        let signature = behaviour.key.sign(text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Changes the key, as providers do now and then.
    pub(crate) fn change_key(&self) {
        let mut behaviour = self.behaviour();
        behaviour.key = key_pair();
        "two".clone_into(&mut behaviour.kid);
    }
}

fn back(asked: &HashMap<String, String>) -> String {
    // The tests' browser knows paths alone.
    let address = &asked["redirect_uri"];
    let (_, rest) = address.split_once("://").unwrap();
    let (_, path) = rest.split_once('/').unwrap_or((rest, ""));
    format!("/{path}")
}

fn merge(all: &mut Value, more: &Value) {
    for (name, value) in more.as_object().unwrap() {
        if value.is_null() {
            all.as_object_mut().unwrap().remove(name);
        } else {
            all[name] = value.clone();
        }
    }
}

async fn document(State(provider): State<OpenId>) -> Response {
    let issuer = &provider.issuer;
    let behaviour = provider.behaviour();
    if behaviour.is_down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "response_types_supported": ["code"],
    });
    merge(&mut document, &behaviour.document);
    Json(document).into_response()
}

async fn keys(State(provider): State<OpenId>) -> Response {
    let mut behaviour = provider.behaviour();
    behaviour.keys_read += 1;
    let x = URL_SAFE_NO_PAD.encode(behaviour.key.public_key());
    Json(json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "x": x, "kid": behaviour.kid, "use": "sig" },
    ] }))
    .into_response()
}

async fn token(
    State(provider): State<OpenId>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let expected = format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD
            .encode(format!("{CLIENT_ID}:{}", CLIENT_SECRET.replace(' ', "+")),)
    );
    let is_known = match headers.get("authorization") {
        Some(given) => given == expected.as_str(),
        // As GitHub takes it.
        None => form
            .get("client_secret")
            .is_some_and(|secret| secret == CLIENT_SECRET),
    };
    if !is_known {
        let error = Json(json!({ "error": "invalid_client" }));
        return (StatusCode::UNAUTHORIZED, error).into_response();
    }
    let given = provider.behaviour().codes.remove(&form["code"]);
    let verifier = form.get("code_verifier").map_or("", String::as_str);
    let given = given.filter(|given| {
        URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == given.challenge
            && form["redirect_uri"] == given.redirect_uri
    });
    let Some(given) = given else {
        let error = Json(json!({ "error": "invalid_grant" }));
        return (StatusCode::BAD_REQUEST, error).into_response();
    };
    Json(json!({
        "access_token": "access-of-the-provider",
        "token_type": "Bearer",
        "expires_in": 3600,
        "id_token": provider.signed(&given.claims),
    }))
    .into_response()
}

async fn userinfo(State(provider): State<OpenId>, headers: HeaderMap) -> Response {
    let behaviour = provider.behaviour();
    match &behaviour.userinfo {
        Some(claims) if headers["authorization"] == "Bearer access-of-the-provider" => {
            Json(claims.clone()).into_response()
        }
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn user(State(provider): State<OpenId>, headers: HeaderMap) -> Response {
    assert_eq!(headers["authorization"], "Bearer access-of-the-provider");
    Json(provider.behaviour().user.clone()).into_response()
}

async fn emails(State(provider): State<OpenId>, headers: HeaderMap) -> Response {
    assert_eq!(headers["authorization"], "Bearer access-of-the-provider");
    Json(provider.behaviour().emails.clone()).into_response()
}
