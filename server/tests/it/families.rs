//! Refresh families on pages: who sees them, who ends them, and how soon it holds.

use latchkey_types::Role;
use sea_orm::ConnectionTrait as _;

use crate::{
    app::TestApp,
    programs::{Program, from, home, present, robbed, thief},
};

#[tokio::test]
async fn an_administrator_ends_a_program_and_its_token_is_dead() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let program = Program::of(&app, ann, home()).await;
    let spared = Program::of(&app, ann, thief()).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let back = "/admin/families?user=ann";
    let page = admin.get(back).await;
    assert_eq!(page.status, 200);
    let path = format!("/admin/families/{}/end", program.family_id);
    assert!(page.body.contains(&path), "{}", page.body);
    assert!(page.body.contains("Ends 2 API sign-ins of ann"));

    let reply = admin.post(&path, &[("back", back)]).await;
    assert_eq!(
        reply.location(),
        "/admin/families?user=ann&notice=family_ended"
    );
    present(&app, &program.token, &program.caller)
        .await
        .unwrap_err();
    present(&app, &spared.token, &spared.caller).await.unwrap();
    let again = admin
        .post(&path, &[("back", "https://evil.example/")])
        .await;
    assert_eq!(again.location(), "/admin/families?notice=nothing_ended");
}

#[tokio::test]
async fn all_programs_of_a_user_end_together_and_their_sessions_stay() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let mut browser = app.signed_in("ann").await;
    let programs = [
        Program::of(&app, ann, home()).await,
        Program::of(&app, ann, thief()).await,
    ];
    let bob = app.user("bob", Role::User).await;
    let other = Program::of(&app, bob, home()).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let path = format!("/admin/users/{ann}/end-families");
    assert!(
        admin
            .get(&format!("/admin/users/{ann}"))
            .await
            .body
            .contains(&path)
    );
    let reply = admin.post(&path, &[]).await;
    assert_eq!(
        reply.location(),
        format!("/admin/users/{ann}?notice=families_ended")
    );
    for program in &programs {
        present(&app, &program.token, &program.caller)
            .await
            .unwrap_err();
    }
    present(&app, &other.token, &other.caller).await.unwrap();
    assert_eq!(browser.get("/account").await.status, 200);
    let again = admin.post(&path, &[("back", "/admin/families")]).await;
    assert_eq!(again.location(), "/admin/families?notice=nothing_ended");
}

