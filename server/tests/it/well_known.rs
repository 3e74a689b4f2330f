//! The published key set.

use axum::body::Body;
use http::Method;
use latchkey_authority::{key, principal::Actor};
use latchkey_testing::caller;

use crate::app::TestApp;

const PATH: &str = "/.well-known/jwks.json";

#[tokio::test]
async fn the_key_set_is_for_everybody_and_shows_no_secret() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    // Whoever verifies tokens may know the server by another name, and scripts come from anywhere.
    let headers = [
        ("host", "latchkey.internal:3000"),
        ("origin", "https://elsewhere.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    let reply = browser
        .send(Method::GET, PATH, &headers, Body::empty())
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "application/jwk-set+json");
    assert_eq!(reply.header("cache-control"), "public, max-age=300");
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert!(reply.header("set-cookie").is_empty());
    let set = reply.json();
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    for key in keys {
        for secret in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(secret).is_none(), "{secret}");
        }
    }
}

#[tokio::test]
async fn a_killed_key_is_gone_from_the_set_at_the_next_answer() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    let before = browser.get(PATH).await.json();
    let kid = before["keys"][0]["kid"].as_str().unwrap().to_owned();
    key::kill(app.authority(), Actor::Operator, &kid, &caller())
        .await
        .unwrap();
    let after = browser.get(PATH).await;
    assert!(!after.body.contains(&kid));
    assert_eq!(after.json()["keys"].as_array().unwrap().len(), 2);
}
