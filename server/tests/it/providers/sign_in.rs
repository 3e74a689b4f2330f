//! Coming in through a provider.

use std::time::Duration;

use latchkey_types::{EventKind, Role};
use serde_json::json;

use super::{count, events, go_through, hosted, me, with_acme, with_google};
use crate::{app::TestApp, openid::OpenId};

#[tokio::test]
async fn whoever_comes_for_the_first_time_gets_an_account_and_finds_it_again() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    let reply = go_through(&mut browser, &google, "google", &json!({})).await;
    assert_eq!((reply.status, reply.location()), (303, "/account"));
    let first = me(&mut browser).await;
    assert_eq!(first["username"], "ann");
    assert_eq!(first["email"], "ann@gmail.com");
    assert!(reply.set_cookie("__Host-latchkey-device").is_some());

    let mut elsewhere = app.browser();
    // An address may change; who it is does not.
    let claims = json!({ "email": "ann.lee@gmail.com" });
    let reply = go_through(&mut elsewhere, &google, "google", &claims).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert_eq!(me(&mut elsewhere).await["id"], first["id"]);
    assert_eq!(count(&app, "users").await, 1);
    assert_eq!(events(&app, EventKind::SignUp).await.len(), 1);
    assert_eq!(events(&app, EventKind::SignIn).await.len(), 1);
    assert_eq!(events(&app, EventKind::IdentityLinked).await.len(), 1);
}

#[tokio::test]
async fn buttons_show_what_is_configured_and_nothing_else() {
    let app = TestApp::new().await;
    let page = app.browser().get("/login").await;
    assert!(!page.body.contains("/auth/"), "{}", page.body);
    let reply = app.browser().get("/auth/google").await;
    assert_eq!(reply.status, 404);

    let (app, _google) = with_google(&[]).await;
    let page = app.browser().get("/login?next=/account/sessions").await;
    assert!(page.body.contains("Continue with Google"));
    assert!(page.body.contains("/auth/google?next="), "{}", page.body);
    assert_eq!(app.browser().get("/auth/acme").await.status, 404);
}

#[tokio::test]
async fn one_is_led_on_to_where_one_wanted_to_go_and_never_elsewhere() {
    let (app, google) = with_google(&[]).await;
    for (next, expected) in [
        ("/account/sessions", "/account/sessions"),
        ("//evil.example", "/account"),
        ("https://evil.example/", "/account"),
    ] {
        let mut browser = app.browser();
        let led_to = browser.get(&format!("/auth/google?next={next}")).await;
        assert!(!led_to.location().contains("evil"), "{}", led_to.location());
        let led_back = google.consent(led_to.location(), &json!({}));
        let reply = browser.get(&led_back).await;
        assert_eq!((reply.status, reply.location()), (303, expected));
    }
}

#[tokio::test]
async fn a_name_that_is_taken_gets_digits_behind_it() {
    let (app, google) = with_google(&[]).await;
    app.user("ann", Role::User).await;
    let mut browser = app.browser();
    go_through(&mut browser, &google, "google", &json!({})).await;
    let username = me(&mut browser).await["username"].clone();
    let username = username.as_str().unwrap();
    assert!(
        username.starts_with("ann-") && username.len() == 6,
        "{username}"
    );
}

#[tokio::test]
async fn an_address_that_the_id_token_lacks_is_asked_for() {
    let (app, acme) = with_acme(&json!({})).await;
    acme.behaviour().userinfo = Some(json!({
        "sub": "1001",
        "email": "bea@example.org",
        "email_verified": true,
    }));
    let mut browser = app.browser();
    let claims = json!({ "email": null, "email_verified": null });
    let reply = go_through(&mut browser, &acme, "acme", &claims).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert_eq!(me(&mut browser).await["username"], "bea");
}