#[tokio::test]
async fn the_list_is_filtered_by_what_the_address_says() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let bob = app.user("bob", Role::User).await;
    let at_home = Program::of(&app, ann, home()).await;
    let mut phone = Program::of(
        &app,
        bob,
        from([198, 51, 100, 7], "Safari", "iPhone", "phone"),
    )
    .await;
    phone.rotate(&app).await;
    let (gone, _) = robbed(&app, bob).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let all = [&at_home, &phone, &gone].map(|program| program.family_id.to_string());
    for (query, expected) in [
        ("", vec![0, 1, 2]),
        ("?user=ann", vec![0]),
        ("?user=bob&state=live", vec![1]),
        ("?state=ended", vec![2]),
        ("?device=phone", vec![1]),
        ("?address=198.51.100.7", vec![1]),
        ("?event=theft", vec![2]),
        ("?event=theft&state=live", vec![]),
        ("?user=nobody-of-that-name", vec![]),
    ] {
        let page = admin.get(&format!("/admin/families{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        let shown: Vec<usize> = (0..all.len())
            .filter(|index| {
                page.body
                    .contains(&format!("href=\"/admin/families/{}\"", all[*index]))
            })
            .collect();
        assert_eq!(shown, expected, "{query}");
    }
    for query in [
        "?state=maybe",
        "?event=x",
        "?event=retry",
        "?event=forged",
        "?cursor=nonsense",
    ] {
        let page = admin.get(&format!("/admin/families{query}")).await;
        assert_eq!(page.status, 400, "{query}");
    }
}

/// The words that the filter offers for the last event.
fn offered(page: &str) -> Vec<String> {
    let (_, rest) = page.split_once("name=\"event\"").unwrap();
    let (options, _) = rest.split_once("</select>").unwrap();
    options
        .split("value=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|word| !word.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

#[tokio::test]
async fn every_last_event_that_the_filter_offers_can_be_found() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let minute = std::time::Duration::from_mins(1);
    let mut expected = std::collections::BTreeMap::new();

    let program = Program::of(&app, ann, home()).await;
    expected.insert("rotated", program.family_id);
    // A retry leaves nothing there.
    present(&app, &program.token, &home()).await.unwrap();
    present(&app, &program.token, &home()).await.unwrap();

    let program = Program::of(&app, ann, home()).await;
    expected.insert("foreign_retry", program.family_id);
    present(&app, &program.token, &home()).await.unwrap();
    let elsewhere = from([198, 51, 100, 7], "Firefox", "Linux", "desktop");
    present(&app, &program.token, &elsewhere).await.unwrap();

    let program = Program::of(&app, ann, home()).await;
    expected.insert("lost_response", program.family_id);
    present(&app, &program.token, &home()).await.unwrap();
    app.clock.advance(minute);
    present(&app, &program.token, &home()).await.unwrap();

    let mut program = Program::of(&app, ann, home()).await;
    expected.insert("lost_timeline", program.family_id);
    program.rotate(&app).await;
    for sql in [
        "DELETE FROM rotations WHERE generation = 1 AND family_id IN (SELECT family_id FROM \
         families ORDER BY created_at DESC, family_id DESC LIMIT 1)",
        "UPDATE families SET generation = 0 WHERE family_id IN (SELECT family_id FROM families \
         ORDER BY created_at DESC, family_id DESC LIMIT 1)",
    ] {
        let done = app.database.connection.execute_unprepared(sql).await;
        done.unwrap();
    }
    present(&app, &program.token, &home()).await.unwrap();

    let mut program = Program::of(&app, ann, home()).await;
    expected.insert("stale_copy", program.family_id);
    let old = program.rotate(&app).await;
    program.rotate(&app).await;
    present(&app, &old, &home()).await.unwrap_err();

    let (program, _) = robbed(&app, ann).await;
    expected.insert("theft", program.family_id);

    let program = Program::of(&app, ann, home()).await;
    expected.insert("ended", program.family_id);
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let end = format!("/admin/families/{}/end", program.family_id);
    admin.post(&end, &[]).await;

    let words = offered(&admin.get("/admin/families").await.body);
    assert_eq!(words.len(), expected.len(), "{words:?}");
    for word in &words {
        let page = admin.get(&format!("/admin/families?event={word}")).await;
        assert_eq!(page.status, 200, "{word}");
        for (event, family_id) in &expected {
            let row = format!("href=\"/admin/families/{family_id}\"");
            assert_eq!(page.body.contains(&row), event == word, "{event} by {word}");
        }
    }
}

#[tokio::test]
async fn a_long_list_goes_on_where_the_page_before_ended() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..51 {
        ids.insert(Program::of(&app, ann, home()).await.family_id.to_string());
    }
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let first = admin.get("/admin/families?user=ann&state=live").await;
    let (before, _) = first.body.split_once("rel=\"next\"").unwrap();
    let (_, rest) = before.rsplit_once("href=\"").unwrap();
    let next = rest.split('"').next().unwrap().replace("&amp;", "&");
    assert!(
        next.starts_with("/admin/families?user=ann&state=live&cursor="),
        "{next}"
    );
    let second = admin.get(&next).await;
    assert_eq!(second.status, 200);
    for (page, count) in [(&first, 50), (&second, 1)] {
        let shown = ids
            .iter()
            .filter(|id| {
                page.body
                    .contains(&format!("href=\"/admin/families/{id}\""))
            })
            .count();
        assert_eq!(shown, count);
    }
    assert!(second.body.contains("First page"));
}

#[tokio::test]
async fn a_family_is_drawn_with_both_sides_of_a_theft() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let (program, incident_id) = robbed(&app, ann).await;
    let mut auditor = app.user_signed_in("aud", Role::Auditor).await;
    let path = format!("/admin/families/{}", program.family_id);
    let page = auditor.get(&path).await;
    assert_eq!(page.status, 200);
    for text in [
        "Generations 0 to 2, from 2 places.",
        "Generation 1 was presented again from curl.",
        "Then it ended: Token theft.",
        "203.0.113.154",
        &format!("/admin/threats/{incident_id}"),
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let ended = [("back", "")];
    assert_eq!(
        auditor.post(&format!("{path}/end"), &ended).await.status,
        403
    );
}

#[tokio::test]
async fn a_long_history_is_shown_fifty_generations_at_a_time() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let mut program = Program::of(&app, ann, home()).await;
    for _ in 0..60 {
        program.rotate(&app).await;
    }
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    let path = format!("/admin/families/{}", program.family_id);
    let newest = admin.get(&path).await;
    assert!(newest.body.contains("Generations 11 to 60"));
    assert!(newest.body.contains(&format!("{path}?before=11")));
    assert!(newest.body.contains(">Current<"));
    let earlier = admin.get(&format!("{path}?before=11")).await;
    assert!(earlier.body.contains("Generations 0 to 10"));
    assert!(!earlier.body.contains(">Current<"));
    // The last one of the page gave way too, although its successor is on the other page.
    assert_eq!(earlier.body.matches("15 minutes").count(), 11);
    assert!(!earlier.body.contains(&format!("href=\"{path}?before=")));
    for (query, status) in [("?before=x", 400), ("?before=0", 200), ("?before=-1", 400)] {
        assert_eq!(admin.get(&format!("{path}{query}")).await.status, status);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_users_have_no_console() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let program = Program::of(&app, ann, home()).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    for id in ["x", "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(
            admin.get(&format!("/admin/families/{id}")).await.status,
            404
        );
        for path in [
            format!("/admin/families/{id}/end"),
            format!("/account/families/{id}/end"),
            format!("/admin/users/{id}/end-families"),
        ] {
            assert_eq!(admin.post(&path, &[]).await.status, 404, "{path}");
        }
    }
    let mut ann = app.signed_in("ann").await;
    for path in [
        "/admin/families".to_owned(),
        format!("/admin/families/{}", program.family_id),
    ] {
        assert_eq!(ann.get(&path).await.status, 403);
    }
    let path = format!("/admin/families/{}/end", program.family_id);
    assert_eq!(ann.post(&path, &[]).await.status, 403);
    present(&app, &program.token, &program.caller)
        .await
        .unwrap();
}

