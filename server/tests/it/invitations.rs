//! Links for accounts: made in the console, by a call, and what whoever opens one sees.

use std::time::Duration;

use http::Method;
use latchkey_identity::invitation;
use latchkey_types::{Role, Word as _};
use serde_json::{Value, json};

use crate::{
    app::{PASSWORD, TestApp},
    browser::{Browser, Reply},
};

/// The link on the page that shows it.
fn shown(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.body);
    let (_, rest) = reply
        .body
        .split_once("value=\"https://id.example.com/invitation?code=")
        .expect("a link");
    let code = rest.split('"').next().unwrap();
    assert_eq!(code.len(), 43);
    format!("/invitation?code={code}")
}

async fn make(admin: &mut Browser, how: &str, username: &str, role: &str) -> Reply {
    let fields = [("how", how), ("username", username), ("role", role)];
    admin.post("/admin/users/invite", &fields).await
}

/// Follows a link; whether it opened.
async fn follow(browser: &mut Browser, link: &str) -> bool {
    let reply = browser.get(link).await;
    match reply.status {
        303 => {
            assert_eq!(reply.location(), "/invitation");
            browser.get("/invitation").await.status == 200
        }
        403 => false,
        other => panic!("unexpected: {other}"),
    }
}

async fn call(browser: &mut Browser, path: &str, body: Value) -> Reply {
    let headers = [("sec-fetch-site", "same-origin")];
    browser.call(Method::POST, path, &headers, &body).await
}

#[tokio::test]
async fn an_invited_person_chooses_a_name_and_a_password_and_is_signed_in() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let form = admin.get("/admin/users/invite").await;
    assert_eq!(form.status, 200);
    // The role of a user stands first in the choice.
    assert!(
        form.body.contains("<option value=\"user\" selected"),
        "{}",
        form.body
    );
    let made = make(&mut admin, "invite", "", "user").await;
    let link = shown(&made);
    assert_eq!(made.header("cache-control"), "no-store");
    assert!(!made.body.contains("<script"), "no script beside a secret");
    let list = admin.get("/admin/invitations").await;
    assert!(list.body.contains("Whoever has the link"), "{}", list.body);
    let code = link.split('=').nth(1).unwrap();
    assert!(!list.body.contains(code));

    let mut browser = app.browser();
    assert!(follow(&mut browser, &link).await);
    let page = browser.get("/invitation").await;
    assert!(!page.body.contains(code), "the code is in the cookie alone");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    let cookie = browser.cookies.get("__Host-latchkey-invitation");
    assert_eq!(cookie.map(String::as_str), Some(code));
    let weak = [("username", "ann"), ("password", "short")];
    assert_eq!(browser.post("/invitation", &weak).await.status, 422);
    let fields = [
        ("username", "ann"),
        ("password", PASSWORD),
        // Nothing that is sent changes what the link gives.
        ("role", "administrator"),
        ("user_id", "01890a5d-ac96-774b-bcce-b302099a8057"),
    ];
    let reply = browser.post("/invitation", &fields).await;
    assert_eq!((reply.status, reply.location()), (303, "/account"));
    assert!(!browser.cookies.contains_key("__Host-latchkey-invitation"));
    let me = browser.get("/api/me").await.json();
    assert_eq!(me["username"], "ann");
    assert_eq!(me["roles"], json!(["user"]));
    assert!(!follow(&mut app.browser(), &link).await);
    let list = admin.get("/admin/invitations").await;
    assert!(list.body.contains("No open invitations"));
}

