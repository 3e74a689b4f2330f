//! The signing keys on their page.

use latchkey_authority::key::{self, KeyState};
use latchkey_types::{Algorithm, Role};

use crate::{
    app::TestApp,
    programs::{Program, home},
};

async fn kid(app: &TestApp, algorithm: Algorithm, state: KeyState) -> Option<String> {
    key::list(app.authority())
        .await
        .unwrap()
        .into_iter()
        .find(|row| row.algorithm == algorithm && row.state == state)
        .map(|row| row.kid)
}

#[tokio::test]
async fn an_administrator_rotates_and_kills_keys() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    Program::of(&app, ann, home()).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let active = kid(&app, Algorithm::EdDsa, KeyState::Active).await.unwrap();
    let page = admin.get("/admin/keys").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains(&active));
    assert!(page.body.contains(&format!("/admin/keys/{active}/kill")));

    let fields = [("algorithm", "EdDSA")];
    let reply = admin.post("/admin/keys/rotate", &fields).await;
    assert_eq!(reply.location(), "/admin/keys?notice=keys_rotated");
    assert!(kid(&app, Algorithm::EdDsa, KeyState::Next).await.is_some());
    let reply = admin.post("/admin/keys/rotate", &fields).await;
    assert_eq!(reply.location(), "/admin/keys?notice=nothing_changed");

    let kill = format!("/admin/keys/{active}/kill");
    let reply = admin.post(&kill, &[]).await;
    assert_eq!(reply.location(), "/admin/keys?notice=key_killed");
    assert_eq!(
        kid(&app, Algorithm::EdDsa, KeyState::Killed).await,
        Some(active)
    );
    let reply = admin.post(&kill, &[]).await;
    assert_eq!(reply.location(), "/admin/keys?notice=nothing_changed");
    assert_eq!(admin.post("/admin/keys/x/kill", &[]).await.status, 404);
    let fields = [("algorithm", "HS256")];
    let reply = admin.post("/admin/keys/rotate", &fields).await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn others_see_keys_at_most() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    Program::of(&app, ann, home()).await;
    let active = kid(&app, Algorithm::EdDsa, KeyState::Active).await.unwrap();
    let mut auditor = app.user_signed_in("aud", Role::Auditor).await;
    let page = auditor.get("/admin/keys").await;
    assert!(page.body.contains(&active));
    assert!(!page.body.contains("/kill\""));
    assert!(!page.body.contains("/admin/keys/rotate"));
    let kill = format!("/admin/keys/{active}/kill");
    let mut user = app.signed_in("ann").await;
    assert_eq!(user.get("/admin/keys").await.status, 403);
    for browser in [&mut auditor, &mut user] {
        assert_eq!(browser.post(&kill, &[]).await.status, 403);
        assert_eq!(browser.post("/admin/keys/rotate", &[]).await.status, 403);
    }
}
