//! GitHub: OAuth 2.0, and an interface of its own for who that is.

use latchkey_types::Role;
use serde_json::{Value, json};

use super::me;
use crate::{app::TestApp, openid::OpenId};

async fn with_github(more: &Value) -> (TestApp, OpenId) {
    let provider = OpenId::start().await;
    let (name, value) = provider.as_github(more);
    let settings = [(name, value.as_str()), ("sign_up", "open")];
    (TestApp::with(&settings).await, provider)
}

#[tokio::test]
async fn whoever_comes_from_github_is_known_by_the_number_of_their_account() {
    let (app, github) = with_github(&json!({})).await;
    let mut browser = app.browser();
    let led_to = browser.get("/auth/github").await;
    assert!(led_to.location().contains("/login/oauth/authorize?"));
    assert!(!led_to.location().contains("nonce"));
    let led_back = github.consent(led_to.location(), &json!({}));
    let reply = browser.get(&led_back).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let first = me(&mut browser).await;
    assert_eq!(first["username"], "octo-ann");
    assert!(first["email"].is_null(), "its word counts by a setting");

    // Names change hands there; numbers do not.
    github.behaviour().user = json!({ "id": 77, "login": "renamed" });
    let mut again = app.browser();
    let led_to = again.get("/auth/github").await;
    again
        .get(&github.consent(led_to.location(), &json!({})))
        .await;
    assert_eq!(me(&mut again).await["id"], first["id"]);
    github.behaviour().user = json!({ "id": 78, "login": "octo-ann" });
    let mut other = app.browser();
    let led_to = other.get("/auth/github").await;
    other
        .get(&github.consent(led_to.location(), &json!({})))
        .await;
    assert_ne!(me(&mut other).await["id"], first["id"]);
}

#[tokio::test]
async fn the_primary_address_that_is_verified_joins_where_a_setting_says_so() {
    let (app, github) = with_github(&json!({ "trust_email": true })).await;
    let user_id = app.user("ann", Role::User).await;
    github.behaviour().emails = json!([
        { "email": "bea@example.com", "primary": false, "verified": true },
        { "email": "ann@example.com", "primary": true, "verified": true },
    ]);
    let mut browser = app.browser();
    let led_to = browser.get("/auth/github").await;
    browser
        .get(&github.consent(led_to.location(), &json!({})))
        .await;
    assert_eq!(me(&mut browser).await["id"], user_id.to_string());
}

#[tokio::test]
async fn an_address_that_github_has_not_verified_is_not_looked_at() {
    let (app, github) = with_github(&json!({ "trust_email": true })).await;
    let user_id = app.user("ann", Role::User).await;
    github.behaviour().emails =
        json!([{ "email": "ann@example.com", "primary": true, "verified": false }]);
    let mut browser = app.browser();
    let led_to = browser.get("/auth/github").await;
    browser
        .get(&github.consent(led_to.location(), &json!({})))
        .await;
    assert_ne!(me(&mut browser).await["id"], user_id.to_string());
}

#[tokio::test]
async fn github_names_an_issuer_of_its_own_or_none() {
    for (iss, status) in [
        ("", 303),
        ("&iss={issuer}/login/oauth", 303),
        ("&iss=https://evil.example", 502),
    ] {
        let (app, github) = with_github(&json!({})).await;
        let mut browser = app.browser();
        let led_to = browser.get("/auth/github").await;
        let led_back = github.consent(led_to.location(), &json!({}));
        let iss = iss.replace("{issuer}", &github.issuer);
        let reply = browser.get(&format!("{led_back}{iss}")).await;
        assert_eq!(reply.status, status, "{iss}");
    }
}
