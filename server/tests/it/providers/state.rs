//! What goes to a provider and comes back is good in one browser, for one thing, once.

use std::time::Duration;

use axum::body::Body;
use http::Method;
use latchkey_types::{EventKind, Role};
use serde_json::json;

use super::{assert_refused, count, events, me, set_out_to_connect, with_google};
use crate::openid::parameters;

#[tokio::test]
async fn an_answer_that_comes_twice_counts_once() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    let led_to = browser.get("/auth/google").await;
    let led_back = google.consent(led_to.location(), &json!({}));
    assert_eq!(browser.get(&led_back).await.status, 303);
    let again = google.consent(led_to.location(), &json!({ "sub": "other" }));
    let reply = browser.get(&again).await;
    assert_eq!(reply.status, 400, "{}", reply.body);
    assert_eq!(count(&app, "users").await, 1);
    // Whoever is signed in stays so.
    assert_eq!(me(&mut browser).await["username"], "ann");
}

#[tokio::test]
async fn of_many_that_bring_one_answer_one_gets_in() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    let led_to = browser.get("/auth/google").await;
    let led_back = google.consent(led_to.location(), &json!({}));
    let mut set = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (mut browser, led_back) = (browser.clone(), led_back.clone());
        set.spawn(async move { browser.get(&led_back).await.status });
    }
    let mut statuses = set.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 400, 400, 400, 400, 400, 400, 400]);
    assert_eq!(count(&app, "sessions").await, 1);
}

#[tokio::test]
async fn an_answer_without_its_state_or_with_a_foreign_one_is_refused() {
    for change in ["missing", "invented", "cut"] {
        let (app, google) = with_google(&[]).await;
        let mut browser = app.browser();
        let led_to = browser.get("/auth/google").await;
        let state = parameters(led_to.location())["state"].clone();
        let led_back = google.consent(led_to.location(), &json!({}));
        let changed = match change {
            "missing" => led_back.replace(&format!("&state={state}"), ""),
            "invented" => led_back.replace(&state, &"A".repeat(state.len())),
            _ => led_back.replace(&state, &state[4..]),
        };
        let reply = browser.get(&changed).await;
        assert_refused(&app, &browser, &reply, "other_browser").await;
    }
}

#[tokio::test]
async fn the_answer_of_one_browser_is_worth_nothing_in_another() {
    let (app, google) = with_google(&[]).await;
    let mut mine = app.browser();
    let led_to = mine.get("/auth/google").await;
    let led_back = google.consent(led_to.location(), &json!({}));
    for mut victim in [app.browser(), {
        let mut known = app.browser();
        known.get("/login").await;
        known
    }] {
        let reply = victim.get(&led_back).await;
        assert_eq!(reply.status, 400, "{}", reply.body);
        assert_eq!(victim.session(), None);
    }
    assert_eq!(count(&app, "users").await, 0);
    // It was not used up by that.
    assert_eq!(mine.get(&led_back).await.status, 303);
}

#[tokio::test]
async fn two_journeys_in_one_browser_both_arrive() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    let one = browser.get("/auth/google?next=/account/sessions").await;
    let two = browser.get("/auth/google?next=/account/security").await;
    let two = google.consent(two.location(), &json!({}));
    let one = google.consent(one.location(), &json!({}));
    assert_eq!(browser.get(&two).await.location(), "/account/security");
    assert_eq!(browser.get(&one).await.location(), "/account/sessions");
}

#[tokio::test]
async fn an_answer_is_good_for_ten_minutes() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    let led_to = browser.get("/auth/google").await;
    let led_back = google.consent(led_to.location(), &json!({}));
    app.clock.advance(Duration::from_mins(10));
    let reply = browser.get(&led_back).await;
    assert_refused(&app, &browser, &reply, "too_late").await;
}

/// Whoever sends a victim to the callback of a connection that they began themselves would have
/// their own identity connected to the victim's account.
#[tokio::test]
async fn a_code_that_is_delivered_to_a_signed_in_victim_connects_nothing() {
    let (app, google) = with_google(&[]).await;
    app.user("mallory", Role::User).await;
    app.user("victim", Role::User).await;
    let mut attacker = app.signed_in("mallory").await;
    let led_to = set_out_to_connect(&mut attacker, "google").await;
    let led_back = google.consent(&led_to, &json!({ "sub": "evil" }));
    let mut victim = app.signed_in("victim").await;
    let reply = victim.get(&led_back).await;
    assert_eq!(reply.status, 400, "{}", reply.body);
    // Not even in the same browser, after somebody else has signed in there.
    let reply = attacker.sign_in("victim", crate::app::PASSWORD).await;
    assert_eq!(reply.status, 303);
    let reply = attacker.get(&led_back).await;
    assert_eq!(reply.status, 400, "{}", reply.body);
    assert_eq!(count(&app, "identities").await, 0);
}

