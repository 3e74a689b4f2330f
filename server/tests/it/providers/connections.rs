//! `/account/connections`: connecting and disconnecting.

use std::time::Duration;

use latchkey_types::{EventKind, Role};
use serde_json::{Value, json};

use super::{connect, count, events, go_through, me, set_out_to_connect, with_google};
use crate::{
    app::{PASSWORD, TestApp},
    browser::{Browser, Reply},
};

async fn unlink(browser: &mut Browser) -> Reply {
    let page = browser.get("/account/connections").await;
    let (_, rest) = page
        .body
        .split_once("/account/connections/")
        .unwrap_or_default();
    let id = rest.split('/').next().unwrap_or_default().to_owned();
    browser
        .post(&format!("/account/connections/{id}/unlink"), &[])
        .await
}

async fn identity_id(app: &TestApp, browser: &mut Browser) -> String {
    let user_id = me(browser).await["id"].as_str().unwrap().parse();
    let list = latchkey_identity::provider::connections::list(app.authority(), user_id.unwrap());
    list.await.unwrap()[0].identity_id.to_string()
}

#[tokio::test]
async fn connecting_and_disconnecting_are_on_the_record() {
    let (app, google) = with_google(&[]).await;
    app.user("ann", Role::User).await;
    let mut browser = app.signed_in("ann").await;
    let reply = connect(&mut browser, &google, "google", &json!({})).await;
    assert_eq!(reply.location(), "/account/connections?notice=linked");
    let page = browser.get("/account/connections").await;
    assert!(page.body.contains("ann@gmail.com"), "{}", page.body);

    let reply = unlink(&mut browser).await;
    assert_eq!(reply.location(), "/account/connections?notice=unlinked");
    assert_eq!(count(&app, "identities").await, 0);
    for kind in [EventKind::IdentityLinked, EventKind::IdentityUnlinked] {
        let events = events(&app, kind).await;
        assert_eq!(events.len(), 1, "{kind:?}");
        assert!(events[0].actor.is_some(), "{kind:?}");
    }
}

#[tokio::test]
async fn what_came_in_through_a_connection_ends_when_it_is_disconnected() {
    let (app, google) = with_google(&[]).await;
    app.user("ann", Role::User).await;
    let mut browser = app.signed_in("ann").await;
    connect(&mut browser, &google, "google", &json!({})).await;
    let mut elsewhere = app.browser();
    go_through(&mut elsewhere, &google, "google", &json!({})).await;
    let mut by_password = app.signed_in("ann").await;
    unlink(&mut browser).await;
    assert_eq!(elsewhere.get("/api/me").await.status, 401);
    assert_eq!(by_password.get("/api/me").await.status, 200);
    assert_eq!(browser.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn the_last_way_in_stays_until_there_is_another() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    go_through(&mut browser, &google, "google", &json!({})).await;
    let id = identity_id(&app, &mut browser).await;
    let path = format!("/account/connections/{id}/unlink");
    let page = browser.get("/account/connections").await;
    assert!(!page.body.contains("/unlink\""), "{}", page.body);
    let reply = browser.post(&path, &[]).await;
    assert_eq!(
        reply.location(),
        "/account/connections?notice=nothing_changed"
    );
    assert_eq!(count(&app, "identities").await, 1);

    let reply = browser
        .post("/account/security/set-password", &[("new", PASSWORD)])
        .await;
    assert_eq!(
        reply.location(),
        "/account/security?notice=password_set",
        "{}",
        reply.body
    );
    // Once: from now on the current one is asked for.
    let reply = browser
        .post(
            "/account/security/set-password",
            &[("new", "another long password")],
        )
        .await;
    assert_eq!(reply.status, 422);
    let reply = browser.post(&path, &[]).await;
    assert_eq!(reply.location(), "/account/connections?notice=unlinked");
    let username = me(&mut browser).await["username"].clone();
    app.signed_in(username.as_str().unwrap()).await;
}

#[tokio::test]
async fn of_two_that_are_disconnected_at_once_one_stays() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    go_through(&mut browser, &google, "google", &json!({})).await;
    connect(&mut browser, &google, "google", &json!({ "sub": "2002" })).await;
    assert_eq!(count(&app, "identities").await, 2);
    let user_id = me(&mut browser).await["id"].as_str().unwrap().parse();
    let list = latchkey_identity::provider::connections::list(app.authority(), user_id.unwrap());
    let mut set = tokio::task::JoinSet::new();
    for connection in list.await.unwrap() {
        let mut browser = browser.clone();
        let path = format!("/account/connections/{}/unlink", connection.identity_id);
        set.spawn(async move { browser.post(&path, &[]).await.status });
    }
    assert_eq!(set.join_all().await, [303, 303]);
    assert_eq!(count(&app, "identities").await, 1);
}

