//! Invariant 12: work is bounded, and what is too much is answered, not suffered.

use axum::body::Body;
use http::Method;
use latchkey_types::Role;

use crate::app::{PASSWORD, TestApp};

const FORM: [(&str, &str); 2] = [
    ("sec-fetch-site", "same-origin"),
    ("content-type", "application/x-www-form-urlencoded"),
];

#[tokio::test]
async fn i12_a_body_past_the_limit_is_refused_with_413() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    let long = format!("identifier=ann&password={}", "x".repeat(1_000_000));
    let reply = browser
        .send(Method::POST, "/login", &FORM, Body::from(long.clone()))
        .await;
    assert_eq!(reply.status, 413);
    // Also where the body must be read for its token first.
    let reply = browser
        .send(Method::POST, "/login", &FORM[1..], Body::from(long))
        .await;
    assert_eq!(reply.status, 413);
}

#[tokio::test]
async fn i12_bodies_of_other_kinds_are_refused_and_never_fail() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    for (content_type, body, status) in [
        ("application/json", "{}", 415),
        ("multipart/form-data; boundary=x", "--x--", 415),
        ("", "", 415),
        (
            "application/x-www-form-urlencoded",
            "identifier=%ff&password=%ff",
            401,
        ),
        (
            "application/x-www-form-urlencoded",
            "identifier=a&identifier=b",
            400,
        ),
    ] {
        let headers = [
            ("sec-fetch-site", "same-origin"),
            ("content-type", content_type),
        ];
        let reply = browser
            .send(Method::POST, "/login", &headers, Body::from(body))
            .await;
        assert_eq!(
            reply.status, status,
            "{content_type} {body}: {}",
            reply.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i12_a_storm_of_sign_ins_is_answered_with_503_and_a_time_to_come_back() {
    let settings = [("password_queue", "1"), ("rate_limit", "off")];
    let app = TestApp::with(&settings).await;
    app.user("ann", Role::User).await;
    let attempts: Vec<_> = (0..200)
        .map(|_| {
            let mut browser = app.browser();
            tokio::spawn(async move { browser.sign_in("ann", PASSWORD).await })
        })
        .collect();
    let (mut came_in, mut told_to_wait) = (0, 0);
    for attempt in attempts {
        let reply = attempt.await.unwrap();
        match reply.status {
            303 => came_in += 1,
            503 => {
                assert!(!reply.header("retry-after").is_empty());
                told_to_wait += 1;
            }
            other => panic!("{other}: {}", reply.body),
        }
    }
    assert!(came_in > 0 && told_to_wait > 0, "{came_in} {told_to_wait}");
    // Whoever was told to wait was not counted as a failure, and gets in.
    assert_eq!(app.browser().sign_in("ann", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn i12_a_list_gives_no_more_than_its_limit() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    for path in ["sessions", "users", "audit"] {
        let one = admin
            .get(&format!("/api/admin/{path}?limit=1"))
            .await
            .json();
        assert_eq!(one["items"].as_array().unwrap().len(), 1, "{path}");
        for wrong in ["0", "201", "-1", "x", "99999999999999999999"] {
            let reply = admin.get(&format!("/api/admin/{path}?limit={wrong}")).await;
            assert_eq!(reply.status, 400, "{path} {wrong}");
        }
    }
}