#[tokio::test]
async fn what_the_browser_carries_tells_nobody_anything() {
    let (app, _google) = with_google(&[]).await;
    let mut browser = app.browser();
    let led_to = browser.get("/auth/google?next=/account/sessions").await;
    let asked = parameters(led_to.location());
    assert_eq!(asked["scope"], "openid email profile");
    assert_eq!(asked["prompt"], "select_account");
    assert!(!led_to.location().contains("account%2Fsessions"));
    let other = browser.get("/auth/google").await;
    let other = parameters(other.location());
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(asked[name], other[name], "{name}");
    }
    assert!(!led_to.location().contains("access_type"));
}

#[tokio::test]
async fn i12_a_flood_of_answers_that_are_none_is_one_event_and_a_limit() {
    let (app, _google) = with_google(&[]).await;
    let mut browser = app.browser();
    for _ in 0..60 {
        let reply = browser.get("/auth/google/callback?code=x").await;
        assert_eq!(reply.status, 400);
    }
    assert_eq!(browser.get("/auth/google/callback").await.status, 429);
    assert_eq!(events(&app, EventKind::IdentityRefused).await.len(), 1);
}

#[tokio::test]
async fn an_image_on_somebodys_page_uses_up_nobodys_attempts() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    for _ in 0..70 {
        let headers = [
            ("sec-fetch-mode", "no-cors"),
            ("sec-fetch-site", "cross-site"),
        ];
        let reply = browser
            .send(
                Method::GET,
                "/auth/google/callback",
                &headers,
                Body::empty(),
            )
            .await;
        assert_eq!(reply.status, 400);
    }
    assert_eq!(count(&app, "audit_events").await, 0);
    let reply = super::go_through(&mut browser, &google, "google", &json!({})).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
}

#[tokio::test]
async fn a_link_on_somebodys_page_has_the_provider_ask_which_account() {
    let (app, _acme) = super::with_acme(&json!({})).await;
    let headers = [("sec-fetch-site", "cross-site")];
    let mut browser = app.browser();
    let link = "/auth/acme?fresh=1";
    let reply = browser
        .send(Method::GET, link, &headers, Body::empty())
        .await;
    let asked = parameters(reply.location());
    assert_eq!(asked["prompt"], "select_account");
    assert!(!asked.contains_key("max_age"));
    let reply = browser.get(link).await;
    assert_eq!(parameters(reply.location())["max_age"], "0");
}

/// The next person at a machine finds nothing of the one before that an answer could be tied to.
#[tokio::test]
async fn signing_out_forgets_the_journeys_of_who_signs_out() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    let led_to = browser.get("/auth/google").await;
    let prepared = google.consent(led_to.location(), &json!({ "sub": "evil" }));
    app.user("ann", Role::User).await;
    browser.sign_in("ann", crate::app::PASSWORD).await;
    browser.post("/logout", &[]).await;
    let reply = browser.get(&prepared).await;
    assert_eq!(reply.status, 400, "{}", reply.body);
}

#[tokio::test]
async fn what_the_provider_says_instead_of_a_code_is_a_page_and_an_event() {
    for (error, reason, status) in [
        ("access_denied", "consent_denied", 403),
        ("temporarily_unavailable", "provider_down", 503),
        ("<script>alert(1)</script>", "error_response", 502),
    ] {
        let (app, _google) = with_google(&[]).await;
        let mut browser = app.browser();
        let led_to = browser.get("/auth/google").await;
        let state = parameters(led_to.location())["state"].clone();
        let error = error.replace('<', "%3C").replace('>', "%3E");
        let reply = browser
            .get(&format!(
                "/auth/google/callback?error={error}&state={state}"
            ))
            .await;
        assert_eq!(reply.status, status, "{reason}");
        assert!(!reply.body.contains("alert(1)"));
        assert_refused(&app, &browser, &reply, reason).await;
    }
}
