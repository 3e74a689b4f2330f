//! The console: who sees it, who changes what, and how soon it holds.

use latchkey_authority::session;
use latchkey_types::{Role, SessionState};

use crate::{
    app::{PASSWORD, TestApp},
    programs::{Program, home, robbed},
};

#[tokio::test]
async fn an_administrator_ends_a_session_and_its_browser_is_out() {
    let app = TestApp::new().await;
    let mut ann = app.user_signed_in("ann", Role::User).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let page = admin.get("/admin/sessions?user=ann&state=live").await;
    assert_eq!(page.status, 200);
    let filter = session::SessionFilter {
        state: Some(SessionState::Live),
        ..Default::default()
    };
    let rows = session::list(app.authority(), &filter, None, 10)
        .await
        .unwrap();
    let anns = rows.items.last().unwrap().session_id;
    let back = "/admin/sessions?user=ann&state=live";
    let reply = admin
        .post(&format!("/admin/sessions/{anns}/end"), &[("back", back)])
        .await;
    assert_eq!(
        reply.location(),
        "/admin/sessions?user=ann&state=live&notice=session_ended"
    );
    assert_eq!(
        ann.get("/account").await.location(),
        "/login?notice=ended_by_administrator"
    );
    let evil = admin
        .post(
            &format!("/admin/sessions/{anns}/end"),
            &[("back", "//evil.example")],
        )
        .await;
    assert_eq!(evil.location(), "/admin/sessions?notice=nothing_ended");
}

#[tokio::test]
async fn a_demotion_holds_on_the_next_click() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let other = app.user("deputy", Role::Administrator).await;
    let mut deputy = app.signed_in("deputy").await;
    assert_eq!(deputy.get("/admin").await.status, 200);
    let reply = admin
        .post(&format!("/admin/users/{other}/role"), &[("role", "user")])
        .await;
    assert_eq!(
        reply.location(),
        format!("/admin/users/{other}?notice=role_changed")
    );
    assert_eq!(deputy.get("/admin").await.status, 403);
    assert_eq!(deputy.get("/account").await.status, 200);
    assert_eq!(deputy.get("/api/admin/users").await.status, 403);
}

#[tokio::test]
async fn a_disabled_user_is_out_and_stays_out_until_enabled() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let id = app.user("ann", Role::User).await;
    let mut ann = app.signed_in("ann").await;
    let disabled = admin.post(&format!("/admin/users/{id}/disable"), &[]).await;
    assert_eq!(
        disabled.location(),
        format!("/admin/users/{id}?notice=user_disabled")
    );
    assert_eq!(ann.get("/account").await.status, 303);
    assert_eq!(ann.sign_in("ann", PASSWORD).await.status, 401);
    admin.post(&format!("/admin/users/{id}/enable"), &[]).await;
    assert_eq!(ann.sign_in("ann", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let app = TestApp::new().await;
    let id = app.user("root", Role::Administrator).await;
    let mut admin = app.signed_in("root").await;
    for (path, fields) in [
        (format!("/admin/users/{id}/disable"), vec![]),
        (format!("/admin/users/{id}/role"), vec![("role", "user")]),
    ] {
        let reply = admin.post(&path, &fields).await;
        assert_eq!(
            reply.location(),
            format!("/admin/users/{id}?notice=last_administrator")
        );
    }
    assert_eq!(admin.get("/admin").await.status, 200);
}

#[tokio::test]
async fn an_auditor_sees_every_page_and_no_button() {
    let app = TestApp::new().await;
    let id = app.user("ann", Role::User).await;
    app.signed_in("ann").await;
    let (stolen, incident_id) = robbed(&app, id).await;
    Program::of(&app, id, home()).await;
    let mut auditor = app.user_signed_in("aud", Role::Auditor).await;
    for path in [
        "/admin".to_owned(),
        "/admin/sessions".to_owned(),
        "/admin/users".to_owned(),
        format!("/admin/users/{id}"),
        "/admin/audit".to_owned(),
        "/admin/families".to_owned(),
        format!("/admin/families/{}", stolen.family_id),
        "/admin/threats".to_owned(),
        format!("/admin/threats/{incident_id}"),
        "/admin/keys".to_owned(),
        "/admin/nodes".to_owned(),
    ] {
        let page = auditor.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        for action in [
            "/end\"",
            "/disable\"",
            "/role\"",
            "/end-sessions\"",
            "/end-families\"",
            "/judge\"",
            "/rotate\"",
            "/kill\"",
        ] {
            assert!(!page.body.contains(action), "{path} offers {action}");
        }
    }
}

#[tokio::test]
async fn the_record_shows_who_was_refused_and_what_they_typed() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    app.browser().sign_in("ann", "wrong wrong wrong").await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let page = admin.get("/admin/audit?kind=sign_in&outcome=failure").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Wrong password"), "{}", page.body);
    assert!(page.body.contains("192.0.2.1"));
    assert!(!page.body.contains("wrong wrong wrong"));
}

#[tokio::test]
async fn a_filter_that_makes_no_sense_is_a_clear_answer() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    for path in [
        "/admin/sessions?state=maybe",
        "/admin/sessions?cursor=nonsense",
        "/admin/users?role=king",
        "/admin/audit?kind=x",
        "/admin/audit?cursor=%00",
    ] {
        assert_eq!(admin.get(path).await.status, 400, "{path}");
    }
    for path in [
        "/admin/sessions?user=nobody-here",
        "/admin/sessions?address=%27%3B--&browser=%25",
        "/admin/users?search=%25_%5C",
    ] {
        assert_eq!(admin.get(path).await.status, 200, "{path}");
    }
    assert_eq!(admin.get("/admin/users/x").await.status, 404);
}

#[tokio::test]
async fn text_from_users_is_harmless_on_every_page() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut browser = app.browser();
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("user-agent", "<script>alert(1)</script>\"'><img src=x>"),
    ];
    let fields = [("identifier", "ann"), ("password", PASSWORD)];
    browser.post_with("/login", &fields, &headers).await;
    app.browser()
        .sign_in("<img/src=x>@example.com", "wrong wrong wrong")
        .await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    for path in ["/admin", "/admin/sessions", "/admin/audit", "/admin/users"] {
        let page = admin.get(path).await;
        assert!(!page.body.contains("<script>alert"), "{path}");
        assert!(!page.body.contains("<img"), "{path}");
    }
}
