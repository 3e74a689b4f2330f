//! Signing up.

use latchkey_authority::user;
use latchkey_identity::{
    SignUp, SignUpError, account, name::NameError, password::NewPasswordError, sign_up,
};
use latchkey_testing::{allow_writes, caller, refuse_writes};
use latchkey_types::{EventKind, Outcome, Role, SignInMethod};

use crate::support::{PASSWORD, TestIdentity, form};

#[tokio::test]
async fn signing_up_makes_an_account_and_signs_in() {
    let on = TestIdentity::new().await;
    let caller = caller();
    let new = SignUp {
        email: Some("Ann@Example.com"),
        ..form("Ann", &caller)
    };
    let signed_in = sign_up(&on.identity, new).await.unwrap();

    let account = account::one(&on.test.authority, signed_in.user_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(account.username, "Ann");
    assert_eq!(account.email.as_deref(), Some("Ann@Example.com"));
    assert_eq!(account.email_verified_at, None);
    let user = user::one(&on.test.authority, signed_in.user_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(user.role, Role::User);
    assert_eq!(account.created_at, user.created_at);
    let sessions = on.live_sessions(signed_in.user_id).await;
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].session_id, signed_in.session_id);
    assert_eq!(sessions[0].method, SignInMethod::SignUp);
    let event = on.last_event().await;
    assert_eq!(event.kind, EventKind::SignUp);
    assert_eq!(event.outcome, Outcome::Success);
    assert_eq!(event.subject, Some(signed_in.user_id));

    on.sign_in("ann", PASSWORD).await.unwrap();
    on.sign_in("ann@example.com", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_name_or_an_address_that_is_taken_is_told_and_recorded() {
    let on = TestIdentity::new().await;
    let caller = caller();
    on.user("paypal").await;
    for username in ["paypal", "PayPal", "pаypаl", "paypa1"] {
        let error = sign_up(&on.identity, form(username, &caller))
            .await
            .unwrap_err();
        assert!(
            matches!(error, SignUpError::UsernameTaken),
            "{username}: {error:?}"
        );
        let event = on.last_event().await;
        assert_eq!(event.kind, EventKind::SignUp);
        assert_eq!(event.outcome, Outcome::Failure);
        assert_eq!(event.reason.as_deref(), Some("username_taken"));
        assert_eq!(event.identifier.as_deref(), Some(username));
    }
    let new = SignUp {
        email: Some("PayPal@example.COM"),
        ..form("ann", &caller)
    };
    let error = sign_up(&on.identity, new).await.unwrap_err();
    assert!(matches!(error, SignUpError::EmailTaken), "{error:?}");
    assert_eq!(on.rows("users").await, 1);
    assert_eq!(on.rows("accounts").await, 1);
    assert_eq!(on.rows("sessions").await, 0);
}

#[tokio::test]
async fn i10_finding_out_that_a_name_is_taken_costs_what_signing_up_does() {
    let on = TestIdentity::new().await;
    let caller = caller();
    let before = on.identity.hasher().finished();
    sign_up(&on.identity, form("ann", &caller)).await.unwrap();
    let between = on.identity.hasher().finished();
    sign_up(&on.identity, form("ann", &caller))
        .await
        .unwrap_err();
    assert_eq!(on.identity.hasher().finished() - between, between - before);
}

#[tokio::test]
async fn what_cannot_be_an_account_is_refused_without_a_hash() {
    let on = TestIdentity::new().await;
    let caller = caller();
    let refused = async |new: SignUp<'_>| sign_up(&on.identity, new).await.unwrap_err();
    let good = form("ann", &caller);
    assert!(matches!(
        refused(SignUp {
            username: "a b",
            ..good
        })
        .await,
        SignUpError::Username(NameError::Malformed)
    ));
    assert!(matches!(
        refused(SignUp {
            email: Some("ann"),
            ..good
        })
        .await,
        SignUpError::Email(NameError::Malformed)
    ));
    for (password, why) in [
        ("short", NewPasswordError::TooShort { min: 15 }),
        ("passwordpassword", NewPasswordError::Common),
        ("latchkey-ann-2026", NewPasswordError::OwnWords),
        (
            &"x".repeat(2_000),
            NewPasswordError::TooLong { max_bytes: 1_024 },
        ),
    ] {
        let error = refused(SignUp { password, ..good }).await;
        assert!(
            matches!(error, SignUpError::Password(found) if found == why),
            "{error:?}"
        );
        assert_eq!(on.last_event().await.reason.as_deref(), Some("password"));
    }
    assert_eq!(on.identity.hasher().finished(), 0);
    assert_eq!(on.rows("users").await, 0);
}

#[tokio::test]
async fn a_sign_up_replaces_the_session_of_its_browser() {
    let on = TestIdentity::new().await;
    let caller = caller();
    on.user("bob").await;
    let of_bob = on.sign_in("bob", PASSWORD).await.unwrap();
    let new = SignUp {
        replaces: Some(of_bob.session_id),
        ..form("ann", &caller)
    };
    let of_ann = sign_up(&on.identity, new).await.unwrap();
    assert!(!on.test.is_live(of_bob.session_id).await);
    assert!(on.test.is_live(of_ann.session_id).await);
}

#[tokio::test]
async fn i01_a_sign_up_whose_event_or_signal_cannot_be_written_leaves_nobody() {
    let on = TestIdentity::new().await;
    let caller = caller();
    on.user("bob").await;
    let of_bob = on.sign_in("bob", PASSWORD).await.unwrap();
    let new = SignUp {
        replaces: Some(of_bob.session_id),
        ..form("ann", &caller)
    };
    for table in [
        "audit_events",
        "audit_personal",
        "signals",
        "sessions",
        "passwords",
    ] {
        refuse_writes(&on.test.database.connection, table).await;
        let error = sign_up(&on.identity, new).await.unwrap_err();
        assert!(
            matches!(error, SignUpError::Internal(_)),
            "{table}: {error:?}"
        );
        allow_writes(&on.test.database.connection, table).await;
        assert_eq!(on.rows("users").await, 1, "{table}");
        assert_eq!(on.rows("accounts").await, 1, "{table}");
        assert_eq!(on.rows("passwords").await, 1, "{table}");
        assert!(on.test.is_live(of_bob.session_id).await, "{table}");
    }
    sign_up(&on.identity, new).await.unwrap();
}

#[tokio::test]
async fn i05_what_is_stored_of_a_password_is_a_salted_hash() {
    let on = TestIdentity::new().await;
    let ann = on.user("ann").await;
    let bob = on.user("bob").await;
    let (of_ann, of_bob) = (on.stored_hash(ann).await, on.stored_hash(bob).await);
    for hash in [&of_ann, &of_bob] {
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        assert!(!hash.contains(PASSWORD));
    }
    // The same password twice: neither salt nor output agree.
    let parts = |hash: &str| {
        let parts: Vec<String> = hash.rsplit('$').take(2).map(str::to_owned).collect();
        (parts[1].clone(), parts[0].clone())
    };
    let ((salt, output), (other_salt, other_output)) = (parts(&of_ann), parts(&of_bob));
    assert_ne!(salt, other_salt);
    assert_ne!(output, other_output);
    // 16 and 32 bytes in base64 without padding.
    assert_eq!((salt.len(), output.len()), (22, 43));
}
