//! Signing in beside what should prevent it, 64 at a time.

use std::{pin::Pin, sync::Arc};

use latchkey_authority::{
    session::{self, Cookie, end},
    user,
};
use latchkey_testing::{TestAuthority, caller, rounds};
use latchkey_types::{Role, SessionId, UserId};
use sea_orm::DatabaseConnection;

use crate::support::{column, count, id, signals, together};

const MANY: usize = 64;

type Task = Pin<Box<dyn Future<Output = Option<SessionId>> + Send>>;

/// `MANY` sign-ins of one user, with `change` among them.
fn sign_ins_around(
    test: &Arc<TestAuthority>,
    user_id: UserId,
    change: impl Future<Output = ()> + Send + 'static,
) -> Vec<Task> {
    let mut tasks: Vec<Task> = (0..MANY)
        .map(|_| {
            let test = Arc::clone(test);
            Box::pin(async move { test.try_session(user_id).await }) as Task
        })
        .collect();
    let change: Task = Box::pin(async move {
        change.await;
        None
    });
    tasks.insert(MANY / 2, change);
    tasks
}

/// The sessions of a user in the order in which their sign-ins were recorded, each with whether
/// the event `ended_by` came after it, and whether it is ended.
async fn sessions_and_ends(
    database: &DatabaseConnection,
    user_id: UserId,
    ended_by: &str,
) -> Vec<(SessionId, bool, bool)> {
    let user = id(database, user_id.as_uuid());
    let ends: Vec<i64> = column(
        database,
        &format!(
            "SELECT seq AS value FROM audit_events \
             WHERE kind = '{ended_by}' AND subject_id = {user} ORDER BY seq"
        ),
    )
    .await;
    let end = ends.last().copied().unwrap_or(0);
    let sign_ins: Vec<(i64, uuid::Uuid)> = {
        let of_user = format!("FROM audit_events WHERE kind = 'sign_in' AND subject_id = {user}");
        let seqs: Vec<i64> = column(
            database,
            &format!("SELECT seq AS value {of_user} ORDER BY seq"),
        )
        .await;
        let ids: Vec<uuid::Uuid> = column(
            database,
            &format!("SELECT session_id AS value {of_user} ORDER BY seq"),
        )
        .await;
        seqs.into_iter().zip(ids).collect()
    };
    let ended: Vec<uuid::Uuid> = column(
        database,
        &format!(
            "SELECT session_id AS value FROM sessions \
             WHERE user_id = {user} AND ended_at IS NOT NULL"
        ),
    )
    .await;
    sign_ins
        .into_iter()
        .map(|(seq, session)| {
            let session_id = SessionId::from_uuid(session);
            (session_id, seq < end, ended.contains(&session))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_signs_in_beside_being_disabled() {
    let test = Arc::new(TestAuthority::new().await);
    let administrator = test.signed_in(Role::Administrator).await;
    for round in 0..rounds(3, 60) {
        let user_id = test.user(Role::User).await;
        let disabling = {
            let (test, administrator) = (Arc::clone(&test), administrator.clone());
            async move {
                let caller = caller();
                let disabled = user::disable(&test.authority, &administrator, user_id, &caller);
                assert!(disabled.await.unwrap());
            }
        };
        let results = together(sign_ins_around(&test, user_id, disabling)).await;

        let database = &test.database.connection;
        let user = id(database, user_id.as_uuid());
        let open = format!("sessions WHERE ended_at IS NULL AND user_id = {user}");
        assert_eq!(count(database, &open).await, 0, "round {round}");
        for session_id in results.into_iter().flatten() {
            assert!(!test.is_live(session_id).await, "round {round}");
        }
        assert_eq!(test.try_session(user_id).await, None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ending_all_sessions_leaves_none_from_before() {
    let test = Arc::new(TestAuthority::new().await);
    let administrator = test.signed_in(Role::Administrator).await;
    for round in 0..rounds(3, 60) {
        let user_id = test.user(Role::User).await;
        let first = test.session(user_id).await;
        let ending = {
            let (test, administrator) = (Arc::clone(&test), administrator.clone());
            async move {
                let caller = caller();
                let ended = end::all_of_user(&test.authority, &administrator, user_id, &caller);
                assert!(ended.await.unwrap() >= 1);
            }
        };
        let results = together(sign_ins_around(&test, user_id, ending)).await;
        assert_eq!(results.into_iter().flatten().count(), MANY);

        let database = &test.database.connection;
        let sessions = sessions_and_ends(database, user_id, "sessions.ended").await;
        assert_eq!(sessions.len(), MANY + 1);
        for (session_id, was_before, is_ended) in &sessions {
            assert_eq!(was_before, is_ended, "round {round}: {session_id}");
        }
        assert!(!test.is_live(first).await);
        let mut named = signals(database).await.pop().unwrap().sessions.unwrap();
        let mut ended: Vec<_> = sessions
            .iter()
            .filter(|(_, _, is_ended)| *is_ended)
            .map(|(session_id, ..)| session_id.as_uuid())
            .collect();
        named.sort();
        ended.sort();
        assert_eq!(named, ended, "the signal names every ended session");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ending_ones_other_sessions_leaves_none_from_before_but_ones_own() {
    let test = Arc::new(TestAuthority::new().await);
    for round in 0..rounds(3, 60) {
        let principal = test.signed_in(Role::User).await;
        test.session(principal.user_id).await;
        let ending = {
            let (test, principal) = (Arc::clone(&test), principal.clone());
            async move {
                let caller = caller();
                let ended = end::own_others(&test.authority, &principal, &caller);
                assert!(ended.await.unwrap() >= 1);
            }
        };
        together(sign_ins_around(&test, principal.user_id, ending)).await;
        let database = &test.database.connection;
        let sessions = sessions_and_ends(database, principal.user_id, "sessions.ended").await;
        assert_eq!(sessions.len(), MANY + 2);
        for (session_id, was_before, is_ended) in sessions {
            let expected = was_before && session_id != principal.session_id().unwrap();
            assert_eq!(is_ended, expected, "round {round}: {session_id}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_end_one_session_one_did_it() {
    let test = Arc::new(TestAuthority::new().await);
    let administrator = test.signed_in(Role::Administrator).await;
    let owner = test.signed_in(Role::User).await;
    for round in 0..rounds(3, 60) {
        let session_id = test.session(owner.user_id).await;
        let tasks = (0..MANY)
            .map(|number| {
                let test = Arc::clone(&test);
                let (administrator, owner) = (administrator.clone(), owner.clone());
                async move {
                    let caller = caller();
                    if number % 2 == 0 {
                        let authority = &test.authority;
                        end::as_administrator(authority, &administrator, session_id, &caller).await
                    } else {
                        end::own(&test.authority, &owner, session_id, &caller).await
                    }
                }
            })
            .collect();
        let ended = together(tasks)
            .await
            .into_iter()
            .map(Result::unwrap)
            .filter(|ended| *ended)
            .count();
        assert_eq!(ended, 1, "round {round}");
        let database = &test.database.connection;
        let of_session = format!("session_id = {}", id(database, session_id.as_uuid()));
        let events = format!("audit_events WHERE kind = 'session.ended' AND {of_session}");
        assert_eq!(count(database, &events).await, 1, "round {round}");
        let signals = format!("signals WHERE {of_session}");
        assert_eq!(count(database, &signals).await, 1, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_sign_ins_at_once_all_get_their_cookie() {
    let test = Arc::new(TestAuthority::new().await);
    let user_id = test.user(Role::User).await;
    let tasks = (0..MANY)
        .map(|_| {
            let test = Arc::clone(&test);
            async move {
                let session_id = test.session(user_id).await;
                let cookie = Cookie::generate(test.authority.random());
                assert!(
                    session::bind(&test.authority, session_id, cookie)
                        .await
                        .unwrap()
                );
                let bound = session::bound_session(&test.authority, cookie)
                    .await
                    .unwrap();
                assert_eq!(bound, Some(session_id));
            }
        })
        .collect();
    together(tasks).await;
    let database = &test.database.connection;
    let bound = "sessions WHERE cookie_hash IS NOT NULL";
    assert_eq!(count(database, bound).await, 64);
}

/// What runs in the background all the time must get into nobody's way.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn jobs_and_changes_run_side_by_side() {
    let test = Arc::new(TestAuthority::new().await);
    let administrator = test.signed_in(Role::Administrator).await;
    let mut users = Vec::new();
    for _ in 0..4 {
        users.push(test.user(Role::User).await);
    }
    let job = {
        let test = Arc::clone(&test);
        async move {
            for _ in 0..20 {
                let authority = &test.authority;
                authority.last_seen().flush(authority).await.unwrap();
                latchkey_authority::audit::seal(authority).await.unwrap();
                session::sweep(authority).await.unwrap();
            }
        }
    };
    let mut tasks: Vec<Pin<Box<dyn Future<Output = ()> + Send>>> = vec![Box::pin(job)];
    for user_id in users {
        let (test, administrator) = (Arc::clone(&test), administrator.clone());
        tasks.push(Box::pin(async move {
            for _ in 0..10 {
                let mut sessions = Vec::new();
                for _ in 0..4 {
                    let session_id = test.session(user_id).await;
                    let now = test.authority.now();
                    let last_seen = test.authority.last_seen();
                    let later = now.after(std::time::Duration::from_secs(1));
                    last_seen.note(session_id, later, String::new());
                    sessions.push(session_id);
                }
                let own = test.principal(sessions[0]).await;
                end::own_others(&test.authority, &own, &caller())
                    .await
                    .unwrap();
                end::all_of_user(&test.authority, &administrator, user_id, &caller())
                    .await
                    .unwrap();
            }
        }));
    }
    together(tasks).await;
    let authority = &test.authority;
    while latchkey_authority::audit::seal(authority).await.unwrap() > 0 {}
    let report = latchkey_authority::audit::verify(authority).await.unwrap();
    assert_eq!((report.unsealed, report.findings.len()), (0, 0));
}
