//! The ninth invariant: whoever owns the database cannot rewrite the record unnoticed.

use latchkey_authority::{
    AuthorityTx,
    audit::{self, AuditEvent, Finding},
    signal::Signals,
};
use latchkey_testing::{TestAuthority, caller, master_keys};
use latchkey_types::{EventKind, SessionId, UserId};
use serde_json::json;

use crate::support::{drop_record_triggers, execute, scattered_id};

/// How many events stand on the record that is attacked.
const EVENTS: u64 = 20;

/// A sealed record with every field filled in, and nothing left to keep it from being rewritten.
async fn sealed_record() -> TestAuthority {
    let test = TestAuthority::new().await;
    let event = |number: u64| {
        AuditEvent::success(EventKind::SessionEnded, &caller())
            .reason("sign_out")
            .actor(UserId::from_uuid(scattered_id(number)))
            .subject(UserId::from_uuid(scattered_id(100 + number)))
            .session(SessionId::from_uuid(scattered_id(200 + number)))
            .detail(json!({ "sessions": number }))
            .identifier("alice")
    };
    AuthorityTx::begin(&test.authority)
        .await
        .unwrap()
        .commit((0..EVENTS).map(event), Signals::Nothing)
        .await
        .unwrap();
    audit::seal(&test.authority).await.unwrap();
    let report = audit::verify(&test.authority).await.unwrap();
    assert_eq!((report.events, report.findings.len()), (EVENTS, 0));
    drop_record_triggers(&test.database.connection).await;
    test
}

/// Does `attack` on a record of its own and returns what verifying finds.
async fn found_after(attack: &[&str]) -> Vec<Finding> {
    let test = sealed_record().await;
    for statement in attack {
        execute(&test.database.connection, statement).await;
    }
    audit::verify(&test.authority).await.unwrap().findings
}

fn changed(seq: i64) -> Finding {
    Finding::EventChanged { seq }
}

fn broken(position: i64) -> Finding {
    Finding::ChainBroken { position }
}

/// Makes each of `changes` to an event of its own; every one must be found.
async fn each_is_found(table: &str, changes: &[&str], finding: impl Fn(i64) -> Finding) {
    let test = sealed_record().await;
    let mut expected = Vec::new();
    // The first event stays as it is: the others may take something from it.
    for (seq, change) in (2..).zip(changes) {
        let attack = format!("UPDATE {table} SET {change} WHERE seq = {seq}");
        execute(&test.database.connection, &attack).await;
        expected.push(finding(seq));
    }
    let found = audit::verify(&test.authority).await.unwrap().findings;
    assert_eq!(
        found, expected,
        "events 2 and on, in the order of {changes:#?}"
    );
}

#[tokio::test]
async fn i09_an_event_that_was_changed_in_place_is_found() {
    let changes = [
        "kind = 'sign_in'",
        "outcome = 'failure'",
        "reason = 'ended_by_owner'",
        "reason = NULL",
        "at = at + 1",
        "event_id = session_id",
        "actor_id = (SELECT actor_id FROM audit_events WHERE seq = 1)",
        "actor_id = NULL",
        "actor_id = subject_id, subject_id = actor_id",
        "subject_id = NULL",
        "session_id = NULL",
        "request_id = 'another'",
        "detail = '{\"sessions\":0}'",
        "detail = ''",
        "detail = NULL",
    ];
    each_is_found("audit_events", &changes, changed).await;
}

#[tokio::test]
async fn i09_absent_is_not_the_same_as_empty() {
    let test = TestAuthority::new().await;
    let mut caller = caller();
    caller.request_id = String::new();
    let event = AuditEvent::success(EventKind::UserCreated, &caller);
    audit::record(&test.authority, event).await.unwrap();
    audit::seal(&test.authority).await.unwrap();
    let database = &test.database.connection;
    drop_record_triggers(database).await;
    for column in ["reason", "request_id", "detail"] {
        execute(database, &format!("UPDATE audit_events SET {column} = ''")).await;
        let report = audit::verify(&test.authority).await.unwrap();
        assert_eq!(report.findings, [changed(1)], "{column}");
        execute(
            database,
            &format!("UPDATE audit_events SET {column} = NULL"),
        )
        .await;
    }
    assert_eq!(audit::verify(&test.authority).await.unwrap().findings, []);
}

#[tokio::test]
async fn i09_an_event_with_another_mac_is_found_twice() {
    let attack = "UPDATE audit_events SET mac = (SELECT mac FROM audit_events WHERE seq = 4) \
                  WHERE seq = 3";
    assert_eq!(found_after(&[attack]).await, [changed(3), broken(3)]);
}

#[tokio::test]
async fn i09_an_event_under_another_key_is_found() {
    let attack = "UPDATE audit_events SET key_id = 'another' WHERE seq = 3";
    let unknown = Finding::KeyUnknown {
        key_id: "another".to_owned(),
    };
    assert_eq!(found_after(&[attack]).await, [unknown]);
}

#[tokio::test]
async fn i09_personal_fields_that_were_changed_are_found() {
    let changes = [
        "address = '198.51.100.9'",
        "address = NULL",
        "user_agent = 'another'",
        "user_agent = ''",
        "identifier = 'mallory'",
        "salt = (SELECT salt FROM audit_personal WHERE seq = 1)",
        "address = identifier, identifier = address",
    ];
    let found = |seq| Finding::PersonalChanged { seq };
    each_is_found("audit_personal", &changes, found).await;
    // Nor can the commitment be moved after them.
    let attack = "UPDATE audit_events SET commitment = \
                  (SELECT commitment FROM audit_events WHERE seq = 4) WHERE seq = 3";
    assert_eq!(found_after(&[attack]).await, [changed(3), found(3)]);
}

