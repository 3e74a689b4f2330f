//! Sessions end: when they are not used, and in any case.

use std::time::Duration;

use latchkey_types::Role;

use crate::app::TestApp;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn i08_an_unused_session_is_over_after_its_idle_limit() {
    let app = TestApp::new().await;
    let mut browser = app.user_signed_in("ann", Role::User).await;
    app.clock.advance(6 * DAY + Duration::from_hours(23));
    assert_eq!(browser.get("/account").await.status, 200);
    app.clock.advance(7 * DAY);
    let out = browser.get("/account").await;
    assert_eq!(out.location(), "/login?notice=session_expired");
}

#[tokio::test]
async fn i08_a_session_in_daily_use_is_over_after_its_lifetime() {
    let app = TestApp::new().await;
    let mut browser = app.user_signed_in("ann", Role::User).await;
    for _ in 0..29 {
        app.clock.advance(DAY);
        assert_eq!(browser.get("/account").await.status, 200);
        let authority = app.authority();
        authority.last_seen().flush(authority).await.unwrap();
    }
    app.clock.advance(DAY);
    let out = browser.get("/account").await;
    assert_eq!(out.location(), "/login?notice=session_expired");
}

#[tokio::test]
async fn i08_a_console_left_open_does_not_keep_its_session_alive() {
    let app = TestApp::new().await;
    let mut browser = app.user_signed_in("root", Role::Administrator).await;
    for _ in 0..6 {
        app.clock.advance(DAY);
        assert_eq!(browser.get("/api/admin/overview").await.status, 200);
    }
    app.clock.advance(DAY);
    assert_eq!(browser.get("/api/admin/overview").await.status, 401);
}
