//! Ending many at once: on pages, and as JSON.

use std::time::Duration;

use axum::body::Body;
use http::Method;
use latchkey_authority::bulk::{Step, Worker};
use latchkey_types::Role;
use serde_json::{Value, json};

use crate::{
    app::{PASSWORD, TestApp},
    browser::{Browser, Reply},
};

/// Carries all orders out, as the job beside the requests does.
async fn work(app: &TestApp) {
    let mut worker = Worker::new(app.authority());
    while worker.step(app.authority()).await.unwrap() != Step::Nothing {}
}

/// Browsers of two users, and an administrator who signed in last.
async fn crowd(app: &TestApp) -> (Vec<Browser>, Browser) {
    let mut browsers = Vec::new();
    for name in ["ann", "ben"] {
        app.user(name, Role::User).await;
        for _ in 0..3 {
            browsers.push(app.signed_in(name).await);
        }
    }
    app.clock.advance(Duration::from_millis(1));
    let admin = app.user_signed_in("root", Role::Administrator).await;
    app.clock.advance(Duration::from_millis(1));
    (browsers, admin)
}

async fn is_in(browser: &mut Browser) -> bool {
    browser.get("/account").await.status == 200
}

/// The value of a hidden field, as the browser would send it.
fn hidden(reply: &Reply, name: &str) -> String {
    let (_, rest) = reply
        .body
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("no field {name}: {}", reply.body));
    rest.split('"').next().unwrap().replace("&amp;", "&")
}

async fn call(browser: &mut Browser, path: &str, body: &Value) -> Reply {
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/json"),
    ];
    browser
        .send(Method::POST, path, &headers, Body::from(body.to_string()))
        .await
}

#[tokio::test]
async fn a_filter_is_previewed_confirmed_followed_and_found_again() {
    let app = TestApp::new().await;
    let (mut browsers, mut admin) = crowd(&app).await;
    let list = admin.get("/admin/sessions?user=ann").await;
    assert!(list.body.contains("href=\"/admin/sessions/end?user=ann\""));

    let preview = admin.get("/admin/sessions/end?user=ann").await;
    assert_eq!(preview.status, 200);
    assert!(
        preview.body.contains("3 sessions of 1 user would end."),
        "{}",
        preview.body
    );
    assert!(preview.body.contains("Sessions of ann"));
    assert!(!preview.body.contains("Your own session fits too"));
    let filter = hidden(&preview, "filter");
    assert_eq!(filter, "user=ann");
    for browser in &mut browsers {
        assert!(is_in(browser).await, "nothing ends by looking");
    }

    let ordered = admin
        .post("/admin/sessions/end", &[("filter", &filter)])
        .await;
    assert_eq!(ordered.status, 303, "{}", ordered.body);
    let (path, notice) = ordered.location().split_once('?').unwrap();
    assert_eq!(notice, "notice=bulk_end_ordered");
    assert!(path.starts_with("/admin/bulk-ends/"));
    let waiting = admin.get(path).await;
    assert_eq!(waiting.header("refresh"), "3");
    assert!(
        waiting.body.contains("0 of 3 sessions have ended"),
        "{}",
        waiting.body
    );
    assert!(waiting.body.contains("Waiting"));
    let still = admin.get(&format!("{path}?still=1")).await;
    assert_eq!(still.header("refresh"), "");
    // Left, and found again from the list that it is about.
    let list = admin.get("/admin/sessions").await;
    assert!(list.body.contains("Many are being ended"));
    assert!(list.body.contains(&format!("href=\"{path}\"")));
    assert!(
        admin
            .get("/admin/bulk-ends")
            .await
            .body
            .contains(&format!("href=\"{path}\""))
    );

    work(&app).await;

    let done = admin.get(path).await;
    assert_eq!(done.header("refresh"), "");
    assert!(done.body.contains("3 sessions have ended"), "{}", done.body);
    assert!(
        !admin
            .get("/admin/sessions")
            .await
            .body
            .contains("Many are being ended")
    );
    for (number, browser) in browsers.iter_mut().enumerate() {
        assert_eq!(is_in(browser).await, number >= 3, "browser {number}");
    }
    // On the record in words, with the way to what came of it.
    let record = admin.get("/admin/audit?kind=bulk_end.ordered").await;
    assert!(
        record.body.contains("3 sessions of 1 user"),
        "{}",
        record.body
    );
    assert!(record.body.contains(&format!("href=\"{path}\"")));
    let nothing = admin
        .post("/admin/sessions/end", &[("filter", &filter)])
        .await;
    assert_eq!(
        nothing.location(),
        "/admin/sessions?user=ann&notice=nothing_ended"
    );
    let nothing = admin.get("/admin/sessions/end?user=ann").await;
    assert!(nothing.body.contains("Nothing to end"));
}

