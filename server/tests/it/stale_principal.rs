//! The fourth invariant over the whole table: what a node has cached of somebody may let them read,
//! and never change anything.
//!
//! Every route that changes something for somebody is sent a request that it would obey, from
//! somebody whom the node still believes in although the database says otherwise: it must refuse,
//! and leave the database as it was. Then the loss is undone, and the same request is obeyed.

use axum::body::Body;
use http::Method;
use latchkey_authority::{
    bulk::{self, Order, Scope},
    caller::Caller,
    feed, key,
    principal::Actor,
};
use latchkey_identity::invitation::{self, Invite};
use latchkey_server::routes::{Access, Class, Proof, ROUTES, Route};
use latchkey_testing::{Snapshot, TestDatabase};
use latchkey_types::{BulkEndId, Role, UserId};
use sea_orm::ConnectionTrait as _;
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{PASSWORD, TestApp},
    browser::{Browser, Reply},
    programs::{Program, home, robbed},
};

const NEW_PASSWORD: &str = "seven copper kettles on a sill";

/// Those among whom each route finds something to change.
struct World {
    app: TestApp,
    /// Who acts, and how.
    actor: UserId,
    browser: Browser,
    access: String,
    /// A theft of theirs.
    incident_id: String,
    /// Another session and another family of whoever acts.
    own_session: String,
    own_family: String,
    /// Somebody else, with one of each.
    target: UserId,
    session: String,
    family: String,
    kid: String,
    /// An open link, and a user who waits without one.
    invitation: String,
    waiting: UserId,
    /// Whoever acts came in through it once.
    connection: Uuid,
    /// An order that nobody has begun to carry out.
    bulk_end_id: BulkEndId,
}

fn live_session(json: &serde_json::Value) -> String {
    json["session_id"].as_str().unwrap().to_owned()
}

impl World {
    async fn new() -> Self {
        let app = TestApp::with(&[("max_staleness", "2s"), ("rate_limit", "off")]).await;
        feed::start(app.authority()).await.unwrap();
        app.user("keeper", Role::Administrator).await;
        let actor = app.user("root", Role::Administrator).await;
        let target = app.user("ann", Role::User).await;
        // Whoever acts is told of a theft of their own, too. First: it takes a while.
        let (_, incident_id) = robbed(&app, actor).await;
        let session_of = async |name: &str| {
            let mut browser = app.signed_in(name).await;
            let me = browser.get("/api/me").await.json();
            (browser, live_session(&me))
        };
        let (_, session) = session_of("ann").await;
        let (_, own_session) = session_of("root").await;
        let (browser, _) = session_of("root").await;
        let family = Program::of(&app, target, home())
            .await
            .family_id
            .to_string();
        let own_family = Program::of(&app, actor, home()).await.family_id.to_string();
        let (_, access) = app.pair("root").await;
        let kid = key::list(app.authority()).await.unwrap()[0].kid.clone();
        let new = Invite {
            username: None,
            email: None,
            role: Role::User,
            caller: &Caller::program("test"),
        };
        let made = invitation::invite(app.state.identity(), Actor::Operator, new).await;
        let invitation = made.unwrap().invitation_id.to_string();
        let new = Invite {
            username: Some("waiting"),
            ..new
        };
        let made = invitation::create(app.state.identity(), Actor::Operator, new).await;
        let waiting = made.unwrap().user_id.unwrap();
        let connection = Uuid::from_bytes([7; 16]);
        let sql = format!(
            "INSERT INTO identities (identity_id, user_id, provider, issuer, subject, linked_at) \
             VALUES ({}, {}, 'acme', 'https://id.example', '1', 1)",
            sql_id(connection),
            sql_id(actor.as_uuid())
        );
        app.database
            .connection
            .execute_unprepared(&sql)
            .await
            .unwrap();
        let order = Order {
            scope: Scope::these_sessions(vec![session.parse().unwrap()]).unwrap(),
            include_own: false,
        };
        let caller = Caller::program("test");
        let bulk_end_id = bulk::order(app.authority(), Actor::Operator, order, &caller)
            .await
            .unwrap()
            .unwrap();
        Self {
            bulk_end_id,
            connection,
            invitation,
            waiting,
            actor,
            browser,
            access,
            incident_id: incident_id.to_string(),
            own_session,
            own_family,
            target,
            session,
            family,
            kid,
            app,
        }
    }

