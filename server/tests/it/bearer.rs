//! Access tokens at our own doors: who gets in, and for how long.

use std::time::Duration;

use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use latchkey_authority::{
    access_token::{self, Grant},
    bulk::{Step, Worker},
    principal::Actor,
};
use latchkey_server::routes::ROUTES;
use latchkey_types::{FamilyId, Role, UnixMillis};
use serde_json::{Value, json};

use crate::app::TestApp;

const JSON: (&str, &str) = ("content-type", "application/json");

fn family_of(access: &str) -> FamilyId {
    let claims = access.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    claims["sid"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn i07_a_demotion_holds_at_once_for_a_bearer_token() {
    let app = TestApp::new().await;
    app.user("spare", Role::Administrator).await;
    let id = app.user("root", Role::Administrator).await;
    let (_, access) = app.pair("root").await;
    let mut program = app.browser();
    let list = "/api/admin/users";
    assert_eq!(
        program.with_token(Method::GET, list, &access).await.status,
        200
    );
    let me = program.with_token(Method::GET, "/api/me", &access).await;
    assert_eq!(me.json()["roles"], json!(["administrator"]));
    let caller = latchkey_authority::caller::Caller::program("test");
    for (role, may_read) in [(Role::Auditor, true), (Role::User, false)] {
        latchkey_authority::user::set_role(app.authority(), Actor::Operator, id, role, &caller)
            .await
            .unwrap();
        let read = program.with_token(Method::GET, list, &access).await;
        assert_eq!(read.status, if may_read { 200 } else { 403 });
        let path = format!("/api/admin/users/{id}/enable");
        let changed = program.with_token(Method::POST, &path, &access).await;
        assert_eq!(changed.status, 403);
        let me = program.with_token(Method::GET, "/api/me", &access).await;
        assert_eq!(me.json()["roles"], json!([role]));
    }
}

#[tokio::test]
async fn the_header_wins_over_cookies_whatever_it_holds() {
    let app = TestApp::new().await;
    app.user("bob", Role::User).await;
    let mut browser = app.user_signed_in("root", Role::Administrator).await;
    let (refresh, access) = app.pair("bob").await;
    let me = browser.with_token(Method::GET, "/api/me", &access).await;
    assert_eq!(me.json()["username"], "bob");
    let list = browser
        .with_token(Method::GET, "/api/admin/users", &access)
        .await;
    assert_eq!(list.status, 403);
    for path in ["/api/me", "/api/admin/users"] {
        for token in ["garbage", refresh.as_str(), &"x".repeat(20_000)] {
            let reply = browser.with_token(Method::GET, path, token).await;
            assert_eq!(reply.status, 401, "{path}");
            let challenge = reply.header("www-authenticate");
            assert!(
                challenge.starts_with("Bearer realm=\"api\", error=\"invalid_token\""),
                "{challenge}"
            );
            assert_eq!(reply.json()["code"], "token_not_valid");
        }
        for header in ["Bearer", "Bearer a b"] {
            let reply = browser
                .send(
                    Method::GET,
                    path,
                    &[("authorization", header)],
                    Body::empty(),
                )
                .await;
            assert_eq!(reply.status, 401, "{header}");
        }
        let twice = format!("Bearer {access}");
        let headers = [
            ("authorization", twice.as_str()),
            ("authorization", "Basic x"),
        ];
        let reply = browser
            .send(Method::GET, path, &headers, Body::empty())
            .await;
        assert_eq!(reply.status, 401);
        // Of another scheme: then the session decides.
        let reply = browser
            .send(
                Method::GET,
                path,
                &[("authorization", "Basic x")],
                Body::empty(),
            )
            .await;
        assert_eq!(reply.status, 200);
    }
}

#[tokio::test]
async fn the_case_of_the_scheme_means_nothing() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let (_, access) = app.pair("ann").await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let header = format!("{scheme} {access}");
        let reply = app
            .browser()
            .send(
                Method::GET,
                "/api/me",
                &[("authorization", &header)],
                Body::empty(),
            )
            .await;
        assert_eq!(reply.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn a_token_that_is_over_is_over_to_the_millisecond() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let (_, access) = app.pair("ann").await;
    let mut program = app.browser();
    app.clock
        .advance(Duration::from_millis(15 * 60 * 1_000 - 1));
    assert_eq!(
        program
            .with_token(Method::GET, "/api/me", &access)
            .await
            .status,
        200
    );
    app.clock.advance(Duration::from_millis(1));
    let reply = program.with_token(Method::GET, "/api/me", &access).await;
    assert_eq!(reply.json()["messages"][0]["message"], "Token is expired");
}

#[tokio::test]
async fn i07_another_clients_token_is_refused_at_our_own_doors() {
    let app = TestApp::new().await;
    let user_id = app.user("root", Role::Administrator).await;
    let (_, access) = app.pair("root").await;
    let now = app.authority().now();
    let grant = Grant {
        user_id,
        family_id: family_of(&access),
        generation: 0,
        client_id: Some("some-app"),
        ends_at: UnixMillis(now.0 + 900_000),
    };
    let theirs = access_token::mint(app.authority(), &grant, now)
        .await
        .unwrap();
    let mut program = app.browser();
    for path in ["/api/admin/users", "/api/auth/user/", "/api/me"] {
        assert_eq!(
            program.with_token(Method::GET, path, &access).await.status,
            200,
            "{path}"
        );
        assert_eq!(
            program
                .with_token(Method::GET, path, &theirs.text)
                .await
                .status,
            401,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_grave_change_asks_for_a_fresh_proof() {
    let app = TestApp::new().await;
    app.user("root", Role::Administrator).await;
    let ann = app.user("ann", Role::User).await;
    let (refresh, access) = app.pair("root").await;
    let mut program = app.browser();
    let disable = format!("/api/admin/users/{ann}/disable");
    let enable = format!("/api/admin/users/{ann}/enable");
    app.clock.advance(Duration::from_mins(10));
    assert_eq!(
        program
            .with_token(Method::POST, &disable, &access)
            .await
            .status,
        200
    );
    app.clock.advance(Duration::from_millis(1));
    let reply = program.with_token(Method::POST, &enable, &access).await;
    assert_eq!(reply.status, 401);
    assert!(
        reply
            .header("www-authenticate")
            .starts_with("Bearer error=\"insufficient_user_authentication\", max_age=600"),
        "{}",
        reply.header("www-authenticate")
    );
    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert_eq!(reply.json()["code"], "stale_proof");
    // A refresh proves nothing anew, and reading asks for nothing.
    let pair = program
        .call(
            Method::POST,
            "/api/token/refresh/",
            &[],
            &json!({ "refresh": refresh }),
        )
        .await
        .json();
    let access = pair["access"].as_str().unwrap();
    assert_eq!(
        program
            .with_token(Method::POST, &enable, access)
            .await
            .status,
        401
    );
    let list = program
        .with_token(Method::GET, "/api/admin/users", access)
        .await;
    assert_eq!(list.status, 200);
    // Every grave change of the console does.
    let path = "/api/admin/keys/rotate";
    let bearer = format!("Bearer {access}");
    let headers = [("authorization", bearer.as_str())];
    let rotated = program.call(Method::POST, path, &headers, &json!({})).await;
    assert_eq!(rotated.status, 401);
    let (_, fresh) = app.pair("root").await;
    assert_eq!(
        program
            .with_token(Method::POST, &enable, &fresh)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn every_change_of_administration_asks_sessions_for_a_fresh_proof_too() {
    let app = TestApp::new().await;
    app.user("spare", Role::Administrator).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let ours = [("sec-fetch-site", "same-origin"), JSON];
    app.clock.advance(Duration::from_mins(10));
    let ending = format!("/api/admin/sessions/{id}");
    let reply = admin
        .send(Method::DELETE, &ending, &ours, Body::empty())
        .await;
    assert_eq!(reply.status, 404);
    app.clock.advance(Duration::from_millis(1));
    let mut asked = 0;
    for route in ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/api/admin/") && !route.method.is_safe())
    {
        let path = route
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { id } else { part })
            .collect::<Vec<_>>()
            .join("/");
        let reply = admin
            .send(route.method.clone(), &path, &ours, Body::from("{}"))
            .await;
        assert_eq!(reply.status, 401, "{route:?}: {}", reply.body);
        assert_eq!(reply.json()["code"], "stale_proof", "{route:?}");
        let challenge = reply.header("www-authenticate");
        assert!(
            challenge.contains("insufficient_user_authentication"),
            "{route:?}: {challenge}"
        );
        asked += 1;
    }
    assert!(asked > 10, "{asked}");
    // Reading asks for nothing, and neither do the console's forms yet.
    assert_eq!(admin.get("/api/admin/users").await.status, 200);
    let ended = admin.post(&format!("/admin/sessions/{id}/end"), &[]).await;
    assert_eq!(ended.status, 404);
    // Signing in once more proves it.
    let mut admin = app.signed_in("root").await;
    let reply = admin
        .send(Method::DELETE, &ending, &ours, Body::empty())
        .await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn a_program_needs_no_page_of_ours_and_a_session_does() {
    let app = TestApp::new().await;
    app.user("root", Role::Administrator).await;
    let ann = app.user("ann", Role::User).await;
    let (_, access) = app.pair("root").await;
    let path = format!("/api/admin/users/{ann}/role");
    let bearer = format!("Bearer {access}");
    let evil = ("origin", "https://evil.example");
    let body = json!({ "role": "auditor" });
    let headers = [("authorization", bearer.as_str()), evil];
    let reply = app
        .browser()
        .call(Method::POST, &path, &headers, &body)
        .await;
    assert_eq!(reply.json()["changed"], true);
    let mut browser = app.signed_in("root").await;
    assert_eq!(
        browser
            .call(Method::POST, &path, &[evil], &body)
            .await
            .status,
        403
    );
    assert_eq!(
        browser.call(Method::POST, &path, &[], &body).await.status,
        403
    );
}

#[tokio::test]
async fn families_are_listed_shown_and_ended() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let (token, access) = app.pair("ann").await;
    app.pair("ann").await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let refreshed = app
        .browser()
        .call(
            Method::POST,
            "/api/token/refresh/",
            &[],
            &json!({ "refresh": token }),
        )
        .await;
    assert_eq!(refreshed.status, 200);
    let list = admin
        .get("/api/admin/families?user=ann&state=live")
        .await
        .json();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    assert_eq!(list["items"][0]["transport"], "body");
    assert_eq!(list["items"][0]["opened"]["browser"], "Firefox");
    let path = format!("/api/admin/families/{}", family_of(&access));
    let picture = admin.get(&path).await.json();
    assert_eq!(picture["family"]["generation"], 1);
    assert_eq!(picture["rotations"]["items"].as_array().unwrap().len(), 2);
    let ours = [("sec-fetch-site", "same-origin"), JSON];
    let ended = admin
        .send(Method::DELETE, &path, &ours, Body::empty())
        .await;
    assert_eq!(ended.json()["ended"], true);
    let again = admin
        .send(
            Method::POST,
            &format!("{path}/revoke"),
            &ours,
            Body::empty(),
        )
        .await;
    assert_eq!(again.json()["ended"], false);
    let mut program = app.browser();
    assert_eq!(
        program
            .with_token(Method::GET, "/api/me", &access)
            .await
            .status,
        401
    );

    let many = "/api/admin/families/revoke";
    let body = Body::from(r#"{"dry_run":true}"#);
    assert_eq!(
        admin.send(Method::POST, many, &ours, body).await.status,
        400
    );
    let body = Body::from(r#"{"user":"ann","dry_run":true}"#);
    let dry = admin.send(Method::POST, many, &ours, body).await.json();
    assert_eq!(dry["would_end"]["count"], 1);
    let body = Body::from(r#"{"user":"ann"}"#);
    let wet = admin.send(Method::POST, many, &ours, body).await;
    assert_eq!(wet.status, 202, "{}", wet.body);
    let mut worker = Worker::new(app.authority());
    while worker.step(app.authority()).await.unwrap() != Step::Nothing {}
    let wet = admin.get(wet.location()).await.json();
    assert_eq!((&wet["ended"], &wet["state"]), (&json!(1), &json!("done")));
    let list = admin
        .get("/api/admin/families?user=ann&state=live")
        .await
        .json();
    assert_eq!(list["items"], json!([]));
    let list = admin.get("/api/admin/families?state=nonsense").await;
    assert_eq!(list.status, 400);
}

#[tokio::test]
async fn a_theft_is_told_with_both_sides_and_judged() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let (stolen, _) = app.pair("ann").await;
    let body = json!({ "refresh": stolen });
    let path = "/api/auth/token/refresh/";
    let pair = app
        .browser()
        .call(Method::POST, path, &[], &body)
        .await
        .json();
    let next = json!({ "refresh": pair["refresh"] });
    app.browser().call(Method::POST, path, &[], &next).await;
    app.clock.advance(Duration::from_mins(2));
    let mut thief = app.browser().at([198, 51, 100, 7]);
    assert_eq!(thief.call(Method::POST, path, &[], &body).await.status, 401);

    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let list = admin.get("/api/admin/threats?user=ann").await.json();
    let row = &list["items"][0];
    assert_eq!(row["class"], "theft");
    assert_eq!(row["gap_ms"], 120_000);
    assert_eq!(row["action"], "family_ended");
    assert_eq!(row["verdict"], Value::Null);
    assert_eq!(row["replayed_by"]["address"], "198.51.100.7");
    assert_eq!(row["rotated_by"]["address"], "192.0.2.1");
    for side in ["rotated_by", "replayed_by"] {
        for field in ["address", "network", "user_agent", "device", "at"] {
            assert!(row[side][field].is_string(), "{side}.{field}");
        }
    }
    let one = format!("/api/admin/threats/{}", row["id"].as_str().unwrap());
    let ours = [("sec-fetch-site", "same-origin"), JSON];
    let verdict = Body::from(r#"{"verdict":"false_alarm","note":"a test"}"#);
    let reply = admin
        .send(Method::POST, &format!("{one}/verdict"), &ours, verdict)
        .await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let shown = admin.get(&one).await.json();
    assert_eq!(shown["threat"]["verdict"], "false_alarm");
    assert_eq!(shown["threat"]["note"], "a test");
    let open = admin.get("/api/admin/threats?verdict=none").await.json();
    assert_eq!(open["items"], json!([]));
}

#[tokio::test]
async fn keys_are_listed_rotated_and_killed() {
    let app = TestApp::new().await;
    app.user("root", Role::Administrator).await;
    let (_, access) = app.pair("root").await;
    let mut admin = app.signed_in("root").await;
    let keys = admin.get("/api/admin/keys").await.json();
    let active: Vec<&Value> = keys["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|key| key["algorithm"] == "EdDSA" && key["state"] == "active")
        .collect();
    assert_eq!(active.len(), 1);
    assert!(!keys.to_string().contains("private"));
    let ours = [("sec-fetch-site", "same-origin"), JSON];
    let path = "/api/admin/keys/rotate";
    let rotated = admin
        .send(Method::POST, path, &ours, Body::from("{}"))
        .await
        .json();
    assert_eq!(rotated["changed"], true);
    let kid = active[0]["kid"].as_str().unwrap();
    let killed = admin
        .send(
            Method::POST,
            &format!("/api/admin/keys/{kid}/kill"),
            &ours,
            Body::empty(),
        )
        .await;
    assert_eq!(killed.json()["changed"], true, "{}", killed.body);
    let mut program = app.browser();
    assert_eq!(
        program
            .with_token(Method::GET, "/api/me", &access)
            .await
            .status,
        401
    );
    let unknown = admin
        .send(
            Method::POST,
            "/api/admin/keys/nothing/kill",
            &ours,
            Body::empty(),
        )
        .await;
    assert_eq!(unknown.status, 404);
}
