//! Making an account.

use crate::app::{PASSWORD, TestApp};

async fn open() -> TestApp {
    let app = TestApp::with(&[("base_url", "http://localhost:3000")]).await;
    assert!(app.state.settings().is_sign_up_open());
    app
}

#[tokio::test]
async fn a_new_user_is_signed_in_at_once() {
    let app = open().await;
    let mut browser = app.browser();
    browser.host = "localhost:3000".to_owned();
    let fields = [
        ("username", "ann"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
    ];
    let reply = browser.post("/register", &fields).await;
    assert_eq!((reply.status, reply.location()), (303, "/account"));
    // Plain http on loopback cannot carry a `__Host-` cookie.
    assert!(browser.cookies.contains_key("latchkey"));
    assert_eq!(browser.get("/account").await.status, 200);
}

#[tokio::test]
async fn what_is_wrong_is_said_and_what_was_typed_is_kept_but_the_password() {
    let app = open().await;
    let mut browser = app.browser();
    browser.host = "localhost:3000".to_owned();
    for (username, email, password, says) in [
        ("", "", PASSWORD, "Choose a name"),
        ("an n", "", PASSWORD, "no spaces"),
        ("ann", "nonsense", PASSWORD, "not an e-mail address"),
        ("ann", "", "short", "At least 15 characters"),
        ("ann", "", "passwordpassword", "first passwords"),
        (
            "annabelle-lee",
            "",
            "annabelle-leeannabelle",
            "your own name",
        ),
    ] {
        let fields = [
            ("username", username),
            ("email", email),
            ("password", password),
        ];
        let reply = browser.post("/register", &fields).await;
        assert_eq!(reply.status, 422, "{username} {password}");
        assert!(reply.body.contains(says), "{says}: {}", reply.body);
        assert!(!reply.body.contains(password) || password.is_empty());
        if !username.is_empty() {
            assert!(reply.body.contains(&format!("value=\"{username}\"")));
        }
    }
}

#[tokio::test]
async fn a_taken_name_and_one_that_looks_like_it_are_refused() {
    let app = open().await;
    let mut browser = app.browser();
    browser.host = "localhost:3000".to_owned();
    let first = [("username", "scope"), ("password", PASSWORD)];
    assert_eq!(browser.post("/register", &first).await.status, 303);
    // The second is in Cyrillic letters.
    for taken in ["Scope", "ѕсоре"] {
        let mut other = app.browser();
        other.host = "localhost:3000".to_owned();
        let fields = [("username", taken), ("password", PASSWORD)];
        let reply = other.post("/register", &fields).await;
        assert_eq!(reply.status, 422, "{taken}");
        assert!(reply.body.contains("That name is taken"), "{taken}");
    }
}

#[tokio::test]
async fn sign_up_is_closed_on_a_public_address_without_mail() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    assert_eq!(browser.get("/register").await.status, 403);
    let fields = [("username", "ann"), ("password", PASSWORD)];
    assert_eq!(browser.post("/register", &fields).await.status, 403);
    assert!(!browser.get("/login").await.body.contains("/register"));
}
