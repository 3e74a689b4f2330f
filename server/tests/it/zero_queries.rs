//! A check on a warm node costs no statement, and is right all the same.

use axum::body::Body;
use http::Method;
use latchkey_authority::{feed, principal::Actor, session::end, user};
use latchkey_testing::{Sent, caller};
use latchkey_types::{Role, UserId};
use serde_json::json;

use crate::{
    app::{Node, PASSWORD, TestApp},
    browser::{Browser, Reply},
};

const PATHS: [&str; 2] = ["/api/me", "/api/check"];

/// Somebody with each of the three proofs, on a server that knows of changes within the default
/// bound.
struct World {
    app: TestApp,
    user_id: UserId,
    proofs: Vec<Proof>,
}

/// One proof, in a browser that has nothing else.
#[derive(Clone)]
struct Proof {
    name: &'static str,
    browser: Browser,
    bearer: Option<String>,
}

impl Proof {
    async fn ask(&mut self, path: &str) -> Reply {
        let mut headers = Vec::new();
        if let Some(bearer) = &self.bearer {
            headers.push(("authorization", bearer.as_str()));
        }
        self.browser
            .send(Method::GET, path, &headers, Body::empty())
            .await
    }

    fn on(&self, node: &Node) -> Self {
        Self {
            browser: node.with(&self.browser),
            ..self.clone()
        }
    }
}

impl World {
    async fn new() -> Self {
        let app = TestApp::with(&[("max_staleness", "2s")]).await;
        // One who stays: the last administrator is never demoted.
        app.user("keeper", Role::Administrator).await;
        let user_id = app.user("ann", Role::User).await;
        let by_session = app.signed_in("ann").await;
        let (_, access) = app.pair("ann").await;
        let mut by_cookie = app.browser();
        let body = json!({ "username": "ann", "password": PASSWORD });
        let ours = [("sec-fetch-site", "same-origin")];
        let path = "/api/auth/token/?transport=cookie";
        let reply = by_cookie.call(Method::POST, path, &ours, &body).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        feed::start(app.authority()).await.unwrap();
        let proof = |name, browser, bearer| Proof {
            name,
            browser,
            bearer,
        };
        Self {
            proofs: vec![
                proof("session cookie", by_session, None),
                proof("access cookie", by_cookie, None),
                proof(
                    "bearer token",
                    app.browser(),
                    Some(format!("Bearer {access}")),
                ),
            ],
            app,
            user_id,
        }
    }

    /// Asks each path once by each proof, so that there is a copy of everything.
    async fn warm(&mut self) {
        for proof in &mut self.proofs {
            for path in PATHS {
                let reply = proof.ask(path).await;
                assert!(reply.status < 300, "{}: {}", proof.name, reply.body);
            }
        }
    }
}

fn role(reply: &Reply) -> String {
    match reply.status {
        200 => reply.json()["roles"][0].as_str().unwrap().to_owned(),
        204 => reply.header("x-latchkey-role").to_owned(),
        status => panic!("{status}: {}", reply.body),
    }
}

#[tokio::test]
async fn a_check_on_a_warm_node_sends_no_statement() {
    let mut world = World::new().await;
    world.warm().await;
    for proof in &mut world.proofs {
        for path in PATHS {
            let before = world.app.state.metrics().statements("GET", path);
            let (reply, sent) = Sent::by(proof.ask(path)).await;
            assert_eq!(role(&reply), "user");
            assert_eq!(sent, Sent::default(), "{path} by {}", proof.name);
            let after = world.app.state.metrics().statements("GET", path);
            assert_eq!(after.requests, before.requests + 1);
            assert_eq!(after.statements, before.statements);
        }
    }
}

#[tokio::test]
async fn the_statements_of_a_request_are_counted_where_there_are_some() {
    let mut world = World::new().await;
    let state = world.app.state.clone();
    for proof in &mut world.proofs {
        let before = state.metrics().statements("GET", "/api/me");
        let (reply, sent) = Sent::by(proof.ask("/api/me")).await;
        assert_eq!(reply.status, 200);
        let after = state.metrics().statements("GET", "/api/me");
        assert_eq!(after.statements - before.statements, sent.statements);
    }
    let all = state.metrics().statements("GET", "/api/me");
    assert!(all.statements > 0, "cold copies are read");
}

#[tokio::test]
async fn i07_a_warm_node_answers_with_the_role_as_it_stands() {
    let mut world = World::new().await;
    let node = world.app.node();
    feed::start(node.authority()).await.unwrap();
    world.warm().await;
    let mut elsewhere: Vec<_> = world.proofs.iter().map(|proof| proof.on(&node)).collect();
    for proof in &mut elsewhere {
        assert_eq!(role(&proof.ask("/api/me").await), "user");
    }
    for (new, text) in [
        (Role::Administrator, "administrator"),
        (Role::Auditor, "auditor"),
    ] {
        let before = role(&elsewhere[0].ask("/api/me").await);
        user::set_role(
            world.app.authority(),
            Actor::Operator,
            world.user_id,
            new,
            &caller(),
        )
        .await
        .unwrap();
        for path in PATHS {
            for proof in &mut world.proofs {
                assert_eq!(role(&proof.ask(path).await), text, "{}", proof.name);
            }
            for proof in &mut elsewhere {
                let known = role(&proof.ask(path).await);
                assert_eq!(known, before, "not heard yet: {}", proof.name);
            }
        }
        feed::poll(node.authority()).await.unwrap();
        for path in PATHS {
            for proof in &mut elsewhere {
                assert_eq!(role(&proof.ask(path).await), text, "{}", proof.name);
            }
        }
    }
}

#[tokio::test]
async fn i02_a_warm_node_refuses_what_was_ended() {
    let mut world = World::new().await;
    let node = world.app.node();
    feed::start(node.authority()).await.unwrap();
    world.warm().await;
    let mut elsewhere: Vec<_> = world.proofs.iter().map(|proof| proof.on(&node)).collect();
    for proof in &mut elsewhere {
        assert_eq!(proof.ask("/api/me").await.status, 200);
    }
    end::all_of_user(
        world.app.authority(),
        Actor::Operator,
        world.user_id,
        &caller(),
    )
    .await
    .unwrap();
    for path in PATHS {
        for proof in &mut world.proofs {
            assert_eq!(proof.ask(path).await.status, 401, "{}", proof.name);
        }
    }
    feed::poll(node.authority()).await.unwrap();
    for path in PATHS {
        for proof in &mut elsewhere {
            assert_eq!(proof.ask(path).await.status, 401, "{}", proof.name);
        }
    }
}