#[tokio::test]
async fn those_that_were_ticked_end_and_ticking_none_ends_none() {
    let app = TestApp::new().await;
    let (mut browsers, mut admin) = crowd(&app).await;
    let list = admin.get("/api/admin/sessions?user=ben").await.json();
    let ids: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    let page = admin.get("/admin/sessions").await;
    for id in &ids {
        assert!(
            page.body
                .contains(&format!("name=\"id\" value=\"{id}\" form=\"selection\""))
        );
    }
    let none = admin.get("/admin/sessions/end?chosen=1").await;
    assert_eq!(none.location(), "/admin/sessions?notice=nothing_chosen");
    let none = admin
        .post("/admin/sessions/end", &[("filter", "chosen=1")])
        .await;
    assert_eq!(none.location(), "/admin/sessions?notice=nothing_chosen");

    let path = format!("/admin/sessions/end?chosen=1&id={}&id={}", ids[0], ids[1]);
    let preview = admin.get(&path).await;
    assert!(
        preview.body.contains("2 sessions of 1 user would end."),
        "{}",
        preview.body
    );
    let filter = hidden(&preview, "filter");
    admin
        .post("/admin/sessions/end", &[("filter", &filter)])
        .await;
    work(&app).await;
    let mut left = 0;
    for browser in &mut browsers[3..] {
        left += u64::from(is_in(browser).await);
    }
    assert_eq!(left, 1);
}

#[tokio::test]
async fn i12_what_is_not_understood_is_refused_and_everything_has_to_be_said() {
    let app = TestApp::new().await;
    let (mut browsers, mut admin) = crowd(&app).await;
    let many = "id=01890a5d-ac96-774b-bcce-b302099a8057&".repeat(2_000);
    for filter in [
        "",
        "state=live",
        "state=ended",
        "state=asleep",
        "adress=192.0.2.1",
        "user=ann&planet=mars",
        "user=ann&",
        "id=1",
        "id=",
        "chosen=1&id=%30",
        &many,
    ] {
        let expected = if filter == "user=ann&" { 200 } else { 400 };
        // No address is so long.
        if filter.len() < 16_000 {
            let preview = admin.get(&format!("/admin/sessions/end?{filter}")).await;
            assert_eq!(preview.status, expected, "GET {filter}");
        }
        if expected == 400 {
            let ordered = admin
                .post("/admin/sessions/end", &[("filter", filter)])
                .await;
            assert!(
                matches!(ordered.status, 400 | 413),
                "POST {filter}: {}",
                ordered.status
            );
        }
    }
    let empty = admin.post("/admin/sessions/end", &[]).await;
    assert_eq!(empty.status, 400);
    work(&app).await;
    for browser in &mut browsers {
        assert!(is_in(browser).await);
    }

    // One's own stays unless one says otherwise.
    let preview = admin.get("/admin/sessions/end?all=1").await;
    assert!(
        preview.body.contains("6 sessions of 2 users would end."),
        "{}",
        preview.body
    );
    assert!(preview.body.contains("Your own session fits too"));
    let ordered = admin
        .post("/admin/sessions/end", &[("filter", "all=1")])
        .await;
    assert_eq!(ordered.status, 303);
    work(&app).await;
    for browser in &mut browsers {
        assert!(!is_in(browser).await);
    }
    assert!(is_in(&mut admin).await);
    admin
        .post(
            "/admin/sessions/end",
            &[("filter", "all=1"), ("own", "yes")],
        )
        .await;
    work(&app).await;
    assert!(!is_in(&mut admin).await);
}