#[tokio::test]
async fn users_end_their_own_programs_and_nobody_elses() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let program = Program::of(&app, ann, home()).await;
    let path = format!("/account/families/{}/end", program.family_id);
    let mut eve = app.user_signed_in("eve", Role::Administrator).await;
    assert_eq!(eve.post(&path, &[]).await.status, 404);
    let mut ann = app.signed_in("ann").await;
    let page = ann.get("/account/sessions").await;
    assert!(page.body.contains(&path));
    assert!(!page.body.contains("/admin/families"));
    let foreign = [("sec-fetch-site", "cross-site")];
    assert_eq!(ann.post_with(&path, &[], &foreign).await.status, 403);
    let reply = ann.post(&path, &[]).await;
    assert_eq!(reply.location(), "/account/sessions?notice=family_ended");
    present(&app, &program.token, &program.caller)
        .await
        .unwrap_err();
    let again = ann.post(&path, &[]).await;
    assert_eq!(again.location(), "/account/sessions?notice=nothing_ended");
}

#[tokio::test]
async fn what_a_program_calls_itself_is_harmless_on_every_page() {
    let app = TestApp::new().await;
    let ann = app.user("ann", Role::User).await;
    let mut hostile = home();
    "<script>alert(1)</script>\"'><img src=x>".clone_into(&mut hostile.user_agent);
    hostile.agent.browser.clone_from(&hostile.user_agent);
    let client = "<img src=x onerror=alert(1)>";
    let program = Program::named(&app, ann, hostile, Some(client)).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    for path in [
        "/admin/families".to_owned(),
        format!("/admin/families/{}", program.family_id),
        format!("/admin/users/{ann}"),
    ] {
        let page = admin.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.body.contains("&lt;img"), "{path}");
        assert!(!page.body.contains("<script>alert"), "{path}");
        assert!(!page.body.contains("<img"), "{path}");
    }
}
