//! Signing in once more: what a provider's word is worth where a recent proof is asked for.

use std::time::Duration;

use latchkey_authority::clock::Clock as _;
use latchkey_testing::ManualClock;
use latchkey_types::Role;
use serde_json::json;

use super::{connect, go_by, go_through, with_acme, with_google};
use crate::{app::PASSWORD, browser::Browser};

const LATER: Duration = Duration::from_secs(601);

/// Whether somebody may do what asks for a recent proof.
async fn may_connect(browser: &mut Browser, id: &str) -> bool {
    let path = format!("/account/connections/{id}/link");
    match browser.post(&path, &[]).await.status {
        200 => true,
        // To the sign-in page.
        303 => false,
        other => panic!("unexpected: {other}"),
    }
}

/// A provider that lets people through unasked shows nothing of who sits there.
#[tokio::test]
async fn a_provider_that_does_not_say_when_gives_no_recent_proof_by_itself() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    go_through(&mut browser, &google, "google", &json!({})).await;
    assert!(may_connect(&mut browser, "google").await, "a new account");
    app.clock.advance(LATER);
    assert!(!may_connect(&mut browser, "google").await);
    go_through(&mut browser, &google, "google", &json!({})).await;
    assert!(!may_connect(&mut browser, "google").await);
    // Whoever has no password chooses once more: there is nothing better to ask for.
    go_by(&mut browser, &google, "/auth/google?fresh=1", &json!({})).await;
    assert!(may_connect(&mut browser, "google").await);
}

#[tokio::test]
async fn whoever_has_a_password_shows_it() {
    let (app, google) = with_google(&[]).await;
    app.user("ann", Role::User).await;
    let mut browser = app.signed_in("ann").await;
    connect(&mut browser, &google, "google", &json!({})).await;
    app.clock.advance(LATER);
    go_by(&mut browser, &google, "/auth/google?fresh=1", &json!({})).await;
    assert!(!may_connect(&mut browser, "google").await);
    let page = browser.get("/login?again=1").await;
    assert!(page.body.contains("name=\"password\""));
    assert!(!page.body.contains("/auth/google"), "{}", page.body);
    browser.sign_in("ann", PASSWORD).await;
    assert!(may_connect(&mut browser, "google").await);
}

#[tokio::test]
async fn a_provider_that_was_asked_to_ask_again_must_have_done_so() {
    let (app, acme) = with_acme(&json!({})).await;
    let mut browser = app.browser();
    go_through(&mut browser, &acme, "acme", &json!({})).await;
    app.clock.advance(LATER);
    let began = ManualClock::default().now().0 / 1_000;
    for claims in [json!({}), json!({ "auth_time": began })] {
        let reply = go_by(&mut browser, &acme, "/auth/acme?fresh=1", &claims).await;
        assert_eq!(reply.status, 502, "{claims}");
        assert!(!may_connect(&mut browser, "acme").await);
    }
    let claims = json!({ "auth_time": began + 601 });
    let reply = go_by(&mut browser, &acme, "/auth/acme?fresh=1", &claims).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert!(may_connect(&mut browser, "acme").await);
}

#[tokio::test]
async fn a_time_of_proof_that_is_no_time_is_refused() {
    for claims in [
        json!({ "auth_time": "yesterday" }),
        json!({ "auth_time": true }),
    ] {
        let (app, google) = with_google(&[]).await;
        let mut browser = app.browser();
        let reply = go_through(&mut browser, &google, "google", &claims).await;
        super::assert_refused(&app, &browser, &reply, "id_token_auth_time").await;
    }
}