#[tokio::test]
async fn i04_nobody_orders_without_permission_a_fresh_proof_and_a_form_of_ours() {
    let app = TestApp::new().await;
    let (mut browsers, mut admin) = crowd(&app).await;
    let mut auditor = app.user_signed_in("eve", Role::Auditor).await;
    for path in ["/admin/sessions/end", "/admin/families/end"] {
        for browser in [&mut auditor, &mut browsers[0]] {
            assert_eq!(browser.get(&format!("{path}?user=ann")).await.status, 403);
            let refused = browser.post(path, &[("filter", "user=ann")]).await;
            assert_eq!(refused.status, 403);
        }
        let api = format!("/api{}", path.replace("/end", "/revoke"));
        assert_eq!(
            call(&mut auditor, &api, &json!({ "user": "ann" }))
                .await
                .status,
            403
        );
        let foreign = [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ];
        let refused = admin
            .post_with(path, &[("filter", "user=ann")], &foreign)
            .await;
        assert_eq!(refused.status, 403);
        let refused = admin.post_with(path, &[("filter", "user=ann")], &[]).await;
        assert_eq!(refused.status, 403, "neither headers nor token");
    }
    // The auditor sees what goes on, and has no buttons.
    assert_eq!(auditor.get("/admin/bulk-ends").await.status, 200);
    let list = auditor.get("/admin/sessions?user=ann").await;
    assert!(!list.body.contains("/admin/sessions/end"), "no way there");
    assert!(!list.body.contains("form=\"selection\""));

    app.clock.advance(Duration::from_mins(11));
    let stale = admin
        .post("/admin/sessions/end", &[("filter", "user=ann")])
        .await;
    assert!(
        stale.location().starts_with("/login?again=1"),
        "{}",
        stale.location()
    );
    let stale = call(
        &mut admin,
        "/api/admin/sessions/revoke",
        &json!({ "user": "ann" }),
    )
    .await;
    assert_eq!(stale.status, 401);
    assert_eq!(stale.json()["code"], "stale_proof");
    work(&app).await;
    for browser in &mut browsers {
        assert!(is_in(browser).await);
    }
    admin.sign_in("root", PASSWORD).await;
    let ordered = admin
        .post("/admin/sessions/end", &[("filter", "user=ann")])
        .await;
    let path = ordered.location().split_once('?').unwrap().0.to_owned();
    for browser in [&mut auditor, &mut browsers[0]] {
        assert_eq!(browser.post(&format!("{path}/stop"), &[]).await.status, 403);
    }
    let page = auditor.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("/stop"));
    assert_eq!(browsers[0].get(&path).await.status, 403);
    let stopped = admin.post(&format!("{path}/stop"), &[]).await;
    assert_eq!(
        stopped.location(),
        format!("{path}?notice=bulk_end_stopped")
    );
    let stopped = admin.post(&format!("{path}/stop"), &[]).await;
    assert_eq!(stopped.location(), format!("{path}?notice=nothing_stopped"));
    work(&app).await;
    assert!(
        is_in(&mut browsers[0]).await,
        "it was stopped before anything ended"
    );
    assert_eq!(admin.get("/admin/bulk-ends/none").await.status, 404);
}

#[tokio::test]
async fn a_call_narrows_an_order_by_all_that_narrows_the_list() {
    let app = TestApp::new().await;
    let (_, mut admin) = crowd(&app).await;
    let all = admin.get("/api/admin/sessions").await.json();
    let one = all["items"][0].clone();
    for (filter, value, none) in [
        ("address", one["address"].clone(), "192.0.2.250"),
        ("used_from", one["last_address"].clone(), "192.0.2.250"),
        ("network", one["network"].clone(), "192.0.9.0/24"),
        ("browser", one["browser"].clone(), "Lynx"),
        ("system", one["system"].clone(), "Plan 9"),
        ("device", one["device"].clone(), "robot"),
        ("method", one["method"].clone(), "provider"),
        ("from", json!("2020-01-01"), "2999-01-01"),
        ("to", json!("2999-01-01"), "2020-01-01"),
    ] {
        let query = value
            .as_str()
            .unwrap()
            .replace('/', "%2F")
            .replace(' ', "+");
        let path = format!("/api/admin/sessions?state=live&{filter}={query}");
        let listed = admin.get(&path).await.json()["items"]
            .as_array()
            .unwrap()
            .len();
        assert!(listed > 1, "{filter}");
        let mut would_end = async |value: &Value| {
            let body = json!({ filter: value, "dry_run": true });
            let reply = call(&mut admin, "/api/admin/sessions/revoke", &body).await;
            assert_eq!(reply.status, 200, "{filter}: {}", reply.body);
            let own = usize::from(reply.json()["own_fits"] == json!(true));
            let others = reply.json()["would_end"]["count"].as_u64().unwrap();
            usize::try_from(others).unwrap() + own
        };
        assert_eq!(would_end(&value).await, listed, "{filter}");
        assert_eq!(would_end(&json!(none)).await, 0, "{filter}");
    }
    for (filter, value) in [("from", "someday"), ("method", "magic")] {
        let body = json!({ filter: value, "dry_run": true });
        let reply = call(&mut admin, "/api/admin/sessions/revoke", &body).await;
        assert_eq!(reply.status, 400, "{filter}");
    }
}

