//! Attacks from other sites: every route that changes something refuses them.

use axum::body::Body;
use http::Method;
use latchkey_server::routes::{Access, Class, OriginRule, ROUTES};
use latchkey_types::Role;

use crate::app::{PASSWORD, TestApp};

fn concrete(path: &str) -> String {
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    ["session_id", "user_id", "family_id", "incident_id", "kid"]
        .iter()
        .fold(path.to_owned(), |path, name| {
            path.replace(&format!("{{{name}}}"), id)
        })
}

#[tokio::test]
async fn every_unsafe_route_is_under_the_origin_rule() {
    for route in ROUTES.iter() {
        // Good by its own signature: a test of its own says what such a route may not look at.
        if route.origin == OriginRule::Signed {
            continue;
        }
        let expected = match (route.method.is_safe(), route.class) {
            (true, _) => OriginRule::Safe,
            // Programs send no cookie; where one is sent or set, the rule holds.
            (false, Class::Api | Class::Auth) => OriginRule::ByCookie,
            (false, Class::Page | Class::Action | Class::Operations) => OriginRule::OwnPage,
        };
        assert_eq!(route.origin, expected, "{route:?}");
    }
}

#[tokio::test]
async fn no_other_site_can_make_a_signed_in_browser_do_anything() {
    let app = TestApp::new().await;
    let mut victim = app.user_signed_in("root", Role::Administrator).await;
    // Calls that nobody needs to be signed in for do nothing by the session.
    let by_session = ROUTES.iter().filter(|route| {
        let needs_nobody = route.class == Class::Auth && route.access == Access::Public;
        !route.method.is_safe() && !needs_nobody && route.origin != OriginRule::Signed
    });
    for route in by_session {
        for headers in [
            vec![
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://evil.example"),
            ],
            vec![
                ("sec-fetch-site", "same-site"),
                ("origin", "https://x.example.com"),
            ],
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "none")],
            vec![("origin", "https://evil.example")],
            vec![("origin", "null")],
            vec![],
        ] {
            let mut headers = headers;
            headers.push(("content-type", "application/x-www-form-urlencoded"));
            let body = Body::from("role=user&csrf=forged");
            let path = concrete(route.path);
            let reply = victim
                .send(route.method.clone(), &path, &headers, body)
                .await;
            assert_eq!(reply.status, 403, "{route:?} {headers:?}");
            assert!(
                ["That form has expired", "foreign_form", "CSRF Failed"]
                    .iter()
                    .any(|said| reply.body.contains(said)),
                "{route:?}: {}",
                reply.body
            );
        }
    }
    assert_eq!(victim.get("/admin").await.status, 200);
}

/// A page of a configured origin, on the same site: the browser sends it along with our cookies.
const FRONT_END: [(&str, &str); 2] = [
    ("sec-fetch-site", "same-site"),
    ("origin", "https://app.example.com"),
];

