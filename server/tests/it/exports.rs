//! Lists as files.

use axum::body::Body;
use http::Method;
use http_body_util::BodyExt as _;
use latchkey_authority::{
    AuthorityTx,
    audit::{self, AuditEvent, AuditFilter},
    caller::Caller,
    signal::Signals,
};
use latchkey_types::{EventKind, Role};

use crate::{
    app::{PASSWORD, TestApp},
    browser::Browser,
    programs::{Program, home},
};

const LISTS: [&str; 4] = ["sessions", "families", "users", "audit"];

/// Many events, so that an export of them is not through at once.
async fn many_events(app: &TestApp, number: usize) {
    let event = AuditEvent::failure(
        EventKind::SignIn,
        "wrong_password",
        &Caller::program("test"),
    );
    AuthorityTx::begin(app.authority())
        .await
        .unwrap()
        .commit((0..number).map(|_| event.clone()), Signals::Nothing)
        .await
        .unwrap();
}

async fn opened(browser: &mut Browser, path: &str) -> http::Response<Body> {
    browser.open(Method::GET, path, &[], Body::empty()).await
}

#[tokio::test]
async fn each_list_is_a_file_of_either_kind_for_pages_and_programs() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    Program::of(&app, ann, home()).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    for list in LISTS {
        let items = admin.get(&format!("/api/admin/{list}?sort=oldest")).await;
        let items = items.json()["items"].as_array().unwrap().clone();
        for base in ["/admin", "/api/admin"] {
            let lines = admin
                .get(&format!("{base}/{list}/export.jsonl?sort=oldest"))
                .await;
            assert_eq!(lines.status, 200, "{base}/{list}");
            assert_eq!(lines.header("content-type"), "application/x-ndjson");
            let lines: Vec<serde_json::Value> = lines
                .body
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            // The exports themselves come to the record behind what was there.
            assert_eq!(lines[..items.len()], items[..], "{base}/{list}");

            let csv = admin.get(&format!("{base}/{list}/export.csv")).await;
            assert_eq!(csv.header("cache-control"), "no-store");
            assert_eq!(csv.header("x-content-type-options"), "nosniff");
            assert_eq!(
                csv.header("content-disposition"),
                format!("attachment; filename=\"latchkey-{list}-2026-01-01.csv\"")
            );
            assert!(csv.header("content-type").starts_with("text/csv"), "{list}");
            assert!(
                csv.body.lines().next().unwrap().contains("\"id\""),
                "{list}"
            );
            assert!(csv.body.ends_with("\r\n"));
            assert!(csv.body.lines().count() > items.len(), "{list}");
        }
    }
}

#[tokio::test]
async fn an_export_is_narrowed_and_ordered_like_its_list_and_may_be_empty() {
    let app = TestApp::new().await;
    app.user_signed_in("ann", Role::User).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let csv = admin.get("/admin/sessions/export.csv?user=ann").await;
    assert_eq!(csv.body.lines().count(), 2, "{}", csv.body);
    assert!(csv.body.contains("\"ann\""));
    let csv = admin
        .get("/admin/sessions/export.csv?user=nobody-here")
        .await;
    assert_eq!(csv.status, 200);
    assert_eq!(csv.body.lines().count(), 1, "the head alone");
    let lines = admin.get("/admin/sessions/export.jsonl?state=ended").await;
    assert_eq!((lines.status, lines.body.as_str()), (200, ""));
    for query in ["state=maybe", "from=tomorrow", "sort=by_colour"] {
        for path in [
            "/admin/sessions/export.csv",
            "/api/admin/sessions/export.jsonl",
        ] {
            let reply = admin.get(&format!("{path}?{query}")).await;
            assert_eq!(reply.status, 400, "{path}?{query}");
            assert_eq!(reply.header("content-disposition"), "");
        }
    }
}

#[tokio::test]
async fn what_anybody_may_type_is_no_formula_in_a_spreadsheet() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut browser = app.browser();
    let agent = "=HYPERLINK(\"http://evil.example\");=1+1, \"x\"";
    let headers = [("sec-fetch-site", "same-origin"), ("user-agent", agent)];
    let fields = [("identifier", "ann"), ("password", PASSWORD)];
    browser.post_with("/login", &fields, &headers).await;
    app.browser()
        .sign_in("=cmd@example.com", "wrong wrong")
        .await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let csv = admin.get("/admin/sessions/export.csv?user=ann").await;
    let expected = "\"'=HYPERLINK(\"\"http://evil.example\"\");'=1+1, \"\"x\"\"\"";
    assert!(csv.body.contains(expected), "{}", csv.body);
    let csv = admin.get("/admin/audit/export.csv").await;
    assert!(csv.body.contains("\"'=cmd@example.com\""), "{}", csv.body);
    // The exact text is in the lines of JSON.
    let lines = admin.get("/admin/sessions/export.jsonl?user=ann").await;
    let row: serde_json::Value = serde_json::from_str(lines.body.trim()).unwrap();
    assert_eq!(row["user_agent"], agent);
}

