//! The cookie gets a new value when what it stands for changes.

use std::time::Duration;

use latchkey_types::Role;

use crate::app::TestApp;

#[tokio::test]
async fn a_change_of_role_renews_the_cookie_at_the_next_page() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let id = app.user("ann", Role::User).await;
    let mut ann = app.signed_in("ann").await;
    let before = ann.clone();
    admin
        .post(&format!("/admin/users/{id}/role"), &[("role", "auditor")])
        .await;

    // A request of an island is no page: of several at once, one alone would get the cookie.
    assert_eq!(ann.get("/api/me").await.status, 200);
    assert_eq!(ann.session(), before.session());
    assert_eq!(ann.get("/account").await.status, 200);
    assert_ne!(ann.session(), before.session());
    let renewed = ann.session().cloned();
    assert_eq!(ann.get("/admin").await.status, 200);
    assert_eq!(ann.session(), renewed.as_ref());
}

#[tokio::test]
async fn the_old_value_serves_requests_under_way_and_nothing_after_that() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let id = app.user("ann", Role::User).await;
    let mut ann = app.signed_in("ann").await;
    let mut late = ann.clone();
    admin
        .post(&format!("/admin/users/{id}/role"), &[("role", "auditor")])
        .await;
    ann.get("/account").await;

    let reply = late.get("/account").await;
    assert_eq!(reply.status, 200);
    // It must not take the new cookie away from the browser that both requests came from.
    assert!(reply.set_cookie("__Host-latchkey").is_none());
    app.clock.advance(Duration::from_secs(10));
    assert_eq!(late.get("/account").await.status, 303);
    assert_eq!(ann.get("/account").await.status, 200);
}
