//! What happened, on the console's first page and for programs.

use std::time::Duration;

use latchkey_authority::activity;
use latchkey_types::Role;

use crate::app::TestApp;

async fn tend(app: &TestApp) {
    while activity::tend(app.authority()).await.unwrap() > 0 {}
}

#[tokio::test]
async fn charts_say_in_a_sentence_and_in_a_table_what_they_draw() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let page = admin.get("/admin").await;
    assert!(
        page.body.contains("Nothing is counted yet"),
        "{}",
        page.body
    );
    for _ in 0..3 {
        let fields = [("identifier", "root"), ("password", "wrong")];
        app.browser().post("/login", &fields).await;
    }
    tend(&app).await;
    let day = admin.get("/admin").await;
    assert_eq!(day.status, 200);
    assert!(
        day.body
            .contains("3 refused sign-ins in the last 24 hours; at most 3, from 1 Jan, 00:00 UTC."),
        "{}",
        day.body
    );
    assert!(day.body.contains("1 live session now"));
    assert!(day.body.contains("Activity, newest first"));

    app.clock.advance(Duration::from_hours(30));
    let mut admin = app.signed_in("root").await;
    tend(&app).await;
    let day = admin.get("/admin?span=day").await.body;
    assert!(day.contains("0 refused sign-ins in the last 24 hours."));
    let week = admin.get("/admin?span=week").await.body;
    assert!(week.contains("3 refused sign-ins in the last seven days"));
    assert_eq!(admin.get("/admin?span=year").await.status, 400);
}

#[tokio::test]
async fn programs_read_the_same_numbers() {
    let app = TestApp::new().await;
    let mut auditor = app.user_signed_in("aud", Role::Auditor).await;
    tend(&app).await;
    let reply = auditor.get("/api/admin/activity?span=week").await;
    assert_eq!(reply.status, 200);
    let json: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    let items = json["items"].as_array().unwrap();
    assert_eq!(items.len(), 28);
    let newest = items.last().unwrap();
    assert_eq!(newest["sign_ins"], 1);
    assert_eq!(newest["live_sessions"], 1);
    assert_eq!(newest["from"], "2026-01-01T00:00:00Z");
    assert_eq!(newest["until"], "2026-01-01T06:00:00Z");
    assert_eq!(auditor.get("/api/admin/activity?span=x").await.status, 400);
    let mut user = app.user_signed_in("ann", Role::User).await;
    assert_eq!(user.get("/api/admin/activity").await.status, 403);
}