    /// Everything but the record, on which a refusal stands too.
    async fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.app.database.connection)
            .await
            .without_the_record()
    }

    async fn execute(&self, sql: &str) -> u64 {
        let done = self.app.database.connection.execute_unprepared(sql).await;
        done.expect(sql).rows_affected()
    }
}

/// What a route is sent.
enum Sent {
    Form(Vec<(&'static str, String)>),
    Json(serde_json::Value),
}

/// A request that each route obeys; `None` for a route that this test does not know.
fn valid(route: &Route, world: &World) -> Option<(String, Sent)> {
    let form = |fields: &[(&'static str, &str)]| {
        let fields = fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        Sent::Form(fields.collect())
    };
    let nothing = || form(&[]);
    let empty = || Sent::Json(json!({}));
    let (sessions, families) = if route.path.starts_with("/account") {
        (&world.own_session, &world.own_family)
    } else {
        (&world.session, &world.family)
    };
    let user = if route.path.ends_with("/link") {
        world.waiting
    } else {
        world.target
    };
    let path = route
        .path
        .replace("{invitation_id}", &world.invitation)
        .replace("{session_id}", sessions)
        .replace("{family_id}", families)
        .replace("{incident_id}", &world.incident_id)
        .replace("{user_id}", &user.to_string())
        .replace("{connection}", &world.connection.to_string())
        .replace("{bulk_end_id}", &world.bulk_end_id.to_string())
        .replace("{kid}", &world.kid);
    let sent = match (route.method.as_str(), route.path) {
        (
            "POST",
            "/account/sessions/end-others"
            | "/account/sessions/{session_id}/end"
            | "/account/families/{family_id}/end"
            | "/account/connections/{connection}/unlink"
            | "/admin/sessions/{session_id}/end"
            | "/admin/families/{family_id}/end"
            | "/admin/keys/{kid}/kill"
            | "/admin/users/{user_id}/end-sessions"
            | "/admin/users/{user_id}/end-families"
            | "/admin/users/{user_id}/disable"
            | "/admin/users/{user_id}/enable"
            | "/admin/users/{user_id}/link"
            | "/admin/invitations/{invitation_id}/withdraw"
            | "/admin/bulk-ends/{bulk_end_id}/stop",
        ) => nothing(),
        ("POST", "/admin/users/invite") => form(&[("how", "invite"), ("role", "user")]),
        ("POST", "/api/admin/users") => Sent::Json(json!({ "username": "new" })),
        ("POST", "/account/threats/dismiss") => form(&[("incidents", &world.incident_id)]),
        ("POST", "/account/security/password") => {
            form(&[("current", PASSWORD), ("new", NEW_PASSWORD)])
        }
        ("POST", "/account/security/set-password") => form(&[("new", NEW_PASSWORD)]),
        ("POST", "/admin/threats/{incident_id}/judge") => {
            form(&[("verdict", "false_alarm"), ("note", "")])
        }
        ("POST", "/admin/keys/rotate") => form(&[("algorithm", "EdDSA")]),
        ("POST", "/admin/users/{user_id}/role") => form(&[("role", "auditor")]),
        ("PUT" | "PATCH", "/api/auth/user/") => Sent::Json(json!({ "username": "renamed" })),
        ("POST", "/api/auth/password/change/") => Sent::Json(json!({
            "old_password": PASSWORD,
            "new_password1": NEW_PASSWORD,
            "new_password2": NEW_PASSWORD,
        })),
        ("DELETE", "/api/admin/sessions/{session_id}" | "/api/admin/families/{family_id}")
        | (
            "POST",
            "/api/admin/sessions/{session_id}/revoke"
            | "/api/admin/families/{family_id}/revoke"
            | "/api/admin/users/{user_id}/sign-out"
            | "/api/admin/users/{user_id}/disable"
            | "/api/admin/users/{user_id}/enable"
            | "/api/admin/users/{user_id}/link"
            | "/api/admin/invitations"
            | "/api/admin/invitations/{invitation_id}/withdraw"
            | "/api/admin/bulk-ends/{bulk_end_id}/stop"
            | "/api/admin/keys/rotate"
            | "/api/admin/keys/{kid}/kill",
        ) => empty(),
        ("POST", "/api/admin/users/{user_id}/role") => Sent::Json(json!({ "role": "auditor" })),
        ("POST", "/api/admin/families/revoke" | "/api/admin/sessions/revoke") => Sent::Json(
            json!({ "ids": [if route.path.contains("families") { families } else { sessions }] }),
        ),
        ("POST", "/admin/sessions/end") => form(&[("filter", &format!("id={sessions}"))]),
        ("POST", "/admin/families/end") => form(&[("filter", &format!("id={families}"))]),
        ("POST", "/api/admin/threats/{incident_id}/verdict") => {
            Sent::Json(json!({ "verdict": "false_alarm" }))
        }
        _ => return None,
    };
    Some((path, sent))
}

/// Leads to a provider and changes nothing yet: what comes back is judged when it does.
const SETS_OUT: &str = "/account/connections/{connection}/link";

/// Every route that changes something for somebody who must be there.
fn changes() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| {
        !route.method.is_safe()
            && matches!(route.access, Access::Needs(_))
            && route.path != SETS_OUT
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Session,
    Bearer,
}

async fn send(route: &Route, by: By, world: &World) -> Reply {
    let (path, sent) = valid(route, world).expect("the request is known");
    let mut browser = world.browser.clone();
    let mut headers = vec![("sec-fetch-site", "same-origin")];
    let bearer = format!("Bearer {}", world.access);
    if by == By::Bearer {
        browser.cookies.clear();
        headers.push(("authorization", &bearer));
    }
    let body = match sent {
        Sent::Form(fields) => {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
            let encode = |text: &str| {
                let encoded = percent_encoding::NON_ALPHANUMERIC;
                percent_encoding::utf8_percent_encode(text, encoded).to_string()
            };
            let pairs: Vec<_> = fields
                .iter()
                .map(|(name, value)| format!("{name}={}", encode(value)))
                .collect();
            pairs.join("&")
        }
        Sent::Json(value) => {
            headers.push(("content-type", "application/json"));
            value.to_string()
        }
    };
    browser
        .send(route.method.clone(), &path, &headers, Body::from(body))
        .await
}

/// How somebody may have lost their standing without this node having heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    Ended,
    Disabled,
    Demoted,
}

impl Loss {
    async fn befall(self, world: &World) {
        let id = sql_id(world.actor.as_uuid());
        match self {
            Self::Ended => {
                for table in ["sessions", "families"] {
                    let sql = format!(
                        "UPDATE {table} SET ended_at = 1, end_reason = 'ended_by_owner' \
                         WHERE user_id = {id} AND ended_at IS NULL"
                    );
                    assert!(world.execute(&sql).await > 0);
                }
            }
            Self::Disabled => {
                let sql = format!("UPDATE users SET disabled_at = 1 WHERE user_id = {id}");
                assert_eq!(world.execute(&sql).await, 1);
            }
            Self::Demoted => {
                let sql = format!("UPDATE users SET role = 'user' WHERE user_id = {id}");
                assert_eq!(world.execute(&sql).await, 1);
            }
        }
    }

    async fn undo(self, world: &World) {
        let id = sql_id(world.actor.as_uuid());
        let sql = match self {
            Self::Ended => {
                for table in ["sessions", "families"] {
                    let sql = format!(
                        "UPDATE {table} SET ended_at = NULL, end_reason = NULL \
                         WHERE user_id = {id} AND ended_at = 1"
                    );
                    world.execute(&sql).await;
                }
                return;
            }
            Self::Disabled => format!("UPDATE users SET disabled_at = NULL WHERE user_id = {id}"),
            Self::Demoted => {
                format!("UPDATE users SET role = 'administrator' WHERE user_id = {id}")
            }
        };
        world.execute(&sql).await;
    }
}

fn sql_id(id: Uuid) -> String {
    if TestDatabase::is_postgres() {
        format!("'{}'::uuid", id.as_hyphenated())
    } else {
        format!("x'{}'", id.as_simple())
    }
}

fn is_refusal(reply: &Reply) -> bool {
    matches!(reply.status, 401 | 403)
        || (reply.status == 303 && reply.location().starts_with("/login"))
}

/// The node still believes in whoever acts: else the guard would refuse, and nothing be shown.
async fn still_believes(world: &World, by: By) {
    let mut browser = world.browser.clone();
    let reply = match by {
        By::Session => browser.get("/api/me").await,
        By::Bearer => {
            browser.cookies.clear();
            browser
                .with_token(Method::GET, "/api/me", &world.access)
                .await
        }
    };
    assert_eq!(reply.status, 200, "{by:?}: {}", reply.body);
    assert_eq!(reply.json()["roles"][0], "administrator");
}

async fn nothing_gets_through(route: &'static Route, by: By) {
    let world = World::new().await;
    if route.path.ends_with("/enable") {
        let target = sql_id(world.target.as_uuid());
        let sql = format!("UPDATE users SET disabled_at = 1 WHERE user_id = {target}");
        world.execute(&sql).await;
    }
    if route.path.ends_with("/set-password") {
        let actor = sql_id(world.actor.as_uuid());
        let sql = format!("DELETE FROM passwords WHERE user_id = {actor}");
        assert_eq!(world.execute(&sql).await, 1);
    }
    still_believes(&world, by).await;
    let needs_a_role = !route.path.starts_with("/account") && route.class != Class::Auth;
    for loss in [Loss::Ended, Loss::Disabled, Loss::Demoted] {
        if loss == Loss::Demoted && !needs_a_role {
            continue;
        }
        loss.befall(&world).await;
        let before = world.snapshot().await;
        still_believes(&world, by).await;
        let reply = send(route, by, &world).await;
        assert!(
            is_refusal(&reply),
            "{route:?} by {by:?} after {loss:?}: {} {}",
            reply.status,
            reply.body
        );
        let after = world.snapshot().await;
        assert!(
            before == after,
            "{route:?} by {by:?} after {loss:?} changed something"
        );
        loss.undo(&world).await;
    }
    // The very request is a good one.
    let before = world.snapshot().await;
    let reply = send(route, by, &world).await;
    let is_obeyed = reply.status < 400 && !is_refusal(&reply);
    assert!(
        is_obeyed,
        "{route:?} by {by:?}: {} {}",
        reply.status, reply.body
    );
    let after = world.snapshot().await;
    assert!(
        before != after,
        "{route:?} by {by:?} changes nothing at all"
    );
}

#[tokio::test]
async fn i04_every_change_is_sent_a_request_that_it_obeys() {
    let world = World::new().await;
    let unknown: Vec<_> = changes()
        .filter(|route| valid(route, &world).is_none())
        .collect();
    assert!(unknown.is_empty(), "write a valid request for {unknown:?}");
    assert!(changes().count() >= 30);
}

#[tokio::test]
async fn i04_no_change_goes_by_what_is_cached_of_a_session() {
    for route in changes() {
        assert_ne!(route.proof, Proof::None, "{route:?}");
        nothing_gets_through(route, By::Session).await;
    }
}

#[tokio::test]
async fn i04_no_change_goes_by_what_is_cached_of_a_token() {
    for route in changes() {
        if matches!(route.proof, Proof::BearerOrSession | Proof::Any) {
            nothing_gets_through(route, By::Bearer).await;
        }
    }
}