#[tokio::test]
async fn an_account_made_at_once_waits_for_its_owner_and_says_so() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    assert_eq!(make(&mut admin, "create", "", "user").await.status, 422);
    let link = shown(&make(&mut admin, "create", "ann", "auditor").await);
    assert_eq!(make(&mut admin, "create", "ann", "user").await.status, 422);
    let users = admin.get("/admin/users?search=ann").await;
    assert!(users.body.contains("Not arrived yet"));
    let json = admin.get("/api/admin/users?search=ann").await.json();
    let id = json["items"][0]["id"].as_str().unwrap().to_owned();
    let page = admin.get(&format!("/admin/users/{id}")).await;
    assert!(
        page.body.contains("nobody can sign in to it"),
        "{}",
        page.body
    );
    assert!(page.body.contains(&format!("/admin/users/{id}/link")));

    let renewed = admin.post(&format!("/admin/users/{id}/link"), &[]).await;
    let second = shown(&renewed);
    assert!(
        !follow(&mut app.browser(), &link).await,
        "the first is over"
    );
    let mut browser = app.browser();
    assert!(follow(&mut browser, &second).await);
    let reply = browser.post("/invitation", &[("password", PASSWORD)]).await;
    assert_eq!(reply.location(), "/account");
    assert_eq!(
        browser.get("/api/me").await.json()["roles"],
        json!(["auditor"])
    );
    let page = admin.get(&format!("/admin/users/{id}")).await;
    assert!(!page.body.contains("Not arrived yet"));
    assert!(!page.body.contains("Make a new link"));
    // An account with a way in gets none.
    let reply = admin.post(&format!("/admin/users/{id}/link"), &[]).await;
    assert_eq!(
        reply.location(),
        format!("/admin/users/{id}?notice=nothing_changed")
    );
}

/// A page without what differs in every answer.
fn seen(reply: &Reply) -> (u16, String, Vec<String>) {
    let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
    names.sort_unstable();
    // Each page masks its token anew.
    let mut body = String::new();
    for (number, part) in reply.body.split("name=\"csrf\" value=\"").enumerate() {
        let masked = if number == 0 {
            0
        } else {
            part.find('"').unwrap()
        };
        body.push_str(&part[masked..]);
    }
    (reply.status, body, names)
}

#[tokio::test]
async fn i10_used_withdrawn_expired_and_unknown_links_answer_alike() {
    let app = TestApp::new().await;
    app.user("keeper", Role::Administrator).await;
    let mut keeper_browser = app.signed_in("keeper").await;
    let fallen = app.user("fallen", Role::Administrator).await;
    let expired = shown(&make(&mut keeper_browser, "invite", "", "user").await);
    app.clock.advance(invitation::LINK_LIFETIME);
    keeper_browser = app.signed_in("keeper").await;
    let mut admin = app.signed_in("fallen").await;
    let used = shown(&make(&mut keeper_browser, "invite", "", "user").await);
    let withdrawn = shown(&make(&mut keeper_browser, "create", "ann", "user").await);
    let list = keeper_browser.get("/api/admin/invitations").await.json();
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    keeper_browser
        .post(&format!("/admin/invitations/{id}/withdraw"), &[])
        .await;
    let unvouched = shown(&make(&mut admin, "invite", "", "administrator").await);
    keeper_browser
        .post(&format!("/admin/users/{fallen}/role"), &[("role", "user")])
        .await;
    let mut first = app.browser();
    follow(&mut first, &used).await;
    let fields = [("username", "bea"), ("password", PASSWORD)];
    assert_eq!(first.post("/invitation", &fields).await.status, 303);
    let unknown = format!("/invitation?code={}", "A".repeat(43));

    let mut answers = Vec::new();
    for link in [&unknown, &used, &withdrawn, &expired, &unvouched] {
        let hashes = app.state.identity().hasher().finished();
        let by_address = seen(&app.browser().get(link).await);
        let mut browser = app.browser();
        let code = link.split('=').nth(1).unwrap();
        browser
            .cookies
            .insert("__Host-latchkey-invitation".to_owned(), code.to_owned());
        let by_cookie = seen(&browser.get("/invitation").await);
        let by_form = seen(&browser.post("/invitation", &fields).await);
        assert_eq!(app.state.identity().hasher().finished(), hashes, "{link}");
        answers.push((by_address, by_cookie, by_form));
    }
    for answer in &answers {
        assert_eq!(answer.0.0, 403);
        assert_eq!(answer, &answers[0]);
    }
    let page = &answers[0].0.1;
    assert!(page.contains("ask whoever sent you the link"), "{page}");
    for name in ["keeper", "fallen", "ann"] {
        assert!(!page.contains(name));
    }
    assert!(!page.contains(&"A".repeat(43)), "no code stands on a page");
}

