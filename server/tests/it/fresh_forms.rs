//! Forms of the console that change users or keys ask for a proof of the last ten minutes.

use std::time::Duration;

use http::Method;
use latchkey_server::routes::{Class, ROUTES};
use latchkey_testing::Snapshot;
use latchkey_types::Role;

use crate::{
    app::{PASSWORD, TestApp},
    browser::{Browser, Reply},
};

const LATER: Duration = Duration::from_secs(601);

/// What takes away one thing that is named, or only says what something was.
const ASK_NOTHING: [&str; 4] = [
    "/admin/sessions/{session_id}/end",
    "/admin/families/{family_id}/end",
    "/admin/threats/{incident_id}/judge",
    "/admin/invitations/{invitation_id}/withdraw",
];

#[test]
fn every_form_of_the_console_that_changes_users_or_keys_asks_for_a_fresh_proof() {
    let forms = ROUTES
        .iter()
        .filter(|route| route.class == Class::Action && route.path.starts_with("/admin/"));
    for route in forms {
        let asks_nothing = ASK_NOTHING.contains(&route.path);
        let is_of_these = ["/admin/users/", "/admin/keys/"]
            .iter()
            .any(|area| route.path.starts_with(area));
        assert!(
            route.needs_fresh_proof || !is_of_these,
            "{route:?} must ask"
        );
        assert!(!(asks_nothing && route.needs_fresh_proof), "{route:?}");
    }
}

async fn post_from(browser: &mut Browser, page: &str, path: &str, role: &str) -> Reply {
    let referer = format!("https://id.example.com{page}");
    let headers = [("sec-fetch-site", "same-origin"), ("referer", &referer)];
    browser.post_with(path, &[("role", role)], &headers).await
}

#[tokio::test]
async fn whoever_proved_themselves_is_back_on_the_page_and_nothing_was_done() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let page = format!("/admin/users/{ann}");
    let quiet = admin.get(&page).await;
    assert!(!quiet.body.contains("/login?again=1"), "{}", quiet.body);
    app.clock.advance(LATER);
    let told = admin.get(&page).await;
    assert!(
        told.body
            .contains(&format!("/login?again=1&amp;next={page}"))
    );
    assert!(
        admin
            .get("/admin/keys")
            .await
            .body
            .contains("/login?again=1")
    );

    let before = Snapshot::of(&app.database.connection).await;
    for (form, role) in [
        ("role", "administrator"),
        ("disable", ""),
        ("enable", ""),
        ("end-sessions", ""),
        ("end-families", ""),
        ("link", ""),
    ] {
        let reply = post_from(&mut admin, &page, &format!("{page}/{form}"), role).await;
        let location = reply.location().to_owned();
        let next = percent_encoding::percent_decode_str(&location)
            .decode_utf8()
            .unwrap()
            .into_owned();
        assert_eq!(
            next,
            format!("/login?again=1&next={page}?notice=proof_renewed")
        );
    }
    for path in ["/admin/keys/rotate", "/admin/users/invite"] {
        let reply = admin.post(path, &[]).await;
        assert!(reply.location().starts_with("/login?again=1"), "{path}");
    }
    let after = Snapshot::of(&app.database.connection).await;
    assert!(
        before == after,
        "a form with a stale proof changed something"
    );

    let fields = [
        ("identifier", "root"),
        ("password", PASSWORD),
        ("again", "1"),
        ("next", &format!("{page}?notice=proof_renewed")),
    ];
    let reply = admin.post("/login", &fields).await;
    assert_eq!(reply.location(), format!("{page}?notice=proof_renewed"));
    let back = admin.get(reply.location()).await;
    assert!(back.body.contains("press the button again"));
    let reply = post_from(&mut admin, &page, &format!("{page}/role"), "auditor").await;
    assert_eq!(reply.location(), format!("{page}?notice=role_changed"));
}

#[tokio::test]
async fn a_browser_that_names_no_page_is_led_to_the_one_above_the_form() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    app.clock.advance(LATER);
    for (path, page) in [
        (
            format!("/admin/users/{ann}/disable"),
            format!("/admin/users/{ann}"),
        ),
        ("/admin/keys/x/kill".to_owned(), "/admin/keys".to_owned()),
    ] {
        // Nor does a page that is none of ours, or no page, count.
        for referer in [
            "",
            "https://evil.example/admin",
            "https://id.example.com.evil.example/",
            "https://id.example.com/admin/users/x/role",
            "https://id.example.com//evil.example",
        ] {
            let headers = [("sec-fetch-site", "same-origin"), ("referer", referer)];
            let reply = admin.post_with(&path, &[], &headers).await;
            let next = percent_encoding::percent_decode_str(reply.location())
                .decode_utf8()
                .unwrap()
                .into_owned();
            let wanted = format!("/login?again=1&next={page}?notice=proof_renewed");
            assert_eq!(next, wanted, "{referer}");
        }
    }
    // A page that asks leads back to itself, and says nothing of a button.
    let reply = admin.get("/admin/users/invite").await;
    assert_eq!(
        reply.location(),
        "/login?again=1&next=%2Fadmin%2Fusers%2Finvite"
    );
}

#[tokio::test]
async fn taking_away_one_thing_asks_for_nothing() {
    let app = TestApp::new().await;
    app.user_signed_in("ann", Role::User).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let sessions = admin.get("/api/admin/sessions").await.json();
    let id = sessions["items"][1]["id"].as_str().unwrap().to_owned();
    app.clock.advance(LATER);
    let reply = admin.post(&format!("/admin/sessions/{id}/end"), &[]).await;
    assert_eq!(reply.location(), "/admin/sessions?notice=session_ended");
    // And the same as a call does ask: programs act unseen.
    let reply = admin
        .call(
            Method::POST,
            &format!("/api/admin/sessions/{id}/revoke"),
            &[("sec-fetch-site", "same-origin")],
            &serde_json::json!({}),
        )
        .await;
    assert_eq!(reply.status, 401);
}

#[tokio::test]
async fn an_order_to_end_many_is_asked_again_with_its_filter() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    app.user_signed_in("ann", Role::User).await;
    app.clock.advance(LATER);
    let page = "/admin/sessions/end?user=ann";
    let referer = format!("https://id.example.com{page}");
    let headers = [("sec-fetch-site", "same-origin"), ("referer", &referer)];
    let fields = [("filter", "user=ann")];
    let reply = admin
        .post_with("/admin/sessions/end", &fields, &headers)
        .await;
    let again =
        "/login?again=1&next=%2Fadmin%2Fsessions%2Fend%3Fuser%3Dann%26notice%3Dproof%5Frenewed";
    assert_eq!(reply.location(), again);
}
