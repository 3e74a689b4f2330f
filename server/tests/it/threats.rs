//! Incidents on pages: who reads them, who judges them, who is told.

use std::time::Duration;

use latchkey_authority::{
    feed,
    incident::{self, IncidentFilter},
};
use latchkey_types::{Role, Verdict};
use sea_orm::ConnectionTrait as _;

use crate::{
    app::{PASSWORD, TestApp},
    browser::{Browser, Reply},
    programs::{Program, from, home, present, robbed, thief},
};

#[tokio::test]
async fn an_incident_is_unread_until_an_administrator_opens_it() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let (_, incident_id) = robbed(&app, ann).await;
    let path = format!("/admin/threats/{incident_id}");
    let mut auditor = app.user_signed_in("aud", Role::Auditor).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let is_unread = |body: &str| body.contains("Unread: ") && body.contains(" unread</span>");
    assert!(is_unread(&admin.get("/admin/threats").await.body));
    // An auditor changes nothing by looking.
    assert_eq!(auditor.get(&path).await.status, 200);
    assert!(is_unread(&auditor.get("/admin/threats").await.body));
    assert_eq!(admin.get(&path).await.status, 200);
    let page = admin.get("/admin/threats").await;
    assert!(page.body.contains(&path));
    assert!(!is_unread(&page.body));
    let mut ann = app.signed_in("ann").await;
    assert_eq!(ann.get("/admin/threats").await.status, 403);
    assert_eq!(ann.get(&path).await.status, 403);
    assert!(!ann.get("/account").await.body.contains(" unread</span>"));
}

#[tokio::test]
async fn i04_who_is_no_administrator_any_more_reads_what_is_cached_and_leaves_it_unread() {
    let app = TestApp::with(&[("max_staleness", "2s")]).await;
    feed::start(app.authority()).await.unwrap();
    let ann = app.user("ann", Role::User).await;
    let (_, incident_id) = robbed(&app, ann).await;
    let path = format!("/admin/threats/{incident_id}");
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    assert_eq!(admin.get("/admin/threats").await.status, 200);
    let set_role = async |role: &str| {
        // As another node would, before this one has heard of it.
        let sql = format!("UPDATE users SET role = '{role}' WHERE role <> 'user'");
        let done = app.database.connection.execute_unprepared(&sql).await;
        done.unwrap();
    };
    let seen_at = async || {
        let row = incident::one(app.authority(), incident_id).await.unwrap();
        row.unwrap().seen_at
    };
    set_role("auditor").await;
    assert_eq!(
        admin.get(&path).await.status,
        200,
        "what is cached may read"
    );
    assert_eq!(seen_at().await, None);
    set_role("administrator").await;
    assert_eq!(admin.get(&path).await.status, 200);
    let first = seen_at().await;
    assert!(first.is_some());
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(admin.get(&path).await.status, 200);
    assert_eq!(seen_at().await, first, "whoever opened it first");
}

#[tokio::test]
async fn an_incident_tells_what_happened_and_what_else_is_at_stake() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let bob = app.user("bob", Role::User).await;
    let other = Program::of(&app, ann, home()).await;
    let neighbour = Program::of(&app, bob, thief()).await;
    let elsewhere = Program::of(
        &app,
        bob,
        from([198, 51, 100, 7], "Firefox", "Linux", "desktop"),
    )
    .await;
    app.signed_in("ann").await;
    let (program, incident_id) = robbed(&app, ann).await;
    present(&app, &program.token, &thief()).await.unwrap_err();
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let path = format!("/admin/threats/{incident_id}");
    let page = admin.get(&path).await;
    assert_eq!(page.status, 200);
    for text in [
        "that had been rotated 4 minutes earlier from Firefox on Linux (192.0.2.0/24) was \
         presented again from curl (203.0.113.0/24). ",
        "Latchkey ended the API sign-in.",
        "another program, another system and another network",
        "4 min 10 s",
        "Seen again since",
        &format!("/admin/families/{}/end", other.family_id),
        &format!("/admin/families/{}/end", neighbour.family_id),
        &format!("/admin/users/{ann}/end-families"),
        &format!("/admin/users/{ann}/end-sessions"),
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    // Bob's other program has nothing to do with it, and the stolen one is over.
    for family_id in [elsewhere.family_id, program.family_id] {
        assert!(
            !page
                .body
                .contains(&format!("/admin/families/{family_id}/end"))
        );
    }
    let reply = admin
        .post(
            &format!("/admin/users/{ann}/end-families"),
            &[("back", &path)],
        )
        .await;
    assert_eq!(reply.location(), format!("{path}?notice=families_ended"));
    present(&app, &other.token, &other.caller)
        .await
        .unwrap_err();
}

