//! Invariant 10: whether an account exists cannot be told.

use latchkey_types::Role;

use crate::{app::TestApp, browser::Reply};

/// What a caller sees of an answer, without what differs in every answer.
fn seen(reply: &Reply, identifier: &str) -> (u16, String, Vec<String>) {
    let mut names: Vec<String> = reply
        .headers
        .keys()
        .map(|name| name.as_str().to_owned())
        .collect();
    names.sort_unstable();
    let token = reply.csrf();
    let body = reply
        .body
        .replace(&token, "TOKEN")
        .replace(identifier, "NAME");
    (reply.status, body, names)
}

#[tokio::test]
async fn i10_known_unknown_and_disabled_accounts_answer_alike() {
    let app = TestApp::new().await;
    app.user("known", Role::User).await;
    let disabled = app.user("gone", Role::User).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    admin
        .post(&format!("/admin/users/{disabled}/disable"), &[])
        .await;

    let mut answers = Vec::new();
    for (last, identifier) in [
        "known",
        "never",
        "gone",
        "known@example.com",
        "x@example.com",
    ]
    .into_iter()
    .enumerate()
    {
        let last = u8::try_from(last).unwrap();
        let mut browser = app.browser().at([198, 51, 100, last]);
        let hashes = app.state.identity().hasher().finished();
        let reply = browser.sign_in(identifier, "wrong wrong wrong").await;
        let work = app.state.identity().hasher().finished() - hashes;
        answers.push((seen(&reply, identifier), work));
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    assert_eq!(answers[0].1, 1, "one hash for each");
}

#[tokio::test]
async fn i10_known_and_unknown_accounts_are_limited_alike() {
    let app = TestApp::new().await;
    app.user("known", Role::User).await;
    let mut seen_of = Vec::new();
    for (network, identifier) in [(1, "known"), (2, "never")] {
        let mut statuses = Vec::new();
        for last in 0..8 {
            let mut browser = app.browser().at([10, 0, network, last]);
            let reply = browser.sign_in(identifier, "wrong wrong wrong").await;
            statuses.push((reply.status, reply.header("retry-after").to_owned()));
        }
        seen_of.push(statuses);
    }
    assert_eq!(seen_of[0], seen_of[1]);
}

#[tokio::test]
async fn i10_who_may_not_see_users_cannot_tell_whether_one_is_there() {
    let app = TestApp::new().await;
    let id = app.user("known", Role::User).await;
    let mut eve = app.user_signed_in("eve", Role::User).await;
    for path in ["/admin/users", "/api/admin/users"] {
        let there = eve.get(&format!("{path}/{id}")).await;
        let absent = eve
            .get(&format!("{path}/00000000-0000-0000-0000-000000000000"))
            .await;
        assert_eq!((there.status, absent.status), (403, 403), "{path}");
    }
}
