//! The theme that a browser chooses.

use latchkey_types::Role;

use crate::app::TestApp;

const COOKIE: &str = "__Host-latchkey-theme";

#[tokio::test]
async fn a_theme_is_kept_in_the_browser_and_leads_back_to_its_page() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    let page = browser
        .get("/login?next=/account/sessions&notice=signed_out")
        .await;
    assert!(page.body.contains("<html lang=\"en\">"), "{}", page.body);
    assert!(page.body.contains("content=\"light dark\""));
    // Without the news, which is none the second time.
    assert!(
        page.body
            .contains("name=\"back\" value=\"/login?next=/account/sessions\"")
    );

    let back = "/login?next=/account/sessions";
    for theme in ["dark", "light"] {
        let reply = browser
            .post("/theme", &[("theme", theme), ("back", back)])
            .await;
        assert_eq!((reply.status, reply.location()), (303, back));
        let cookie = reply.set_cookie(COOKIE).unwrap();
        for part in [
            "HttpOnly",
            "Secure",
            "SameSite=Lax",
            "Path=/",
            "Max-Age=34560000",
        ] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(browser.cookies[COOKIE], theme);
        for path in ["/login", "/no/such/page", "/register"] {
            let page = browser.get(path).await.body;
            assert!(page.contains(&format!("data-theme=\"{theme}\"")), "{path}");
            assert!(page.contains(&format!("name=\"color-scheme\" content=\"{theme}\"")));
            assert!(
                page.contains("<meta name=\"theme-color\" content=\"#"),
                "{path}"
            );
            let pressed = format!("value=\"{theme}\"");
            let button = page
                .split("<button")
                .find(|button| button.contains(&pressed));
            assert!(button.unwrap().contains("aria-pressed=\"true\""), "{path}");
        }
    }
    // Whoever does not choose is not remembered.
    browser
        .post("/theme", &[("theme", "system"), ("back", back)])
        .await;
    assert!(!browser.cookies.contains_key(COOKIE));
}

#[tokio::test]
async fn it_works_signed_in_and_survives_signing_out() {
    let app = TestApp::new().await;
    let mut browser = app.user_signed_in("root", Role::Administrator).await;
    let page = browser.get("/admin/sessions?state=live").await;
    assert!(
        page.body
            .contains("name=\"back\" value=\"/admin/sessions?state=live\"")
    );
    browser
        .post(
            "/theme",
            &[("theme", "dark"), ("back", "/admin/sessions?state=live")],
        )
        .await;
    assert!(
        browser
            .get("/admin")
            .await
            .body
            .contains("data-theme=\"dark\"")
    );
    browser.post("/logout", &[]).await;
    assert!(
        browser
            .get("/login")
            .await
            .body
            .contains("data-theme=\"dark\"")
    );
}

#[tokio::test]
async fn only_the_three_words_are_taken_and_only_paths_of_ours_led_to() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    for theme in ["", "Dark", "dark\" onload=\"x", "blue"] {
        let reply = browser
            .post("/theme", &[("theme", theme), ("back", "/login")])
            .await;
        assert_eq!(reply.status, 400, "{theme}");
        assert!(reply.set_cookie(COOKIE).is_none());
    }
    assert_eq!(
        browser.post("/theme", &[("back", "/login")]).await.status,
        400
    );
    for back in [
        "//evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/auth/google/callback?code=x",
        "",
    ] {
        let reply = browser
            .post("/theme", &[("theme", "dark"), ("back", back)])
            .await;
        assert_eq!((reply.status, reply.location()), (303, "/"), "{back}");
    }
    // A cookie of somebody else's making is none.
    browser
        .cookies
        .insert(COOKIE.to_owned(), "dark\"><script>".to_owned());
    assert!(
        browser
            .get("/login")
            .await
            .body
            .contains("<html lang=\"en\">")
    );
}

#[tokio::test]
async fn another_site_does_not_choose() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    let foreign = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ];
    let reply = browser
        .post_with("/theme", &[("theme", "dark")], &foreign)
        .await;
    assert_eq!(reply.status, 403);
    assert!(reply.set_cookie(COOKIE).is_none());
}

#[tokio::test]
async fn the_page_after_a_refused_form_leads_back_to_the_page_of_the_form() {
    let app = TestApp::new().await;
    let mut browser = app.user_signed_in("ann", Role::User).await;
    let wrong = [("current", "wrong"), ("new", "wrong")];
    let page = browser.post("/account/security/password", &wrong).await;
    assert_eq!(page.status, 422);
    assert!(
        page.body
            .contains("name=\"back\" value=\"/account/security\""),
        "{}",
        page.body
    );
}
