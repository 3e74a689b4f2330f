//! `POST /api/auth/google/`: front ends that did the first half themselves.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::{count, with_google};
use crate::{app::TestApp, browser::Reply, openid::OpenId};

const CALLBACK: &str = "https://app.example.com/callback";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-at-least";

async fn call(app: &TestApp, body: &Value) -> Reply {
    let mut program = app.browser();
    program
        .call(Method::POST, "/api/auth/google/", &[], body)
        .await
}

async fn nonce(app: &TestApp) -> String {
    let mut program = app.browser();
    let reply = program
        .call(Method::POST, "/api/auth/google/nonce/", &[], &json!({}))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["nonce"].as_str().unwrap().to_owned()
}

async fn server() -> (TestApp, OpenId) {
    with_google(&[("provider_redirect_uris", CALLBACK)]).await
}

fn said(reply: &Reply) -> String {
    assert_eq!(reply.status, 400, "{}", reply.body);
    let errors = reply.json();
    errors["non_field_errors"][0].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_code_with_its_verifier_opens_a_family() {
    let (app, google) = server().await;
    let code = google.code_for(VERIFIER, CALLBACK, &json!({}));
    let body = json!({ "code": code, "code_verifier": VERIFIER, "redirect_uri": CALLBACK });
    let reply = call(&app, &body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let pair = reply.json();
    assert_eq!(pair["user"]["username"], "ann");
    let token = pair["access"].as_str().unwrap();
    let reply = app
        .browser()
        .with_token(Method::GET, "/api/me", token)
        .await;
    assert_eq!(reply.status, 200);
    // A code is good once: the provider sees to that.
    assert_eq!(
        said(&call(&app, &body).await),
        "Failed to exchange code for access token"
    );
    assert_eq!(count(&app, "families").await, 1);
}

#[tokio::test]
async fn a_code_without_what_ties_it_to_its_front_end_is_refused() {
    let (app, google) = server().await;
    let code = google.code_for(VERIFIER, CALLBACK, &json!({}));
    for body in [
        json!({ "code": code }),
        json!({ "code": code, "redirect_uri": CALLBACK }),
        json!({ "code": code, "code_verifier": VERIFIER }),
        json!({ "code": code, "code_verifier": VERIFIER, "redirect_uri": "https://evil.example" }),
        json!({ "code": code, "code_verifier": "short", "redirect_uri": CALLBACK }),
    ] {
        said(&call(&app, &body).await);
    }
    let other = "another-verifier-of-forty-three-characters-or-so";
    let body = json!({ "code": code, "code_verifier": other, "redirect_uri": CALLBACK });
    assert_eq!(
        said(&call(&app, &body).await),
        "Failed to exchange code for access token"
    );
    assert_eq!(count(&app, "users").await, 0);
}

#[tokio::test]
async fn a_bare_access_token_proves_nothing() {
    let (app, _google) = server().await;
    let body = json!({ "access_token": "ya29.whatever" });
    assert_eq!(said(&call(&app, &body).await), "Incorrect value");
    assert_eq!(
        said(&call(&app, &json!({})).await),
        "Incorrect input. access_token or code is required."
    );
    assert_eq!(count(&app, "users").await, 0);
}

#[tokio::test]
async fn an_id_token_needs_a_nonce_that_was_given_here_and_is_good_once() {
    let (app, google) = server().await;
    let nonce = nonce(&app).await;
    let body = json!({ "id_token": google.id_token(&json!({ "nonce": nonce })) });
    let reply = call(&app, &body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    // The token of somebody who was robbed of it, again.
    assert_eq!(said(&call(&app, &body).await), "Incorrect value");
    for nonce in [json!(null), json!(""), json!("invented")] {
        let body = json!({ "id_token": google.id_token(&json!({ "nonce": nonce })) });
        assert_eq!(said(&call(&app, &body).await), "Incorrect value");
    }
    assert_eq!(count(&app, "families").await, 1);
}

#[tokio::test]
async fn a_nonce_is_good_for_ten_minutes_and_for_another_audience_never() {
    let (app, google) = server().await;
    let late = nonce(&app).await;
    app.clock.advance(Duration::from_mins(10));
    let body = json!({ "id_token": google.id_token(&json!({ "nonce": late })) });
    said(&call(&app, &body).await);
    let nonce = nonce(&app).await;
    let claims = json!({ "nonce": nonce, "aud": "another-app" });
    let body = json!({ "id_token": google.id_token(&claims) });
    said(&call(&app, &body).await);
    assert_eq!(count(&app, "users").await, 0);
}

#[tokio::test]
async fn where_google_is_not_set_up_there_is_no_such_call() {
    let app = TestApp::new().await;
    let reply = call(&app, &json!({ "code": "x" })).await;
    assert_eq!(reply.status, 404, "{}", reply.body);
}
