//! A service that follows the program: what was ended is refused there in time, and everything while
//! it cannot know.

use std::time::{Duration, Instant};

use axum::{Extension, Router, body::Body, routing::get};
use http::{Request, Response, header};
use latchkey_follower::{FollowLayer, Follower, Principal, Settings, Verifier};
use rustix::process::Signal;
use serde_json::json;
use tower::ServiceExt as _;

use crate::served::{FOLLOWER_TOKEN, Served};

/// What is guaranteed, from the acknowledgement of an end to the last request that passes.
const BOUND: Duration = Duration::from_secs(2);
/// Nothing takes that long; where it does, the test has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Says through which sign-in its caller acts.
fn service(follower: Follower) -> Router {
    let whose = |Extension(who): Extension<Principal>| async move { who.sid.to_string() };
    Router::new()
        .route("/", get(whose))
        .layer(FollowLayer::new(Verifier::new(follower)))
}

fn follow(server: &Served, token: &str) -> Follower {
    Follower::start(Settings::new(server.base_url(), token)).unwrap()
}

async fn ask(service: &Router, token: Option<&str>) -> Response<Body> {
    let mut request = Request::get("/");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.body(Body::empty()).unwrap();
    service.clone().oneshot(request).await.unwrap()
}

async fn status(service: &Router, token: &str) -> u16 {
    ask(service, Some(token)).await.status().as_u16()
}

/// Asks until the status is this one. Gives when the last request with another one was sent; all of
/// those must have had the status `before`.
async fn until(service: &Router, token: &str, before: u16, wanted: u16) -> Instant {
    let begun = Instant::now();
    let mut last = begun;
    loop {
        let sent = Instant::now();
        let status = status(service, token).await;
        if status == wanted {
            return last;
        }
        assert_eq!(status, before);
        assert!(sent - begun < PATIENCE, "still {status}");
        last = sent;
    }
}

async fn sid(service: &Router, token: &str) -> String {
    let answer = ask(service, Some(token)).await;
    assert_eq!(answer.status(), 200);
    let body = axum::body::to_bytes(answer.into_body(), 100).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ended_family_is_refused_within_the_bound_and_others_go_on() {
    let server = Served::start();
    let service = service(follow(&server, FOLLOWER_TOKEN));
    let (token, other) = (server.sign_in("alice"), server.sign_in("alice"));
    let root = server.sign_in("root");
    let family = sid(&service, &token).await;
    assert_eq!(status(&service, &other).await, 200);
    let path = format!("/api/admin/families/{family}/revoke");
    server.post(&path, Some(&root), &json!({}));
    let acknowledged = Instant::now();
    let last = until(&service, &token, 200, 401).await;
    assert!(last.saturating_duration_since(acknowledged) <= BOUND);
    assert_eq!(status(&service, &other).await, 200);
    // A process that was not there when it ended.
    let late = self::service(follow(&server, FOLLOWER_TOKEN));
    assert_eq!(status(&late, &token).await, 401);
    assert_eq!(status(&late, &other).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_server_is_silent_nobody_is_let_in_and_then_everybody_again() {
    let server = Served::start();
    let service = service(follow(&server, FOLLOWER_TOKEN));
    let token = server.sign_in("alice");
    assert_eq!(status(&service, &token).await, 200);
    server.signal(Signal::STOP);
    let stopped = Instant::now();
    let last = until(&service, &token, 200, 503).await;
    assert!(last.saturating_duration_since(stopped) <= BOUND);
    let answer = ask(&service, Some(&token)).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()[header::RETRY_AFTER], "1");
    server.signal(Signal::CONT);
    until(&service, &token, 503, 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_token_that_is_good_nobody_is_let_in() {
    let server = Served::start();
    let token = server.sign_in("alice");
    let service = service(follow(&server, FOLLOWER_TOKEN));
    assert_eq!(ask(&service, None).await.status(), 401);
    for wrong in ["x", &token[..token.len() - 1], &format!("{token}A")] {
        assert_eq!(status(&service, wrong).await, 401);
    }
    // Whoever may not follow knows nothing.
    let stranger = self::service(follow(&server, &"x".repeat(40)));
    assert_eq!(status(&stranger, &token).await, 503);
}
