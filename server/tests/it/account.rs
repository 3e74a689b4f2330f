//! The user's own pages.

use latchkey_authority::session;
use latchkey_types::{Role, SessionId};

use crate::app::{PASSWORD, TestApp};

async fn session_ids(app: &TestApp) -> Vec<SessionId> {
    let page = session::list(
        app.authority(),
        &session::SessionFilter::default(),
        None,
        200,
    )
    .await
    .unwrap();
    page.items.iter().map(|row| row.session_id).collect()
}

#[tokio::test]
async fn the_other_browser_is_out_on_its_next_click_and_is_told_why() {
    let app = TestApp::new().await;
    let mut here = app.user_signed_in("ann", Role::User).await;
    app.clock.advance(std::time::Duration::from_secs(1));
    let mut there = app.signed_in("ann").await;
    let newest = session_ids(&app).await[0];

    let page = here.get("/account/sessions").await;
    assert!(
        page.body
            .contains(&format!("/account/sessions/{newest}/end"))
    );
    let reply = here
        .post(&format!("/account/sessions/{newest}/end"), &[])
        .await;
    assert_eq!(reply.location(), "/account/sessions?notice=session_ended");
    let out = there.get("/account").await;
    assert_eq!(out.status, 303);
    assert_eq!(out.location(), "/login?notice=ended_by_owner");
    assert_eq!(here.get("/account").await.status, 200);
}

#[tokio::test]
async fn ending_all_others_keeps_this_one() {
    let app = TestApp::new().await;
    let mut here = app.user_signed_in("ann", Role::User).await;
    let mut others = [app.signed_in("ann").await, app.signed_in("ann").await];
    let reply = here.post("/account/sessions/end-others", &[]).await;
    assert_eq!(reply.location(), "/account/sessions?notice=sessions_ended");
    for other in &mut others {
        assert_eq!(other.get("/account").await.status, 303);
    }
    assert_eq!(here.get("/account").await.status, 200);
    let again = here.post("/account/sessions/end-others", &[]).await;
    assert_eq!(again.location(), "/account/sessions?notice=nothing_ended");
}

#[tokio::test]
async fn nobody_ends_somebody_elses_session_from_the_account_page() {
    let app = TestApp::new().await;
    let mut ann = app.user_signed_in("ann", Role::User).await;
    let anns = session_ids(&app).await[0];
    let mut eve = app.user_signed_in("eve", Role::Administrator).await;
    let reply = eve
        .post(&format!("/account/sessions/{anns}/end"), &[])
        .await;
    assert_eq!(reply.status, 404);
    for wrong in ["x", "00000000-0000-0000-0000-000000000000"] {
        let path = format!("/account/sessions/{wrong}/end");
        assert_eq!(eve.post(&path, &[]).await.status, 404);
    }
    assert_eq!(ann.get("/account").await.status, 200);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_the_old_one_is_dead() {
    let app = TestApp::new().await;
    let mut here = app.user_signed_in("ann", Role::User).await;
    let mut there = app.signed_in("ann").await;
    let new = "violet engines sing at noon";
    let wrong = [("current", "not it"), ("new", new)];
    let refused = here.post("/account/security/password", &wrong).await;
    assert_eq!(refused.status, 422);
    let weak = [("current", PASSWORD), ("new", "short")];
    let refused = here.post("/account/security/password", &weak).await;
    assert_eq!(refused.status, 422);
    assert_eq!(there.get("/account").await.status, 200);

    let good = [("current", PASSWORD), ("new", new)];
    let cookie = here.session().cloned();
    let reply = here.post("/account/security/password", &good).await;
    assert_eq!(
        reply.location(),
        "/account/security?notice=password_changed"
    );
    assert_ne!(here.session(), cookie.as_ref());
    assert_eq!(here.get("/account").await.status, 200);
    let out = there.get("/account").await;
    assert_eq!(out.location(), "/login?notice=password_changed_elsewhere");
    assert_eq!(app.browser().sign_in("ann", PASSWORD).await.status, 401);
    assert_eq!(app.browser().sign_in("ann", new).await.status, 303);
}
