//! Changes of the keys: whole or not at all, on the record, by whoever may.

use latchkey_authority::{
    ActError,
    key::{self, KeyError},
    principal::Actor,
};
use latchkey_testing::{Snapshot, TestAuthority, allow_writes, caller, refuse_writes};
use latchkey_types::{Algorithm, Role};

use super::{keys_of, signer_of, states};
use crate::{
    access_tokens::mint,
    support::{events, signals},
};

#[tokio::test]
async fn i01_a_key_without_its_event_or_its_signal_does_not_come_to_be() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    let database = &test.database.connection;
    let kid = signer_of(authority, &mint(authority).await).await;
    let before = Snapshot::of(database).await;
    for table in ["signals", "audit_events", "audit_personal"] {
        refuse_writes(database, table).await;
        assert!(
            key::rotate(authority, Actor::Operator, None, &caller())
                .await
                .is_err()
        );
        assert!(
            key::kill(authority, Actor::Operator, &kid, &caller())
                .await
                .is_err()
        );
        assert!(
            key::tend(authority).await.is_err(),
            "there is no key for ID tokens yet"
        );
        assert_eq!(Snapshot::of(database).await, before, "{table}");
        allow_writes(database, table).await;
    }
    assert_eq!(signer_of(authority, &mint(authority).await).await, kid);
}

#[tokio::test]
async fn i09_every_change_of_the_keys_is_on_the_record_and_told() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    let database = &test.database.connection;
    let administrator = test.signed_in(Role::Administrator).await;
    let begin = events(database).await.len();
    key::load(authority).await.unwrap();
    key::rotate(authority, &administrator, None, &caller())
        .await
        .unwrap();
    let active = keys_of(authority, Algorithm::EdDsa).await.remove(1).kid;
    key::kill(authority, &administrator, &active, &caller())
        .await
        .unwrap();

    let events = events(database).await.split_off(begin);
    let reasons: Vec<_> = events
        .iter()
        .map(|event| event.reason.clone().unwrap())
        .collect();
    assert_eq!(reasons, ["made", "published", "killed", "promoted"]);
    for event in &events {
        assert_eq!(event.kind, "keys.changed");
        let by = event.actor_id;
        let expected =
            (event.reason.as_deref() != Some("made")).then_some(administrator.user_id.as_uuid());
        assert_eq!(by, expected, "{event:?}");
    }
    let told: Vec<_> = signals(database)
        .await
        .into_iter()
        .map(|row| row.kind)
        .collect();
    assert_eq!(told, ["keys_changed"; 3]);
}

#[tokio::test]
async fn keys_are_for_administrators_to_change() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    let kid = signer_of(authority, &mint(authority).await).await;
    for role in [Role::Auditor, Role::User] {
        let actor = test.signed_in(role).await;
        for refused in [
            key::rotate(authority, &actor, None, &caller())
                .await
                .map(drop),
            key::rotate_at_once(authority, &actor, None, &caller())
                .await
                .map(drop),
            key::kill(authority, &actor, &kid, &caller())
                .await
                .map(drop),
            // Whether there is such a key is nothing that they learn.
            key::kill(authority, &actor, "none", &caller())
                .await
                .map(drop),
        ] {
            assert!(
                matches!(refused, Err(KeyError::Act(ActError::NotPermitted))),
                "{refused:?}"
            );
        }
    }
    assert_eq!(states(authority).await, ["active"]);
}
