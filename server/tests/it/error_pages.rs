//! Error pages say what happened and what to do next, and lead on whoever is looking.

use axum::body::Body;
use http::Method;
use latchkey_authority::feed;
use latchkey_server::routes::ROUTES;
use latchkey_types::Role;
use sea_orm::ConnectionTrait as _;

use crate::{
    app::{BASE, PASSWORD, TestApp},
    browser::{Browser, Reply},
};

/// One heading, the status, a way on, and the id under which the log has it.
fn check(reply: &Reply, status: u16, title: &str, says: &[&str]) {
    assert_eq!(reply.status, status, "{}", reply.body);
    assert_eq!(reply.body.matches("<h1").count(), 1);
    assert!(reply.body.contains(title), "{title}: {}", reply.body);
    assert!(
        reply
            .body
            .contains(&format!("<title>{title} · Latchkey</title>"))
    );
    assert!(reply.body.contains(&format!("Error {status}")));
    assert!(reply.body.contains(reply.header("x-request-id")));
    for said in says {
        assert!(reply.body.contains(said), "{said}: {}", reply.body);
    }
}

const OUT: &str = "href=\"/login\"";
const IN: &str = "href=\"/account\"";
const NAVIGATION: &str = "action=\"/logout\"";

async fn put(browser: &mut Browser, path: &str) -> Reply {
    browser.send(Method::PUT, path, &[], Body::empty()).await
}

#[tokio::test]
async fn whoever_is_signed_in_keeps_the_navigation_and_others_are_led_to_sign_in() {
    let app = TestApp::new().await;
    let mut nobody = app.browser();
    let mut ann = app.user_signed_in("ann", Role::User).await;
    let nothing = "There is nothing here";
    let page = nobody.get("/no/such/page").await;
    check(&page, 404, nothing, &["may be mistyped", OUT]);
    assert!(!page.body.contains(NAVIGATION));
    check(
        &ann.get("/no/such/page").await,
        404,
        nothing,
        &[IN, NAVIGATION],
    );
    let other = "That is not how this works";
    check(
        &put(&mut nobody, "/login").await,
        405,
        other,
        &["Go to the page", OUT],
    );
    check(
        &put(&mut ann, "/account/sessions").await,
        405,
        other,
        &["href=\"/account/sessions\"", NAVIGATION],
    );
    let denied = "You may not do that";
    check(
        &ann.get("/admin/users").await,
        403,
        denied,
        &[
            "Your role does not allow it.",
            "Ask an administrator",
            "Go to your account",
            NAVIGATION,
        ],
    );
    let mut auditor = app.user_signed_in("clara", Role::Auditor).await;
    let page = auditor.post("/admin/keys/rotate", &[]).await;
    check(
        &page,
        403,
        denied,
        &["Go to the console", "href=\"/admin\"", NAVIGATION],
    );
}

#[tokio::test]
async fn programs_hear_of_what_is_not_there_without_a_page() {
    let app = TestApp::new().await;
    let mut ann = app.user_signed_in("ann", Role::User).await;
    for path in [
        "/api/nothing",
        "/api/auth/nothing/",
        "/pkg/nothing.css",
        "/favicon.png",
    ] {
        let reply = ann.get(path).await;
        assert_eq!(reply.status, 404, "{path}");
        let is_page = reply.header("content-type").starts_with("text/html");
        assert_eq!(is_page, !path.starts_with("/api/"), "{path}");
    }
    // Under any name, and whoever asks.
    ann.host = "elsewhere.example".to_owned();
    let reply = ann.send(Method::POST, "/healthz", &[], Body::empty()).await;
    assert_eq!(reply.status, 405);
    assert!(!reply.body.contains(NAVIGATION));
}

#[tokio::test]
async fn what_cannot_be_read_leads_back_to_its_form() {
    let app = TestApp::new().await;
    let mut ann = app.user_signed_in("ann", Role::User).await;
    let reply = ann.post("/account/threats/dismiss", &[("x", "y")]).await;
    check(
        &reply,
        400,
        "That request could not be read",
        &["A field is missing", "Go back to the page", IN, NAVIGATION],
    );
    let long = vec![b'x'; 100_000];
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
        (
            "referer",
            "https://id.example.com/admin/threats?class=theft&notice=signed_out",
        ),
    ];
    let path = "/admin/threats/01890a5d-ac96-774b-bcce-b302099a8057/judge";
    let mut root = app.user_signed_in("root", Role::Administrator).await;
    let reply = root
        .send(Method::POST, path, &headers, Body::from(long))
        .await;
    check(
        &reply,
        413,
        "That is too long",
        &[
            "Send less",
            "href=\"/admin/threats?class=theft\"",
            NAVIGATION,
        ],
    );
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("content-type", "text/plain"),
    ];
    let reply = root
        .send(Method::POST, "/theme", &headers, Body::from("x"))
        .await;
    check(
        &reply,
        415,
        "That kind of content is not accepted",
        &["Send a form"],
    );
}

