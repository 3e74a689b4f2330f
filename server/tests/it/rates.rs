//! Limits on guessing.

use std::time::Duration;

use latchkey_server::rate::{Counted, Limiter};
use latchkey_testing::{ManualClock, master_keys};
use latchkey_types::Role;

use crate::app::{PASSWORD, TestApp};

#[tokio::test]
async fn the_sixth_guess_in_a_minute_waits_even_if_it_is_right() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut browser = app.browser();
    for _ in 0..5 {
        assert_eq!(browser.sign_in("ann", "wrong").await.status, 401);
    }
    let limited = browser.sign_in("ann", PASSWORD).await;
    assert_eq!(limited.status, 429);
    assert_eq!(limited.header("retry-after"), "61");
    app.clock.advance(Duration::from_mins(1));
    assert_eq!(browser.sign_in("ann", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn guesses_at_one_account_count_together_from_everywhere() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    for last in 1..=5 {
        let mut browser = app.browser().at([198, 51, 100, last]);
        assert_eq!(browser.sign_in("ann", "wrong").await.status, 401);
    }
    let mut browser = app.browser().at([198, 51, 100, 99]);
    assert_eq!(browser.sign_in("ANN", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn guesses_from_one_address_count_together_for_all_accounts() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    for guess in 0..5 {
        let reply = app
            .browser()
            .sign_in(&format!("user{guess}"), "wrong")
            .await;
        assert_eq!(reply.status, 401);
    }
    assert_eq!(app.browser().sign_in("ann", PASSWORD).await.status, 429);
    let mut elsewhere = app.browser().at([203, 0, 113, 5]);
    assert_eq!(elsewhere.sign_in("ann", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn guesses_sent_at_once_are_counted_one_by_one() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let guesses = (0..40).map(|_| {
        let mut browser = app.browser();
        tokio::spawn(async move { browser.sign_in("ann", "wrong").await.status })
    });
    let guesses: Vec<_> = guesses.collect();
    let mut judged = 0;
    for guess in guesses {
        judged += u32::from(guess.await.unwrap() == 401);
    }
    assert_eq!(judged, 5);
}

#[tokio::test]
async fn a_known_device_gets_in_while_strangers_guess() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut known = app.signed_in("ann").await;
    known.post("/logout", &[]).await;
    for last in 1..=6 {
        let mut stranger = app.browser().at([198, 51, 100, last]);
        stranger.sign_in("ann", "wrong").await;
    }
    assert_eq!(known.sign_in("ann", PASSWORD).await.status, 303);
    // It helps with its own account alone, and has a limit of its own.
    app.user("bob", Role::User).await;
    let mut other = known.clone();
    other.cookies.remove("__Host-latchkey");
    for _ in 0..5 {
        assert_eq!(other.sign_in("ann", "wrong").await.status, 401);
    }
    assert_eq!(other.sign_in("ann", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn a_flood_of_refusals_is_one_event_and_one_count() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    for _ in 0..30 {
        app.browser().sign_in("ann", "wrong").await;
    }
    let mut admin = app.browser().at([203, 0, 113, 9]);
    app.user("root", Role::Administrator).await;
    admin.sign_in("root", PASSWORD).await;
    let events = admin
        .get("/api/admin/audit?kind=attempts.limited")
        .await
        .json();
    assert_eq!(events["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn limits_can_be_turned_off() {
    let app = TestApp::with(&[("rate_limit", "off")]).await;
    app.user("ann", Role::User).await;
    for _ in 0..8 {
        assert_eq!(app.browser().sign_in("ann", "wrong").await.status, 401);
    }
}

/// Drives the same attempts through two limiters and compares every answer.
async fn agree(first: &Limiter, second: &Limiter, clock: &ManualClock, name: &str) {
    for step in 0..60_u64 {
        let counted = Counted::SignInAccount;
        let one = first.reserve(&[(counted, name)]).await;
        let two = second.reserve(&[(counted, name)]).await;
        assert_eq!(
            one.as_ref().err(),
            two.as_ref().err(),
            "they differ at step {step}"
        );
        if step % 7 == 3
            && let (Ok(one), Ok(two)) = (one, two)
        {
            one.give_back().await;
            two.give_back().await;
        }
        clock.advance(Duration::from_secs((step * step) % 97));
    }
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the tests take their server from the environment"
)]
async fn shared_counters_and_counters_in_memory_follow_one_rule() {
    let clock = std::sync::Arc::new(ManualClock::default());
    let limiter = |url: Option<&str>| {
        Limiter::new(true, master_keys(), clock.clone(), url).expect("a limiter")
    };
    // Where no server is at hand, one that does not answer: each node then counts by itself, by
    // the same rule.
    let url =
        std::env::var("LATCHKEY_TEST_REDIS").unwrap_or_else(|_| "redis://127.0.0.1:1".to_owned());
    let name = format!("shared-{}", std::process::id());
    agree(&limiter(None), &limiter(Some(&url)), &clock, &name).await;
}
