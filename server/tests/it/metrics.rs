//! `/metrics`: who reads it, and that nothing in it was chosen by a client.

use std::collections::BTreeSet;

use axum::body::Body;
use http::Method;
use latchkey_authority::feed;
use latchkey_server::{routes::ROUTES, serve::serve};
use latchkey_types::Role;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{
    app::TestApp,
    browser::{Browser, Reply},
};

const TOKEN: &str = "a-token-for-metrics-that-is-long-enough-to-be-one";

async fn app() -> TestApp {
    let app = TestApp::with(&[("max_staleness", "2s"), ("metrics_token", TOKEN)]).await;
    feed::start(app.authority()).await.unwrap();
    app
}

async fn read(browser: &mut Browser, token: &str) -> Reply {
    browser.with_token(Method::GET, "/metrics", token).await
}

/// The value of a line that begins so.
fn value(page: &str, name: &str) -> f64 {
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap_or_else(|| panic!("{name} in {page}"));
    line.trim().parse().unwrap()
}

#[tokio::test]
async fn metrics_are_for_whoever_shows_the_token_and_nowhere_without_one() {
    let app = app().await;
    let mut browser = app.browser();
    for token in ["", "x", &TOKEN[1..]] {
        let refused = read(&mut browser, token).await;
        assert_eq!(refused.status, 401, "{token}");
        assert!(refused.header("www-authenticate").starts_with("Bearer"));
        assert!(!refused.body.contains("latchkey_"));
    }
    let mut root = app.user_signed_in("root", Role::Administrator).await;
    assert_eq!(root.get("/metrics").await.status, 401);
    let page = read(&mut browser, TOKEN).await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );

    let closed = TestApp::new().await;
    assert_eq!(read(&mut closed.browser(), TOKEN).await.status, 404);
}

#[tokio::test]
async fn metrics_say_how_the_feed_stands_and_what_checks_cost() {
    let app = app().await;
    app.user("ann", Role::User).await;
    let mut browser = app.signed_in("ann").await;
    let (_, access) = app.pair("ann").await;
    let mut program = app.browser();
    for _ in 0..3 {
        browser.get("/api/me").await;
        program.with_token(Method::GET, "/api/me/", &access).await;
    }
    program.with_token(Method::GET, "/api/me", "nonsense").await;
    app.clock.advance(std::time::Duration::from_millis(1_500));
    let page = read(&mut app.browser(), TOKEN).await.body;
    for (name, expected) in [
        ("latchkey_feed_fresh ", 1.0),
        ("latchkey_feed_age_seconds ", 1.5),
        ("latchkey_feed_bound_seconds ", 2.0),
        ("latchkey_feed_failures_total ", 0.0),
        ("latchkey_feed_moved_backwards_total ", 0.0),
        (
            r#"latchkey_checks_total{kind="session",outcome="live"} "#,
            3.0,
        ),
        (
            r#"latchkey_checks_total{kind="bearer",outcome="live"} "#,
            3.0,
        ),
        (
            r#"latchkey_checks_total{kind="bearer",outcome="refused"} "#,
            1.0,
        ),
        (
            r#"latchkey_requests_total{method="GET",path="/api/me",status="2xx"} "#,
            6.0,
        ),
        (
            r#"latchkey_requests_total{method="GET",path="/api/me",status="4xx"} "#,
            1.0,
        ),
        (r#"latchkey_check_statements_count{kind="session"} "#, 3.0),
        // The first of each kind, of session and family, was cold.
        (
            r#"latchkey_check_statements_bucket{kind="bearer",le="0"} "#,
            3.0,
        ),
        (
            r#"latchkey_request_statements_count{method="GET",path="/api/me"} "#,
            7.0,
        ),
    ] {
        let found = value(&page, name);
        assert!((found - expected).abs() < 1e-9, "{name}: {found}");
    }
    assert!(value(&page, r#"latchkey_copies_hits_total{of="sessions"} "#) >= 2.0);
    assert!(
        value(
            &page,
            r#"latchkey_copies_hits_total{of="verified_tokens"} "#
        ) >= 2.0
    );
    assert!(value(&page, "process_resident_memory_bytes ") > 1e6);

    app.clock.advance(std::time::Duration::from_secs(1));
    let page = read(&mut app.browser(), TOKEN).await.body;
    assert!(value(&page, "latchkey_feed_fresh ").abs() < 1e-9);
}

#[tokio::test]
async fn no_label_has_a_value_that_a_client_chose() {
    let app = app().await;
    let mut browser = app.user_signed_in("root", Role::Administrator).await;
    let odd = Method::from_bytes(b"CHOSEN-METHOD").unwrap();
    for (method, path) in [
        (Method::GET, "/chosen-path"),
        (Method::GET, "/admin/users/chosen-path"),
        (Method::GET, "/login?next=/chosen-path"),
        (Method::GET, "/api/chosen-path"),
        (odd.clone(), "/chosen-path"),
        (odd, "/login"),
    ] {
        browser
            .send(
                method,
                path,
                &[("x-chosen-header", "chosen-value")],
                Body::empty(),
            )
            .await;
    }
    let page = read(&mut app.browser(), TOKEN).await.body;
    assert!(!page.to_lowercase().contains("chosen"), "{page}");
    assert!(page.contains(r#"{method="GET",path="/admin/users/{user_id}",status="4xx"}"#));
    assert!(page.contains(r#"{method="other",path="other",status="4xx"}"#));
    let known: BTreeSet<&str> = ROUTES
        .iter()
        .map(|route| route.path)
        .chain(["other"])
        .collect();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        if let Some((_, rest)) = line.split_once("path=\"") {
            let path = rest.split('"').next().unwrap();
            assert!(known.contains(path), "{line}");
        }
    }
}

#[tokio::test]
async fn metrics_have_a_listener_of_their_own_that_serves_nothing_else() {
    let app = app().await;
    let (main, metrics) = (listener().await, listener().await);
    let address = metrics.local_addr().unwrap();
    let main_address = main.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(serve(app.state.clone(), main, Some(metrics), async {
        let _ = stopped.await;
    }));
    // One that is open and idle.
    let idle = TcpStream::connect(main_address).await.unwrap();
    let mut page = String::new();
    for _ in 0..100 {
        page = fetch(address, "/metrics").await;
        if page.contains("latchkey_connections 1.0\n") {
            break;
        }
    }
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("latchkey_feed_fresh "));
    assert!(page.contains("latchkey_connections 1.0\n"), "{page}");
    assert!(fetch(address, "/login").await.starts_with("HTTP/1.1 404"));
    drop(idle);
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

async fn fetch(address: std::net::SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: metrics\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
