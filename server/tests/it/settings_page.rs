//! What a node runs with, as the console and programs see it.

use latchkey_types::Role;

use crate::app::TestApp;

#[tokio::test]
async fn the_page_shows_values_where_they_came_from_and_what_is_unsafe() {
    let app = TestApp::with(&[
        ("max_staleness", "30s"),
        (
            "follower_tokens",
            "a-secret-of-more-than-thirty-two-characters",
        ),
    ])
    .await;
    let mut auditor = app.user_signed_in("aud", Role::Auditor).await;
    let page = auditor.get("/admin/settings").await;
    assert_eq!(page.status, 200);
    let text = page.body;
    assert!(text.contains("goes on letting people in for 30 seconds"));
    assert!(text.contains("session_keep_ended"));
    assert!(!text.contains("a-secret-of"), "secrets are masked");
    assert!(text.contains("SQLite, in a file") || text.contains("PostgreSQL, which"));

    let changed = auditor.get("/admin/settings?show=changed").await.body;
    assert!(changed.contains("setting-max_staleness"));
    assert!(!changed.contains("setting-session_keep_ended"));
    assert_eq!(auditor.get("/admin/settings?show=x").await.status, 400);

    let reply = auditor.get("/api/admin/settings").await;
    let json: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    assert!(
        json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["setting"] == "max_staleness")
    );
    assert!(!reply.body.contains("a-secret-of"));
    let mut user = app.user_signed_in("ann", Role::User).await;
    assert_eq!(user.get("/admin/settings").await.status, 403);
    assert_eq!(user.get("/api/admin/settings").await.status, 403);
}

#[tokio::test]
async fn the_first_administrators_password_is_to_be_removed_once_there_is_one() {
    let app = TestApp::with(&[
        ("bootstrap_admin_email", "root@example.com"),
        ("bootstrap_admin_password", "walnut harbour thirty lanterns"),
    ])
    .await;
    let mut auditor = app.user_signed_in("aud", Role::Auditor).await;
    let found = |text: &str| text.contains("#setting-bootstrap_admin_password");
    assert!(!found(&auditor.get("/admin/settings").await.body));
    latchkey_identity::bootstrap_administrator(
        app.state.identity(),
        "root@example.com",
        "walnut harbour thirty lanterns",
        &latchkey_testing::caller(),
    )
    .await
    .unwrap();
    let page = auditor.get("/admin/settings").await.body;
    assert!(found(&page), "{page}");
    assert!(!page.contains("walnut harbour"));
}