#[tokio::test]
async fn neither_auditors_nor_users_make_or_withdraw_links() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    shown(&make(&mut admin, "create", "ann", "user").await);
    let invitations = admin.get("/api/admin/invitations").await.json();
    let invitation = invitations["items"][0]["id"].as_str().unwrap().to_owned();
    let ann = invitations["items"][0]["user_id"]
        .as_str()
        .unwrap()
        .to_owned();
    for role in [Role::Auditor, Role::User] {
        let mut eve = app
            .user_signed_in(&format!("eve-{}", role.as_str()), role)
            .await;
        assert_eq!(eve.get("/admin/users/invite").await.status, 403);
        assert_eq!(
            make(&mut eve, "invite", "", "administrator").await.status,
            403
        );
        for path in [
            format!("/admin/users/{ann}/link"),
            format!("/admin/invitations/{invitation}/withdraw"),
        ] {
            assert_eq!(eve.post(&path, &[]).await.status, 403, "{path}");
        }
        for path in [
            "/api/admin/users".to_owned(),
            "/api/admin/invitations".to_owned(),
            format!("/api/admin/users/{ann}/link"),
            format!("/api/admin/invitations/{invitation}/withdraw"),
        ] {
            let reply = call(&mut eve, &path, json!({ "username": "x" })).await;
            assert_eq!(reply.status, 403, "{path}");
        }
        let list = eve.get("/admin/invitations").await;
        assert_eq!(list.status == 200, role == Role::Auditor);
        assert!(!list.body.contains("/withdraw\""));
    }
    let list = admin.get("/api/admin/invitations").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_calls_do_what_the_pages_do() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let body = json!({ "email": "ann@example.com", "role": "auditor" });
    let made = call(&mut admin, "/api/admin/invitations", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    assert_eq!(made["user_id"], Value::Null);
    let link = made["link"].as_str().unwrap();
    let link = link
        .strip_prefix("https://id.example.com")
        .unwrap()
        .to_owned();
    let list = admin.get("/api/admin/invitations").await.json();
    assert_eq!(list["items"][0]["email"], "ann@example.com");
    assert_eq!(list["items"][0]["made_by"]["username"], "root");
    assert_eq!(list["items"][0]["vouched_for"], true);
    assert!(!list.to_string().contains("code"));
    let mut ann = app.browser();
    assert!(follow(&mut ann, &link).await);
    assert!(
        ann.get("/invitation")
            .await
            .body
            .contains("ann@example.com")
    );

    let created = call(&mut admin, "/api/admin/users", json!({ "username": "bea" })).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let id = created.json()["user_id"].as_str().unwrap().to_owned();
    let renewed = call(
        &mut admin,
        &format!("/api/admin/users/{id}/link"),
        json!({}),
    )
    .await;
    assert_eq!(renewed.status, 201, "{}", renewed.body);
    let invitation = renewed.json()["invitation_id"].as_str().unwrap().to_owned();
    let withdraw = format!("/api/admin/invitations/{invitation}/withdraw");
    assert_eq!(
        call(&mut admin, &withdraw, json!({})).await.json()["changed"],
        true
    );
    assert_eq!(
        call(&mut admin, &withdraw, json!({})).await.json()["changed"],
        false
    );

    for (path, body, status) in [
        ("/api/admin/users", json!({}), 400),
        ("/api/admin/users", json!({ "username": "no name" }), 400),
        ("/api/admin/users", json!({ "username": "bea" }), 409),
        (
            "/api/admin/users",
            json!({ "username": "cal", "role": "king" }),
            400,
        ),
        (
            "/api/admin/users",
            json!({ "username": "cal", "password": "x" }),
            400,
        ),
        ("/api/admin/invitations", json!({ "email": "x" }), 400),
        (
            "/api/admin/invitations",
            json!({ "email": "root@example.com" }),
            409,
        ),
    ] {
        let reply = call(&mut admin, path, body.clone()).await;
        assert_eq!(reply.status, status, "{path} {body}: {}", reply.body);
    }
    app.clock.advance(Duration::from_secs(601));
    let stale = call(&mut admin, "/api/admin/invitations", json!({})).await;
    assert_eq!(
        (stale.status, stale.json()["code"].as_str()),
        (401, Some("stale_proof"))
    );
}

