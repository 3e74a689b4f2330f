//! `GET /api/signals`: what a resource server that follows is told.

use std::time::{Duration, Instant};

use axum::body::Body;
use http::Method;
use latchkey_authority::{
    AuthorityTx, audit::AuditEvent, feed, principal::Actor, session::end, signal::Signal,
};
use latchkey_testing::caller;
use latchkey_types::{EventKind, FamilyId, Role, SessionId};
use uuid::Uuid;

use crate::{
    app::TestApp,
    browser::{Browser, Reply},
};

const TOKEN: &str = "a-token-of-followers-long-enough-for-anybody";
/// The longest that a follower may wait, in milliseconds.
const WAIT: u64 = 1_000;
const OTHER: &str = "another-token-of-followers-that-is-as-good-too";

async fn app() -> TestApp {
    let tokens = format!("{TOKEN},{OTHER}");
    let app = TestApp::with(&[("max_staleness", "2s"), ("follower_tokens", &tokens)]).await;
    feed::start(app.authority()).await.unwrap();
    app
}

async fn ask(browser: &mut Browser, query: &str, token: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    let path = format!("/api/signals{query}");
    browser
        .send(
            Method::GET,
            &path,
            &[("authorization", &bearer)],
            Body::empty(),
        )
        .await
}

async fn told(app: &TestApp, query: &str) -> serde_json::Value {
    let reply = ask(&mut app.browser(), query, TOKEN).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-store");
    reply.json()
}

fn after(answer: &serde_json::Value, wait: u64) -> String {
    format!("?after={}&wait={wait}", answer["next"].as_str().unwrap())
}

#[tokio::test]
async fn only_who_has_a_followers_token_is_told_anything() {
    let app = app().await;
    let mut browser = app.browser();
    for token in ["", "x", &TOKEN[1..], &format!("{TOKEN},{OTHER}")] {
        let reply = ask(&mut browser, "", token).await;
        assert_eq!(reply.status, 401, "{token}");
        assert!(reply.header("www-authenticate").starts_with("Bearer "));
        assert_eq!(reply.json()["code"], "not_a_follower");
    }
    // No other proof will do: not even an administrator's.
    let mut root = app.user_signed_in("root", Role::Administrator).await;
    assert_eq!(root.get("/api/signals").await.status, 401);
    for token in [TOKEN, OTHER] {
        assert_eq!(ask(&mut browser, "", token).await.status, 200);
    }

    let closed = TestApp::new().await;
    let reply = ask(&mut closed.browser(), "", TOKEN).await;
    assert_eq!(
        reply.status, 404,
        "where none is configured there is nothing"
    );
}

