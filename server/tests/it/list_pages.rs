//! The console's lists as pages: orders, pages in both directions, and what is wrong with a filter.

use latchkey_types::Role;

use crate::{
    app::TestApp,
    programs::{Program, home},
};

/// The address behind a link of the page that says this.
fn link(body: &str, text: &str) -> Option<String> {
    let (before, _) = body.split_once(text)?;
    let (_, rest) = before.rsplit_once("href=\"")?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

/// The ids of families on a page, in its order.
fn families(body: &str) -> Vec<String> {
    body.split("href=\"/admin/families/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|id| !id.starts_with("export") && !id.starts_with("end"))
        .map(ToOwned::to_owned)
        .collect()
}

#[tokio::test]
async fn pages_lead_to_the_first_the_previous_the_next_and_the_last() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    for _ in 0..120 {
        Program::of(&app, ann, home()).await;
        app.clock.advance(std::time::Duration::from_secs(1));
    }
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let first = admin.get("/admin/families?user=ann&state=live").await.body;
    assert_eq!(link(&first, "Previous page"), None);
    assert_eq!(link(&first, "First page"), None);
    let last = link(&first, "Last page").unwrap();
    assert_eq!(last, "/admin/families?user=ann&state=live&cursor=last");

    let mut forward = families(&first);
    let mut next = link(&first, "Next page");
    let mut pages = 1;
    while let Some(path) = next {
        assert!(path.starts_with("/admin/families?user=ann&state=live&cursor="));
        let page = admin.get(&path).await.body;
        forward.extend(families(&page));
        let first = "/admin/families?user=ann&state=live";
        assert_eq!(link(&page, "First page").as_deref(), Some(first));
        next = link(&page, "Next page");
        pages += 1;
    }
    assert_eq!((pages, forward.len()), (3, 120));

    let mut page = admin.get(&last).await.body;
    assert_eq!(link(&page, "Next page"), None);
    assert_eq!(link(&page, "Last page"), None);
    let mut backward = families(&page);
    assert_eq!(backward.len(), 50);
    while let Some(path) = link(&page, "Previous page") {
        page = admin.get(&path).await.body;
        let mut rows = families(&page);
        rows.extend(backward);
        backward = rows;
    }
    assert_eq!(backward, forward);

    let oldest = admin.get("/admin/families?sort=oldest").await.body;
    let mut expected = forward.clone();
    expected.reverse();
    assert_eq!(families(&oldest), expected[..50]);
}

#[tokio::test]
async fn what_is_wrong_with_a_filter_stands_beside_it_and_nothing_is_lost() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let path = "/admin/sessions?user=ann&from=26+November&to=2026-01-01&state=maybe&system=BeOS";
    let page = admin.get(path).await;
    assert_eq!(page.status, 400);
    for part in [
        "id=\"from-error\"",
        "Expected a day (2026-01-31)",
        "value=\"26 November\"",
        "value=\"ann\"",
        "value=\"2026-01-01\"",
        "id=\"state-error\"",
        ">maybe</option>",
        ">BeOS</option>",
    ] {
        assert!(page.body.contains(part), "{part} in {}", page.body);
    }
    assert_eq!(link(&page.body, "Export CSV"), None);
    for (path, field) in [
        ("/admin/sessions?from=2026-01-02&to=2026-01-01", "to-error"),
        ("/admin/sessions?sort=by_colour", "sort-error"),
        ("/admin/users?from=x", "from-error"),
        ("/admin/audit?session=7", "session-error"),
        ("/admin/audit?family=7", "family-error"),
        ("/admin/threats?verdict=perhaps", "verdict-error"),
        ("/admin/families?reason=x", "reason-error"),
    ] {
        let page = admin.get(path).await;
        assert_eq!(page.status, 400, "{path}");
        assert!(page.body.contains(&format!("id=\"{field}\"")), "{path}");
    }
    // Of another order, or of another list.
    let users = admin.get("/api/admin/users?limit=1").await.json();
    app.user("ann", Role::User).await;
    assert!(users["next"].is_null());
    let next = admin.get("/api/admin/users?limit=1").await.json();
    let cursor = next["next"].as_str().unwrap();
    for path in [
        format!("/admin/users?sort=oldest&cursor={cursor}"),
        format!("/admin/families?cursor={cursor}"),
        format!("/api/admin/families?cursor={cursor}"),
        format!("/api/admin/users?sort=oldest&cursor={cursor}"),
    ] {
        let reply = admin.get(&path).await;
        assert_eq!(reply.status, 400, "{path}");
        assert!(reply.body.contains("not a cursor of this list"), "{path}");
    }
}

#[tokio::test]
async fn programs_hear_which_field_is_wrong() {
    let app = TestApp::new().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    for (path, detail) in [
        ("sessions?method=telepathy", "method: "),
        ("sessions?reason=x", "reason: "),
        ("sessions?from=yesterday", "from: "),
        ("families?sort=last_used", "sort: "),
        ("users?to=2026-02-30", "to: "),
        ("audit?session=x", "session: "),
        ("threats?sort=x", "sort: "),
    ] {
        let reply = admin.get(&format!("/api/admin/{path}")).await;
        assert_eq!(reply.status, 400, "{path}");
        let said = reply.json()["detail"].as_str().unwrap().to_owned();
        assert!(said.starts_with(detail), "{path}: {said}");
    }
}

#[tokio::test]
async fn the_filter_goes_with_the_export_and_a_last_page_is_one_request_away() {
    let app = TestApp::new().await;
    for number in 0..5 {
        app.user(&format!("user{number}"), Role::User).await;
        app.clock.advance(std::time::Duration::from_secs(1));
    }
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let page = admin.get("/admin/users?search=user&sort=oldest").await.body;
    assert_eq!(
        link(&page, "Export CSV").as_deref(),
        Some("/admin/users/export.csv?search=user&sort=oldest")
    );
    assert_eq!(
        link(&page, "JSON lines").as_deref(),
        Some("/admin/users/export.jsonl?search=user&sort=oldest")
    );
    let last = admin
        .get("/api/admin/users?limit=2&cursor=last")
        .await
        .json();
    let names: Vec<&str> = last["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["username"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["user1", "user0"]);
    assert!(last["next"].is_null());
    let page = admin.get("/admin/sessions").await.body;
    assert!(page.contains("<details"), "{page}");
    assert!(!page.contains("<details open"), "closed while none is used");
    let page = admin.get("/admin/sessions?method=password").await.body;
    assert!(page.contains("<details open"));
}
