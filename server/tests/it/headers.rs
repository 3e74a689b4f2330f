//! Headers that every response carries, whatever it is.

use axum::body::Body;
use latchkey_server::routes::{Class, ROUTES};
use latchkey_types::Role;

use crate::{app::TestApp, browser::Reply};

fn check(what: &str, reply: &Reply) {
    let policy = reply.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe-inline"), "{what}: {policy}");
    assert!(!policy.contains("'unsafe-eval'"), "{what}: {policy}");
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(reply.header("x-frame-options"), "DENY", "{what}");
    assert_eq!(reply.header("referrer-policy"), "same-origin", "{what}");
    assert!(
        reply
            .header("strict-transport-security")
            .contains("max-age="),
        "{what}"
    );
    if what.contains("/.well-known/") {
        assert_eq!(
            reply.header("cache-control"),
            "public, max-age=300",
            "{what}"
        );
    } else {
        assert_eq!(reply.header("cache-control"), "no-store", "{what}");
    }
    assert!(!reply.header("x-request-id").is_empty(), "{what}");
}

#[tokio::test]
async fn every_route_and_every_failure_carries_them() {
    let app = TestApp::new().await;
    app.user("root", Role::Administrator).await;
    for route in ROUTES.iter() {
        for mut browser in [app.browser(), app.signed_in("root").await] {
            let id = "01890a5d-ac96-774b-bcce-b302099a8057";
            let path = ["session_id", "user_id", "family_id", "incident_id", "kid"]
                .iter()
                .fold(route.path.to_owned(), |path, name| {
                    path.replace(&format!("{{{name}}}"), id)
                });
            let reply = browser
                .send(route.method.clone(), &path, &[], Body::empty())
                .await;
            check(&format!("{route:?}"), &reply);
        }
    }
    let mut browser = app.browser();
    check("404", &browser.get("/nothing").await);
    check("405", &browser.get("/logout").await);
    let too_long = vec![b'x'; 100_000];
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let reply = browser
        .send(http::Method::POST, "/login", &headers, Body::from(too_long))
        .await;
    check("413", &reply);
}

#[tokio::test]
async fn scripts_run_on_pages_with_islands_alone_and_under_a_fresh_nonce() {
    let app = TestApp::new().await;
    app.user("root", Role::Administrator).await;
    let mut browser = app.signed_in("root").await;
    for route in ROUTES.iter().filter(|route| route.class == Class::Page) {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let reply = browser.get(&route.path.replace("{user_id}", id)).await;
        let policy = reply.header("content-security-policy").to_owned();
        let has_script = reply.body.contains("<script");
        assert_eq!(has_script, policy.contains("script-src"), "{route:?}");
        if has_script {
            let (_, rest) = policy.split_once("'nonce-").unwrap();
            let nonce = rest.split('\'').next().unwrap();
            assert!(
                reply.body.contains(&format!("nonce=\"{nonce}\"")),
                "{route:?}"
            );
            let again = browser.get(&route.path.replace("{user_id}", id)).await;
            assert_ne!(policy, again.header("content-security-policy"), "{route:?}");
        }
    }
}

#[tokio::test]
async fn a_request_id_of_the_callers_choice_is_not_taken() {
    let app = TestApp::new().await;
    let headers = [("x-request-id", "chosen\" by=\"caller")];
    let reply = app
        .browser()
        .send(http::Method::GET, "/healthz", &headers, Body::empty())
        .await;
    assert_eq!(reply.header("x-request-id").len(), 16);
}
