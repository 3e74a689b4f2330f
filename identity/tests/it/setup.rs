//! The set-up link.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_authority::{caller::Caller, user};
use latchkey_identity::{
    account,
    setup::{CODE_LIFETIME, Complete, SetupError, check_code, complete, issue_code},
};
use latchkey_testing::{allow_writes, caller, refuse_writes};
use latchkey_types::{EventKind, Outcome, Role, SignInMethod};
use sea_orm::{ConnectionTrait, Statement};

use crate::support::{PASSWORD, TestIdentity};

fn form<'a>(code: &'a str, caller: &'a Caller) -> Complete<'a> {
    Complete {
        code,
        username: "root",
        email: Some("root@example.com"),
        password: PASSWORD,
        caller,
    }
}

async fn code(on: &TestIdentity) -> String {
    let code = issue_code(&on.identity).await.unwrap().unwrap();
    code.as_str().to_owned()
}

#[tokio::test]
async fn a_code_makes_the_first_administrator_and_is_gone() {
    let on = TestIdentity::new().await;
    let (code, other) = (code(&on).await, code(&on).await);
    assert!(check_code(&on.identity, &code).await.unwrap());
    let signed_in = complete(&on.identity, form(&code, &caller()))
        .await
        .unwrap();

    let row = user::one(&on.test.authority, signed_in.user_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.role, Role::Administrator);
    let account = account::one(&on.test.authority, signed_in.user_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(account.username, "root");
    assert_eq!(account.email_verified_at, None);
    let sessions = on.live_sessions(signed_in.user_id).await;
    assert_eq!(sessions[0].session_id, signed_in.session_id);
    assert_eq!(sessions[0].method, SignInMethod::Setup);
    let event = on.last_event().await;
    assert_eq!(
        (event.kind, event.outcome),
        (EventKind::SetUp, Outcome::Success)
    );
    assert_eq!(event.subject, Some(signed_in.user_id));

    assert_eq!(on.rows("setup_links").await, 0);
    for used in [&code, &other] {
        assert!(!check_code(&on.identity, used).await.unwrap());
        let error = complete(&on.identity, form(used, &caller()))
            .await
            .unwrap_err();
        assert!(matches!(error, SetupError::InvalidCode), "{error:?}");
    }
    let event = on.last_event().await;
    assert_eq!(
        (event.kind, event.outcome),
        (EventKind::SetUp, Outcome::Failure)
    );
    assert_eq!(event.reason.as_deref(), Some("invalid_code"));
    assert!(issue_code(&on.identity).await.unwrap().is_none());
}

#[tokio::test]
async fn whoever_has_no_code_costs_no_hash() {
    let on = TestIdentity::new().await;
    code(&on).await;
    for wrong in ["", "x", &"A".repeat(43), &"A".repeat(100_000)] {
        assert!(!check_code(&on.identity, wrong).await.unwrap());
        let error = complete(&on.identity, form(wrong, &caller()))
            .await
            .unwrap_err();
        assert!(matches!(error, SetupError::InvalidCode), "{error:?}");
    }
    assert_eq!(on.identity.hasher().finished(), 0);
}

#[tokio::test]
async fn a_form_that_is_refused_leaves_the_code_good() {
    let on = TestIdentity::new().await;
    on.user("taken").await;
    let caller = caller();
    let code = code(&on).await;
    let good = form(&code, &caller);
    for (wrong, text) in [
        (
            Complete {
                username: "",
                ..good
            },
            "the username must not be empty",
        ),
        (
            Complete {
                email: Some("x"),
                ..good
            },
            "the e-mail address holds characters that are not allowed there",
        ),
        (
            Complete {
                password: "short",
                ..good
            },
            "the password must have at least 15 characters",
        ),
        (
            Complete {
                username: "Taken",
                ..good
            },
            "the username is taken",
        ),
        (
            Complete {
                email: Some("taken@example.com"),
                ..good
            },
            "the e-mail address is taken",
        ),
    ] {
        let error = complete(&on.identity, wrong).await.unwrap_err();
        assert_eq!(error.to_string(), text);
        assert!(check_code(&on.identity, &code).await.unwrap(), "{text}");
    }
    complete(&on.identity, good).await.unwrap();
}

#[tokio::test]
async fn a_code_expires_after_a_day() {
    let on = TestIdentity::new().await;
    let code = code(&on).await;
    let moment = Duration::from_millis(1);
    on.test.clock.advance(CODE_LIFETIME.saturating_sub(moment));
    assert!(check_code(&on.identity, &code).await.unwrap());
    on.test.clock.advance(moment);
    assert!(!check_code(&on.identity, &code).await.unwrap());
    let error = complete(&on.identity, form(&code, &caller()))
        .await
        .unwrap_err();
    assert!(matches!(error, SetupError::InvalidCode), "{error:?}");
}

#[tokio::test]
async fn five_codes_are_good_at_once_and_the_oldest_goes_first() {
    let on = TestIdentity::new().await;
    let mut codes = Vec::new();
    for _ in 0..6 {
        codes.push(code(&on).await);
        on.test.clock.advance(Duration::from_secs(1));
    }
    assert!(!check_code(&on.identity, &codes[0]).await.unwrap());
    for good in &codes[1..] {
        assert!(check_code(&on.identity, good).await.unwrap());
    }
    // Expired ones make room.
    on.test.clock.advance(CODE_LIFETIME);
    code(&on).await;
    assert_eq!(on.rows("setup_links").await, 1);
}

#[tokio::test]
async fn i01_a_set_up_whose_event_cannot_be_written_has_not_happened() {
    let on = TestIdentity::new().await;
    let code = code(&on).await;
    refuse_writes(&on.test.database.connection, "audit_events").await;
    let error = complete(&on.identity, form(&code, &caller()))
        .await
        .unwrap_err();
    assert!(matches!(error, SetupError::Internal(_)), "{error:?}");
    allow_writes(&on.test.database.connection, "audit_events").await;
    assert_eq!(on.rows("users").await, 0);
    complete(&on.identity, form(&code, &caller()))
        .await
        .unwrap();
}

#[tokio::test]
async fn i05_the_table_of_codes_holds_no_code() {
    let on = TestIdentity::new().await;
    let code = code(&on).await;
    let connection = &on.test.database.connection;
    let select = Statement::from_string(
        connection.get_database_backend(),
        "SELECT code_hash FROM setup_links",
    );
    let row = connection.query_one_raw(select).await.unwrap().unwrap();
    let stored: Vec<u8> = row.try_get("", "code_hash").unwrap();
    let secret = URL_SAFE_NO_PAD.decode(&code).unwrap();
    assert_eq!(secret.len(), 32);
    assert_eq!(stored.len(), 32);
    assert_ne!(stored, secret);
    assert_ne!(stored, code.as_bytes());
    // What the table holds opens nothing.
    let copied = URL_SAFE_NO_PAD.encode(&stored);
    assert!(!check_code(&on.identity, &copied).await.unwrap());
}

#[tokio::test]
async fn i05_the_files_of_the_database_hold_no_password_and_no_code() {
    let on = TestIdentity::new().await;
    let code = code(&on).await;
    let unused = self::code(&on).await;
    complete(&on.identity, form(&code, &caller()))
        .await
        .unwrap();
    on.sign_in("root", PASSWORD).await.unwrap();
    on.sign_in(PASSWORD, PASSWORD).await.unwrap_err();
    // PostgreSQL's files are its own; the tables are the same.
    let Some(folder) = on.test.database.folder() else {
        return;
    };
    let decoded = [&code, &unused].map(|code| URL_SAFE_NO_PAD.decode(code).unwrap());
    let secrets: [&[u8]; 5] = [
        PASSWORD.as_bytes(),
        code.as_bytes(),
        unused.as_bytes(),
        &decoded[0],
        &decoded[1],
    ];
    let mut holds_the_username = false;
    for file in std::fs::read_dir(folder).unwrap() {
        let content = std::fs::read(file.unwrap().path()).unwrap();
        let holds = |text: &[u8]| content.windows(text.len()).any(|window| window == text);
        holds_the_username |= holds(b"root@example.com");
        for secret in secrets {
            assert!(!holds(secret));
        }
    }
    assert!(
        holds_the_username,
        "the files that were searched are not the database's"
    );
}