#[tokio::test]
async fn i09_two_events_that_changed_places_are_found() {
    let found = found_after(&[
        "UPDATE audit_events SET seq = -1 WHERE seq = 3",
        "UPDATE audit_events SET seq = 3 WHERE seq = 4",
        "UPDATE audit_events SET seq = 4 WHERE seq = -1",
        "UPDATE audit_personal SET seq = -1 WHERE seq = 3",
        "UPDATE audit_personal SET seq = 3 WHERE seq = 4",
        "UPDATE audit_personal SET seq = 4 WHERE seq = -1",
    ])
    .await;
    assert_eq!(found, [broken(3), broken(4)]);
    // With their seals: the events are in place, the chain is not.
    let found = found_after(&[
        "UPDATE audit_seals SET seq = -1 WHERE position = 3",
        "UPDATE audit_seals SET seq = 3 WHERE position = 4",
        "UPDATE audit_seals SET seq = 4 WHERE position = 3",
    ])
    .await;
    assert_eq!(found, [broken(3), broken(4)]);
}

#[tokio::test]
async fn i09_an_event_that_was_taken_out_is_missed() {
    let event = "DELETE FROM audit_events WHERE seq = 3";
    let seal = "DELETE FROM audit_seals WHERE seq = 3";
    let missing = Finding::EventMissing { seq: 3 };
    assert_eq!(found_after(&[event]).await, [missing]);
    assert_eq!(found_after(&[event, seal]).await, [broken(3), broken(4)]);
    // With the seals after it moved up, so that no position is missing.
    let moved: Vec<String> = (4..=EVENTS)
        .map(|at| {
            format!(
                "UPDATE audit_seals SET position = {} WHERE position = {at}",
                at - 1
            )
        })
        .collect();
    let mut attack = vec![event, seal];
    attack.extend(moved.iter().map(String::as_str));
    let found = found_after(&attack).await;
    assert!(found.contains(&broken(3)), "{found:?}");
}

#[tokio::test]
async fn i09_the_first_event_is_missed_like_any_other() {
    let found = found_after(&[
        "DELETE FROM audit_events WHERE seq = 1",
        "DELETE FROM audit_seals WHERE seq = 1",
    ])
    .await;
    assert_eq!(found, [broken(1), broken(2)]);
}

#[tokio::test]
async fn i09_a_seal_that_was_taken_out_or_changed_is_found() {
    for (attack, expected) in [
        (
            "DELETE FROM audit_seals WHERE position = 5",
            vec![broken(5), broken(6)],
        ),
        (
            "UPDATE audit_seals SET chain = (SELECT chain FROM audit_seals WHERE position = 2) \
             WHERE position = 5",
            vec![broken(5), broken(6)],
        ),
        (
            "UPDATE audit_seals SET sealed_at = sealed_at + 1 WHERE position = 5",
            vec![broken(5)],
        ),
        (
            "UPDATE audit_seals SET key_id = 'another' WHERE position = 5",
            vec![Finding::KeyUnknown {
                key_id: "another".to_owned(),
            }],
        ),
    ] {
        assert_eq!(found_after(&[attack]).await, expected, "{attack}");
    }
}

#[tokio::test]
async fn i09_a_seal_that_was_taken_out_is_still_missed_after_more_sealing() {
    let test = sealed_record().await;
    execute(
        &test.database.connection,
        "DELETE FROM audit_seals WHERE position = 5",
    )
    .await;
    assert_eq!(audit::seal(&test.authority).await.unwrap(), 1);
    let report = audit::verify(&test.authority).await.unwrap();
    assert_eq!(report.findings, [broken(5), broken(6)]);
}

#[tokio::test]
async fn i09_an_event_that_was_made_up_is_found_once_it_is_sealed() {
    let test = sealed_record().await;
    execute(
        &test.database.connection,
        "INSERT INTO audit_events (seq, event_id, at, kind, outcome, key_id, mac) \
         SELECT 1000, actor_id, at, kind, outcome, key_id, mac FROM audit_events WHERE seq = 3",
    )
    .await;
    assert_eq!(audit::verify(&test.authority).await.unwrap().unsealed, 1);
    assert_eq!(audit::seal(&test.authority).await.unwrap(), 1);
    let report = audit::verify(&test.authority).await.unwrap();
    assert_eq!(report.findings, [changed(1_000)]);
    assert_eq!(report.events, EVENTS + 1);
}

#[tokio::test]
async fn i09_what_is_missing_hides_nothing_that_waits_for_its_seal() {
    let test = sealed_record().await;
    execute(
        &test.database.connection,
        "DELETE FROM audit_events WHERE seq = 3",
    )
    .await;
    let other = test.node(master_keys(), 7);
    for _ in 0..2 {
        let event = AuditEvent::success(EventKind::UserCreated, &caller());
        audit::record(&other, event).await.unwrap();
    }
    let report = audit::verify(&test.authority).await.unwrap();
    assert_eq!((report.events, report.unsealed), (EVENTS - 1, 2));
}