#[tokio::test]
async fn the_same_as_json_with_a_dry_run_a_location_and_a_stop() {
    let app = TestApp::new().await;
    let (mut browsers, mut admin) = crowd(&app).await;
    let path = "/api/admin/sessions/revoke";
    let dry = call(&mut admin, path, &json!({ "user": "ann", "dry_run": true })).await;
    assert_eq!(dry.status, 200);
    let dry = dry.json();
    assert_eq!(dry["would_end"], json!({ "count": 3, "capped": false }));
    assert_eq!(
        (&dry["users"], &dry["own_fits"]),
        (&json!(1), &json!(false))
    );
    assert_eq!(dry["most"][0]["user"]["username"], "ann");
    assert_eq!(dry["most"][0]["count"], 3);
    let nothing = call(&mut admin, path, &json!({ "address": "192.0.2.250" })).await;
    assert_eq!(nothing.status, 200);
    assert_eq!(nothing.json()["would_end"]["count"], 0);

    let ordered = call(&mut admin, path, &json!({ "user": "ann" })).await;
    assert_eq!(ordered.status, 202);
    let location = ordered.location().to_owned();
    let body = ordered.json();
    assert_eq!(
        location,
        format!("/api/admin/bulk-ends/{}", body["id"].as_str().unwrap())
    );
    assert_eq!(
        (&body["state"], &body["ended"]),
        (&json!("running"), &json!(0))
    );
    assert_eq!(body["ordered_by"]["username"], "root");
    work(&app).await;
    let done = admin.get(&location).await.json();
    assert_eq!(
        (&done["state"], &done["ended"], &done["skipped"]),
        (&json!("done"), &json!(3), &json!(0))
    );
    assert!(!is_in(&mut browsers[0]).await);
    let listed = admin.get("/api/admin/bulk-ends").await.json();
    assert_eq!(listed["items"], json!([done]));

    let second = call(&mut admin, path, &json!({ "user": "ben" })).await;
    let stop = format!("{}/stop", second.location());
    assert_eq!(
        call(&mut admin, &stop, &json!({})).await.json()["stopped"],
        true
    );
    assert_eq!(
        call(&mut admin, &stop, &json!({})).await.json()["stopped"],
        false
    );
    work(&app).await;
    assert!(is_in(&mut browsers[3]).await);

    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    for wrong in [
        json!({}),
        json!({ "all": false }),
        json!({ "all": true, "user": "ben" }),
        json!({ "all": true, "ids": [id] }),
        json!({ "user": "ben", "ids": [id] }),
        json!({ "ids": ["x"] }),
        json!({ "usr": "ben" }),
        json!({ "colour": "red" }),
    ] {
        let refused = call(&mut admin, path, &wrong).await;
        assert_eq!(refused.status, 400, "{wrong}: {}", refused.body);
    }
    let missing = admin.get(&format!("/api/admin/bulk-ends/{id}")).await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn i12_a_filter_that_fits_more_users_than_a_list_looks_at_is_no_order() {
    let app = TestApp::new().await;
    for number in 0..100 {
        app.user(&format!("worker{number:03}"), Role::User).await;
    }
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let refused = admin.get("/admin/sessions/end?user=worker").await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.body.contains("Write more of it"),
        "{}",
        refused.body
    );
    let body = json!({ "user": "worker", "dry_run": true });
    assert_eq!(
        call(&mut admin, "/api/admin/families/revoke", &body)
            .await
            .status,
        400
    );
    assert_eq!(
        admin.get("/admin/sessions/end?user=worker00").await.status,
        200
    );
}

#[tokio::test]
async fn so_many_orders_may_wait_and_the_next_is_told_so() {
    let app = TestApp::new().await;
    let (_, mut admin) = crowd(&app).await;
    for _ in 0..10 {
        let ordered = admin
            .post("/admin/sessions/end", &[("filter", "user=ann")])
            .await;
        assert_eq!(ordered.status, 303);
    }
    let refused = admin
        .post("/admin/sessions/end", &[("filter", "user=ann")])
        .await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("Too many bulk ends at once"));
    let refused = call(
        &mut admin,
        "/api/admin/sessions/revoke",
        &json!({ "user": "ann" }),
    )
    .await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.json()["code"], "too_many_orders");
    let list = admin.get("/admin/sessions").await;
    assert!(list.body.contains("9 orders wait after it."));
}