#[tokio::test]
async fn i02_a_follower_hears_of_each_end_once_and_begins_anew_when_it_is_unknown() {
    let app = app().await;
    let user_id = app.user("ann", Role::User).await;
    app.signed_in("ann").await;
    let (_, access) = app.pair("ann").await;
    let mut program = app.browser();
    let family = program
        .with_token(Method::GET, "/api/me", &access)
        .await
        .json()["family_id"]
        .clone();

    let first = told(&app, "").await;
    assert_eq!(first["reset"], true);
    assert_eq!(first["more"], false);
    assert_eq!(first["remember_s"], feed::REMEMBERED.as_secs());
    let nothing = told(&app, &after(&first, 0)).await;
    assert_eq!(nothing["reset"], false);
    assert_eq!(nothing["signals"], serde_json::json!([]));

    end::all_of_user(app.authority(), Actor::Operator, user_id, &caller())
        .await
        .unwrap();
    let second = told(&app, &after(&nothing, 0)).await;
    let signals = second["signals"].as_array().unwrap();
    let kinds: Vec<_> = signals
        .iter()
        .map(|signal| signal["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["session_ended", "family_ended"]);
    assert_eq!(signals[1]["family_id"], family);
    assert!(signals[0]["session_id"].is_string() && signals[0].get("family_id").is_none());
    assert_eq!(
        told(&app, &after(&second, 0)).await["signals"],
        serde_json::json!([])
    );

    for unknown in ["?after=", "?after=x&wait=0", "?after=0.0&wait=0"] {
        let again = told(&app, unknown).await;
        assert_eq!(again["reset"], true, "{unknown}");
        let kinds: Vec<_> = again["signals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|signal| signal["kind"].as_str().unwrap())
            .collect();
        // Whoever lost their place may have missed a change of the keys.
        let expected = ["keys_changed", "session_ended", "family_ended"];
        assert_eq!(kinds, expected, "{unknown}");
    }
    // Another node has heard in an order of its own.
    let node = app.node();
    feed::start(node.authority()).await.unwrap();
    let elsewhere = ask(&mut node.with(&app.browser()), &after(&second, 0), TOKEN).await;
    assert_eq!(elsewhere.json()["reset"], true);
}

#[tokio::test]
async fn i02_more_than_a_page_comes_page_by_page() {
    const MANY: u128 = 10_500;
    let app = app().await;
    let user_id = app.user("ann", Role::User).await;
    let start = told(&app, "").await;
    let ids: Vec<_> = (1..=MANY).map(Uuid::from_u128).collect();
    let tx = AuthorityTx::begin(app.authority()).await.unwrap();
    let event = AuditEvent::success(EventKind::SessionsEnded, &caller()).subject(user_id);
    let signal = Signal::UserSignedOut {
        user_id,
        sessions: ids[..5].iter().copied().map(SessionId::from_uuid).collect(),
        families: ids[5..].iter().copied().map(FamilyId::from_uuid).collect(),
    };
    tx.commit([event], signal).await.unwrap();
    for mut page in [told(&app, &after(&start, 0)).await, told(&app, "").await] {
        let mut heard = page["signals"].as_array().unwrap().len();
        assert_eq!((heard, page["more"].as_bool()), (10_000, Some(true)));
        while page["more"] == true {
            page = told(&app, &after(&page, 0)).await;
            heard += page["signals"].as_array().unwrap().len();
        }
        assert_eq!(heard, ids.len());
    }
}

#[tokio::test]
async fn whoever_waits_is_answered_as_soon_as_something_ends_and_told_how_long_it_was() {
    let app = app().await;
    let user_id = app.user("ann", Role::User).await;
    app.signed_in("ann").await;
    let start = told(&app, "").await;
    let began = Instant::now();
    let held = told(&app, &after(&start, 60)).await;
    assert!(began.elapsed() >= Duration::from_millis(60));
    assert!(held["held_ms"].as_u64().unwrap() >= 60);
    assert_eq!(held["signals"], serde_json::json!([]));

    // A machine that is busy may take longer for the end than anybody waits: then again.
    let mut last = held;
    for _ in 0..20 {
        let query = after(&last, WAIT);
        let (answer, ended) = tokio::join!(told(&app, &query), async {
            while app.authority().feed().waiting() == 0 {
                tokio::task::yield_now().await;
            }
            end::all_of_user(app.authority(), Actor::Operator, user_id, &caller()).await
        });
        assert_eq!(ended.unwrap(), 1);
        let heard = answer["signals"].as_array().unwrap().len();
        if answer["held_ms"].as_u64().unwrap() < WAIT {
            assert_eq!(heard, 1, "{answer}");
            return;
        }
        last = if heard == 0 {
            told(&app, &after(&answer, 0)).await
        } else {
            answer
        };
        app.signed_in("ann").await;
    }
    panic!("nobody was answered before their time was over");
}

#[tokio::test]
async fn i02_an_answer_says_how_old_it_is_and_none_is_given_past_the_bound() {
    let app = app().await;
    assert_eq!(told(&app, "").await["age_ms"], 1, "rounded up");
    app.clock.advance(Duration::from_millis(1_500));
    assert_eq!(told(&app, "").await["age_ms"], 1_501);
    app.clock.advance(Duration::from_millis(501));
    assert_eq!(told(&app, "").await["age_ms"], 1, "it asked first");
}