#[tokio::test]
async fn one_thief_at_one_address_is_seen_in_the_sign_ins_of_all_whom_they_robbed() {
    let app = TestApp::new().await;
    let mut programs = Vec::new();
    for (name, number) in [("ann", 11), ("bob", 12), ("cid", 13)] {
        let user = app.user(name, Role::User).await;
        let home = from([192, 0, 2, number], "Firefox", "Linux", "desktop");
        programs.push((user, Program::of(&app, user, home).await));
    }
    let [(ann, mut anns), (_, bobs), (_, cids)] = <[_; 3]>::try_from(programs).ok().unwrap();
    // The thief was there first with two of the tokens; nobody has noticed yet.
    app.clock.advance(Duration::from_mins(1));
    for program in [&bobs, &cids] {
        present(&app, &program.token, &thief()).await.unwrap();
    }
    let stolen = anns.rotate(&app).await;
    app.clock.advance(Duration::from_mins(1));
    present(&app, &stolen, &thief()).await.unwrap_err();
    let newest = async || {
        let found = incident::list(app.authority(), &IncidentFilter::default(), None, 1).await;
        found.unwrap().items[0].incident_id
    };
    let anns_incident = newest().await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let page = admin.get(&format!("/admin/threats/{anns_incident}")).await;
    for text in [
        "Others at 203.0.113.154",
        &format!("/admin/families/{}/end", bobs.family_id),
        &format!("/admin/families/{}/end", cids.family_id),
        "/admin/families?used_from=203.0.113.154",
        "Nobody else is signed in from 192.0.2.11, which rotated the token.",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let list = admin.get("/admin/families?used_from=203.0.113.154").await;
    for program in [&bobs, &cids] {
        let row = format!("href=\"/admin/families/{}\"", program.family_id);
        assert!(list.body.contains(&row));
    }

    // Bob comes with the token that the thief has rotated: now the thief is the other side.
    app.clock.advance(Duration::from_secs(1));
    present(&app, &bobs.token, &bobs.caller).await.unwrap_err();
    let bobs_incident = newest().await;
    let page = admin.get(&format!("/admin/threats/{bobs_incident}")).await;
    for text in [
        "The address that rotated the token.",
        &format!("/admin/families/{}/end", cids.family_id),
        "Other incidents from there",
        &format!("/admin/threats/{anns_incident}"),
        "/admin/threats?address=203.0.113.154",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let list = admin.get("/admin/threats?address=203.0.113.154").await;
    let names = |id| list.body.contains(&format!("/admin/threats/{id}\""));
    assert!(names(anns_incident) && !names(bobs_incident));
    assert!(list.body.contains(&format!("href=\"/admin/users/{ann}\"")));
}

#[tokio::test]
async fn a_session_that_moved_to_the_thief_is_seen_too() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    app.user("eve", Role::User).await;
    let mut eve = app.signed_in("eve").await;
    eve.get("/account").await;
    let sql = "UPDATE sessions SET last_address = '203.0.113.154'";
    let done = app.database.connection.execute_unprepared(sql).await;
    done.unwrap();
    let (_, incident_id) = robbed(&app, ann).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let page = admin.get(&format!("/admin/threats/{incident_id}")).await;
    assert!(page.body.contains("Sessions of others"), "{}", page.body);
    assert!(
        page.body
            .contains("/admin/sessions?used_from=203.0.113.154")
    );
    let list = admin.get("/admin/sessions?used_from=203.0.113.154").await;
    assert!(list.body.contains(">eve<"), "{}", list.body);
}

#[tokio::test]
async fn administrators_judge_and_may_think_again() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let (_, incident_id) = robbed(&app, ann).await;
    let path = format!("/admin/threats/{incident_id}");
    let judge = format!("{path}/judge");
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let note = "Ann restored a backup.\n</textarea><script>alert(1)</script>";
    let fields = [("verdict", "false_alarm"), ("note", note)];
    let reply = admin.post(&judge, &fields).await;
    assert_eq!(reply.location(), format!("{path}?notice=incident_judged"));
    let page = admin.get(&path).await;
    assert!(page.body.contains("Ann restored a backup."));
    assert!(page.body.contains("False alarm"));
    assert!(!page.body.contains("<script>alert"));
    assert!(page.body.contains("&lt;/textarea"));
    let list = admin.get("/admin/threats").await;
    assert!(
        list.body
            .contains("1 incident, 1 judged: 1 false alarm (100\u{a0}%).")
    );

    admin.post(&judge, &[("verdict", "confirmed")]).await;
    let judged = incident::one(app.authority(), incident_id)
        .await
        .unwrap()
        .unwrap()
        .judged
        .unwrap();
    assert_eq!((judged.verdict, judged.note), (Verdict::Confirmed, None));
    let record = admin.get("/admin/audit?kind=incident.judged").await;
    assert!(record.body.contains("Confirmed"));
    assert!(!record.body.contains("restored"));

    let long = "w".repeat(2_001);
    for fields in [
        vec![],
        vec![("verdict", "")],
        vec![("verdict", "perhaps")],
        vec![("verdict", "confirmed"), ("note", long.as_str())],
    ] {
        assert_eq!(admin.post(&judge, &fields).await.status, 400, "{fields:?}");
    }
    let mut auditor = app.user_signed_in("aud", Role::Auditor).await;
    assert_eq!(auditor.post(&judge, &fields).await.status, 403);
    assert!(!auditor.get(&path).await.body.contains("/judge\""));
    for id in ["x", "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(admin.get(&format!("/admin/threats/{id}")).await.status, 404);
        let path = format!("/admin/threats/{id}/judge");
        assert_eq!(admin.post(&path, &fields).await.status, 404);
    }
}