#[tokio::test]
async fn an_identity_belongs_to_one_user() {
    let (app, google) = with_google(&[]).await;
    app.user("ann", Role::User).await;
    app.user("bea", Role::User).await;
    let mut ann = app.signed_in("ann").await;
    connect(&mut ann, &google, "google", &json!({})).await;
    let mut bea = app.signed_in("bea").await;
    let reply = connect(&mut bea, &google, "google", &json!({})).await;
    assert_eq!(reply.status, 409, "{}", reply.body);
    let refusals = events(&app, EventKind::IdentityRefused).await;
    assert_eq!(refusals[0].reason.as_deref(), Some("identity_taken"));
    // Nobody disconnects what is somebody else's.
    let id = identity_id(&app, &mut ann).await;
    let reply = bea
        .post(&format!("/account/connections/{id}/unlink"), &[])
        .await;
    assert_eq!(reply.status, 404);
    assert_eq!(count(&app, "identities").await, 1);
}

/// The page of the forms, which says that nothing was done yet.
const BACK: &str = "%2Faccount%2Fconnections%3Fnotice%3Dproof%5Frenewed";

#[tokio::test]
async fn connecting_asks_for_a_recent_sign_in() {
    let (app, _google) = with_google(&[]).await;
    app.user("ann", Role::User).await;
    let mut browser = app.signed_in("ann").await;
    app.clock.advance(Duration::from_secs(601));
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("referer", "https://id.example.com/account/connections"),
    ];
    let link = "/account/connections/google/link";
    let reply = browser.post_with(link, &[], &headers).await;
    assert_eq!(reply.location(), format!("/login?again=1&next={BACK}"));
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("referer", "https://id.example.com.evil.example/"),
    ];
    let reply = browser.post_with(link, &[], &headers).await;
    assert_eq!(reply.location(), format!("/login?again=1&next={BACK}"));
    let page = browser.get("/account/connections").await;
    assert!(page.body.contains("/login?again=1"), "{}", page.body);
    let page = browser
        .get("/login?again=1&next=/account/connections")
        .await;
    assert_eq!(page.status, 200);
    let fields = [
        ("identifier", "ann"),
        ("password", PASSWORD),
        ("again", "1"),
        ("next", "/account/connections"),
    ];
    let reply = browser.post("/login", &fields).await;
    assert_eq!(reply.location(), "/account/connections");
    set_out_to_connect(&mut browser, "google").await;
}

#[tokio::test]
async fn a_provider_whose_word_is_old_gives_no_recent_sign_in() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    // They proved themselves there an hour ago.
    let claims = json!({ "auth_time": 1_767_225_600 - 3_600 });
    go_through(&mut browser, &google, "google", &claims).await;
    let reply = browser.post("/account/connections/google/link", &[]).await;
    assert_eq!(reply.location(), format!("/login?again=1&next={BACK}"));
    // Nor does one whose clock runs ahead.
    let mut browser = app.browser();
    let claims = json!({ "auth_time": 1_767_225_600 + 86_400 });
    go_through(&mut browser, &google, "google", &claims).await;
    app.clock.advance(Duration::from_secs(601));
    let reply = browser.post("/account/connections/google/link", &[]).await;
    assert_eq!(reply.location(), format!("/login?again=1&next={BACK}"));
}

/// What a node has cached of whoever began must not connect anything (invariant 4).
#[tokio::test]
async fn i04_who_lost_their_session_while_away_connects_nothing() {
    use sea_orm::ConnectionTrait as _;
    let (app, google) = with_google(&[("max_staleness", "2s")]).await;
    latchkey_authority::feed::start(app.authority())
        .await
        .unwrap();
    app.user("ann", Role::User).await;
    let mut browser = app.signed_in("ann").await;
    me(&mut browser).await;
    let led_to = set_out_to_connect(&mut browser, "google").await;
    let led_back = google.consent(&led_to, &json!({}));
    let sql = "UPDATE sessions SET ended_at = 1, end_reason = 'ended_by_owner'";
    app.database
        .connection
        .execute_unprepared(sql)
        .await
        .unwrap();
    assert_eq!(
        browser.get("/api/me").await.status,
        200,
        "the node believes"
    );
    let reply = browser.get(&led_back).await;
    assert!(reply.location().starts_with("/login"), "{}", reply.status);
    assert_eq!(count(&app, "identities").await, 0);
}

#[tokio::test]
async fn the_console_shows_what_somebody_has_connected() {
    let (app, google) = with_google(&[]).await;
    app.user("root", Role::Administrator).await;
    let mut browser = app.browser();
    go_through(&mut browser, &google, "google", &json!({})).await;
    let id: Value = me(&mut browser).await["id"].clone();
    let mut admin = app.signed_in("root").await;
    let page = admin
        .get(&format!("/admin/users/{}", id.as_str().unwrap()))
        .await;
    assert!(page.body.contains("Google"), "{}", page.body);
    assert!(page.body.contains("ann@gmail.com"));
}
