//! `latchkey google risc` and what `latchkey doctor` says of providers: the built program, against
//! servers on loopback.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
    sync::{Arc, Mutex},
};

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::KeySize,
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey},
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use latchkey_testing::{Transmitter, transmitter::Publishes};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::openid::{CLIENT_ID, OpenId};

/// A request that Google's interface got.
#[derive(Debug, Clone)]
struct Asked {
    what: String,
    bearer: String,
    body: Value,
}

/// Google's interface of streams, on loopback.
#[derive(Clone)]
struct Interface {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    answer: Arc<Mutex<(StatusCode, String)>>,
}

impl Interface {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let interface = Self {
            address: format!("http://{}/v1beta", listener.local_addr().unwrap()),
            asked: Arc::default(),
            answer: Arc::new(Mutex::new((StatusCode::OK, "{}".to_owned()))),
        };
        let router = Router::new().fallback(answer).with_state(interface.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        interface
    }

    fn answers(&self, status: StatusCode, body: &Value) {
        *self.answer.lock().unwrap() = (status, body.to_string());
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(
    State(interface): State<Interface>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let bearer = headers["authorization"].to_str().unwrap();
    interface.asked.lock().unwrap().push(Asked {
        what: format!("{method} {}", uri.path()),
        bearer: bearer.strip_prefix("Bearer ").unwrap().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    interface.answer.lock().unwrap().clone()
}

/// The program in a folder of its own, with a service account's key file.
struct Program {
    folder: TempDir,
    key: RsaKeyPair,
    settings: Vec<(String, String)>,
}

impl Program {
    fn new(settings: &[(&str, &str)]) -> Self {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let program = Self {
            folder: tempfile::tempdir().unwrap(),
            key,
            settings: settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        };
        let der = program.pkcs8();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n");
        program.write_key(&json!({
            "type": "service_account",
            "client_email": "risc@project.iam.example.com",
            "private_key_id": "key-of-the-account",
            "private_key": pem,
        }));
        program
    }

    fn google() -> Self {
        Self::new(&[
            ("base_url", "https://id.example.com"),
            ("google_client_id", CLIENT_ID),
            ("google_client_secret", "s3cret-of-the-client"),
        ])
    }

    fn pkcs8(&self) -> String {
        let der: Pkcs8V1Der<'static> = self.key.as_der().unwrap();
        STANDARD.encode(der.as_ref())
    }

    fn write_key(&self, file: &Value) {
        let mut written = std::fs::File::create(self.folder.path().join("key.json")).unwrap();
        write!(written, "{file}").unwrap();
    }

    async fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LATCHKEY_")) {
            command.env_remove(name);
        }
        for (name, value) in &self.settings {
            command.env(format!("LATCHKEY_{}", name.to_uppercase()), value);
        }
        command
            .args(words)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap()
    }

    /// `latchkey google risc …`; nothing that it says holds any of the key or the bearer token.
    async fn risc(&self, interface: &Interface, words: &[&str]) -> (bool, String) {
        let mut all = vec!["google", "risc"];
        all.extend_from_slice(words);
        all.extend([
            "--service-account",
            "key.json",
            "--endpoint",
            &interface.address,
        ]);
        let output = self.run(&all).await;
        let said = said(&output);
        let key = self.pkcs8();
        assert!(!said.contains(&key[40..80]), "{said}");
        assert!(!said.contains("eyJ"), "{said}");
        (output.status.success(), said)
    }
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn part(token: &str, number: usize) -> Vec<u8> {
    let part = token.split('.').nth(number).unwrap();
    URL_SAFE_NO_PAD.decode(part).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn registering_tells_google_where_to_push_and_what() {
    let interface = Interface::start().await;
    let program = Program::google();
    let (is_done, said) = program.risc(&interface, &["register"]).await;
    assert!(is_done, "{said}");
    assert!(
        said.contains("https://id.example.com/auth/google/risc"),
        "{said}"
    );
    let asked = interface.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].what, "POST /v1beta/stream:update");
    let delivery = &asked[0].body["delivery"];
    assert_eq!(delivery["url"], "https://id.example.com/auth/google/risc");
    let push = "https://schemas.openid.net/secevent/risc/delivery-method/push";
    assert_eq!(delivery["delivery_method"], push);
    let events = asked[0].body["events_requested"].as_array().unwrap();
    let hijacked = "https://schemas.openid.net/secevent/risc/event-type/account-disabled";
    assert!(events.contains(&hijacked.into()), "{events:?}");

    // The token is of the account, for this interface, for an hour, under its key.
    let bearer = &asked[0].bearer;
    let header: Value = serde_json::from_slice(&part(bearer, 0)).unwrap();
    assert_eq!(
        header,
        json!({ "alg": "RS256", "typ": "JWT", "kid": "key-of-the-account" })
    );
    let claims: Value = serde_json::from_slice(&part(bearer, 1)).unwrap();
    for name in ["iss", "sub"] {
        assert_eq!(claims[name], "risc@project.iam.example.com");
    }
    assert_eq!(
        claims["aud"],
        "https://risc.googleapis.com/google.identity.risc.v1beta.RiscManagementService"
    );
    let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lifetime, 3_600);
    let (signed, _) = bearer.rsplit_once('.').unwrap();
    let public = program.key.public_key().as_ref();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
        .verify(signed.as_bytes(), &part(bearer, 2))
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_the_registration_is_shown_and_can_be_tested() {
    let interface = Interface::start().await;
    let program = Program::google();
    let (_, said) = program.risc(&interface, &["status"]).await;
    assert!(said.contains("pushes to nobody"), "{said}");
    interface.answers(
        StatusCode::OK,
        &json!({
            "delivery": { "url": "https://id.example.com/auth/google/risc\u{1b}[2J" },
            "status": "enabled",
            "events_requested": ["https://schemas.openid.net/secevent/x"],
        }),
    );
    let (is_done, said) = program.risc(&interface, &["status"]).await;
    assert!(is_done, "{said}");
    for words in [
        "pushes to https://id.example.com/auth/google/risc",
        "status: enabled",
        "secevent/x",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert!(!said.contains('\u{1b}'));

    let (is_done, said) = program
        .risc(&interface, &["verify", "--state", "abc"])
        .await;
    assert!(is_done, "{said}");
    program.risc(&interface, &["verify"]).await;
    let asked = interface.asked();
    let what: Vec<&str> = asked.iter().map(|asked| asked.what.as_str()).collect();
    let (read, test) = ("GET /v1beta/stream", "POST /v1beta/stream:verify");
    assert_eq!(what, [read, read, test, test]);
    assert_eq!(asked[2].body, json!({ "state": "abc" }));
    assert_eq!(asked[3].body["state"].as_str().map(str::len), Some(16));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_google_refuses_is_told_with_what_to_do() {
    let interface = Interface::start().await;
    let program = Program::google();
    for (status, advice) in [
        (StatusCode::UNAUTHORIZED, "clock"),
        (StatusCode::FORBIDDEN, "RISC Configuration Admin"),
        (StatusCode::BAD_REQUEST, "authorised domains"),
        (StatusCode::NOT_FOUND, "register"),
        (StatusCode::SERVICE_UNAVAILABLE, "a few minutes"),
        (StatusCode::FOUND, "risc.googleapis.com"),
    ] {
        let body = json!({ "error": { "message": "words of\u{7} Google's" } });
        interface.answers(status, &body);
        let (is_done, said) = program.risc(&interface, &["register"]).await;
        assert!(!is_done, "{status}: {said}");
        assert!(said.contains(advice), "{status}: {said}");
        let is_told = said.contains("words of Google's");
        assert_eq!(is_told, status != StatusCode::FOUND, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_work_is_refused_before_google_hears_of_it() {
    let interface = Interface::start().await;
    let unreachable = Program::new(&[
        ("base_url", "http://127.0.0.1:3000"),
        ("google_client_id", CLIENT_ID),
        ("google_client_secret", "s3cret"),
    ]);
    let words = [
        "google",
        "risc",
        "register",
        "--service-account",
        "key.json",
    ];
    let output = unreachable.run(&words).await;
    assert!(!output.status.success());
    assert!(said(&output).contains("https"), "{}", said(&output));
    // A test's own interface is told all the same.
    let (is_done, said_) = unreachable.risc(&interface, &["register"]).await;
    assert!(is_done, "{said_}");

    let without = Program::new(&[("base_url", "https://id.example.com")]);
    let (is_done, said) = without.risc(&interface, &["register"]).await;
    assert!(!is_done);
    assert!(said.contains("google_client_id"), "{said}");

    let program = Program::google();
    for file in [
        json!({ "type": "authorized_user" }),
        json!({
            "client_email": "x",
            "private_key_id": "y",
            "private_key": "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LXNlY3JldA==\n-----END PRIVATE KEY-----",
        }),
    ] {
        program.write_key(&file);
        let (is_done, said) = program.risc(&interface, &["register"]).await;
        assert!(!is_done);
        assert!(said.contains("key.json"), "{said}");
        assert!(!said.contains("c2VjcmV0"), "{said}");
    }
    assert_eq!(interface.asked().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_asks_each_provider_and_says_what_to_register() {
    let (openid, other) = (OpenId::start().await, OpenId::start().await);
    let google = Transmitter::start(CLIENT_ID).await;
    let acme = json!([{ "id": "acme", "name": "Acme", "issuer": other.issuer, "client_id": "c" }]);
    let program = Program::new(&[
        ("base_url", "https://id.example.com"),
        ("google_client_id", CLIENT_ID),
        ("google_client_secret", "s3cret-of-the-client"),
        ("google_issuer", &openid.issuer),
        ("google_risc_issuer", &google.issuer()),
        ("google_risc_configuration", &google.configuration()),
        ("providers", &acme.to_string()),
    ]);
    let output = program.run(&["doctor"]).await;
    let healthy = said(&output);
    assert!(output.status.success(), "{healthy}");
    for words in [
        "https://id.example.com/auth/google/callback",
        "https://id.example.com/auth/google/risc",
        "https://id.example.com/auth/acme/callback",
        "provider acme: Acme",
        "answers as it should",
    ] {
        assert!(healthy.contains(words), "{words}: {healthy}");
    }
    assert!(!healthy.contains("nobody can sign in"), "{healthy}");
    assert!(!healthy.contains("s3cret"), "{healthy}");

    for provider in [&openid, &other] {
        provider.behaviour().document = json!({ "issuer": "https://another.example" });
    }
    google.publish(Publishes::AnotherIssuer);
    let output = program.run(&["doctor"]).await;
    let ill = said(&output);
    assert!(output.status.success(), "{ill}");
    for words in [
        "warning: nobody can sign in with provider `google`",
        "another issuer's",
        "what the provider calls itself",
        "warning: the keys of Google's security events cannot be read",
    ] {
        assert!(ill.contains(words), "{words}: {ill}");
    }

    openid.behaviour().is_down = true;
    let output = program.run(&["doctor"]).await;
    let down = said(&output);
    assert!(output.status.success(), "{down}");
    assert!(down.contains("cannot be reached"), "{down}");
}