#[tokio::test]
async fn threats_are_filtered_by_user_class_and_verdict() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let bob = app.user("bob", Role::User).await;
    let (_, of_ann) = robbed(&app, ann).await;
    // Bob restored a backup: the same device presents an old token.
    let mut program = Program::of(&app, bob, home()).await;
    let old = program.rotate(&app).await;
    program.rotate(&app).await;
    present(&app, &old, &home()).await.unwrap_err();
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let judge = format!("/admin/threats/{of_ann}/judge");
    admin.post(&judge, &[("verdict", "confirmed")]).await;
    for (query, anns, bobs) in [
        ("", true, true),
        ("?user=ann", true, false),
        ("?class=stale_copy", false, true),
        ("?verdict=confirmed", true, false),
        ("?verdict=none", false, true),
        ("?verdict=false_alarm", false, false),
        ("?user=nobody-of-that-name", false, false),
    ] {
        let page = admin.get(&format!("/admin/threats{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        let names = |id| page.body.contains(&format!("href=\"/admin/users/{id}\""));
        assert_eq!((names(ann), names(bob)), (anns, bobs), "{query}");
    }
    for query in ["?class=x", "?verdict=perhaps", "?cursor=%00"] {
        let page = admin.get(&format!("/admin/threats{query}")).await;
        assert_eq!(page.status, 400, "{query}");
    }
}

#[tokio::test]
async fn the_user_is_told_of_a_theft_at_the_next_sign_in_until_they_have_read_it() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    robbed(&app, ann).await;
    let told = "A sign-in of yours was used from elsewhere and has been ended.";
    let mut eve = app.user_signed_in("eve", Role::User).await;
    assert!(!eve.get("/account").await.body.contains(told));
    let mut browser = app.signed_in("ann").await;
    let page = browser.get("/account").await;
    assert!(page.body.contains(told));
    assert!(
        page.body
            .contains("one token was held by two: Firefox on Linux at ")
    );
    assert!(page.body.contains(", and curl at "));
    assert!(page.body.contains("203.0.113.154"));
    let reply = dismiss(&mut browser, &page).await;
    assert_eq!(reply.location(), "/account?notice=incident_told");
    assert!(!browser.get("/account").await.body.contains(told));
}

