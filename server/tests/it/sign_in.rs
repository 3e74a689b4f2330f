//! Signing in and out.

use latchkey_types::Role;

use crate::app::{PASSWORD, TestApp};

#[tokio::test]
async fn a_user_signs_in_by_name_or_address_in_any_case_and_sees_their_account() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    for identifier in ["ann", "ANN", " ann ", "Ann@Example.com"] {
        let mut browser = app.browser();
        let reply = browser.sign_in(identifier, PASSWORD).await;
        assert_eq!((reply.status, reply.location()), (303, "/account"));
        let account = browser.get("/account").await;
        assert_eq!(account.status, 200);
        assert!(account.body.contains("ann@example.com"));
    }
}

#[tokio::test]
async fn the_session_cookie_is_bound_to_the_host_and_hidden_from_scripts() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let reply = app.browser().sign_in("ann", PASSWORD).await;
    let cookie = reply.set_cookie("__Host-latchkey").unwrap();
    for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age="] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn a_wrong_password_keeps_the_name_and_never_the_password() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut browser = app.browser();
    let reply = browser.sign_in("ann", "not the password at all").await;
    assert_eq!(reply.status, 401);
    assert!(reply.body.contains("value=\"ann\""));
    assert!(!reply.body.contains("not the password"));
    assert!(browser.session().is_none());
}

#[tokio::test]
async fn a_cookie_from_before_the_sign_in_is_worth_nothing_after_it() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut browser = app.browser();
    // A value that an attacker put there (session fixation).
    let planted = "AAAAAAAAAAAAAAAAAAAAAA".to_owned();
    browser
        .cookies
        .insert("__Host-latchkey".to_owned(), planted.clone());
    assert_eq!(browser.sign_in("ann", PASSWORD).await.status, 303);
    assert_ne!(browser.session(), Some(&planted));

    let mut attacker = app.browser();
    attacker
        .cookies
        .insert("__Host-latchkey".to_owned(), planted);
    assert_eq!(attacker.get("/account").await.status, 303);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    app.user("bob", Role::User).await;
    let mut browser = app.signed_in("ann").await;
    let mut copy = browser.clone();
    assert_eq!(browser.sign_in("bob", PASSWORD).await.status, 303);
    assert_eq!(browser.get("/account").await.status, 200);
    assert_eq!(copy.get("/account").await.status, 303);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_takes_the_cookie() {
    let app = TestApp::new().await;
    let mut browser = app.user_signed_in("ann", Role::User).await;
    let mut copy = browser.clone();
    let reply = browser.post("/logout", &[]).await;
    assert_eq!(
        (reply.status, reply.location()),
        (303, "/login?notice=signed_out")
    );
    assert!(browser.session().is_none());
    assert_eq!(copy.get("/account").await.status, 303);
    // Twice is once.
    assert_eq!(copy.post("/logout", &[]).await.status, 303);
}

#[tokio::test]
async fn the_page_that_was_asked_for_comes_after_the_sign_in_and_no_other_host() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut browser = app.browser();
    let refused = browser.get("/account/sessions?x=1").await;
    assert_eq!(
        refused.location(),
        "/login?next=%2Faccount%2Fsessions%3Fx%3D1"
    );
    for (next, expected) in [
        ("/account/sessions?x=1", "/account/sessions?x=1"),
        ("//evil.example", "/account"),
        ("https://evil.example", "/account"),
        ("/\\evil.example", "/account"),
        ("javascript:alert(1)", "/account"),
    ] {
        let mut browser = app.browser();
        let fields = [
            ("identifier", "ann"),
            ("password", PASSWORD),
            ("next", next),
        ];
        let reply = browser.post("/login", &fields).await;
        assert_eq!((reply.status, reply.location()), (303, expected), "{next}");
    }
}

#[tokio::test]
async fn an_incomplete_or_overlong_form_is_answered_and_never_fails() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut browser = app.browser();
    assert_eq!(browser.post("/login", &[]).await.status, 422);
    assert_eq!(browser.sign_in("ann", "").await.status, 422);
    let long = "x".repeat(10_000);
    assert_eq!(browser.sign_in(&long, PASSWORD).await.status, 401);
    assert_eq!(browser.sign_in("ann", &long).await.status, 401);
    assert_eq!(browser.sign_in("a\0nn\u{202e}", "\0").await.status, 401);
}
