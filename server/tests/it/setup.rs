//! The first administrator.

use latchkey_identity::setup;

use crate::app::{PASSWORD, TestApp};

#[tokio::test]
async fn the_link_makes_the_first_administrator_once_and_its_code_leaves_the_address() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    assert_eq!(browser.get("/").await.location(), "/setup");
    assert_eq!(browser.get("/setup").await.status, 403);

    let code = setup::issue_code(app.state.identity())
        .await
        .unwrap()
        .unwrap();
    let code = code.as_str().to_owned();
    let followed = browser.get(&format!("/setup?code={code}")).await;
    assert_eq!((followed.status, followed.location()), (303, "/setup"));
    let page = browser.get("/setup").await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains(&code));

    let fields = [("username", "root"), ("password", PASSWORD)];
    let mut second = browser.clone();
    let reply = browser.post("/setup", &fields).await;
    assert_eq!((reply.status, reply.location()), (303, "/admin"));
    assert!(!browser.cookies.contains_key("__Host-latchkey-setup"));
    assert_eq!(browser.get("/admin").await.status, 200);

    assert_eq!(second.post("/setup", &fields).await.status, 403);
    let again = app.browser().get(&format!("/setup?code={code}")).await;
    assert_eq!(again.status, 403);
    assert!(
        setup::issue_code(app.state.identity())
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(app.browser().get("/").await.location(), "/login");
}

#[tokio::test]
async fn a_refused_form_leaves_the_link_good() {
    let app = TestApp::new().await;
    let code = setup::issue_code(app.state.identity())
        .await
        .unwrap()
        .unwrap();
    let mut browser = app.browser();
    browser.get(&format!("/setup?code={}", code.as_str())).await;
    let weak = [("username", "root"), ("password", "short")];
    assert_eq!(browser.post("/setup", &weak).await.status, 422);
    let good = [("username", "root"), ("password", PASSWORD)];
    assert_eq!(browser.post("/setup", &good).await.status, 303);
}

#[tokio::test]
async fn a_link_is_good_for_a_day() {
    let app = TestApp::new().await;
    let code = setup::issue_code(app.state.identity())
        .await
        .unwrap()
        .unwrap();
    app.clock.advance(std::time::Duration::from_hours(24));
    let reply = app
        .browser()
        .get(&format!("/setup?code={}", code.as_str()))
        .await;
    assert_eq!(reply.status, 403);
    for wrong in ["x", "%00", &"A".repeat(5_000)] {
        let reply = app.browser().get(&format!("/setup?code={wrong}")).await;
        assert_eq!(reply.status, 403, "{wrong}");
    }
}
