//! The route table is obeyed: permissions, methods, what is not there.

use axum::body::Body;
use http::Method;
use latchkey_authority::principal::authorize;
use latchkey_server::routes::{Access, Class, ROUTES};
use latchkey_types::{Role, Word as _};

use crate::app::TestApp;

pub(crate) fn concrete(path: &str) -> String {
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let names = [
        "session_id",
        "user_id",
        "family_id",
        "incident_id",
        "invitation_id",
        "bulk_end_id",
        "kid",
    ];
    names.iter().fold(path.to_owned(), |path, name| {
        path.replace(&format!("{{{name}}}"), id)
    })
}

#[tokio::test]
async fn nobody_gets_past_a_permission_that_they_lack() {
    let app = TestApp::new().await;
    // One who stays, so that no test request hits the last administrator.
    app.user("spare", Role::Administrator).await;
    for role in Role::ALL {
        let name = role.as_str();
        app.user(name, *role).await;
        for route in ROUTES.iter() {
            let Access::Needs(permission) = route.access else {
                continue;
            };
            // A fresh session for each: some of these routes end it.
            app.clock.advance(std::time::Duration::from_secs(61));
            let mut browser = app.signed_in(name).await;
            let headers = [
                ("sec-fetch-site", "same-origin"),
                ("content-type", "application/x-www-form-urlencoded"),
            ];
            let reply = browser
                .send(
                    route.method.clone(),
                    &concrete(route.path),
                    &headers,
                    Body::empty(),
                )
                .await;
            let is_forbidden = reply.status == 403;
            assert_eq!(
                is_forbidden,
                !authorize(*role, permission),
                "{name} at {route:?}: {}",
                reply.status
            );
            assert!(reply.status < 500, "{route:?}: {}", reply.status);
        }
    }
}

#[tokio::test]
async fn without_a_session_pages_lead_to_the_sign_in_and_the_api_says_so() {
    let app = TestApp::new().await;
    for route in ROUTES
        .iter()
        .filter(|route| matches!(route.access, Access::Needs(_)))
    {
        let mut browser = app.browser();
        let headers = [("sec-fetch-site", "same-origin")];
        let reply = browser
            .send(
                route.method.clone(),
                &concrete(route.path),
                &headers,
                Body::empty(),
            )
            .await;
        match route.class {
            Class::Api => {
                assert_eq!(reply.status, 401, "{route:?}");
                assert_eq!(reply.header("content-type"), "application/problem+json");
                assert_eq!(reply.json()["code"], "not_signed_in");
            }
            Class::Auth => {
                assert_eq!(reply.status, 401, "{route:?}");
                let detail = "Authentication credentials were not provided.";
                assert_eq!(reply.json()["detail"], detail);
            }
            Class::Page | Class::Action | Class::Operations => {
                assert_eq!(reply.status, 303, "{route:?}");
                assert!(reply.location().starts_with("/login"), "{route:?}");
                continue;
            }
        }
        // RFC 6750 §3.1: no error code where no token was sent.
        assert_eq!(
            reply.header("www-authenticate"),
            "Bearer realm=\"api\"",
            "{route:?}"
        );
    }
}

#[tokio::test]
async fn what_is_not_in_the_table_does_not_exist() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    for path in [
        "/nothing",
        "/admin/nothing",
        "/api/nothing",
        "/login/",
        "/.env",
        "//",
    ] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
    assert_eq!(
        browser.get("/api/nothing").await.header("content-type"),
        "application/problem+json"
    );
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let headers = [("sec-fetch-site", "same-origin")];
        let reply = browser
            .send(method, "/login", &headers, Body::empty())
            .await;
        assert_eq!(reply.status, 405);
        assert!(reply.header("allow").contains("POST"));
    }
    // No form is ever sent by following a link.
    assert_eq!(browser.get("/logout").await.status, 405);
}
