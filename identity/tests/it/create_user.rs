//! Accounts made from the command line, and the first administrator from the settings.

use latchkey_authority::user;
use latchkey_identity::{
    CreateUser, CreateUserError, account, bootstrap_administrator, create_user, setup,
};
use latchkey_testing::caller;
use latchkey_types::{EventKind, Role, UserId};

use crate::support::{PASSWORD, TestIdentity};

#[tokio::test]
async fn an_account_gets_what_it_was_given() {
    let on = TestIdentity::new().await;
    let user_id: UserId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    let caller = caller();
    let new = CreateUser {
        user_id: Some(user_id),
        username: "ann",
        email: Some("ann@example.com"),
        email_verified: true,
        password: Some(PASSWORD),
        role: Role::Auditor,
        caller: &caller,
    };
    assert_eq!(create_user(&on.identity, new).await.unwrap(), user_id);
    let row = user::one(&on.test.authority, user_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.role, Role::Auditor);
    let account = account::one(&on.test.authority, user_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(account.email_verified_at, Some(account.created_at));
    let event = on.last_event().await;
    assert_eq!(event.kind, EventKind::UserCreated);
    assert_eq!(event.subject, Some(user_id));
    assert_eq!(event.detail.as_deref(), Some(r#"{"role":"auditor"}"#));

    for (new, taken) in [
        (
            CreateUser {
                username: "bob",
                email: None,
                ..new
            },
            "the id is taken",
        ),
        (
            CreateUser {
                user_id: None,
                email: None,
                ..new
            },
            "the username is taken",
        ),
        (
            CreateUser {
                user_id: None,
                username: "bob",
                ..new
            },
            "the e-mail address is taken",
        ),
    ] {
        let error = create_user(&on.identity, new).await.unwrap_err();
        assert_eq!(error.to_string(), taken);
    }
    let weak = CreateUser {
        user_id: None,
        username: "bob",
        email: None,
        password: Some("passwordpassword"),
        ..new
    };
    let error = create_user(&on.identity, weak).await.unwrap_err();
    assert!(matches!(error, CreateUserError::Password(_)), "{error:?}");
    assert_eq!(on.rows("users").await, 1);
}

#[tokio::test]
async fn an_administrator_made_by_hand_closes_the_set_up() {
    let on = TestIdentity::new().await;
    let code = setup::issue_code(&on.identity).await.unwrap().unwrap();
    on.user("ann").await;
    assert!(
        setup::check_code(&on.identity, code.as_str())
            .await
            .unwrap()
    );
    on.user_with("root", Some(PASSWORD), Role::Administrator)
        .await;
    assert!(
        !setup::check_code(&on.identity, code.as_str())
            .await
            .unwrap()
    );
    assert!(setup::issue_code(&on.identity).await.unwrap().is_none());
}

#[tokio::test]
async fn the_bootstrap_administrator_is_made_once_and_never_again() {
    let on = TestIdentity::new().await;
    let made = bootstrap_administrator(&on.identity, "Root@example.com", PASSWORD, &caller())
        .await
        .unwrap()
        .unwrap();
    let account = account::one(&on.test.authority, made)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(account.username, "Root");
    assert_eq!(account.email.as_deref(), Some("Root@example.com"));
    assert!(account.email_verified_at.is_some());
    let row = user::one(&on.test.authority, made).await.unwrap().unwrap();
    assert_eq!(row.role, Role::Administrator);
    assert_eq!(on.last_event().await.kind, EventKind::SetUp);
    on.sign_in("root", PASSWORD).await.unwrap();

    // Not even after there is none any more, and whatever the settings say by then.
    on.disable(made).await;
    for (email, password) in [("other@example.com", PASSWORD), ("nonsense", "short")] {
        let again = bootstrap_administrator(&on.identity, email, password, &caller()).await;
        assert_eq!(again.unwrap(), None);
    }
    assert_eq!(on.rows("users").await, 1);
}

#[tokio::test]
async fn unusable_settings_make_no_bootstrap_administrator() {
    let on = TestIdentity::new().await;
    for (email, password, text) in [
        (
            "root",
            PASSWORD,
            "the e-mail address holds characters that are not allowed there",
        ),
        (
            "root@example.com",
            "short",
            "the password must have at least 15 characters",
        ),
    ] {
        let error = bootstrap_administrator(&on.identity, email, password, &caller())
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), text);
    }
    // The one chance is still there.
    bootstrap_administrator(&on.identity, "root@example.com", PASSWORD, &caller())
        .await
        .unwrap()
        .unwrap();
}