#[tokio::test]
async fn i09_who_takes_a_list_away_is_on_the_record_before_it_leaves() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let path = "/admin/sessions/export.csv?user=ann&state=live&sort=oldest";
    let response = opened(&mut admin, path).await;
    assert_eq!(response.status(), 200);
    // Nothing of the body was read yet.
    let filter = AuditFilter {
        kind: Some(EventKind::ListExported),
        ..AuditFilter::default()
    };
    let events = audit::list(app.authority(), &filter, None, 10)
        .await
        .unwrap();
    let [event] = events.items.as_slice() else {
        panic!("{events:?}")
    };
    let detail: serde_json::Value = serde_json::from_str(event.detail.as_deref().unwrap()).unwrap();
    assert_eq!(
        detail,
        serde_json::json!({
            "list": "sessions",
            "format": "csv",
            "filter": { "user": [], "state": "live", "sort": "oldest" },
        })
    );
    // Who was asked for is kept where it can be erased.
    assert_eq!(event.identifier.as_deref(), Some("user=ann"));
    assert!(event.session.is_some());
    let page = admin.get("/admin/audit").await;
    assert!(page.body.contains("List exported"));
}

#[tokio::test]
async fn i07_an_export_breaks_off_when_whoever_asked_may_no_longer_see() {
    for how in ["signed out", "demoted", "program signed out"] {
        let app = TestApp::new().await;
        let root = app.user("root", Role::Administrator).await;
        app.user("deputy", Role::Administrator).await;
        many_events(&app, 4_000).await;
        let mut admin = app.signed_in("root").await;
        let (_, token) = app.pair("root").await;
        let response = if how == "program signed out" {
            let bearer = format!("Bearer {token}");
            app.browser()
                .open(
                    Method::GET,
                    "/api/admin/audit/export.jsonl",
                    &[("authorization", &bearer)],
                    Body::empty(),
                )
                .await
        } else {
            opened(&mut admin, "/admin/audit/export.jsonl").await
        };
        assert_eq!(response.status(), 200, "{how}");
        let mut body = response.into_body();
        let first = body.frame().await.unwrap().unwrap();
        assert!(first.is_data(), "{how}");

        let mut deputy = app.signed_in("deputy").await;
        let (path, fields): (String, &[(&str, &str)]) = match how {
            "signed out" => (format!("/admin/users/{root}/end-sessions"), &[]),
            "demoted" => (format!("/admin/users/{root}/role"), &[("role", "user")]),
            _ => (format!("/admin/users/{root}/end-families"), &[]),
        };
        assert_eq!(deputy.post(&path, fields).await.status, 303, "{how}");

        let mut is_broken = false;
        while let Some(frame) = body.frame().await {
            is_broken = frame.is_err();
        }
        assert!(
            is_broken,
            "{how}: the end of what was read says that it is not whole"
        );
        // The place is free again.
        let mut deputy = app.signed_in("deputy").await;
        for _ in 0..3 {
            let reply = deputy.get("/admin/users/export.csv").await;
            assert_eq!(reply.status, 200, "{how}");
        }
    }
}

#[tokio::test]
async fn i12_few_exports_run_at_once_and_whoever_goes_away_gives_the_place_up() {
    let app = TestApp::new().await;
    many_events(&app, 4_000).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let first = opened(&mut admin, "/admin/audit/export.csv").await;
    let second = opened(&mut admin, "/admin/audit/export.csv").await;
    assert_eq!(
        (first.status().as_u16(), second.status().as_u16()),
        (200, 200)
    );
    let third = admin.get("/api/admin/audit/export.csv").await;
    assert_eq!(third.status, 503);
    assert_eq!(third.header("retry-after"), "30");
    drop(first);
    // Whoever makes it hears of it when the next batch is handed in.
    while admin.get("/admin/users/export.csv").await.status != 200 {
        tokio::task::yield_now().await;
    }
    let whole = second.into_body().collect().await.unwrap().to_bytes();
    let lines = whole.split(|byte| *byte == b'\n').count();
    assert!(lines > 4_000, "{lines}");
}