#[tokio::test]
async fn an_account_joins_by_an_address_that_both_sides_proved() {
    let (app, google) = with_google(&[]).await;
    let user_id = app.user("ann", Role::User).await;
    let mut browser = app.browser();
    let reply = go_through(&mut browser, &google, "google", &hosted("ann@example.com")).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert_eq!(me(&mut browser).await["id"], user_id.to_string());
    let linked = &events(&app, EventKind::IdentityLinked).await[0];
    assert_eq!(linked.subject, Some(user_id));
}

#[tokio::test]
async fn a_provider_whose_word_is_trusted_by_a_setting_joins_too() {
    let (app, acme) = with_acme(&json!({ "trust_email": true })).await;
    let user_id = app.user("ann", Role::User).await;
    let mut browser = app.browser();
    let claims = json!({ "email": "ann@example.com" });
    go_through(&mut browser, &acme, "acme", &claims).await;
    assert_eq!(me(&mut browser).await["id"], user_id.to_string());
}

/// Addresses are given to others: to whoever is hired next, to whoever buys the domain.
#[tokio::test]
async fn whoever_has_an_address_next_does_not_get_the_account_of_who_had_it_before() {
    let (app, google) = with_google(&[]).await;
    let user_id = app.user("ann", Role::User).await;
    let claims = hosted("ann@example.com");
    let mut ann = app.browser();
    go_through(&mut ann, &google, "google", &claims).await;
    assert_eq!(me(&mut ann).await["id"], user_id.to_string());
    let mut next = app.browser();
    let mut claims = claims;
    claims["sub"] = json!("9999");
    let reply = go_through(&mut next, &google, "google", &claims).await;
    assert_eq!(reply.status, 409, "{}", reply.body);
    assert_eq!(next.session(), None);
}

#[tokio::test]
async fn nobody_becomes_an_administrator_by_an_address() {
    let (app, google) = with_google(&[]).await;
    for (name, role) in [("root", Role::Administrator), ("reader", Role::Auditor)] {
        app.user(name, role).await;
        let mut browser = app.browser();
        let claims = hosted(&format!("{name}@example.com"));
        let reply = go_through(&mut browser, &google, "google", &claims).await;
        assert_eq!(reply.status, 409, "{name}: {}", reply.body);
        assert_eq!(browser.session(), None);
    }
    // Nor is anybody called as if they were one.
    let mut browser = app.browser();
    let claims = json!({ "email": "admin@gmail.com", "name": "Administrator" });
    go_through(&mut browser, &google, "google", &claims).await;
    assert_eq!(me(&mut browser).await["username"], "user");
}

#[tokio::test]
async fn on_a_public_address_strangers_get_no_account_unless_that_was_written() {
    let google = OpenId::start().await;
    let settings = google.as_google();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(a, b)| (*a, b.as_str())).collect();
    let app = TestApp::with(&settings).await;
    let mut browser = app.browser();
    let reply = go_through(&mut browser, &google, "google", &json!({})).await;
    super::assert_refused(&app, &browser, &reply, "sign_up_closed").await;
}

#[tokio::test]
async fn a_disabled_user_stays_out() {
    let (app, google) = with_google(&[]).await;
    app.user("root", Role::Administrator).await;
    let mut browser = app.browser();
    go_through(&mut browser, &google, "google", &json!({})).await;
    let id = me(&mut browser).await["id"].as_str().unwrap().to_owned();
    let mut admin = app.signed_in("root").await;
    admin.post(&format!("/admin/users/{id}/disable"), &[]).await;
    let mut browser = app.browser();
    let reply = go_through(&mut browser, &google, "google", &json!({})).await;
    assert_eq!(reply.status, 403);
    assert_eq!(browser.session(), None);
    let refusals = events(&app, EventKind::IdentityRefused).await;
    assert_eq!(refusals[0].reason.as_deref(), Some("disabled"));
}

