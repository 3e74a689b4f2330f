//! What follows from events, and that it follows once.

use std::time::Duration;

use latchkey_authority::audit::AuditRow;
use latchkey_identity::security_event::Received;
use latchkey_types::Outcome;
use serde_json::{Value, json};

use super::{SUBJECT, Told};

const ALL: [bool; 4] = [true; 4];
const NONE: [bool; 4] = [false; 4];
/// What came in by password stays.
const BY_PASSWORD: [bool; 4] = [true, false, false, true];

fn facts(row: &AuditRow) -> Value {
    serde_json::from_str(row.detail.as_deref().unwrap()).unwrap()
}

#[tokio::test]
async fn each_event_ends_what_it_is_about_and_nothing_else() {
    let hijacked = json!({ "reason": "hijacking" });
    for (name, more, reason, left, is_blocked) in [
        (
            "risc/event-type/sessions-revoked",
            json!({}),
            "sessions_revoked",
            NONE,
            false,
        ),
        (
            "risc/event-type/account-disabled",
            hijacked.clone(),
            "account_hijacked",
            NONE,
            true,
        ),
        (
            "risc/event-type/account-disabled",
            json!({ "reason": "bulk-account" }),
            "account_disabled",
            BY_PASSWORD,
            true,
        ),
        (
            "risc/event-type/account-disabled",
            json!({}),
            "account_disabled",
            BY_PASSWORD,
            true,
        ),
        (
            "oauth/event-type/tokens-revoked",
            json!({}),
            "tokens_revoked",
            BY_PASSWORD,
            false,
        ),
        (
            "oauth/event-type/token-revoked",
            json!({}),
            "tokens_revoked",
            BY_PASSWORD,
            false,
        ),
        (
            "risc/event-type/account-enabled",
            json!({}),
            "account_enabled",
            ALL,
            false,
        ),
        (
            "risc/event-type/account-credential-change-required",
            json!({}),
            "credential_change_required",
            ALL,
            false,
        ),
        (
            "risc/event-type/verification",
            json!({ "state": "x" }),
            "verification",
            ALL,
            false,
        ),
        (
            "risc/event-type/account-purged",
            json!({}),
            "unknown_event",
            ALL,
            false,
        ),
    ] {
        let what = format!("{name} {more}");
        let told = Told::new().await;
        let ann = told.connected().await;
        let bob = told.test.user("bob").await;
        let of_bob = told.session(bob, None).await;
        assert_eq!(told.live(&ann).await, ALL, "{what}");

        told.tell(name, more).await;

        assert_eq!(told.live(&ann).await, left, "{what}");
        assert!(told.test.test.is_live(of_bob).await, "{what}");
        assert_eq!(told.is_blocked().await, is_blocked, "{what}");
        let recorded = told.recorded().await;
        assert_eq!(recorded.len(), 1, "{what}");
        let row = &recorded[0];
        assert_eq!(row.outcome, Outcome::Success, "{what}");
        assert_eq!(row.reason.as_deref(), Some(reason), "{what}");
        assert_eq!(row.subject, Some(ann.user_id), "{what}");
        assert_eq!(row.actor, None, "{what}");
        let facts = facts(row);
        let named = format!("https://schemas.openid.net/secevent/{name}");
        assert_eq!(facts["event"], json!(named));
        assert_eq!(facts["provider"], "google");
        let ended = left.iter().filter(|live| !**live).count() as u64;
        let counted = facts["sessions"].as_u64().unwrap() + facts["families"].as_u64().unwrap();
        assert_eq!(counted, ended, "{what}");
    }
}

#[tokio::test]
async fn what_a_provider_ended_says_so_in_the_list_of_sessions() {
    let told = Told::new().await;
    let ann = told.connected().await;
    told.tell("risc/event-type/sessions-revoked", json!({}))
        .await;
    assert!(told.test.live_sessions(ann.user_id).await.is_empty());
    let select = "SELECT COUNT(*) AS counted FROM";
    let ended = "WHERE end_reason = 'provider_revoked'";
    for table in ["sessions", "families"] {
        let counted = told.test.rows(&format!("{table} {ended}")).await;
        assert_eq!(counted, 2, "{select} {table}");
    }
}

