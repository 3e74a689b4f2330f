//! Signing in.

use latchkey_authority::{AuthorityTx, Lock, audit::AuditEvent, key, signal::Signals};
use latchkey_identity::{
    Identity, SignInError, name::identifier_key, password::PasswordSettings, sign_in,
    sign_in_for_family,
};
use latchkey_testing::{Sent, allow_writes, caller, refuse_writes};
use latchkey_types::{EventKind, Outcome, Role, SignInMethod, Transport, UserId};
use sea_orm::ConnectionTrait;

use crate::support::{OTHER_PASSWORD, PASSWORD, TestIdentity, cheap, hasher, is_user};

#[tokio::test]
async fn a_user_signs_in_by_username_or_address_however_they_are_spelled() {
    let on = TestIdentity::new().await;
    let user_id = on.user("ann").await;
    for name in ["ann", "ANN", " ann ", "ann@example.com", "Ann@EXAMPLE.com"] {
        let signed_in = on.sign_in(name, PASSWORD).await.unwrap();
        assert_eq!(signed_in.user_id, user_id, "{name}");
        assert!(on.test.is_live(signed_in.session_id).await);
    }
    let sessions = on.live_sessions(user_id).await;
    assert_eq!(sessions.len(), 5);
    assert!(
        sessions
            .iter()
            .all(|session| session.method == SignInMethod::Password)
    );
    let event = on.last_event().await;
    assert_eq!(event.kind, EventKind::SignIn);
    assert_eq!(event.outcome, Outcome::Success);
    assert_eq!((event.actor, event.subject), (Some(user_id), Some(user_id)));
    assert!(event.session.is_some());
}

#[tokio::test]
async fn a_password_is_the_same_in_whatever_way_its_accents_are_typed() {
    let on = TestIdentity::new().await;
    on.user_with("zoe", Some("le vélo bleu de ma tante"), Role::User)
        .await;
    on.sign_in("zoe", "le ve\u{301}lo bleu de ma tante")
        .await
        .unwrap();
}

#[tokio::test]
async fn i10_every_refusal_is_the_same_and_costs_the_same() {
    let on = TestIdentity::new().await;
    on.user("ann").await;
    let disabled = on.user("bob").await;
    on.disable(disabled).await;
    on.user_with("carl", None, Role::User).await;

    for (name, password, reason) in [
        ("ann", OTHER_PASSWORD, "wrong_password"),
        ("ann@example.com", OTHER_PASSWORD, "wrong_password"),
        ("nobody", OTHER_PASSWORD, "unknown_account"),
        ("nobody@example.com", OTHER_PASSWORD, "unknown_account"),
        ("bob", PASSWORD, "disabled"),
        ("bob", OTHER_PASSWORD, "wrong_password"),
        ("carl", PASSWORD, "no_password"),
        ("not a name", PASSWORD, "malformed"),
        ("", "", "malformed"),
    ] {
        let hashes = on.identity.hasher().finished();
        let events = on.rows("audit_events").await;
        let error = on.sign_in(name, password).await.unwrap_err();
        assert!(matches!(error, SignInError::Refused), "{name}: {error:?}");
        assert_eq!(error.to_string(), "the name or the password is wrong");
        assert_eq!(on.identity.hasher().finished(), hashes + 1, "{name}");
        assert_eq!(on.rows("audit_events").await, events + 1, "{name}");

        let event = on.last_event().await;
        assert_eq!(event.kind, EventKind::SignIn);
        assert_eq!(event.outcome, Outcome::Failure);
        assert_eq!(event.reason.as_deref(), Some(reason), "{name}");
    }
    assert_eq!(on.rows("sessions").await, 0);
}

#[test]
fn i10_attempts_are_counted_under_a_name_that_rests_on_the_text_alone() {
    // No database in sight: the key cannot know of accounts.
    assert_eq!(identifier_key("Ann"), "ann");
    assert_eq!(identifier_key("Nobody"), "nobody");
    assert_eq!(identifier_key("Ann@Example.com"), "ann@example.com");
    assert_eq!(identifier_key("Nobody@Example.com"), "nobody@example.com");
    assert_eq!(identifier_key("NOT a name"), identifier_key("not A NAME "));
}

#[tokio::test]
async fn i05_the_record_keeps_names_and_never_what_may_be_a_password() {
    let on = TestIdentity::new().await;
    let user_id = on.user("ann").await;
    for (typed, kept) in [
        ("ann", Some("ann")),
        (" ANN ", Some("ANN")),
        ("nobody@example.com", Some("nobody@example.com")),
        // In the wrong field.
        (PASSWORD, None),
        ("Tr9$kLw2!vXq8#Zp", None),
        ("P@ssword-of-mine", None),
    ] {
        on.sign_in(typed, OTHER_PASSWORD).await.unwrap_err();
        let event = on.last_event().await;
        assert_eq!(event.identifier.as_deref(), kept, "{typed}");
        let is_ann = typed.trim().eq_ignore_ascii_case("ann");
        assert_eq!(event.subject, is_ann.then_some(user_id));
    }
}

