//! What SimpleJWT 5.5.1 and dj-rest-auth 7.2.0 answered, asked again of this server.
//!
//! The fixtures hold requests and replies that were recorded from the real packages: with tokens in
//! bodies, with tokens in cookies, and with verified addresses required. Where the reply differs on
//! purpose, the case stands in [`DIFFERENCES`], and nowhere else; `docs/integrate/django.md` shows
//! that table.

mod differences;
mod tokens;

use axum::body::Body;
use http::Method;
use latchkey_authority::{principal::Actor, user};
use latchkey_types::Role;
use serde::Deserialize;
use serde_json::Value;

use self::{
    differences::{DIFFERENCES, Difference, Set},
    tokens::Tokens,
};
use crate::{
    app::{PASSWORD, TestApp},
    browser::{Browser, Reply},
};

/// What somebody registers with.
const NEW_PASSWORD: &str = "gravel sundial forty oysters";

#[derive(Debug, Deserialize)]
struct Case {
    #[serde(rename = "case")]
    name: String,
    request: Asked,
    status: u16,
    headers: std::collections::BTreeMap<String, String>,
    body: Value,
}

#[derive(Debug, Deserialize)]
struct Asked {
    method: String,
    path: String,
    body: Option<Value>,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
}

fn cases(set: Set) -> Vec<Case> {
    let text = match set {
        Set::Body => include_str!("../fixtures/recorded-body.json"),
        Set::Cookie => include_str!("../fixtures/recorded-cookie.json"),
        Set::Verified => include_str!("../fixtures/recorded-verified.json"),
    };
    serde_json::from_str(text).unwrap()
}

/// A server on loopback: there alone anybody may register.
async fn app() -> TestApp {
    let app = TestApp::with(&[("base_url", "http://127.0.0.1:3000"), ("rate_limit", "off")]).await;
    app.user("alice", Role::User).await;
    let off = app.user("off", Role::User).await;
    user::disable(
        app.authority(),
        Actor::Operator,
        off,
        &latchkey_authority::caller::Caller::program("test"),
    )
    .await
    .unwrap();
    app
}

/// Where a recorded path is mounted here.
fn path(set: Set, recorded: &str) -> String {
    let path = recorded
        .replace("/dj-rest-auth/", "/api/auth/")
        .replace("/api/protected/", "/api/me/");
    if set == Set::Cookie && path == "/api/auth/login/" {
        format!("{path}?transport=cookie")
    } else {
        path
    }
}

async fn ask(app: &TestApp, set: Set, case: &Case) -> Reply {
    let mut tokens = Tokens::new(app);
    let mut browser = client(app);
    let body = match &case.request.body {
        None => Body::empty(),
        // Recorded as text: it is no JSON.
        Some(Value::String(text)) => Body::from(text.clone()),
        Some(json) => Body::from(tokens.fill(&json.to_string()).await),
    };
    let mut headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("sec-fetch-site".to_owned(), "same-origin".to_owned()),
    ];
    for (name, value) in &case.request.headers {
        if !name.eq_ignore_ascii_case("content-type") {
            headers.push((name.clone(), tokens.fill(value).await));
        }
    }
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let method: Method = case.request.method.parse().unwrap();
    browser
        .send(method, &path(set, &case.request.path), &headers, body)
        .await
}

fn client(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    "127.0.0.1:3000".clone_into(&mut browser.host);
    browser
}

fn difference(set: Set, case: &str) -> Option<&'static Difference> {
    DIFFERENCES
        .iter()
        .find(|known| known.sets.contains(&set) && known.cases.contains(&case))
}

/// Whether a reply is the expected one; what stands in angle brackets is different each time.
fn matches(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::String(expected), Value::String(found)) if expected.starts_with('<') => {
            match expected.as_str() {
                "<id>" => found.parse::<latchkey_types::UserId>().is_ok(),
                "<time>" => found.ends_with('Z') && found.contains('T'),
                _ => found.len() > 20,
            }
        }
        (Value::Object(expected), Value::Object(found)) => {
            expected.len() == found.len()
                && expected
                    .iter()
                    .all(|(name, value)| found.get(name).is_some_and(|found| matches(value, found)))
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len()
                && expected
                    .iter()
                    .zip(found)
                    .all(|(one, other)| matches(one, other))
        }
        (expected, found) => expected == found,
    }
}

async fn replay(set: Set) {
    let app = app().await;
    let mut failed = Vec::new();
    for case in cases(set) {
        let reply = ask(&app, set, &case).await;
        let found: Value = serde_json::from_str(&reply.body).unwrap_or(Value::Null);
        let is_good = match difference(set, &case.name) {
            None => {
                let headers = case.headers.iter().all(|(name, value)| {
                    // A code may follow the realm.
                    reply.header(name).starts_with(value.as_str())
                });
                reply.status == case.status && matches(&case.body, &found) && headers
            }
            Some(difference) => {
                let expected: Value = serde_json::from_str(difference.body).unwrap();
                let is_same = case.status == difference.status
                    && case.body == expected
                    && difference
                        .allow
                        .is_none_or(|allow| case.headers["allow"] == allow);
                assert!(!is_same, "{} is no difference", case.name);
                reply.status == difference.status
                    && matches(&expected, &found)
                    && difference
                        .allow
                        .is_none_or(|allow| reply.header("allow") == allow)
            }
        };
        if !is_good {
            failed.push(format!(
                "{}: {} {} (allow: {}, vary: {}, www-authenticate: {})",
                case.name,
                reply.status,
                reply.body,
                reply.header("allow"),
                reply.header("vary"),
                reply.header("www-authenticate"),
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[tokio::test]
async fn what_was_recorded_with_tokens_in_bodies_is_answered_the_same() {
    replay(Set::Body).await;
}

#[tokio::test]
async fn what_was_recorded_with_tokens_in_cookies_is_answered_the_same() {
    replay(Set::Cookie).await;
}

#[tokio::test]
async fn what_was_recorded_with_verified_addresses_is_answered_the_same() {
    replay(Set::Verified).await;
}

#[test]
fn every_difference_is_of_a_recorded_case() {
    for difference in DIFFERENCES {
        for set in difference.sets {
            let known = cases(*set);
            for case in difference.cases {
                assert!(
                    known.iter().any(|known| known.name == *case),
                    "{case} in {set:?}"
                );
            }
        }
    }
}

/// The table as the page for integrators shows it.
fn table() -> String {
    use std::fmt::Write as _;
    let mut table =
        String::from("| Case | Recorded | Latchkey | Why |\n| --- | --- | --- | --- |\n");
    for known in DIFFERENCES {
        let sets: Vec<&str> = known.sets.iter().map(|set| set.as_str()).collect();
        let cases: Vec<String> = known.cases.iter().map(|case| format!("`{case}`")).collect();
        writeln!(
            table,
            "| {} ({}) | {} | {} | {} |",
            cases.join(", "),
            sets.join(", "),
            known.recorded,
            known.ours,
            known.why
        )
        .unwrap();
    }
    table
}

#[test]
fn the_page_for_integrators_shows_exactly_this_table() {
    let page = include_str!("../../../docs/integrate/django.md");
    let (_, rest) = page
        .split_once("<!-- differences -->\n")
        .expect("where it begins");
    let (shown, _) = rest
        .split_once("<!-- /differences -->")
        .expect("where it ends");
    assert_eq!(shown, table(), "put this into the page:\n{}", table());
}