#[tokio::test]
async fn i01_a_token_counts_once_however_often_it_is_delivered() {
    let told = Told::new().await;
    let ann = told.connected().await;
    let now = told.now();
    let token = told
        .google
        .tells(now, "risc/event-type/sessions-revoked", SUBJECT, json!({}));
    assert_eq!(told.hand_in(&token).await.unwrap(), Received::Now);
    assert_eq!(told.live(&ann).await, NONE);
    // Ann has signed in again. The same token, delivered again, is no news.
    let again = told.session(ann.user_id, None).await;
    for pause in [
        Duration::ZERO,
        Duration::from_hours(1),
        Duration::from_hours(24),
    ] {
        told.test.test.clock.advance(pause);
        assert_eq!(told.hand_in(&token).await.unwrap(), Received::Before);
    }
    assert!(told.test.test.is_live(again).await);
    assert_eq!(told.recorded().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn i01_of_many_deliveries_at_once_one_counts() {
    let told = std::sync::Arc::new(Told::new().await);
    let ann = told.connected().await;
    let now = told.now();
    let hijacked = json!({ "reason": "hijacking" });
    let token = told
        .google
        .tells(now, "risc/event-type/account-disabled", SUBJECT, hijacked);
    let mut deliveries = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let (told, token) = (std::sync::Arc::clone(&told), token.clone());
        deliveries.spawn(async move { told.hand_in(&token).await.unwrap() });
    }
    let received = deliveries.join_all().await;
    let counted = received
        .iter()
        .filter(|received| **received == Received::Now)
        .count();
    assert_eq!(counted, 1);
    assert_eq!(told.live(&ann).await, NONE);
    assert_eq!(told.recorded().await.len(), 1);
}

#[tokio::test]
async fn what_fails_half_way_has_not_happened_and_counts_when_it_comes_again() {
    let told = Told::new().await;
    let ann = told.connected().await;
    let connection = &told.test.test.database.connection;
    let now = told.now();
    let token = told
        .google
        .tells(now, "risc/event-type/sessions-revoked", SUBJECT, json!({}));
    latchkey_testing::refuse_writes(connection, "audit_events").await;
    assert!(told.hand_in(&token).await.is_err());
    assert_eq!(told.live(&ann).await, ALL);
    latchkey_testing::allow_writes(connection, "audit_events").await;
    assert_eq!(told.hand_in(&token).await.unwrap(), Received::Now);
    assert_eq!(told.live(&ann).await, NONE);
}

#[tokio::test]
async fn an_account_that_nobody_has_connected_is_blocked_all_the_same() {
    let told = Told::new().await;
    let ann = told.test.user("ann").await;
    let session = told.session(ann, None).await;
    let hijacked = json!({ "reason": "hijacking" });
    told.tell("risc/event-type/account-disabled", hijacked)
        .await;
    assert!(told.is_blocked().await);
    assert!(told.test.test.is_live(session).await);
    let recorded = told.recorded().await;
    assert_eq!(recorded[0].subject, None);
    assert_eq!(facts(&recorded[0]).get("sessions"), None);
    for name in [
        "risc/event-type/sessions-revoked",
        "oauth/event-type/tokens-revoked",
    ] {
        told.tell(name, json!({})).await;
    }
    assert!(told.test.test.is_live(session).await);
    assert_eq!(told.recorded().await.len(), 3);
}

#[tokio::test]
async fn a_block_goes_when_the_account_is_enabled_but_not_by_news_from_before() {
    let told = Told::new().await;
    told.connected().await;
    let disabled_at = told.now();
    told.tell("risc/event-type/account-disabled", json!({}))
        .await;
    assert!(told.is_blocked().await);
    told.test.test.clock.advance(Duration::from_mins(5));
    // Issued before, delivered after: it had been enabled before it was disabled.
    let late = latchkey_types::UnixMillis(disabled_at.0 - 60_000);
    let enabled = "risc/event-type/account-enabled";
    let token = told.google.tells(late, enabled, SUBJECT, json!({}));
    assert_eq!(told.hand_in(&token).await.unwrap(), Received::Now);
    assert!(told.is_blocked().await);
    // Told twice of the same, and the younger one stands.
    let disabled = "risc/event-type/account-disabled";
    let token = told.google.tells(late, disabled, SUBJECT, json!({}));
    assert_eq!(told.hand_in(&token).await.unwrap(), Received::Now);
    let between = latchkey_types::UnixMillis(disabled_at.0 - 30_000);
    let token = told.google.tells(between, enabled, SUBJECT, json!({}));
    assert_eq!(told.hand_in(&token).await.unwrap(), Received::Now);
    assert!(told.is_blocked().await);

    told.tell(enabled, json!({})).await;
    assert!(!told.is_blocked().await);
}

#[tokio::test]
async fn the_subject_may_stand_beside_the_events_in_any_spelling_of_googles_name() {
    let without_scheme = |told: &Told| told.google.provider().replace("http://", "");
    let name = "https://schemas.openid.net/secevent/risc/event-type/sessions-revoked";
    for number in 0..4 {
        let told = Told::new().await;
        let ann = told.connected().await;
        let (provider, issuer) = (told.google.provider().to_owned(), told.google.issuer());
        let claims = match number {
            0 => {
                let subject = json!({ "format": "iss_sub", "iss": provider, "sub": SUBJECT });
                let mut claims = told.google.claims(told.now(), json!({ name: {} }));
                claims["sub_id"] = subject;
                claims
            }
            1 => {
                let short = without_scheme(&told);
                let subject = json!({ "subject_type": "iss_sub", "iss": short, "sub": SUBJECT });
                let events = json!({ name: { "subject": subject } });
                told.google.claims(told.now(), events)
            }
            2 => {
                let subject = json!({
                    "subject_type": "id_token_claims",
                    "iss": provider,
                    "sub": SUBJECT,
                    "email": "somebody.else@example.com",
                });
                let events = json!({ name: { "subject": subject } });
                told.google.claims(told.now(), events)
            }
            // Somebody else's subject of the same text is nobody here.
            _ => {
                let evil = "https://evil.example/";
                let subject = json!({ "subject_type": "iss-sub", "iss": evil, "sub": SUBJECT });
                let mut claims = told
                    .google
                    .claims(told.now(), json!({ name: { "subject": subject } }));
                claims["sub"] = json!(SUBJECT);
                claims
            }
        };
        let received = told.hand_in(&told.google.sign(&claims)).await.unwrap();
        assert_eq!(received, Received::Now);
        let expected = if number == 3 { ALL } else { NONE };
        assert_eq!(told.live(&ann).await, expected, "{number} {issuer}");
    }
}

#[tokio::test]
async fn several_events_of_one_token_all_count_and_each_is_on_the_record() {
    let told = Told::new().await;
    let ann = told.connected().await;
    let mut events = told
        .google
        .event("risc/event-type/account-disabled", SUBJECT, json!({}));
    let more = told
        .google
        .event("risc/event-type/sessions-revoked", SUBJECT, json!({}));
    let (name, facts) = more.as_object().unwrap().iter().next().unwrap();
    events[name] = facts.clone();
    let token = told.google.sign(&told.google.claims(told.now(), events));
    assert_eq!(told.hand_in(&token).await.unwrap(), Received::Now);
    assert_eq!(told.live(&ann).await, NONE);
    assert!(told.is_blocked().await);
    assert_eq!(told.recorded().await.len(), 2);
}

/// Invariant 2: the node that was told refuses at once, and the others are told.
#[tokio::test]
async fn i02_other_nodes_are_told_of_every_id_that_ended() {
    let told = Told::new().await;
    let ann = told.connected().await;
    let before = told.test.rows("signals").await;
    told.tell("risc/event-type/sessions-revoked", json!({}))
        .await;
    assert_eq!(told.test.rows("signals").await, before + 1);
    let node = told.test.test.node(latchkey_testing::master_keys(), 77);
    for session_id in [ann.by_password, ann.by_google] {
        let found = latchkey_authority::session::check(&node, session_id).await;
        let is_ended = matches!(
            found.unwrap(),
            latchkey_authority::session::Check::Ended { .. }
        );
        assert!(is_ended);
    }
}
