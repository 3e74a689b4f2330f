//! `GET /api/check`: what a reverse proxy hears of whoever comes through it.

use axum::body::Body;
use http::Method;
use latchkey_types::Role;
use serde_json::json;

use crate::{
    app::{PASSWORD, TestApp},
    browser::Reply,
};

const PATH: &str = "/api/check";

fn assert_let_in(reply: &Reply, user_id: &str, username: &str, role: &str) {
    assert_eq!(reply.status, 204, "{}", reply.body);
    assert_eq!(reply.body, "");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("x-latchkey-user"), user_id);
    assert_eq!(reply.header("x-latchkey-username"), username);
    assert_eq!(reply.header("x-latchkey-role"), role);
    assert!(reply.headers.get("set-cookie").is_none());
    // Through one of the two.
    let has = |name| reply.headers.contains_key(name);
    assert_ne!(has("x-latchkey-session"), has("x-latchkey-family"));
}

fn assert_refused(reply: &Reply) {
    assert_eq!(reply.status, 401, "{}", reply.body);
    assert!(reply.header("www-authenticate").starts_with("Bearer "));
    assert_eq!(reply.header("cache-control"), "no-store");
    assert!(
        !reply
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("x-latchkey"))
    );
}

#[tokio::test]
async fn each_proof_lets_its_user_in() {
    let app = TestApp::new().await;
    let id = app.user("jürgen", Role::User).await.to_string();
    let mut browser = app.signed_in("jürgen").await;
    let by_session = browser.get(PATH).await;
    assert_let_in(&by_session, &id, "j%C3%BCrgen", "user");
    assert!(by_session.headers.contains_key("x-latchkey-session"));

    let (_, access) = app.pair("jürgen").await;
    let by_header = app.browser().with_token(Method::GET, PATH, &access).await;
    assert_let_in(&by_header, &id, "j%C3%BCrgen", "user");
    assert!(by_header.headers.contains_key("x-latchkey-family"));

    let mut front_end = app.browser();
    let body = json!({ "username": "jürgen", "password": PASSWORD });
    let ours = [("sec-fetch-site", "same-origin")];
    let path = "/api/auth/token/?transport=cookie";
    front_end.call(Method::POST, path, &ours, &body).await;
    let by_cookie = front_end.get(PATH).await;
    assert_let_in(&by_cookie, &id, "j%C3%BCrgen", "user");
    assert!(by_cookie.headers.contains_key("x-latchkey-family"));
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_refused_whatever_else_they_send() {
    let app = TestApp::new().await;
    let mut browser = app.user_signed_in("root", Role::Administrator).await;
    assert_refused(&app.browser().get(PATH).await);
    // A header that is no good lets nobody in, and what a client says of itself counts for nothing.
    assert_refused(&browser.with_token(Method::GET, PATH, "garbage").await);
    let claims = [
        ("x-latchkey-user", "somebody"),
        ("x-latchkey-role", "administrator"),
    ];
    let reply = app
        .browser()
        .send(Method::GET, PATH, &claims, Body::empty())
        .await;
    assert_refused(&reply);
}

#[tokio::test]
async fn an_end_holds_at_once() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let (refresh, access) = app.pair("ann").await;
    let (_, other) = app.pair("ann").await;
    let mut program = app.browser();
    assert_eq!(
        program.with_token(Method::GET, PATH, &access).await.status,
        204
    );
    let body = json!({ "refresh": refresh });
    let path = "/api/auth/token/blacklist/";
    program.call(Method::POST, path, &[], &body).await;
    assert_refused(&program.with_token(Method::GET, PATH, &access).await);
    assert_eq!(
        program.with_token(Method::GET, PATH, &other).await.status,
        204
    );

    let mut browser = app.signed_in("ann").await;
    assert_eq!(browser.get(PATH).await.status, 204);
    browser.post("/logout", &[]).await;
    assert_refused(&browser.get(PATH).await);
}