#[tokio::test]
async fn a_front_end_of_another_origin_does_nothing_by_cookie_beyond_its_own_calls() {
    let app = TestApp::with(&[("allowed_origins", "https://app.example.com")]).await;
    let mut victim = app.user_signed_in("root", Role::Administrator).await;
    let reply = victim
        .send(Method::GET, "/api/auth/csrf/", &FRONT_END, Body::empty())
        .await;
    // It may read a token, and what it does with it depends on the route.
    let token = reply.json()["csrfToken"].as_str().unwrap().to_owned();
    for route in ROUTES.iter().filter(|route| {
        route.class != Class::Auth
            && route.origin != OriginRule::Signed
            && (!route.method.is_safe()
                || route.class == Class::Api && route.access != Access::Public)
    }) {
        let mut headers = FRONT_END.to_vec();
        headers.extend([
            ("x-csrftoken", token.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ]);
        let path = concrete(route.path);
        let body = Body::from(format!("role=user&csrf={token}"));
        let reply = victim
            .send(route.method.clone(), &path, &headers, body)
            .await;
        assert_eq!(reply.status, 403, "{route:?}: {}", reply.body);
        assert!(
            reply.body.contains("That form has expired"),
            "{route:?}: {}",
            reply.body
        );
        let allowed = reply.header("access-control-allow-credentials");
        assert_eq!(allowed, "", "{route:?}");
    }
    assert_eq!(victim.get("/admin").await.status, 200);
    let mut headers = FRONT_END.to_vec();
    headers.push(("x-csrftoken", token.as_str()));
    let me = victim
        .send(Method::GET, "/api/me", &headers, Body::empty())
        .await;
    assert_eq!(me.json()["username"], "root");
    let changed = victim
        .call(
            Method::PATCH,
            "/api/auth/user/",
            &headers,
            &serde_json::json!({ "username": "admin" }),
        )
        .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
}

#[tokio::test]
async fn no_other_site_can_sign_a_browser_in() {
    let app = TestApp::new().await;
    app.user("eve", Role::User).await;
    let mut victim = app.browser();
    let fields = [("identifier", "eve"), ("password", PASSWORD)];
    let headers = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ];
    let reply = victim.post_with("/login", &fields, &headers).await;
    assert_eq!(reply.status, 403);
    assert!(victim.session().is_none());
}

#[tokio::test]
async fn a_browser_without_fetch_metadata_is_let_in_by_its_token() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    for headers in [vec![], vec![("origin", "https://id.example.com")]] {
        let mut browser = app.browser();
        let token = browser.get("/login").await.csrf();
        let fields = [
            ("identifier", "ann"),
            ("password", PASSWORD),
            ("csrf", token.as_str()),
        ];
        let reply = browser.post_with("/login", &fields, &headers).await;
        assert_eq!(reply.status, 303, "{headers:?}");
        // The token of the page before the sign-in is not one of the session.
        let stale = [("csrf", token.as_str())];
        let reply = browser.post_with("/logout", &stale, &headers).await;
        assert_eq!(reply.status, 403);
        let token = browser.get("/account").await.csrf();
        let reply = browser
            .post_with("/logout", &[("csrf", token.as_str())], &headers)
            .await;
        assert_eq!(reply.status, 303);
    }
}

#[tokio::test]
async fn a_token_of_another_browser_is_worth_nothing() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut attacker = app.browser();
    let token = attacker.get("/login").await.csrf();
    let mut victim = app.browser();
    victim.get("/login").await;
    let fields = [
        ("identifier", "ann"),
        ("password", PASSWORD),
        ("csrf", token.as_str()),
    ];
    assert_eq!(victim.post_with("/login", &fields, &[]).await.status, 403);
}

#[tokio::test]
async fn a_script_may_send_the_token_in_a_header() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let reply = admin.get("/api/auth/csrf/").await.json();
    let token = reply["csrfToken"].as_str().unwrap().to_owned();
    let path = concrete("/api/admin/sessions/{session_id}");
    let headers = [("x-csrftoken", token.as_str())];
    let reply = admin
        .send(Method::DELETE, &path, &headers, Body::empty())
        .await;
    assert_eq!(reply.status, 404);
    let headers = [("x-csrftoken", "forged")];
    let reply = admin
        .send(Method::DELETE, &path, &headers, Body::empty())
        .await;
    assert_eq!(reply.status, 403);
}

#[tokio::test]
async fn another_host_name_is_refused_or_led_home() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    browser.host = "evil.example".to_owned();
    for route in ROUTES
        .iter()
        .filter(|route| route.class != Class::Operations)
    {
        let reply = browser
            .send(
                route.method.clone(),
                &concrete(route.path),
                &[],
                Body::empty(),
            )
            .await;
        if route.class == Class::Page {
            assert_eq!(reply.status, 303, "{route:?}");
            assert!(reply.location().starts_with("https://id.example.com/"));
        } else {
            assert_eq!(reply.status, 421, "{route:?}");
        }
    }
    assert_eq!(browser.get("/healthz").await.status, 200);
}