#[tokio::test]
async fn i12_a_password_over_the_limit_is_refused_without_a_hash() {
    let on = TestIdentity::new().await;
    on.user("ann").await;
    let hashes = on.identity.hasher().finished();
    for name in ["ann", "nobody"] {
        let error = on.sign_in(name, &"x".repeat(1_025)).await.unwrap_err();
        assert!(matches!(error, SignInError::Refused));
    }
    assert_eq!(on.identity.hasher().finished(), hashes);
}

#[tokio::test]
async fn i12_a_storm_of_sign_ins_is_told_to_come_back_and_costs_no_more_than_the_queue() {
    let on = TestIdentity::with_settings(PasswordSettings {
        // Slow enough that the storm is there before the first one is through.
        memory_kib: 19_456,
        iterations: 2,
        threads: 1,
        queue: 2,
        ..cheap()
    })
    .await;
    let storm: Vec<_> = (0..50)
        .map(|number| {
            let identity = on.identity.clone();
            tokio::spawn(async move {
                sign_in(
                    &identity,
                    &format!("user{number}"),
                    PASSWORD,
                    None,
                    &caller(),
                )
                .await
            })
        })
        .collect();
    let mut busy = 0;
    for attempt in storm {
        match attempt.await.unwrap().unwrap_err() {
            SignInError::Busy { retry_after } => {
                assert!((1..=60).contains(&retry_after.as_secs()));
                busy += 1;
            }
            SignInError::Refused => {}
            SignInError::Internal(error) => panic!("{error:?}"),
        }
    }
    assert!(busy > 0);
    assert_eq!(on.identity.hasher().finished(), 50 - busy);
}

#[tokio::test]
async fn a_sign_in_replaces_the_session_of_its_browser_whosever_it_was() {
    let on = TestIdentity::new().await;
    let ann = on.user("ann").await;
    let bob = on.user("bob").await;
    let of_ann = on.sign_in("ann", PASSWORD).await.unwrap();
    let elsewhere = on.sign_in("ann", PASSWORD).await.unwrap();

    let of_bob = sign_in(
        &on.identity,
        "bob",
        PASSWORD,
        Some(of_ann.session_id),
        &caller(),
    )
    .await
    .unwrap();
    assert!(!on.test.is_live(of_ann.session_id).await);
    assert!(on.test.is_live(elsewhere.session_id).await);
    assert!(on.test.is_live(of_bob.session_id).await);
    let ended = on.last_event().await;
    assert_eq!(ended.kind, EventKind::SessionEnded);
    assert_eq!(ended.reason.as_deref(), Some("replaced"));
    assert_eq!((ended.actor, ended.subject), (Some(bob), Some(ann)));
    assert_eq!(ended.session, Some(of_ann.session_id));
    assert_eq!(on.rows("signals").await, 1);

    // One that is over already, or was never there, replaces nothing.
    let unknown = latchkey_types::SessionId::from_uuid(uuid::Uuid::nil());
    for replaces in [of_ann.session_id, unknown] {
        sign_in(&on.identity, "bob", PASSWORD, Some(replaces), &caller())
            .await
            .unwrap();
    }
    assert_eq!(on.rows("signals").await, 1);
}

#[tokio::test]
async fn a_failed_sign_in_replaces_nothing() {
    let on = TestIdentity::new().await;
    on.user("ann").await;
    let signed_in = on.sign_in("ann", PASSWORD).await.unwrap();
    let replaces = Some(signed_in.session_id);
    sign_in(&on.identity, "ann", OTHER_PASSWORD, replaces, &caller())
        .await
        .unwrap_err();
    assert!(on.test.is_live(signed_in.session_id).await);
}

#[tokio::test]
async fn i01_a_sign_in_whose_event_or_signal_cannot_be_written_has_not_happened() {
    let on = TestIdentity::new().await;
    let user_id = on.user("ann").await;
    let before = on.sign_in("ann", PASSWORD).await.unwrap();
    for table in ["audit_events", "audit_personal", "signals"] {
        refuse_writes(&on.test.database.connection, table).await;
        let replaces = Some(before.session_id);
        let error = sign_in(&on.identity, "ann", PASSWORD, replaces, &caller())
            .await
            .unwrap_err();
        assert!(matches!(error, SignInError::Internal(_)), "{table}");
        allow_writes(&on.test.database.connection, table).await;
        let live = on.live_sessions(user_id).await;
        assert_eq!(live.len(), 1, "{table}");
        assert_eq!(live[0].session_id, before.session_id, "{table}");
    }
}

#[tokio::test]
async fn a_hash_made_with_other_settings_is_made_anew_once() {
    let on = TestIdentity::new().await;
    let user_id = on.user("ann").await;
    let old = on.stored_hash(user_id).await;

    let stronger = PasswordSettings {
        iterations: 2,
        ..cheap()
    };
    let identity = Identity::new(on.test.authority.clone(), hasher(stronger));
    sign_in(&identity, "ann", PASSWORD, None, &caller())
        .await
        .unwrap();
    let new = on.stored_hash(user_id).await;
    assert!(old.contains("t=1") && new.contains("t=2"), "{old} {new}");
    let event = on.last_event().await;
    assert_eq!(event.kind, EventKind::PasswordRehashed);
    assert_eq!(event.subject, Some(user_id));

    sign_in(&identity, "ann", PASSWORD, None, &caller())
        .await
        .unwrap();
    assert_eq!(on.stored_hash(user_id).await, new);
    assert_eq!(on.last_event().await.kind, EventKind::SignIn);
    // A wrong password makes nothing anew.
    sign_in(&on.identity, "ann", OTHER_PASSWORD, None, &caller())
        .await
        .unwrap_err();
    assert_eq!(on.stored_hash(user_id).await, new);
}

