//! JSON for programs.

use axum::body::Body;
use http::Method;
use latchkey_types::Role;

use crate::app::TestApp;

const OURS: [(&str, &str); 2] = [
    ("sec-fetch-site", "same-origin"),
    ("content-type", "application/json"),
];

#[tokio::test]
async fn lists_page_through_everything_once() {
    let app = TestApp::new().await;
    for number in 0..7 {
        app.user(&format!("user{number}"), Role::User).await;
        app.signed_in(&format!("user{number}")).await;
    }
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    for (path, expected) in [("sessions", 8), ("users", 8), ("audit", 16)] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = admin
                .get(&format!("/api/admin/{path}?limit=3&cursor={cursor}"))
                .await
                .json();
            for item in page["items"].as_array().unwrap() {
                seen.push(item["id"].as_str().unwrap().to_owned());
            }
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        assert_eq!(seen.len(), expected, "{path}");
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), expected, "{path}");
    }
}

#[tokio::test]
async fn a_session_is_shown_and_ended() {
    let app = TestApp::new().await;
    let mut ann = app.user_signed_in("ann", Role::User).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let list = admin.get("/api/admin/sessions?user=ann").await.json();
    let row = &list["items"][0];
    assert_eq!(row["user"]["username"], "ann");
    assert_eq!(row["browser"], "Firefox");
    assert_eq!(row["address"], "192.0.2.1");
    assert_eq!(row["signed_in_at"], "2026-01-01T00:00:00Z");
    let path = format!("/api/admin/sessions/{}", row["id"].as_str().unwrap());
    assert_eq!(
        admin.get(&path).await.json()["ended"],
        serde_json::Value::Null
    );
    let reply = admin
        .send(Method::DELETE, &path, &OURS, Body::empty())
        .await;
    assert_eq!(reply.json()["ended"], true);
    let again = admin
        .send(
            Method::POST,
            &format!("{path}/revoke"),
            &OURS,
            Body::empty(),
        )
        .await;
    assert_eq!(again.json()["ended"], false);
    assert_eq!(
        admin.get(&path).await.json()["ended"]["reason"],
        "ended_by_administrator"
    );
    assert_eq!(ann.get("/account").await.status, 303);
}

#[tokio::test]
async fn users_are_changed() {
    let app = TestApp::new().await;
    let id = app.user("ann", Role::User).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let path = format!("/api/admin/users/{id}");
    let reply = admin
        .send(
            Method::POST,
            &format!("{path}/role"),
            &OURS,
            Body::from(r#"{"role":"auditor"}"#),
        )
        .await;
    assert_eq!(reply.json()["changed"], true);
    assert_eq!(admin.get(&path).await.json()["role"], "auditor");
    for (body, status) in [(r#"{"role":"king"}"#, 400), ("{", 400), ("{}", 400)] {
        let reply = admin
            .send(
                Method::POST,
                &format!("{path}/role"),
                &OURS,
                Body::from(body),
            )
            .await;
        assert_eq!(reply.status, status, "{body}");
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
    for (action, state) in [("disable", "disabled"), ("enable", "active")] {
        let reply = admin
            .send(
                Method::POST,
                &format!("{path}/{action}"),
                &OURS,
                Body::empty(),
            )
            .await;
        assert_eq!(reply.json()["changed"], true);
        assert_eq!(admin.get(&path).await.json()["state"], state);
    }
    let gone = "/api/admin/users/00000000-0000-0000-0000-000000000000/disable";
    let reply = admin.send(Method::POST, gone, &OURS, Body::empty()).await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn whoever_is_signed_in_learns_who_they_are() {
    let app = TestApp::new().await;
    let mut ann = app.user_signed_in("ann", Role::User).await;
    let me = ann.get("/api/me").await.json();
    assert_eq!(me["username"], "ann");
    assert_eq!(me["roles"][0], "user");
    assert_eq!(me["email_verified"], true);
    assert_eq!(app.browser().get("/api/ping").await.json()["pong"], true);
}

#[tokio::test]
async fn the_overview_counts_what_there_is() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    app.browser().sign_in("nobody", "wrong wrong").await;
    let overview = admin.get("/api/admin/overview").await.json();
    for (name, count) in [
        ("live_sessions", 1),
        ("users", 1),
        ("sign_ins", 1),
        ("failures", 1),
    ] {
        assert_eq!(overview[name]["count"], count, "{name}");
        assert_eq!(overview[name]["capped"], false, "{name}");
    }
}
