//! Tokens that travel in cookies: how they are set, and who may make a browser send them.

use std::time::Duration;

use axum::body::Body;
use http::Method;
use latchkey_authority::family;
use latchkey_types::{RefreshOutcome, Role};
use serde_json::{Value, json};

use crate::{
    app::{PASSWORD, TestApp},
    browser::{Browser, Reply},
};

const ACCESS: &str = "__Host-latchkey-access";
const REFRESH: &str = "__Secure-latchkey-refresh";
const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");
const FRONT_END: (&str, &str) = ("origin", "https://app.example.com");

async fn sign_in(browser: &mut Browser, headers: &[(&str, &str)]) -> Reply {
    let body = json!({ "username": "ann", "password": PASSWORD });
    browser
        .call(
            Method::POST,
            "/api/auth/token/?transport=cookie",
            headers,
            &body,
        )
        .await
}

async fn refresh(browser: &mut Browser, headers: &[(&str, &str)]) -> Reply {
    browser
        .call(
            Method::POST,
            "/api/auth/token/refresh/",
            headers,
            &json!({}),
        )
        .await
}

async fn signed_in(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    let reply = sign_in(&mut browser, &[OURS]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    browser
}

async fn csrf(browser: &mut Browser) -> String {
    let reply = browser.get("/api/auth/csrf/").await.json();
    reply["csrfToken"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_pair_in_cookies_is_never_in_a_body() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut browser = app.browser();
    for round in 0..2 {
        let reply = if round == 0 {
            sign_in(&mut browser, &[OURS]).await
        } else {
            refresh(&mut browser, &[OURS]).await
        };
        assert_eq!(reply.status, 200, "{}", reply.body);
        let body = reply.json();
        assert_eq!(
            (&body["access"], &body["refresh"]),
            (&json!(""), &json!(""))
        );
        assert_eq!(body["access_expiration"], "2026-01-01T00:15:00Z");
        let access = reply.set_cookie(ACCESS).unwrap();
        for part in [
            "HttpOnly",
            "Secure",
            "SameSite=Lax",
            "Path=/;",
            "Max-Age=900",
        ] {
            assert!(format!("{access};").contains(part), "{access}");
        }
        let cookie = reply.set_cookie(REFRESH).unwrap();
        for part in [
            "HttpOnly",
            "Secure",
            "SameSite=Strict",
            "Path=/api/auth;",
            "Max-Age=604800",
        ] {
            assert!(format!("{cookie};").contains(part), "{cookie}");
        }
        assert!(!access.contains("Domain") && !cookie.contains("Domain"));
    }
    assert_eq!(browser.get("/api/me").await.json()["username"], "ann");
    assert_eq!(
        browser.get("/api/auth/user/").await.json()["username"],
        "ann"
    );
    // The session of the console is another thing.
    assert_eq!(browser.get("/account").await.status, 303);
}

#[tokio::test]
async fn only_json_from_a_page_of_ours_sets_cookies() {
    let app = TestApp::with(&[
        ("allowed_origins", "https://app.example.com"),
        ("rate_limit", "off"),
    ])
    .await;
    app.user("ann", Role::User).await;
    let evil = ("origin", "https://evil.example");
    for headers in [
        vec![],
        vec![FRONT_END],
        vec![evil],
        vec![("sec-fetch-site", "cross-site"), evil],
        vec![("sec-fetch-site", "same-site")],
        vec![("x-csrftoken", "forged")],
    ] {
        let mut browser = app.browser();
        let reply = sign_in(&mut browser, &headers).await;
        assert_eq!(reply.status, 403, "{headers:?}");
        assert!(reply.body.contains("CSRF Failed"), "{}", reply.body);
        assert!(reply.headers.get("set-cookie").is_none());
    }
    let form = [("username", "ann"), ("password", PASSWORD)];
    for path in ["/api/auth/token/", "/api/token/", "/api/auth/login/"] {
        let path = format!("{path}?transport=cookie");
        let reply = app.browser().post_with(&path, &form, &[OURS]).await;
        assert_eq!(reply.status, 415, "{path}");
        assert!(reply.headers.get("set-cookie").is_none());
    }
    // A front end of a known origin shows its token.
    let mut browser = app.browser();
    let token = csrf(&mut browser).await;
    let reply = sign_in(&mut browser, &[FRONT_END, ("x-csrftoken", &token)]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    // So does a server that renders for a browser.
    let mut browser = app.browser();
    let token = csrf(&mut browser).await;
    assert_eq!(
        sign_in(&mut browser, &[("x-csrftoken", &token)])
            .await
            .status,
        200
    );
    // Another browser's token is worth nothing.
    let token = csrf(&mut app.browser()).await;
    let mut victim = app.browser();
    victim.get("/api/auth/csrf/").await;
    assert_eq!(
        sign_in(&mut victim, &[("x-csrftoken", &token)])
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn what_acts_by_a_cookie_needs_the_token_of_its_family() {
    let app = TestApp::with(&[("allowed_origins", "https://app.example.com")]).await;
    app.user("ann", Role::User).await;
    app.user("eve", Role::User).await;
    let mut victim = signed_in(&app).await;
    let evil = ("origin", "https://evil.example");
    let change = json!({ "username": "hacked" });
    for headers in [
        vec![],
        vec![FRONT_END],
        vec![evil],
        vec![("sec-fetch-site", "cross-site")],
    ] {
        let refreshed = refresh(&mut victim, &headers).await;
        assert_eq!(refreshed.status, 403, "{headers:?}");
        let changed = victim
            .call(Method::PATCH, "/api/auth/user/", &headers, &change)
            .await;
        assert_eq!(changed.status, 403, "{headers:?}");
        let out = victim
            .call(Method::POST, "/api/auth/logout/", &headers, &json!({}))
            .await;
        assert_eq!(out.status, 403, "{headers:?}");
        assert!(out.headers.get("set-cookie").is_none());
    }
    let own = csrf(&mut victim).await;
    let mut stranger = app.browser();
    let body = json!({ "username": "eve", "password": PASSWORD });
    let path = "/api/auth/login/?transport=cookie";
    assert_eq!(
        stranger
            .call(Method::POST, path, &[OURS], &body)
            .await
            .status,
        200
    );
    let theirs = csrf(&mut stranger).await;
    assert_eq!(
        refresh(&mut victim, &[FRONT_END, ("x-csrftoken", &theirs)])
            .await
            .status,
        403
    );
    assert_eq!(
        refresh(&mut victim, &[FRONT_END, ("x-csrftoken", &own)])
            .await
            .status,
        200
    );
    // The family stays, and so does what is bound to it.
    let changed = json!({ "username": "anna" });
    let headers = [FRONT_END, ("x-csrftoken", own.as_str())];
    let reply = victim
        .call(Method::PATCH, "/api/auth/user/", &headers, &changed)
        .await;
    assert_eq!(reply.json()["username"], "anna");
}

#[tokio::test]
async fn no_link_refreshes() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut browser = signed_in(&app).await;
    let before = browser.cookies.clone();
    for path in ["/api/auth/token/refresh/", "/api/auth/logout/"] {
        assert_eq!(browser.get(path).await.status, 405);
    }
    assert_eq!(browser.cookies, before);
}

#[tokio::test]
async fn i06_whoever_loses_a_race_keeps_their_cookies() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let browser = signed_in(&app).await;
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let mut tab = browser.clone();
            tokio::spawn(async move {
                let reply = refresh(&mut tab, &[OURS]).await;
                (reply.status, tab.cookies[REFRESH].clone())
            })
        })
        .collect();
    let mut successors = Vec::new();
    for caller in callers {
        let (status, cookie) = caller.await.unwrap();
        assert_eq!(status, 200);
        successors.push(cookie);
    }
    successors.dedup();
    assert_eq!(successors.len(), 1);
    // A refusal takes nothing away: it may be older than what another tab was given.
    let mut old = browser.clone();
    app.clock.advance(Duration::from_hours(8 * 24));
    let reply = refresh(&mut old, &[OURS]).await;
    assert_eq!(reply.status, 401);
    assert!(reply.headers.get("set-cookie").is_none());
    assert!(old.cookies.contains_key(REFRESH));
}

#[tokio::test]
async fn the_body_wins_over_the_cookie() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut browser = signed_in(&app).await;
    let blank = json!({ "refresh": "" });
    let path = "/api/auth/token/refresh/";
    let reply = browser.call(Method::POST, path, &[OURS], &blank).await;
    assert_eq!(
        reply.json(),
        json!({ "refresh": ["This field may not be blank."] })
    );
    let (token, _) = app.pair("ann").await;
    let reply = browser
        .call(Method::POST, path, &[], &json!({ "refresh": token }))
        .await;
    assert_eq!(reply.status, 200);
    assert_ne!(reply.json()["refresh"], "");
    assert!(reply.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn what_travels_in_cookies_is_answered_in_cookies_and_to_pages_of_ours_alone() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let browser = signed_in(&app).await;
    let token = browser.cookies[REFRESH].clone();
    let body = json!({ "refresh": token });
    let path = "/api/auth/token/refresh/";
    let foreign = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ];
    let reply = app
        .browser()
        .call(Method::POST, path, &foreign, &body)
        .await;
    assert_eq!(reply.status, 403);
    assert!(reply.headers.get("set-cookie").is_none());
    assert!(!reply.body.contains("lkr_"));
    let mut own = app.browser();
    let reply = own.call(Method::POST, path, &[OURS], &body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert!(reply.set_cookie(REFRESH).is_some());
    assert!(!reply.body.contains("lkr_"));
}

#[tokio::test]
async fn i06_a_refresh_that_may_not_be_answered_in_cookies_rotates_nothing() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut browser = signed_in(&app).await;
    let token = browser.cookies[REFRESH].clone();
    let body = json!({ "refresh": token });
    let foreign = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ];
    for headers in [&foreign[..], &[]] {
        for path in ["/api/auth/token/refresh/", "/api/token/refresh/"] {
            let reply = app.browser().call(Method::POST, path, headers, &body).await;
            assert_eq!(reply.status, 403, "{path} {}", reply.body);
            assert!(reply.headers.get("set-cookie").is_none());
            assert!(!reply.body.contains("lkr_"));
        }
    }
    // Long past the grace the cookie's token is still the current one: it rotates, and is neither a
    // retry nor a lost reply.
    app.clock.advance(Duration::from_hours(1));
    let reply = refresh(&mut browser, &[OURS]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_ne!(browser.cookies[REFRESH], token);
    let authority = app.authority();
    let family_id = family::family_of(authority, &token).unwrap();
    let picture = family::picture(authority, family_id, None, 10)
        .await
        .unwrap();
    let rotations = picture.unwrap().rotations.items;
    let of = |row: &family::RotationRow| (row.generation, row.outcome, row.retries);
    assert_eq!(
        rotations.iter().map(of).collect::<Vec<_>>(),
        [
            (1, RefreshOutcome::Rotated, 0),
            (0, RefreshOutcome::Rotated, 0)
        ]
    );
    // What was rotated already gives itself away all the same, whoever presents it.
    app.clock.advance(Duration::from_mins(1));
    assert_eq!(refresh(&mut browser, &[OURS]).await.status, 200);
    let path = "/api/auth/token/refresh/";
    let reply = app.browser().call(Method::POST, path, &[], &body).await;
    assert_eq!(reply.status, 401, "{}", reply.body);
    let reply = refresh(&mut browser, &[OURS]).await;
    assert_eq!(reply.json()["detail"], "Token is blacklisted");
}

