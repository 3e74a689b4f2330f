//! The roads by which somebody prepares an account for a victim before the victim comes (Sudhodanan
//! and Paverd, "Pre-hijacked accounts", 2022).

use latchkey_authority::caller::Caller;
use latchkey_identity::{CreateUser, account, create_user};
use latchkey_types::{EventKind, Role, UserId};
use serde_json::json;

use super::{connect, count, events, go_through, hosted, me, outside, with_acme, with_google};
use crate::app::{PASSWORD, TestApp};

/// An account whose address nobody proved.
async fn unproved(app: &TestApp, username: &str, email: &str) -> UserId {
    let new = CreateUser {
        user_id: None,
        username,
        email: Some(email),
        email_verified: false,
        password: Some(PASSWORD),
        role: Role::User,
        caller: &Caller::program("test"),
    };
    create_user(app.state.identity(), new).await.unwrap()
}

/// Classic-federated merge, and with it the unexpired session and the trojan identifier: whoever
/// made the account keeps it and everything in it, and the victim gets another one.
#[tokio::test]
async fn an_account_whose_address_nobody_proved_is_not_joined_and_loses_the_address() {
    let (app, google) = with_google(&[]).await;
    let attacker = unproved(&app, "mallory", "ann@gmail.com").await;
    let mut waiting = app.signed_in("mallory").await;
    let reply = connect(
        &mut waiting,
        &google,
        "google",
        &json!({ "sub": "evil", "email": "mallory@gmail.com" }),
    )
    .await;
    assert_eq!(reply.location(), "/account/connections?notice=linked");

    let mut victim = app.browser();
    let reply = go_through(&mut victim, &google, "google", &json!({})).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let theirs = me(&mut victim).await;
    assert_ne!(theirs["id"], attacker.to_string());
    assert_eq!(theirs["email"], "ann@gmail.com");
    let left = account::one(app.authority(), attacker).await.unwrap();
    assert_eq!(left.unwrap().email, None);
    let released = &events(&app, EventKind::EmailReleased).await[0];
    assert_eq!(released.subject, Some(attacker));
    // Neither the session nor the connection that waits leads into the victim's account.
    assert_eq!(me(&mut waiting).await["id"], attacker.to_string());
    let mut trojan = app.browser();
    let claims = json!({ "sub": "evil", "email": "mallory@gmail.com" });
    go_through(&mut trojan, &google, "google", &claims).await;
    assert_eq!(me(&mut trojan).await["id"], attacker.to_string());
    // And the old password opens nothing by the address.
    let reply = app.browser().sign_in("ann@gmail.com", PASSWORD).await;
    assert_eq!(reply.status, 401);
}

/// Non-verifying provider: somebody claims the victim's address at a provider that believes them.
/// Nothing is joined, nothing taken, and nothing told of who has an account (invariant 10).
#[tokio::test]
async fn i10_addresses_of_a_provider_without_authority_are_not_looked_at() {
    let (app, acme) = with_acme(&json!({})).await;
    let victim = app.user("ann", Role::User).await;
    unproved(&app, "bea", "bea@example.com").await;
    for (subject, email) in [
        ("1", "ann@example.com"),
        ("2", "bea@example.com"),
        ("3", "nobody@example.com"),
    ] {
        let mut browser = app.browser();
        let claims = json!({ "sub": subject, "email": email, "email_verified": true });
        let reply = go_through(&mut browser, &acme, "acme", &claims).await;
        assert_eq!(reply.status, 303, "{email}: {}", reply.body);
        let made = me(&mut browser).await;
        assert_ne!(made["id"], victim.to_string());
        assert!(made["email"].is_null(), "{email}");
    }
    let account = account::one(app.authority(), victim).await.unwrap();
    assert_eq!(account.unwrap().email.as_deref(), Some("ann@example.com"));
}

/// Whoever may claim any address at a provider learns nothing by claiming one: the answer is the same
/// whether an account has it.
#[tokio::test]
async fn i10_an_address_that_the_provider_does_not_stand_by_is_not_looked_at() {
    let (app, acme) = with_acme(&json!({ "trust_email": true })).await;
    let victim = app.user("ann", Role::User).await;
    for (subject, email, verified) in [
        ("1", "ann@example.com", json!(false)),
        ("2", "ann@example.com", json!(null)),
        ("3", "nobody@example.com", json!(false)),
    ] {
        let mut browser = app.browser();
        let claims = json!({ "sub": subject, "email": email, "email_verified": verified });
        let reply = go_through(&mut browser, &acme, "acme", &claims).await;
        assert_eq!(reply.status, 303, "{claims}: {}", reply.body);
        let made = me(&mut browser).await;
        assert_ne!(made["id"], victim.to_string());
        assert!(made["email"].is_null(), "{claims}");
    }
}

/// For an address that it does not host, Google's word is no proof that it is still the person's.
#[tokio::test]
async fn google_is_no_authority_for_addresses_that_it_does_not_host() {
    let (app, google) = with_google(&[]).await;
    app.user("ann", Role::User).await;
    let mut browser = app.browser();
    let claims = outside("ann@example.com");
    let reply = go_through(&mut browser, &google, "google", &claims).await;
    assert_eq!(reply.status, 409, "{}", reply.body);
    assert!(reply.body.contains("/login"), "{}", reply.body);
    assert_eq!(browser.session(), None);

    // The person proves the account, and connects there.
    let mut browser = app.signed_in("ann").await;
    let reply = connect(&mut browser, &google, "google", &claims).await;
    assert_eq!(reply.location(), "/account/connections?notice=linked");
    let mut elsewhere = app.browser();
    let reply = go_through(&mut elsewhere, &google, "google", &claims).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert_eq!(me(&mut elsewhere).await["username"], "ann");
}

/// An unproved account does not keep the owner of its address out, where Google is no authority
/// either: they get an account without it.
#[tokio::test]
async fn squatting_on_an_address_keeps_nobody_out() {
    let (app, google) = with_google(&[]).await;
    let squatter = unproved(&app, "mallory", "ann@example.com").await;
    let mut browser = app.browser();
    let claims = outside("ann@example.com");
    let reply = go_through(&mut browser, &google, "google", &claims).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let made = me(&mut browser).await;
    assert_ne!(made["id"], squatter.to_string());
    assert!(made["email"].is_null());
}

#[tokio::test]
async fn of_many_who_come_for_the_first_time_at_once_one_account_is_made() {
    let (app, google) = with_google(&[]).await;
    unproved(&app, "mallory", "ann@example.com").await;
    let mut set = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let mut browser = app.browser();
        let google = google.clone();
        set.spawn(async move {
            let claims = hosted("ann@example.com");
            let reply = go_through(&mut browser, &google, "google", &claims).await;
            assert_eq!(reply.status, 303, "{}", reply.body);
            me(&mut browser).await["id"].to_string()
        });
    }
    let ids: std::collections::HashSet<_> = set.join_all().await.into_iter().collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(count(&app, "users").await, 2);
    assert_eq!(count(&app, "identities").await, 1);
}