/// A browser that does not say where a request comes from, beyond its origin.
const OLD: [(&str, &str); 2] = [
    ("origin", BASE),
    ("referer", "https://id.example.com/admin/threats/x?tab=1"),
];

#[tokio::test]
async fn an_expired_form_gives_back_what_was_typed_and_leads_to_the_form() {
    let app = TestApp::new().await;
    let mut root = app.user_signed_in("root", Role::Administrator).await;
    let path = "/admin/threats/01890a5d-ac96-774b-bcce-b302099a8057/judge";
    let fields = [
        ("csrf", "old"),
        ("verdict", "false_alarm"),
        ("note", "Asked her: <b>two</b> machines\nof hers"),
    ];
    let reply = root.post_with(path, &fields, &OLD).await;
    check(
        &reply,
        403,
        "That form has expired",
        &[
            "nothing was changed",
            "Load the page again",
            "href=\"/admin/threats/x?tab=1\"",
            "What you had typed",
            "Asked her: &lt;b&gt;two&lt;/b&gt; machines\nof hers",
            NAVIGATION,
        ],
    );
    // A password is nobody's to read over a shoulder.
    let fields = [
        ("csrf", "old"),
        ("identifier", "ann"),
        ("password", PASSWORD),
    ];
    let reply = app.browser().post_with("/login", &fields, &OLD[..1]).await;
    check(
        &reply,
        403,
        "That form has expired",
        &["href=\"/login\"", "Username or e-mail address", ">ann<"],
    );
    assert!(!reply.body.contains(PASSWORD));
}

#[tokio::test]
async fn a_stranger_puts_no_words_on_the_page_of_an_expired_form() {
    let app = TestApp::new().await;
    let fields = [("csrf", "old"), ("note", "Call 555-1234")];
    for headers in [
        vec![("origin", "https://evil.example")],
        vec![
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ],
        vec![],
    ] {
        let reply = app.browser().post_with("/login", &fields, &headers).await;
        assert_eq!(reply.status, 403);
        assert!(!reply.body.contains("555-1234"), "{headers:?}");
    }
}

#[tokio::test]
async fn too_many_attempts_say_in_words_when_to_try_again() {
    let app = TestApp::new().await;
    let mut ann = app.user_signed_in("ann", Role::User).await;
    let wrong = [
        ("current", "wrong"),
        ("new", "walnut harbour thirty lanterns more"),
    ];
    let mut reply = ann.post("/account/security/password", &wrong).await;
    for _ in 0..6 {
        reply = ann.post("/account/security/password", &wrong).await;
    }
    let seconds: u64 = reply.header("retry-after").parse().unwrap();
    check(
        &reply,
        429,
        "Too many attempts",
        &[
            &format!("Try again in {}.", latchkey_app::wait(seconds)),
            "href=\"/account/security\"",
            NAVIGATION,
        ],
    );
}

#[tokio::test]
async fn while_the_database_is_away_a_page_says_that_it_passes_and_asks_nobody() {
    let app = TestApp::with(&[("max_staleness", "2s")]).await;
    let mut root = app.user_signed_in("root", Role::Administrator).await;
    feed::start(app.authority()).await.unwrap();
    app.database
        .connection
        .execute_unprepared("ALTER TABLE signals RENAME TO signals_away")
        .await
        .unwrap();
    app.clock.advance(feed::MAX_STALENESS * 2);
    let reply = root.get("/admin/sessions?state=live").await;
    check(
        &reply,
        503,
        "Too busy at the moment",
        &[
            "cannot reach its database",
            "This passes by itself: try again in",
            "Try again</a>",
            "href=\"/admin/sessions?state=live\"",
        ],
    );
    assert!(!reply.header("retry-after").is_empty());
    assert!(!reply.body.contains(NAVIGATION));
    // What is not there is not there, whatever else is wrong.
    check(
        &root.get("/no/such/page").await,
        404,
        "There is nothing here",
        &[],
    );
}

#[tokio::test]
async fn the_page_of_components_is_there_for_developers_alone() {
    let app = TestApp::new().await;
    let reply = app.browser().get("/dev/components").await;
    let is_listed = ROUTES.iter().any(|route| route.path.starts_with("/dev/"));
    assert_eq!(is_listed, cfg!(debug_assertions));
    assert_eq!(reply.status, if cfg!(debug_assertions) { 200 } else { 404 });
    assert_eq!(reply.body.contains("In dark"), cfg!(debug_assertions));
}
