//! Writing when sessions were last seen, off the path of requests.

use std::time::Duration;

use latchkey_authority::session::{self, Check, end};
use latchkey_testing::{TestAuthority, TestDatabase, caller};
use latchkey_types::{EndReason, Role, SessionId, UnixMillis};
use sea_orm::{ConnectionTrait, TransactionTrait};

use crate::support::{id, scattered_id, wait_for_a_lock};

const SECOND: Duration = Duration::from_secs(1);

async fn last_seen(test: &TestAuthority, session_id: SessionId) -> (UnixMillis, String) {
    let row = session::one(&test.authority, session_id)
        .await
        .unwrap()
        .unwrap();
    (row.last_seen_at, row.last_address)
}

async fn flush(test: &TestAuthority) -> usize {
    test.authority
        .last_seen()
        .flush(&test.authority)
        .await
        .unwrap()
}

#[tokio::test]
async fn i08_what_is_written_never_moves_back() {
    let test = TestAuthority::new().await;
    let session_id = test.signed_in(Role::User).await.session_id().unwrap();
    let noted = test.authority.last_seen();
    let created = test.authority.now();
    noted.note(session_id, created.after(5 * SECOND), "new".to_owned());
    noted.note(session_id, created.after(3 * SECOND), "between".to_owned());
    assert_eq!(flush(&test).await, 1);
    let newest = (created.after(5 * SECOND), "new".to_owned());
    assert_eq!(last_seen(&test, session_id).await, newest);

    noted.note(session_id, created.after(4 * SECOND), "old".to_owned());
    assert_eq!(flush(&test).await, 1);
    assert_eq!(last_seen(&test, session_id).await, newest);
    assert_eq!(flush(&test).await, 0, "nothing is written twice");
}

#[tokio::test]
async fn i08_nothing_revives_an_ended_session() {
    let test = TestAuthority::new().await;
    let principal = test.signed_in(Role::User).await;
    let session_id = principal.session_id().unwrap();
    let before = last_seen(&test, session_id).await;
    let noted = test.authority.last_seen();
    noted.note(
        session_id,
        test.authority.now().after(SECOND),
        String::new(),
    );

    end::own(&test.authority, &principal, session_id, &caller())
        .await
        .unwrap();

    assert_eq!(noted.pending(session_id), None, "forgotten with its end");
    // A request that was let in before the end may be noted after it.
    noted.note(
        session_id,
        test.authority.now().after(SECOND),
        String::new(),
    );
    assert_eq!(flush(&test).await, 1);
    assert_eq!(last_seen(&test, session_id).await, before);
    assert_eq!(
        session::check(&test.authority, session_id).await.unwrap(),
        Check::Ended {
            reason: EndReason::SignOut
        }
    );
    assert_eq!(flush(&test).await, 0);
}

#[tokio::test]
async fn sessions_that_are_gone_are_not_noted_for_ever() {
    let test = TestAuthority::new().await;
    let now = test.authority.now();
    for number in 0..700 {
        let gone = SessionId::from_uuid(scattered_id(number));
        test.authority.last_seen().note(gone, now, String::new());
    }
    assert_eq!(flush(&test).await, 700);
    assert_eq!(flush(&test).await, 0);
}

#[tokio::test]
async fn more_sessions_than_fit_one_transaction_are_all_written() {
    let test = TestAuthority::new().await;
    let user_id = test.user(Role::User).await;
    let created = test.authority.now();
    let rows: Vec<_> = (0..1_100)
        .map(|number| crate::support::RawSession {
            session_id: scattered_id(number),
            user_id: user_id.as_uuid(),
            created_at: created,
            last_seen_at: created,
            expires_at: created.after(1_000 * SECOND),
            address: "",
            browser: "",
            ended_at: None,
        })
        .collect();
    let database = &test.database.connection;
    crate::support::insert_sessions(database, &rows).await;
    let seen = created.after(SECOND);
    for row in &rows {
        let session_id = SessionId::from_uuid(row.session_id);
        test.authority
            .last_seen()
            .note(session_id, seen, String::new());
    }
    assert_eq!(flush(&test).await, 1_100);
    let written = format!("sessions WHERE last_seen_at = {}", seen.0);
    assert_eq!(crate::support::count(database, &written).await, 1_100);
}

/// Whoever acts holds the row of their session, and may go on to change another one: nobody may
/// hold that other one while waiting for the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writing_what_was_seen_never_waits_while_it_holds_a_session() {
    if !TestDatabase::is_postgres() {
        return; // One writer at a time: nobody holds a row that another one wants.
    }
    let test = std::sync::Arc::new(TestAuthority::new().await);
    let database = &test.database.connection;
    let user_id = test.user(Role::User).await;
    let mut both = [test.session(user_id).await, test.session(user_id).await];
    both.sort();
    let [lower, higher] = both;
    let seen = test.authority.now().after(SECOND);
    for session_id in both {
        test.authority
            .last_seen()
            .note(session_id, seen, String::new());
    }

    let acting = database.begin().await.unwrap();
    let higher_id = id(database, higher.as_uuid());
    acting
        .execute_unprepared(&format!(
            "SELECT 1 FROM sessions WHERE session_id = {higher_id} FOR SHARE"
        ))
        .await
        .unwrap();
    let flushing = {
        let test = std::sync::Arc::clone(&test);
        tokio::spawn(async move { test.authority.last_seen().flush(&test.authority).await })
    };
    wait_for_a_lock(database).await;
    let lower_id = id(database, lower.as_uuid());
    acting
        .execute_unprepared(&format!(
            "UPDATE sessions SET ended_at = 1, end_reason = 'sign_out' \
             WHERE session_id = {lower_id}"
        ))
        .await
        .expect("no deadlock");
    acting.commit().await.unwrap();

    assert_eq!(flushing.await.unwrap().expect("no deadlock"), 2);
    assert_eq!(last_seen(&test, higher).await.0, seen);
    assert_eq!(flush(&test).await, 0);
}
