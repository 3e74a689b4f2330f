//! `POST /auth/google/risc`: what Google pushes, over HTTP, and what becomes of who is signed in.

use axum::body::Body;
use http::Method;
use latchkey_authority::audit::AuditRow;
use latchkey_server::routes::{Access, Class, OriginRule, Proof, ROUTES};
use latchkey_testing::{Transmitter, transmitter::Publishes};
use latchkey_types::{EventKind, Role};
use serde_json::{Value, json};

use crate::{
    app::TestApp,
    browser::{Browser, Reply},
    openid::{CLIENT_ID, OpenId},
    providers::{events, go_through},
};

const PATH: &str = "/auth/google/risc";
const SECEVENT: (&str, &str) = ("content-type", "application/secevent+jwt");
const HIJACKED: &str = "risc/event-type/account-disabled";

/// A server that people sign in to with Google, and Google.
struct World {
    app: TestApp,
    openid: OpenId,
    google: Transmitter,
}

impl World {
    async fn new() -> Self {
        let openid = OpenId::start().await;
        let google = Transmitter::start(CLIENT_ID).await;
        let mut settings = openid.as_google();
        settings.push(("sign_up", "open".to_owned()));
        settings.push(("google_risc_issuer", google.issuer()));
        settings.push(("google_risc_configuration", google.configuration()));
        let settings: Vec<(&str, &str)> = settings
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        Self {
            app: TestApp::with(&settings).await,
            openid,
            google,
        }
    }

    /// Pushes a token, as Google does: from an address of its own, with no cookie.
    async fn push(&self, token: &str) -> Reply {
        self.push_with(&[SECEVENT], token).await
    }

    async fn push_with(&self, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut google = self.app.browser().at([203, 0, 113, 9]);
        let reply = google
            .send(Method::POST, PATH, headers, Body::from(body.to_owned()))
            .await;
        assert!(google.cookies.is_empty());
        reply
    }

    /// A good token about the account of whoever signs in in these tests.
    fn token(&self, name: &str, more: Value) -> String {
        let now = self.app.authority().now();
        self.google.tells(now, name, "1001", more)
    }

    async fn signed_in_with_google(&self) -> Browser {
        let mut browser = self.app.browser();
        let reply = go_through(&mut browser, &self.openid, "google", &json!({})).await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        browser
    }

    async fn recorded(&self) -> Vec<AuditRow> {
        events(&self.app, EventKind::SecurityEvent).await
    }
}

fn assert_refused(reply: &Reply, err: &str) {
    assert_eq!(reply.status, 400, "{err}: {}", reply.body);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("content-language"), "en");
    let body = reply.json();
    assert_eq!(body["err"], err, "{body}");
    assert!(
        body["description"]
            .as_str()
            .is_some_and(|it| !it.is_empty())
    );
}