#[tokio::test]
async fn an_export_of_many_batches_has_each_row_once() {
    let app = TestApp::new().await;
    many_events(&app, 1_700).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let lines = admin.get("/admin/audit/export.jsonl?kind=sign_in").await;
    let mut seqs: Vec<i64> = lines
        .body
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            row["seq"].as_i64().unwrap()
        })
        .collect();
    assert_eq!(seqs.len(), 1_701);
    assert!(seqs.is_sorted_by(|newer, older| newer > older));
    seqs.dedup();
    assert_eq!(seqs.len(), 1_701);
}

#[tokio::test]
async fn nobody_takes_away_what_they_may_not_see() {
    let app = TestApp::new().await;
    let mut ann = app.user_signed_in("ann", Role::User).await;
    for list in LISTS {
        let path = format!("/admin/{list}/export.csv");
        assert_eq!(ann.get(&path).await.status, 403);
        assert_eq!(app.browser().get(&path).await.status, 303);
        assert_eq!(app.browser().get(&format!("/api{path}")).await.status, 401);
    }
}

#[tokio::test]
async fn no_page_of_somebody_else_has_a_list_exported() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let exported = || async {
        let filter = AuditFilter {
            kind: Some(EventKind::ListExported),
            ..Default::default()
        };
        audit::list(app.authority(), &filter, None, 10)
            .await
            .unwrap()
            .items
            .len()
    };
    for path in ["/admin/users/export.csv", "/api/admin/users/export.jsonl"] {
        for site in ["cross-site", "same-site"] {
            let headers = [("sec-fetch-site", site)];
            let reply = admin.send(Method::GET, path, &headers, Body::empty()).await;
            assert_eq!(reply.status, 403, "{path} {site}");
        }
    }
    assert_eq!(exported().await, 0);
    for site in ["same-origin", "none"] {
        let headers = [("sec-fetch-site", site)];
        let path = "/admin/users/export.csv";
        let reply = admin.send(Method::GET, path, &headers, Body::empty()).await;
        assert_eq!(reply.status, 200, "{site}");
    }
    assert_eq!(exported().await, 2);
}

#[tokio::test]
async fn i13_what_stands_on_the_record_for_good_says_whom_and_holds_no_free_text() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let path = format!(
        "/admin/sessions/export.csv?user={}ann&browser=somebodys%20story&state=live",
        "%20".repeat(300)
    );
    assert_eq!(admin.get(&path).await.status, 200);
    let filter = AuditFilter {
        kind: Some(EventKind::ListExported),
        ..Default::default()
    };
    let events = audit::list(app.authority(), &filter, None, 10)
        .await
        .unwrap();
    let event = &events.items[0];
    let detail = event.detail.as_deref().unwrap();
    assert!(detail.contains(&ann.to_string()), "{detail}");
    assert!(!detail.contains("story"), "{detail}");
    let beside = event.identifier.as_deref().unwrap();
    assert_eq!(beside, "user=ann browser=somebodys story");
    // Whatever a list can be narrowed by, now or later: an address never stands there for good.
    for (list, field) in [
        ("sessions", "address"),
        ("sessions", "used_from"),
        ("sessions", "network"),
        ("sessions", "system"),
        ("sessions", "device"),
        ("families", "address"),
        ("families", "used_from"),
        ("families", "device"),
        ("users", "search"),
        ("audit", "address"),
        ("audit", "request"),
    ] {
        let path = format!("/admin/{list}/export.csv?{field}=203.0.113.77");
        assert_eq!(admin.get(&path).await.status, 200, "{path}");
        let events = audit::list(app.authority(), &filter, None, 1)
            .await
            .unwrap();
        let event = &events.items[0];
        let detail = event.detail.as_deref().unwrap();
        assert!(!detail.contains("203.0.113.77"), "{path}: {detail}");
        let beside = event.identifier.as_deref().unwrap();
        assert_eq!(beside, format!("{field}=203.0.113.77"), "{path}");
    }
}

#[tokio::test]
async fn a_character_that_no_text_can_have_is_refused() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    for path in [
        "/admin/sessions?address=%00",
        "/admin/users?search=a%00b",
        "/api/admin/audit?address=%00",
        "/admin/sessions/export.csv?browser=%00",
        "/admin/sessions/end?used_from=%00",
        "/admin/families/end?address=a%00",
    ] {
        assert_eq!(admin.get(path).await.status, 400, "{path}");
    }
}
