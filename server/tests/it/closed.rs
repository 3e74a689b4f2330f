//! The third invariant over the whole table: a node that cannot know lets nobody in.

use axum::body::Body;
use http::Method;
use latchkey_authority::feed;
use latchkey_server::routes::{Access, Proof, ROUTES, Route};
use latchkey_types::Role;
use sea_orm::ConnectionTrait as _;

use crate::{
    app::TestApp,
    browser::{Browser, Reply},
    routes::concrete,
};

/// Takes the signals away from the node, as an outage does, or puts them back.
async fn rename(app: &TestApp, from: &str, to: &str) {
    let sql = format!("ALTER TABLE {from} RENAME TO {to}");
    app.database
        .connection
        .execute_unprepared(&sql)
        .await
        .unwrap();
}

struct Asker {
    browser: Browser,
    bearer: String,
}

impl Asker {
    /// Asks by each proof that the route takes, all at once: each answer takes its time.
    async fn ask(&self) -> Vec<(&'static Route, &'static str, Reply)> {
        let mut asked = tokio::task::JoinSet::new();
        for route in ROUTES.iter() {
            if !matches!(route.access, Access::Needs(_)) {
                continue;
            }
            let bearer = matches!(route.proof, Proof::BearerOrSession | Proof::Any);
            for by in ["session", "bearer"]
                .into_iter()
                .take(1 + usize::from(bearer))
            {
                let mut browser = self.browser.clone();
                let bearer = self.bearer.clone();
                asked.spawn(async move {
                    let mut headers = vec![("sec-fetch-site", "same-origin")];
                    if by == "bearer" {
                        browser.cookies.clear();
                        headers.push(("authorization", bearer.as_str()));
                    }
                    let path = concrete(route.path);
                    let reply = browser
                        .send(route.method.clone(), &path, &headers, Body::empty())
                        .await;
                    (route, by, reply)
                });
            }
        }
        asked.join_all().await
    }
}

#[tokio::test]
async fn i03_every_route_that_needs_somebody_answers_503_until_the_node_knows_again() {
    let app = TestApp::with(&[("max_staleness", "2s")]).await;
    app.user("root", Role::Administrator).await;
    app.user("spare", Role::Administrator).await;
    let mut browser = app.signed_in("root").await;
    let (_, access) = app.pair("root").await;
    let asker = Asker {
        browser: browser.clone(),
        bearer: format!("Bearer {access}"),
    };
    feed::start(app.authority()).await.unwrap();
    assert_eq!(browser.get("/api/me").await.status, 200);

    rename(&app, "signals", "signals_away").await;
    assert_eq!(browser.get("/api/me").await.status, 200, "within the bound");
    app.clock.advance(feed::MAX_STALENESS);
    assert_eq!(browser.get("/api/me").await.status, 200, "up to the bound");
    app.clock.advance(std::time::Duration::from_millis(1));
    let refused = asker.ask().await;
    assert!(refused.len() > 60, "{}", refused.len());
    for (route, by, reply) in refused {
        assert_eq!(reply.status, 503, "{route:?} by {by}: {}", reply.body);
        assert!(!reply.header("retry-after").is_empty(), "{route:?}");
        assert!(
            reply.set_cookie("__Host-latchkey").is_none(),
            "nobody is signed out"
        );
    }
    assert_eq!(browser.get("/readyz").await.status, 503);
    assert_eq!(browser.get("/healthz").await.status, 200);
    // Whoever has a session is not told that they have none, on public pages either.
    assert_eq!(browser.get("/login").await.status, 503);

    rename(&app, "signals_away", "signals").await;
    assert_eq!(browser.get("/readyz").await.status, 200);
    assert_eq!(browser.get("/api/me").await.status, 200);
    let mut program = app.browser();
    let again = program.with_token(Method::GET, "/api/me", &access).await;
    assert_eq!(again.status, 200);
}