#[tokio::test]
async fn the_setting_says_whether_links_make_accounts() {
    for (mode, makes) in [("open", true), ("invited", true), ("closed", false)] {
        let app = TestApp::with(&[("sign_up", mode)]).await;
        let mut admin = app.user_signed_in("root", Role::Administrator).await;
        let invited = make(&mut admin, "invite", "", "user").await.status;
        let called = call(&mut admin, "/api/admin/invitations", json!({}))
            .await
            .status;
        let expected = if makes { (200, 201) } else { (400, 400) };
        assert_eq!((invited, called), expected, "{mode}");
        // Nobody makes one without a link.
        let fields = [("username", "eve"), ("password", PASSWORD)];
        let reply = app.browser().post("/register", &fields).await;
        assert_eq!(reply.status, 403, "{mode}");
        // An administrator always may.
        let link = shown(&make(&mut admin, "create", "ann", "user").await);
        assert!(follow(&mut app.browser(), &link).await, "{mode}");
    }
}

#[tokio::test]
async fn guesses_at_links_are_limited_like_those_at_set_up() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    let mut statuses = Vec::new();
    for _ in 0..21 {
        statuses.push(browser.post("/invitation", &[]).await.status);
    }
    assert_eq!(statuses[..20], [403; 20]);
    assert_eq!(statuses[20], 429);
}

#[tokio::test]
async fn whoever_is_signed_in_is_told_and_signed_out_of_it_by_going_on() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let link = shown(&make(&mut admin, "create", "ann", "user").await);
    assert!(follow(&mut admin, &link).await);
    let page = admin.get("/invitation").await;
    assert!(page.body.contains("signed in as root"), "{}", page.body);
    let old = admin.clone();
    let reply = admin.post("/invitation", &[("password", PASSWORD)]).await;
    assert_eq!(reply.location(), "/account");
    assert_eq!(admin.get("/api/me").await.json()["username"], "ann");
    let mut old = old;
    assert_eq!(old.get("/account").await.status, 303);
}

#[tokio::test]
async fn the_last_administrator_is_told_before_they_try() {
    let app = TestApp::new().await;
    let id = app.user("root", Role::Administrator).await;
    let mut admin = app.signed_in("root").await;
    // One who has not come yet cannot take over.
    make(&mut admin, "create", "next", "administrator").await;
    let page = admin.get(&format!("/admin/users/{id}")).await;
    assert!(page.body.contains("one must stay"), "{}", page.body);
    for form in ["role", "disable"] {
        assert!(!page.body.contains(&format!("/admin/users/{id}/{form}\"")));
        let reply = admin
            .post(&format!("/admin/users/{id}/{form}"), &[("role", "user")])
            .await;
        assert_eq!(
            reply.location(),
            format!("/admin/users/{id}?notice=last_administrator")
        );
    }
    app.user("second", Role::Administrator).await;
    let page = admin.get(&format!("/admin/users/{id}")).await;
    assert!(page.body.contains(&format!("/admin/users/{id}/disable\"")));
}

#[tokio::test]
async fn i10_one_link_does_not_tell_of_any_number_of_addresses_whether_they_are_known() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let link = shown(&make(&mut admin, "invite", "", "user").await);
    let mut browser = app.browser();
    assert!(follow(&mut browser, &link).await);
    // From another address each time: it is the link that is counted.
    let mut statuses = Vec::new();
    for number in 0..8 {
        let mut browser = browser.clone().at([198, 51, 100, number]);
        let fields = [("username", "root"), ("password", PASSWORD)];
        statuses.push(browser.post("/invitation", &fields).await.status);
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429, 429]);
    app.clock.advance(std::time::Duration::from_mins(1));
    let fields = [("username", "ann"), ("password", PASSWORD)];
    assert_eq!(browser.post("/invitation", &fields).await.status, 303);
}
