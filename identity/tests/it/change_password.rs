//! Changing one's own password.

use latchkey_identity::{
    ChangePasswordError, SignInError, change_password, password::NewPasswordError,
};
use latchkey_testing::{allow_writes, caller, refuse_writes};
use latchkey_types::{EventKind, Outcome, Role};

use crate::support::{OTHER_PASSWORD, PASSWORD, TestIdentity};

#[tokio::test]
async fn a_change_ends_all_other_sessions_and_the_old_password() {
    let on = TestIdentity::new().await;
    let user_id = on.user("ann").await;
    let here = on.sign_in("ann", PASSWORD).await.unwrap();
    let elsewhere = on.sign_in("ann", PASSWORD).await.unwrap();
    let principal = on.test.principal(here.session_id).await;

    let ended = change_password(
        &on.identity,
        &principal,
        PASSWORD,
        OTHER_PASSWORD,
        &caller(),
    )
    .await
    .unwrap();
    assert_eq!(ended, 1);
    assert!(on.test.is_live(here.session_id).await);
    assert!(!on.test.is_live(elsewhere.session_id).await);
    let event = on.last_event().await;
    assert_eq!(event.kind, EventKind::PasswordChanged);
    assert_eq!(event.outcome, Outcome::Success);
    assert_eq!((event.actor, event.subject), (Some(user_id), Some(user_id)));
    // "Changed" and "signed out elsewhere".
    assert_eq!(on.rows("signals").await, 2);

    let error = on.sign_in("ann", PASSWORD).await.unwrap_err();
    assert!(matches!(error, SignInError::Refused));
    on.sign_in("ann", OTHER_PASSWORD).await.unwrap();
}

#[tokio::test]
async fn every_refusal_is_on_record_and_changes_nothing() {
    let on = TestIdentity::new().await;
    let user_id = on.user("ann").await;
    let signed_in = on.sign_in("ann", PASSWORD).await.unwrap();
    let principal = on.test.principal(signed_in.session_id).await;
    let hash = on.stored_hash(user_id).await;
    let too_long = "x".repeat(2_000);
    for (current, new, reason) in [
        (OTHER_PASSWORD, OTHER_PASSWORD, "wrong_password"),
        ("", OTHER_PASSWORD, "wrong_password"),
        (&too_long, OTHER_PASSWORD, "wrong_password"),
        (PASSWORD, "short", "password"),
        (PASSWORD, "passwordpassword", "password"),
        (PASSWORD, "ann@example.com", "password"),
        (PASSWORD, &too_long, "password"),
    ] {
        change_password(&on.identity, &principal, current, new, &caller())
            .await
            .unwrap_err();
        let event = on.last_event().await;
        assert_eq!(event.kind, EventKind::PasswordChanged);
        assert_eq!(event.outcome, Outcome::Failure);
        assert_eq!(event.reason.as_deref(), Some(reason), "{new}");
        assert_eq!(event.subject, Some(user_id));
    }
    let error = change_password(
        &on.identity,
        &principal,
        PASSWORD,
        "ann.ann@example.com",
        &caller(),
    )
    .await
    .unwrap_err();
    assert!(
        matches!(error, ChangePasswordError::New(NewPasswordError::OwnWords)),
        "{error:?}"
    );
    assert_eq!(on.stored_hash(user_id).await, hash);
    assert!(on.test.is_live(signed_in.session_id).await);
}

#[tokio::test]
async fn i04_a_session_that_is_over_changes_no_password() {
    let on = TestIdentity::new().await;
    let user_id = on.user("ann").await;
    let here = on.sign_in("ann", PASSWORD).await.unwrap();
    let there = on.sign_in("ann", PASSWORD).await.unwrap();
    let principal = on.test.principal(here.session_id).await;
    let late = on.test.principal(there.session_id).await;

    change_password(
        &on.identity,
        &principal,
        PASSWORD,
        OTHER_PASSWORD,
        &caller(),
    )
    .await
    .unwrap();
    let hash = on.stored_hash(user_id).await;
    // Good as it was when it was looked up, and over by now.
    let error = change_password(&on.identity, &late, OTHER_PASSWORD, PASSWORD, &caller())
        .await
        .unwrap_err();
    assert!(matches!(error, ChangePasswordError::SignedOut), "{error:?}");

    on.disable(user_id).await;
    let error = change_password(
        &on.identity,
        &principal,
        OTHER_PASSWORD,
        PASSWORD,
        &caller(),
    )
    .await
    .unwrap_err();
    assert!(matches!(error, ChangePasswordError::SignedOut), "{error:?}");
    assert_eq!(on.stored_hash(user_id).await, hash);
}

#[tokio::test]
async fn i01_a_change_whose_event_or_signal_cannot_be_written_has_not_happened() {
    let on = TestIdentity::new().await;
    let user_id = on.user("ann").await;
    let here = on.sign_in("ann", PASSWORD).await.unwrap();
    let there = on.sign_in("ann", PASSWORD).await.unwrap();
    let principal = on.test.principal(here.session_id).await;
    let hash = on.stored_hash(user_id).await;
    for table in ["audit_events", "audit_personal", "signals"] {
        refuse_writes(&on.test.database.connection, table).await;
        let error = change_password(
            &on.identity,
            &principal,
            PASSWORD,
            OTHER_PASSWORD,
            &caller(),
        )
        .await
        .unwrap_err();
        assert!(matches!(error, ChangePasswordError::Internal(_)), "{table}");
        allow_writes(&on.test.database.connection, table).await;
        assert_eq!(on.stored_hash(user_id).await, hash, "{table}");
        assert!(on.test.is_live(there.session_id).await, "{table}");
    }
}

#[tokio::test]
async fn whoever_has_no_password_has_none_to_change() {
    let on = TestIdentity::new().await;
    let user_id = on.user_with("ann", None, Role::User).await;
    let session_id = on.test.session(user_id).await;
    let principal = on.test.principal(session_id).await;
    let error = change_password(&on.identity, &principal, "", OTHER_PASSWORD, &caller())
        .await
        .unwrap_err();
    assert!(
        matches!(error, ChangePasswordError::WrongCurrent),
        "{error:?}"
    );
}
