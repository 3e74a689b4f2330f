//! Invariant 11: pages work without JavaScript.

use latchkey_server::routes::{Class, ROUTES};
use latchkey_types::Role;
use serde_json::json;

use crate::{
    app::TestApp,
    programs::{Program, home, robbed},
    providers::{connect, go_through, with_google},
};

#[tokio::test]
async fn i11_every_action_of_the_console_is_a_plain_form_with_a_token() {
    let (app, google) = with_google(&[]).await;
    let id = app.user("ann", Role::User).await;
    app.signed_in("ann").await;
    app.signed_in("ann").await;
    let root = app.user("root", Role::Administrator).await;
    for user_id in [id, root] {
        Program::of(&app, user_id, home()).await;
    }
    let (_, incident_id) = robbed(&app, root).await;
    let mut admin = app.signed_in("root").await;
    app.signed_in("root").await;
    connect(&mut admin, &google, "google", &json!({})).await;
    // Somebody without a password is shown the form that sets one.
    let mut by_google = app.browser();
    go_through(&mut by_google, &google, "google", &json!({ "sub": "2" })).await;
    let mut forms = by_google.get("/account/security").await.body;
    // Somebody whom nobody has come for yet.
    let waiting = [("how", "create"), ("username", "waiting"), ("role", "user")];
    admin.post("/admin/users/invite", &waiting).await;
    let list = admin.get("/api/admin/users?search=waiting").await.json();
    let waiting = list["items"][0]["id"].as_str().unwrap().to_owned();
    let ordered = admin
        .post("/admin/sessions/end", &[("filter", "user=ann")])
        .await;
    let ordered = ordered.location().to_owned();
    for path in [
        "/account".to_owned(),
        "/account/sessions".to_owned(),
        "/account/security".to_owned(),
        "/account/connections".to_owned(),
        "/admin/sessions".to_owned(),
        format!("/admin/users/{id}"),
        format!("/admin/users/{waiting}"),
        "/admin/users/invite".to_owned(),
        "/admin/invitations".to_owned(),
        "/admin/families".to_owned(),
        format!("/admin/threats/{incident_id}"),
        "/admin/keys".to_owned(),
        "/admin/sessions/end?all=1".to_owned(),
        "/admin/families/end?all=1".to_owned(),
        ordered,
    ] {
        let page = admin.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        for form in page.body.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            if form.contains("method=\"post\"") {
                assert!(form.contains("name=\"csrf\""), "{path}: {form}");
                assert!(form.contains("type=\"submit\""), "{path}: {form}");
                forms.push_str(form);
            }
        }
        assert!(!page.body.contains("onclick"), "{path}");
    }
    admin.post(&format!("/admin/users/{id}/disable"), &[]).await;
    let page = admin.get(&format!("/admin/users/{id}")).await;
    forms.push_str(&page.body);
    for route in ROUTES.iter().filter(|route| route.class == Class::Action) {
        if matches!(
            route.path,
            "/login" | "/register" | "/setup" | "/invitation"
        ) {
            continue;
        }
        let ending = route.path.rsplit('/').next().unwrap();
        assert!(
            forms.contains(&format!("/{ending}\"")),
            "no form leads to {route:?}"
        );
    }
}

#[tokio::test]
async fn i11_the_ways_in_load_no_script_at_all() {
    let app = TestApp::with(&[("base_url", "http://localhost:3000")]).await;
    let mut browser = app.browser();
    browser.host = "localhost:3000".to_owned();
    for path in ["/login", "/register", "/setup", "/invitation", "/nothing"] {
        let page = browser.get(path).await;
        assert!(!page.body.contains("<script"), "{path}");
        assert!(
            !page
                .header("content-security-policy")
                .contains("script-src")
        );
    }
}