#[tokio::test]
async fn a_stored_hash_that_is_none_is_a_fault_of_ours() {
    let on = TestIdentity::new().await;
    on.user("ann").await;
    on.execute("UPDATE passwords SET password_hash = 'nonsense'")
        .await;
    let error = on.sign_in("ann", PASSWORD).await.unwrap_err();
    assert!(matches!(error, SignInError::Internal(_)), "{error:?}");
}

/// Signs in while a transaction holds the user's row, and commits `change` between the
/// verification of the password and the session.
async fn sign_in_beside(
    on: &TestIdentity,
    user_id: UserId,
    change: &str,
) -> Result<latchkey_identity::SignedIn, SignInError> {
    let mut held = AuthorityTx::begin(&on.test.authority).await.unwrap();
    held.lock_users(&[(user_id, Lock::Exclusive)])
        .await
        .unwrap();
    let before = on.identity.hasher().finished();
    let attempt = tokio::spawn({
        let identity = on.identity.clone();
        async move { sign_in(&identity, "ann", PASSWORD, None, &caller()).await }
    });
    on.hashed_since(before).await;
    held.connection().execute_unprepared(change).await.unwrap();
    let event = AuditEvent::success(EventKind::PasswordChanged, &caller()).subject(user_id);
    held.commit([event], Signals::Nothing).await.unwrap();
    attempt.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn i04_a_password_that_changes_beside_a_sign_in_wins() {
    let on = TestIdentity::new().await;
    let user_id = on.user("ann").await;
    let other = on.user_with("bob", Some(OTHER_PASSWORD), Role::User).await;
    let hash = on.stored_hash(other).await;
    let change = format!(
        "UPDATE passwords SET password_hash = '{hash}' WHERE {}",
        is_user(user_id)
    );
    let error = sign_in_beside(&on, user_id, &change).await.unwrap_err();
    assert!(matches!(error, SignInError::Refused), "{error:?}");
    assert_eq!(on.rows("sessions").await, 0);
    let reason = on.last_event().await.reason;
    assert_eq!(reason.as_deref(), Some("wrong_password"));
}

#[tokio::test(flavor = "multi_thread")]
async fn i04_a_password_that_goes_away_beside_a_sign_in_wins() {
    let on = TestIdentity::new().await;
    let user_id = on.user("ann").await;
    let change = format!("DELETE FROM passwords WHERE {}", is_user(user_id));
    let error = sign_in_beside(&on, user_id, &change).await.unwrap_err();
    assert!(matches!(error, SignInError::Refused), "{error:?}");
    assert_eq!(on.rows("sessions").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn i04_a_user_who_is_disabled_beside_a_sign_in_is_not_signed_in() {
    let on = TestIdentity::new().await;
    let user_id = on.user("ann").await;
    let change = format!(
        "UPDATE users SET disabled_at = 1 WHERE {}",
        is_user(user_id)
    );
    let error = sign_in_beside(&on, user_id, &change).await.unwrap_err();
    assert!(matches!(error, SignInError::Refused), "{error:?}");
    assert_eq!(on.rows("sessions").await, 0);
    assert_eq!(on.last_event().await.reason.as_deref(), Some("disabled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_password_hashed_anew_beside_a_sign_in_lets_it_in() {
    let on = TestIdentity::new().await;
    let user_id = on.user("ann").await;
    let other = on.user("bob").await;
    let hash = on.stored_hash(other).await;
    assert_ne!(hash, on.stored_hash(user_id).await);
    let change = format!(
        "UPDATE passwords SET password_hash = '{hash}' WHERE {}",
        is_user(user_id)
    );
    sign_in_beside(&on, user_id, &change).await.unwrap();
}

#[tokio::test]
async fn a_sign_in_is_one_hash_and_one_transaction() {
    let on = TestIdentity::new().await;
    on.user("ann").await;
    key::load(&on.test.authority).await.unwrap();
    let caller = caller();
    let before = on.identity.hasher().finished();
    let program = sign_in_for_family(&on.identity, "ann", PASSWORD, Transport::Body, &caller);
    let (issued, sent) = Sent::by(program).await;
    issued.unwrap();
    assert_eq!((sent.begun, sent.committed), (1, 1), "{sent:?}");
    assert_eq!(on.identity.hasher().finished() - before, 1);

    let (session, sent) = Sent::by(on.sign_in("ann", PASSWORD)).await;
    session.unwrap();
    assert_eq!((sent.begun, sent.committed), (1, 1), "{sent:?}");
    assert_eq!(on.identity.hasher().finished() - before, 2);
}