#[tokio::test]
async fn where_sign_up_is_closed_known_people_alone_come_in() {
    let (app, google) = with_google(&[("sign_up", "closed")]).await;
    let mut browser = app.browser();
    let reply = go_through(&mut browser, &google, "google", &json!({})).await;
    super::assert_refused(&app, &browser, &reply, "sign_up_closed").await;
    app.user("ann", Role::User).await;
    let reply = go_through(&mut browser, &google, "google", &hosted("ann@example.com")).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
}

#[tokio::test]
async fn an_organisation_is_required_by_its_claim() {
    let (app, google) = with_google(&[("google_hosted_domains", "example.com")]).await;
    for claims in [
        json!({}),
        json!({ "hd": "evil.example" }),
        // An address says nothing of the organisation.
        json!({ "email": "eve@example.com" }),
    ] {
        let mut browser = app.browser();
        let led_to = browser.get("/auth/google").await;
        assert!(led_to.location().contains("hd=example.com"));
        let led_back = google.consent(led_to.location(), &claims);
        let reply = browser.get(&led_back).await;
        assert_eq!(reply.status, 403, "{claims}");
        assert_eq!(browser.session(), None, "{claims}");
    }
    let mut browser = app.browser();
    let claims = json!({ "hd": "Example.com" });
    let reply = go_through(&mut browser, &google, "google", &claims).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
}

#[tokio::test]
async fn keys_that_changed_are_read_again_and_unknown_ones_once_a_minute() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    go_through(&mut browser, &google, "google", &json!({})).await;
    assert_eq!(google.behaviour().keys_read, 1);
    google.change_key();
    let mut browser = app.browser();
    let reply = go_through(&mut browser, &google, "google", &json!({})).await;
    assert_eq!(reply.status, 502, "within the minute nobody asks again");
    app.clock.advance(Duration::from_mins(1));
    let mut browser = app.browser();
    let reply = go_through(&mut browser, &google, "google", &json!({})).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert_eq!(google.behaviour().keys_read, 2);
    google.behaviour().header = json!({ "alg": "EdDSA", "kid": "invented" });
    for _ in 0..5 {
        let mut browser = app.browser();
        let reply = go_through(&mut browser, &google, "google", &json!({})).await;
        assert_eq!(reply.status, 502);
    }
    assert_eq!(google.behaviour().keys_read, 2);
}

#[tokio::test]
async fn a_provider_that_is_down_is_told_as_such_and_comes_back() {
    let (app, google) = with_google(&[]).await;
    google.behaviour().is_down = true;
    let mut browser = app.browser();
    let reply = browser.get("/auth/google").await;
    assert_eq!(reply.status, 503, "{}", reply.body);
    google.behaviour().is_down = false;
    let reply = browser.get("/auth/google").await;
    assert_eq!(reply.status, 503, "nobody asks for five seconds");
    app.clock.advance(Duration::from_secs(5));
    let reply = go_through(&mut browser, &google, "google", &json!({})).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
}

#[tokio::test]
async fn nobody_can_sign_in_at_a_provider_of_another_name() {
    let google = OpenId::start().await;
    let acme = OpenId::start().await;
    let (name, value) = acme.as_acme(&json!({}));
    let settings = google.as_google();
    let mut settings: Vec<(&str, &str)> = settings.iter().map(|(a, b)| (*a, b.as_str())).collect();
    settings.extend([(name, value.as_str()), ("sign_up", "open")]);
    let app = TestApp::with(&settings).await;
    let mut one = app.browser();
    go_through(&mut one, &google, "google", &json!({})).await;
    let mut other = app.browser();
    // The same subject and address, said by somebody else.
    let reply = go_through(&mut other, &acme, "acme", &json!({})).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert_ne!(me(&mut one).await["id"], me(&mut other).await["id"]);
    // An answer of one provider that is brought to the other's door.
    let mut mixed = app.browser();
    let led_to = mixed.get("/auth/google").await;
    let led_back = google.consent(led_to.location(), &json!({}));
    let reply = mixed.get(&led_back.replace("/google/", "/acme/")).await;
    assert_eq!(reply.status, 400, "{}", reply.body);
}
