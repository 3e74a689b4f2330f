//! Many at once: what may happen once happens once, and what is ended stays ended.

use latchkey_authority::user;
use latchkey_identity::{
    SignInError, SignUpError, SignedIn, bootstrap_administrator, change_password,
    setup::{self, Complete, SetupError},
    sign_in, sign_up,
};
use latchkey_testing::{caller, rounds};
use latchkey_types::Role;
use tokio::task::JoinSet;

use crate::support::{OTHER_PASSWORD, PASSWORD, TestIdentity, form};

const MANY: usize = 64;

#[tokio::test(flavor = "multi_thread")]
async fn of_many_sign_ups_with_one_name_one_succeeds() {
    let on = TestIdentity::new().await;
    let mut attempts = JoinSet::new();
    for number in 0..MANY {
        let identity = on.identity.clone();
        attempts.spawn(async move {
            // Spellings of one name, some of which only look alike.
            let username = ["paypal", "PayPal", "pаypаl", "paypa1"][number % 4];
            sign_up(&identity, form(username, &caller())).await
        });
    }
    let mut made: Vec<SignedIn> = Vec::new();
    for result in attempts.join_all().await {
        match result {
            Ok(signed_in) => made.push(signed_in),
            Err(SignUpError::UsernameTaken) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(made.len(), 1);
    for table in ["users", "accounts", "passwords", "sessions"] {
        assert_eq!(on.rows(table).await, 1, "{table}");
    }
    assert!(on.test.is_live(made[0].session_id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_set_ups_with_one_code_one_succeeds() {
    let on = TestIdentity::new().await;
    let code = setup::issue_code(&on.identity).await.unwrap().unwrap();
    let mut attempts = JoinSet::new();
    for number in 0..MANY {
        let identity = on.identity.clone();
        let code = code.clone();
        attempts.spawn(async move {
            let form = Complete {
                code: code.as_str(),
                username: &format!("root{number}"),
                email: None,
                password: PASSWORD,
                caller: &caller(),
            };
            setup::complete(&identity, form).await
        });
    }
    let mut made = 0;
    for result in attempts.join_all().await {
        match result {
            Ok(_) => made += 1,
            Err(SetupError::InvalidCode) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(on.rows("users").await, 1);
    assert_eq!(on.rows("setup_links").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_ways_to_the_first_administrator_one_succeeds() {
    let on = TestIdentity::new().await;
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(setup::issue_code(&on.identity).await.unwrap().unwrap());
    }
    let mut attempts = JoinSet::new();
    for (number, code) in codes.into_iter().enumerate() {
        let identity = on.identity.clone();
        attempts.spawn(async move {
            let form = Complete {
                code: code.as_str(),
                username: &format!("setup{number}"),
                email: None,
                password: PASSWORD,
                caller: &caller(),
            };
            setup::complete(&identity, form).await.is_ok()
        });
        let identity = on.identity.clone();
        attempts.spawn(async move {
            let email = format!("bootstrap{number}@example.com");
            bootstrap_administrator(&identity, &email, PASSWORD, &caller())
                .await
                .unwrap()
                .is_some()
        });
    }
    let made = attempts
        .join_all()
        .await
        .into_iter()
        .filter(|made| *made)
        .count();
    assert_eq!(made, 1);
    assert_eq!(on.rows("users").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn i04_no_session_outlives_the_disabling_beside_which_it_was_born() {
    for _ in 0..rounds(3, 50) {
        let on = TestIdentity::new().await;
        let administrator = on.test.signed_in(Role::Administrator).await;
        let user_id = on.user("ann").await;
        let mut attempts = JoinSet::new();
        for _ in 0..MANY {
            let identity = on.identity.clone();
            attempts
                .spawn(async move { sign_in(&identity, "ann", PASSWORD, None, &caller()).await });
        }
        // In the middle of them.
        on.hashed_since(on.identity.hasher().finished() + 4).await;
        let disabled = user::disable(&on.test.authority, &administrator, user_id, &caller())
            .await
            .unwrap();
        assert!(disabled);
        for result in attempts.join_all().await {
            match result {
                Ok(_) | Err(SignInError::Refused) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(on.live_sessions(user_id).await, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i04_no_session_of_the_old_password_outlives_its_change() {
    for _ in 0..rounds(3, 50) {
        let on = TestIdentity::new().await;
        let user_id = on.user("ann").await;
        let here = on.sign_in("ann", PASSWORD).await.unwrap();
        let principal = on.test.principal(here.session_id).await;
        let mut attempts = JoinSet::new();
        for _ in 0..MANY {
            let identity = on.identity.clone();
            attempts
                .spawn(async move { sign_in(&identity, "ann", PASSWORD, None, &caller()).await });
        }
        change_password(
            &on.identity,
            &principal,
            PASSWORD,
            OTHER_PASSWORD,
            &caller(),
        )
        .await
        .unwrap();
        for result in attempts.join_all().await {
            match result {
                Ok(_) | Err(SignInError::Refused) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        let live = on.live_sessions(user_id).await;
        assert_eq!(live.len(), 1);
        assert_eq!(live[0].session_id, here.session_id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_changes_from_one_password_one_succeeds() {
    let on = TestIdentity::new().await;
    on.user("ann").await;
    let here = on.sign_in("ann", PASSWORD).await.unwrap();
    let principal = on.test.principal(here.session_id).await;
    let mut attempts = JoinSet::new();
    for number in 0..16 {
        let identity = on.identity.clone();
        let principal = principal.clone();
        attempts.spawn(async move {
            let new = format!("{OTHER_PASSWORD} number {number}");
            change_password(&identity, &principal, PASSWORD, &new, &caller())
                .await
                .is_ok()
        });
    }
    let changed = attempts
        .join_all()
        .await
        .into_iter()
        .filter(|changed| *changed);
    assert_eq!(changed.count(), 1);
}
