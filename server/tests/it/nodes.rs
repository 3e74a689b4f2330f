//! Which nodes there are, on the page and as JSON.

use std::time::Duration;

use http::Method;
use latchkey_authority::{feed, node::Node, signal};
use latchkey_types::Role;
use serde_json::{Value, json};

use crate::{
    app::{BASE, TestApp},
    programs::{Program, home},
};

const SECOND: Duration = Duration::from_secs(1);

/// A node that follows the signals of this server's database.
async fn node(app: &TestApp, name: &str) -> Node {
    feed::start(app.authority()).await.unwrap();
    let node = Node::new(app.authority(), name, "1.2.3");
    node.beat(app.authority()).await.unwrap();
    node
}

async fn heard(app: &TestApp, node: &Node) {
    feed::poll(app.authority()).await.unwrap();
    node.beat(app.authority()).await.unwrap();
}

/// What an administrator gets under a path of the API.
async fn list(app: &TestApp, access: &str, path: &str) -> Value {
    let proof = format!("Bearer {access}");
    let reply = app
        .browser()
        .call(Method::GET, path, &[("authorization", &proof)], &json!({}))
        .await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    reply.json()
}

#[tokio::test]
async fn the_page_shows_a_node_and_what_it_has_heard() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    app.clock.advance(SECOND);
    let page = admin.get("/admin/nodes").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("No node has been heard of"));
    assert!(page.body.contains("Nothing was revoked"));

    let one = node(&app, "edge-1:4711").await;
    let ann = app.user("ann", Role::User).await;
    app.signed_in("ann").await;
    Program::of(&app, ann, home()).await;
    app.clock.advance(SECOND);
    admin
        .post(&format!("/admin/users/{ann}/end-sessions"), &[])
        .await;
    app.clock.advance(Duration::from_millis(15));
    heard(&app, &one).await;
    let page = admin.get("/admin/nodes").await;
    for said in [
        "edge-1:4711",
        "Version 1.2.3",
        "Fresh",
        "ann",
        "Within 15 ms",
    ] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    assert!(!page.body.contains("banner"), "{}", page.body);
}

#[tokio::test]
async fn the_page_says_what_to_do_about_a_node_that_is_silent_and_one_that_is_behind() {
    let app = TestApp::with(&[("max_staleness", "2s")]).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let one = node(&app, "edge-1:4711").await;
    // It beats, and what it knows grows old.
    app.clock.advance(15 * SECOND);
    one.beat(app.authority()).await.unwrap();
    let page = admin.get("/admin/nodes").await;
    assert!(page.body.contains("edge-1:4711 is behind"), "{}", page.body);
    assert!(page.body.contains("refuses everybody"));
    app.clock.advance(120 * SECOND);
    let page = admin.get("/admin/nodes").await;
    assert!(page.body.contains("edge-1:4711 is silent"), "{}", page.body);
    assert!(page.body.contains("lets nobody in since"));
    app.clock.advance(3_600 * SECOND);
    let page = admin.get("/admin/nodes").await;
    assert!(page.body.contains("Gone"), "{}", page.body);
    assert!(page.body.contains("lets nobody in since"));
    assert!(!page.body.contains("banner"), "{}", page.body);
    one.stop(app.authority()).await.unwrap();
    let page = admin.get("/admin/nodes").await;
    assert!(page.body.contains("Stopped"));
    assert!(!page.body.contains("banner"));
}

#[tokio::test]
async fn programs_read_the_same_as_lists() {
    let app = TestApp::new().await;
    app.user("root", Role::Administrator).await;
    let ann = app.user("ann", Role::User).await;
    // The first pair makes the keys, which is a signal too: not what this test is about.
    app.pair("root").await;
    app.clock.advance(signal::KEPT + SECOND);
    signal::prune(app.authority()).await.unwrap();
    let one = node(&app, "edge-1:4711").await;
    let (_, access) = app.pair("root").await;
    let answer = list(&app, &access, "/api/admin/nodes").await;
    assert_eq!(answer["next"], json!(null));
    let row = &answer["items"][0];
    assert_eq!(row["id"], json!(one.id()));
    assert_eq!(row["name"], "edge-1:4711");
    assert_eq!(row["version"], "1.2.3");
    assert_eq!(row["state"], "fresh");
    assert_eq!(row["started_at"], "2026-01-01T01:00:01Z");
    assert_eq!(row["lag_ms"], 0);
    assert_eq!(row["listening"], false);

    let mut ended = Vec::new();
    for _ in 0..3 {
        let program = Program::of(&app, ann, home()).await;
        let proof = format!("Bearer {access}");
        let path = format!("/api/admin/families/{}", program.family_id);
        let reply = app
            .browser()
            .call(
                Method::DELETE,
                &path,
                &[("authorization", &proof), ("origin", BASE)],
                &json!({}),
            )
            .await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        ended.push(json!([program.family_id]));
    }
    app.clock.advance(Duration::from_millis(8));
    heard(&app, &one).await;
    let first = list(&app, &access, "/api/admin/signals?limit=2").await;
    let cursor = first["next"].as_str().unwrap();
    let path = format!("/api/admin/signals?limit=2&cursor={cursor}");
    let last = list(&app, &access, &path).await;
    assert_eq!(last["next"], json!(null));
    let mut rows = first["items"].as_array().unwrap().clone();
    rows.extend(last["items"].as_array().unwrap().iter().cloned());
    let families: Vec<_> = rows
        .iter()
        .rev()
        .map(|row| row["families"].clone())
        .collect();
    assert_eq!(families, ended);
    for row in rows {
        assert_eq!(row["kind"], "family_ended");
        assert_eq!(row["user"]["username"], "ann");
        assert_eq!(row["sessions"], json!([]));
        assert_eq!(row["within_ms"], 8);
        let receipt = &row["receipts"][0];
        assert_eq!(receipt["node_id"], json!(one.id()));
        assert_eq!(receipt["state"], "applied");
        assert_eq!(receipt["at"], "2026-01-01T01:00:01.008Z");
        assert_eq!(receipt["within_ms"], 8);
    }
}

#[tokio::test]
async fn only_those_who_see_the_console_see_nodes() {
    let app = TestApp::new().await;
    let mut auditor = app.user_signed_in("aud", Role::Auditor).await;
    let mut user = app.user_signed_in("ann", Role::User).await;
    for path in ["/admin/nodes", "/api/admin/nodes", "/api/admin/signals"] {
        assert_eq!(auditor.get(path).await.status, 200, "{path}");
        assert_eq!(user.get(path).await.status, 403, "{path}");
    }
    for path in [
        "/admin/nodes?cursor=nonsense",
        "/api/admin/signals?cursor=nonsense",
        "/api/admin/signals?limit=0",
    ] {
        assert_eq!(auditor.get(path).await.status, 400, "{path}");
    }
}