#[tokio::test]
async fn a_sign_out_takes_the_cookies_away_and_an_expired_access_token_will_do() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let logout = "/api/auth/logout/";
    for kept in [vec![ACCESS, REFRESH], vec![REFRESH], vec![ACCESS]] {
        let mut browser = signed_in(&app).await;
        let token = browser.cookies[REFRESH].clone();
        browser
            .cookies
            .retain(|name, _| kept.contains(&name.as_str()));
        app.clock.advance(Duration::from_mins(16));
        let reply = browser
            .call(Method::POST, logout, &[OURS], &json!({}))
            .await;
        assert_eq!(reply.status, 200, "{kept:?}: {}", reply.body);
        for name in [ACCESS, REFRESH] {
            assert!(
                reply.set_cookie(name).unwrap().contains("Max-Age=0"),
                "{name}"
            );
        }
        let mut other = app.browser();
        other.cookies.insert(REFRESH.to_owned(), token);
        let reply = refresh(&mut other, &[OURS]).await;
        assert_eq!(reply.json()["detail"], "Token is blacklisted", "{kept:?}");
    }
    let mut nobody = app.browser();
    let reply = nobody.call(Method::POST, logout, &[OURS], &json!({})).await;
    assert_eq!(reply.status, 401);
    assert!(reply.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn an_expired_access_cookie_asks_for_a_refresh() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut browser = signed_in(&app).await;
    app.clock.advance(Duration::from_mins(15));
    let reply = browser.get("/api/me").await;
    assert_eq!(reply.status, 401);
    assert_eq!(reply.json()["code"], "token_not_valid");
    assert_eq!(reply.json()["messages"][0]["message"], "Token is expired");
    assert_eq!(refresh(&mut browser, &[OURS]).await.status, 200);
    assert_eq!(browser.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn of_two_cookies_with_one_name_neither_is_believed() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let browser = signed_in(&app).await;
    let own = browser.cookies[REFRESH].clone();
    let (planted, _) = app.pair("ann").await;
    let cookies = format!("{REFRESH}={planted}; {REFRESH}={own}");
    let headers = [OURS, ("cookie", cookies.as_str())];
    let reply = refresh(&mut app.browser(), &headers).await;
    assert_eq!(reply.json()["detail"], "No valid refresh token found.");
}

#[tokio::test]
async fn an_older_front_end_keeps_its_names_and_plain_http_has_no_prefix() {
    let app = TestApp::with(&[
        ("access_cookie", "app-auth"),
        ("refresh_cookie", "app-refresh"),
        ("refresh_cookie_path", "/"),
    ])
    .await;
    app.user("ann", Role::User).await;
    let mut browser = app.browser();
    let reply = sign_in(&mut browser, &[OURS]).await;
    assert!(reply.set_cookie("app-auth").unwrap().contains("Secure"));
    let cookie = reply.set_cookie("app-refresh").unwrap();
    assert!(format!("{cookie};").contains("Path=/;"), "{cookie}");
    assert_eq!(refresh(&mut browser, &[OURS]).await.status, 200);

    let app = TestApp::with(&[("base_url", "http://127.0.0.1:3000")]).await;
    app.user("ann", Role::User).await;
    let mut browser = app.browser();
    "127.0.0.1:3000".clone_into(&mut browser.host);
    let reply = sign_in(&mut browser, &[OURS]).await;
    assert!(
        !reply
            .set_cookie("latchkey-access")
            .unwrap()
            .contains("Secure")
    );
    assert_eq!(refresh(&mut browser, &[OURS]).await.status, 200);
}

#[tokio::test]
async fn a_known_origin_may_call_and_no_other_may_read() {
    let app = TestApp::with(&[("allowed_origins", "https://app.example.com")]).await;
    app.user("ann", Role::User).await;
    let mut browser = app.browser();
    let question = |origin| {
        [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            (
                "access-control-request-headers",
                "authorization,content-type,x-csrftoken",
            ),
        ]
    };
    for (path, credentials) in [
        ("/api/auth/token/", "true"),
        ("/api/auth/token", "true"),
        ("/api/me", "true"),
        ("/api/me/", "true"),
        // By a token in the header alone: what a browser keeps for us is no business of theirs.
        ("/api/admin/users", ""),
        ("/api/admin/nothing", ""),
    ] {
        let headers = question("https://app.example.com");
        let reply = browser
            .send(Method::OPTIONS, path, &headers, Body::empty())
            .await;
        assert_eq!(reply.status, 204, "{path}");
        assert_eq!(
            reply.header("access-control-allow-origin"),
            "https://app.example.com"
        );
        assert_eq!(
            reply.header("access-control-allow-credentials"),
            credentials,
            "{path}"
        );
        for name in ["authorization", "content-type", "x-csrftoken"] {
            assert!(reply.header("access-control-allow-headers").contains(name));
        }
    }
    for origin in [
        "https://evil.example",
        "null",
        "https://app.example.com.evil.example",
    ] {
        let headers = question(origin);
        let reply = browser
            .send(Method::OPTIONS, "/api/me", &headers, Body::empty())
            .await;
        assert_eq!(reply.header("access-control-allow-origin"), "", "{origin}");
        let reply = browser
            .send(
                Method::GET,
                "/api/ping",
                &[("origin", origin)],
                Body::empty(),
            )
            .await;
        assert_eq!(reply.header("access-control-allow-origin"), "", "{origin}");
        assert!(reply.header("vary").contains("Origin"));
    }
    app.user("root", Role::Administrator).await;
    let (_, access) = app.pair("root").await;
    let bearer = format!("Bearer {access}");
    let headers = [FRONT_END, ("authorization", bearer.as_str())];
    let reply = browser
        .send(Method::GET, "/api/admin/users", &headers, Body::empty())
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.header("access-control-allow-origin"),
        "https://app.example.com"
    );
    assert_eq!(reply.header("access-control-allow-credentials"), "");
    // Failures are read too, and pages are nobody else's.
    let reply = browser
        .send(Method::GET, "/api/me", &[FRONT_END], Body::empty())
        .await;
    assert_eq!(reply.status, 401);
    assert_eq!(
        reply.header("access-control-allow-origin"),
        "https://app.example.com"
    );
    let reply = browser
        .send(Method::GET, "/login", &[FRONT_END], Body::empty())
        .await;
    assert_eq!(reply.header("access-control-allow-origin"), "");
    let none: Value = app.browser().get("/api/ping").await.json();
    assert_eq!(none["pong"], true);
}