#[tokio::test]
async fn an_account_that_was_taken_over_is_out_at_once_and_does_not_come_back_until_it_is_enabled()
{
    let world = World::new().await;
    let mut ann = world.signed_in_with_google().await;
    assert_eq!(ann.get("/account").await.status, 200);

    let hijacked = world.token(HIJACKED, json!({ "reason": "hijacking" }));
    let reply = world.push(&hijacked).await;
    assert_eq!((reply.status, reply.body.as_str()), (202, ""));
    assert!(ann.get("/account").await.location().starts_with("/login"));

    let mut again = world.app.browser();
    let reply = go_through(&mut again, &world.openid, "google", &json!({})).await;
    assert_eq!(reply.status, 403);
    assert!(
        reply.body.contains("That account is blocked"),
        "{}",
        reply.body
    );

    // Told once more of the same, nothing changes.
    assert_eq!(world.push(&hijacked).await.status, 202);
    assert_eq!(world.recorded().await.len(), 1);

    world.app.clock.advance(std::time::Duration::from_secs(5));
    let enabled = world.token("risc/event-type/account-enabled", json!({}));
    assert_eq!(world.push(&enabled).await.status, 202);
    assert_eq!(world.push(&hijacked).await.status, 202);
    let mut back = world.signed_in_with_google().await;
    assert_eq!(back.get("/account").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_slips_in_beside_the_block_of_an_account_that_nobody_had_connected() {
    let world = World::new().await;
    for round in 0..latchkey_testing::rounds(12, 300) {
        world.app.clock.advance(std::time::Duration::from_secs(61));
        let subject = format!("20{round}");
        let claims = json!({ "sub": subject, "email": format!("new{round}@gmail.com") });
        let now = world.app.authority().now();
        let reason = json!({ "reason": "hijacking" });
        let hijacked = world.google.tells(now, HIJACKED, &subject, reason);
        let mut browser = world.app.browser();
        let (_, pushed) = tokio::join!(
            go_through(&mut browser, &world.openid, "google", &claims),
            world.push(&hijacked),
        );
        assert_eq!(pushed.status, 202, "{}", pushed.body);
        let page = browser.get("/account").await;
        // Whoever came first was signed out, whoever came second was not let in.
        assert!(
            page.location().starts_with("/login"),
            "{round}: {}",
            page.status
        );
    }
    // Of whom nothing was told gets in.
    world.signed_in_with_google().await;
}

#[tokio::test]
async fn programs_of_the_person_are_refused_at_once_too() {
    let world = World::new().await;
    world.app.user("ann", Role::User).await;
    let mut browser = world.app.signed_in("ann").await;
    let connected = json!({ "email": "ann@elsewhere.example" });
    let led = crate::providers::connect(&mut browser, &world.openid, "google", &connected).await;
    assert_eq!(led.status, 303, "{}", led.body);
    let (_, access) = world.app.pair("ann").await;
    let mut program = world.app.browser();
    let asked = program.with_token(Method::GET, "/api/me", &access).await;
    assert_eq!(asked.status, 200);

    // What came in by password is not Google's to end, short of a take-over.
    let revoked = world.token("oauth/event-type/tokens-revoked", json!({}));
    assert_eq!(world.push(&revoked).await.status, 202);
    let asked = program.with_token(Method::GET, "/api/me", &access).await;
    assert_eq!(asked.status, 200);

    let revoked = world.token("risc/event-type/sessions-revoked", json!({}));
    assert_eq!(world.push(&revoked).await.status, 202);
    let asked = program.with_token(Method::GET, "/api/me", &access).await;
    assert_eq!(asked.status, 401);
    assert!(
        browser
            .get("/account")
            .await
            .location()
            .starts_with("/login")
    );
}

#[tokio::test]
async fn an_administrator_sees_each_event_in_words() {
    let world = World::new().await;
    world.signed_in_with_google().await;
    let hijacked = world.token(HIJACKED, json!({ "reason": "hijacking" }));
    assert_eq!(world.push(&hijacked).await.status, 202);
    let verification = world.token("risc/event-type/verification", json!({ "state": "x" }));
    assert_eq!(world.push(&verification).await.status, 202);
    let mut admin = world.app.user_signed_in("root", Role::Administrator).await;
    let page = admin.get("/admin/audit?kind=security_event").await.body;
    // The apostrophe is escaped.
    for words in [
        "security event",
        "Account taken over",
        "Test of the way here",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[tokio::test]
async fn refusals_are_answered_as_the_standard_has_them() {
    let world = World::new().await;
    let now = world.app.authority().now();
    let claims = |change: fn(&mut Value)| {
        let events = world.google.event(HIJACKED, "1001", json!({}));
        let mut claims = world.google.claims(now, events);
        change(&mut claims);
        world.google.sign(&claims)
    };
    let good = claims(|_| {});
    for (token, err) in [
        (String::new(), "invalid_request"),
        ("no token".to_owned(), "invalid_request"),
        (
            claims(|claims| claims["aud"] = "somebody else".into()),
            "invalid_audience",
        ),
        (
            claims(|claims| claims["iss"] = "https://evil.example/".into()),
            "invalid_issuer",
        ),
        (
            claims(|claims| claims["events"] = json!({})),
            "invalid_request",
        ),
        (
            world
                .google
                .sign_with(1, &latchkey_testing::transmitter::header(1), "{}"),
            "invalid_key",
        ),
        (
            world
                .google
                .sign_with(1, &latchkey_testing::transmitter::header(0), "{}"),
            "authentication_failed",
        ),
    ] {
        assert_refused(&world.push(&token).await, err);
    }
    for content_type in ["application/jwt", "application/json", ""] {
        let headers = [("content-type", content_type)];
        assert_refused(&world.push_with(&headers, &good).await, "invalid_request");
    }
    let headers = [("content-type", "Application/SecEvent+JWT; charset=utf-8")];
    assert_eq!(world.push_with(&headers, &good).await.status, 202);
    // One address in one minute leaves one row.
    let failures = world.recorded().await;
    let failures = failures
        .iter()
        .filter(|row| row.outcome == latchkey_types::Outcome::Failure);
    assert_eq!(failures.count(), 1);
}

#[tokio::test]
async fn i12_bodies_and_floods_have_limits_and_what_verifies_is_not_counted() {
    let world = World::new().await;
    let long = "a".repeat(100_000);
    assert_eq!(world.push(&long).await.status, 413);
    for _ in 0..70 {
        let good = world.token("risc/event-type/verification", json!({}));
        assert_eq!(world.push(&good).await.status, 202);
    }
    for _ in 0..59 {
        assert_eq!(world.push("no token").await.status, 400);
    }
    let reply = world.push("no token").await;
    assert_eq!(reply.status, 429);
    assert!(!reply.header("retry-after").is_empty());
    world.app.clock.advance(std::time::Duration::from_secs(61));
    let good = world.token("risc/event-type/verification", json!({}));
    assert_eq!(world.push(&good).await.status, 202);
}

#[tokio::test]
async fn without_googles_keys_it_is_asked_to_come_again() {
    let world = World::new().await;
    world.google.publish(Publishes::Nothing);
    let token = world.token(HIJACKED, json!({}));
    let reply = world.push(&token).await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.header("retry-after"), "30");
    world.google.publish(Publishes::Keys);
    world.app.clock.advance(std::time::Duration::from_secs(30));
    assert_eq!(world.push(&token).await.status, 202);
}

#[tokio::test]
async fn where_google_is_not_configured_there_is_nothing() {
    let app = TestApp::new().await;
    let mut google = app.browser();
    let reply = google
        .send(Method::POST, PATH, &[SECEVENT], Body::from("no token"))
        .await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn a_session_that_is_sent_along_is_not_looked_at() {
    let world = World::new().await;
    let mut admin = world.app.user_signed_in("root", Role::Administrator).await;
    let cookies = admin.cookies.clone();
    // As a page of another site would have the browser send it.
    let headers = [SECEVENT, ("sec-fetch-site", "cross-site")];
    let reply = admin
        .send(Method::POST, PATH, &headers, Body::from("no token"))
        .await;
    assert_refused(&reply, "invalid_request");
    assert_eq!(admin.cookies, cookies);
    let recorded = world.recorded().await;
    assert_eq!(recorded[0].actor, None);
    assert_eq!(recorded[0].session, None);
}

#[test]
fn what_is_signed_needs_no_session_and_takes_none() {
    let signed: Vec<_> = ROUTES
        .iter()
        .filter(|route| route.origin == OriginRule::Signed)
        .collect();
    assert_eq!(signed.len(), 1);
    for route in signed {
        assert_eq!(route.proof, Proof::None, "{route:?}");
        assert_eq!(route.access, Access::Public, "{route:?}");
        assert_eq!(route.class, Class::Api, "{route:?}");
        assert_eq!(route.path, PATH);
    }
}
