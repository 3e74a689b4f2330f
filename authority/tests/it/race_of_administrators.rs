//! Administrators who act on each other in the same moment.

use std::sync::Arc;

use latchkey_authority::{ActError, principal::Principal, session::end, user};
use latchkey_testing::{TestAuthority, caller, rounds};
use latchkey_types::{Role, UserId};

use crate::support::{count, execute, together};

const STANDING: &str = "users WHERE role = 'administrator' AND disabled_at IS NULL";

/// What one administrator does to another one.
#[derive(Debug, Clone, Copy)]
enum Blow {
    Demote,
    Disable,
    SignOut,
    EndOne,
}

impl Blow {
    async fn fall(
        self,
        test: &TestAuthority,
        actor: &Principal,
        other: &Principal,
    ) -> Result<bool, ActError> {
        let authority = &test.authority;
        let caller = caller();
        match self {
            Self::Demote => {
                user::set_role(authority, actor, other.user_id, Role::User, &caller).await
            }
            Self::Disable => user::disable(authority, actor, other.user_id, &caller).await,
            Self::SignOut => end::all_of_user(authority, actor, other.user_id, &caller)
                .await
                .map(|ended| ended > 0),
            Self::EndOne => {
                end::as_administrator(authority, actor, other.session_id().unwrap(), &caller).await
            }
        }
    }
}

/// Signs every administrator in anew, whatever befell them in the round before.
async fn all_stand_again(test: &TestAuthority, users: &[UserId]) -> Vec<Principal> {
    execute(
        &test.database.connection,
        "UPDATE users SET role = 'administrator', disabled_at = NULL, disabled_by = NULL",
    )
    .await;
    let mut principals = Vec::new();
    for user_id in users {
        let session_id = test.session(*user_id).await;
        principals.push(test.principal(session_id).await);
    }
    principals
}

/// Each of `blows` falls from one administrator on the next one, all at once, round after round.
async fn at_each_other(blows: &'static [Blow], rounds: usize) {
    let test = Arc::new(TestAuthority::new().await);
    let mut users = Vec::new();
    for _ in blows {
        users.push(test.user(Role::Administrator).await);
    }
    for round in 0..rounds {
        let principals = all_stand_again(&test, &users).await;
        let tasks = blows
            .iter()
            .enumerate()
            .map(|(number, blow)| {
                let test = Arc::clone(&test);
                let actor = principals[number].clone();
                let other = principals[(number + 1) % principals.len()].clone();
                async move { blow.fall(&test, &actor, &other).await }
            })
            .collect();
        let results = together(tasks).await;

        let standing = count(&test.database.connection, STANDING).await;
        assert!(standing >= 1, "round {round}: {results:?}");
        for result in &results {
            assert!(
                !matches!(result, Err(ActError::Internal(_))),
                "round {round}: {results:?}"
            );
        }
        assert!(
            results.iter().any(|result| matches!(result, Ok(true))),
            "round {round}: somebody was first: {results:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_demote_each_other_leave_one() {
    at_each_other(&[Blow::Demote, Blow::Demote], rounds(20, 500)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_disable_each_other_leave_one() {
    at_each_other(&[Blow::Disable, Blow::Disable], rounds(20, 500)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_who_demotes_and_one_who_disables_leave_one() {
    at_each_other(&[Blow::Demote, Blow::Disable], rounds(20, 500)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ring_of_administrators_never_takes_them_all() {
    at_each_other(
        &[
            Blow::Demote,
            Blow::Disable,
            Blow::SignOut,
            Blow::Disable,
            Blow::EndOne,
            Blow::Demote,
        ],
        rounds(10, 200),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_sign_each_other_out_do_not_block_each_other() {
    at_each_other(&[Blow::SignOut, Blow::SignOut], rounds(20, 500)).await;
    at_each_other(&[Blow::EndOne, Blow::EndOne], rounds(20, 500)).await;
    at_each_other(&[Blow::SignOut, Blow::EndOne], rounds(20, 500)).await;
}