#[tokio::test]
async fn the_user_is_told_of_a_theft_before_they_go_on_to_where_they_were_going() {
    let app = TestApp::new().await;
    let root = app.user("root", Role::Administrator).await;
    robbed(&app, root).await;
    let sign_in = async |browser: &mut Browser, next: &str| {
        let fields = [
            ("identifier", "root"),
            ("password", PASSWORD),
            ("next", next),
        ];
        browser.post("/login", &fields).await
    };
    let mut browser = app.browser();
    let next = "/admin/families?user=ann&state=live";
    let path = "/account?next=%2Fadmin%2Ffamilies%3Fuser%3Dann%26state%3Dlive";
    let reply = sign_in(&mut browser, next).await;
    assert_eq!((reply.status, reply.location()), (303, path));
    let page = browser.get(path).await;
    assert_eq!(page.status, 200);
    let on = "href=\"/admin/families?user=ann&amp;state=live\"";
    for text in ["A sign-in of yours was used from elsewhere", on, "Go on"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    // Nobody is led off, nor to what does more than show.
    for next in [
        "https://evil.example/",
        "//evil.example",
        "evil",
        "/auth/google?fresh=1",
        "/admin/audit/export.csv",
        "/logout",
    ] {
        let page = browser.get(&format!("/account?next={next}")).await;
        assert_eq!(page.status, 200);
        assert!(!page.body.contains("Go on"), "{}", page.body);
    }
    // Whoever has read it goes on at once, and is told no more.
    let reply = dismiss(&mut browser, &page).await;
    assert_eq!((reply.status, reply.location()), (303, next));
    let page = browser.get(path).await;
    for text in ["from elsewhere", "Go on"] {
        assert!(!page.body.contains(text), "{text}: {}", page.body);
    }
    let reply = sign_in(&mut app.browser(), next).await;
    assert_eq!(reply.location(), next);
}

/// Sends the form of the page that tells of thefts, as it stands there.
async fn dismiss(browser: &mut Browser, page: &Reply) -> Reply {
    let body = page.body.replace("&amp;", "&");
    let form = body
        .split_once("action=\"/account/threats/dismiss\"")
        .and_then(|(_, rest)| rest.split_once("</form>"))
        .map_or("", |(form, _)| form);
    let fields: Vec<(&str, &str)> = form
        .split("<input")
        .filter_map(|input| {
            let value = |name| Some(input.split_once(name)?.1.split_once('"')?.0);
            Some((value(" name=\"")?, value(" value=\"")?))
        })
        .collect();
    browser.post("/account/threats/dismiss", &fields).await
}

#[tokio::test]
async fn what_a_page_did_not_show_is_not_read_with_it() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    robbed(&app, ann).await;
    let mut browser = app.signed_in("ann").await;
    let page = browser.get("/account").await;
    // While the page stands open, another one is stolen.
    robbed(&app, ann).await;
    dismiss(&mut browser, &page).await;
    let page = browser.get("/account").await;
    assert!(
        page.body
            .contains("A sign-in of yours was used from elsewhere and has been ended."),
        "{}",
        page.body
    );
    dismiss(&mut browser, &page).await;
    assert!(
        !browser
            .get("/account")
            .await
            .body
            .contains("from elsewhere")
    );
    // More than a page shows are told a page at a time.
    for _ in 0..7 {
        robbed(&app, ann).await;
    }
    for shown in [5, 2, 0] {
        let page = browser.get("/account").await;
        let told = page.body.matches("one token was held by two").count();
        assert_eq!(told, shown);
        dismiss(&mut browser, &page).await;
    }
}

#[tokio::test]
async fn nobody_reads_for_somebody_else() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let (_, incident_id) = robbed(&app, ann).await;
    let mut eve = app.user_signed_in("eve", Role::User).await;
    let id = incident_id.to_string();
    let path = "/account/threats/dismiss";
    eve.post(path, &[("incidents", &id)]).await;
    let mut browser = app.signed_in("ann").await;
    let page = browser.get("/account").await;
    assert!(page.body.contains("one token was held by two"));
    for fields in [vec![], vec![("incidents", "x")]] {
        assert_eq!(browser.post(path, &fields).await.status, 400, "{fields:?}");
    }
    let many = vec![id; 100].join(",");
    let reply = browser.post(path, &[("incidents", &many)]).await;
    assert_eq!(reply.status, 400);
}
