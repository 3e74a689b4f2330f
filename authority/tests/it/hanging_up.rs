//! A client that hangs up half-way changes nothing about what happens.

use latchkey_authority::session::end;
use latchkey_testing::{TestAuthority, caller};
use latchkey_types::{Role, SessionId};
use sea_orm::DatabaseConnection;

use crate::support::{count, cut_short, id};

/// More waits than ending a session takes.
const MANY: usize = 200;

#[tokio::test]
async fn i01_a_caller_that_goes_away_leaves_all_of_a_change_or_nothing() {
    let test = TestAuthority::new().await;
    let database = &test.database.connection;
    let (mut ended, mut left) = (0, 0);
    for waits in 1..MANY {
        let principal = test.signed_in(Role::User).await;
        let other = test.session(principal.user_id).await;
        let caller = caller();
        let ending = end::own(&test.authority, &principal, other, &caller);
        let finished = cut_short(ending, waits).await;
        settle(&test, &principal).await;

        let is_ended = !is_open(database, other).await;
        let of_session = format!("session_id = {}", id(database, other.as_uuid()));
        let events = format!("audit_events WHERE kind = 'session.ended' AND {of_session}");
        let signals = format!("signals WHERE {of_session}");
        assert_eq!(
            count(database, &events).await,
            i64::from(is_ended),
            "after {waits} waits"
        );
        assert_eq!(
            count(database, &signals).await,
            i64::from(is_ended),
            "after {waits} waits"
        );
        match finished {
            Some(result) => {
                assert!(result.unwrap());
                assert!(is_ended);
                assert!(left > 0, "it was cut short at least once");
                return;
            }
            None if is_ended => ended += 1,
            None => left += 1,
        }
    }
    panic!("{ended} ended and {left} left, but none ran to its end in {MANY} waits");
}

#[tokio::test]
async fn i01_a_signal_is_applied_here_although_its_caller_went_away() {
    let test = TestAuthority::new().await;
    // Which wait is the one for the commit depends on how fast the database is today.
    for _ in 0..20 {
        if cut_in_the_commit(&test).await {
            return;
        }
    }
    panic!("no caller went away in the middle of a commit");
}

/// Cuts callers short at one wait after the other; returns whether one of them went away although
/// its change was made. What a node holds of a session must be gone with every change.
async fn cut_in_the_commit(test: &TestAuthority) -> bool {
    let last_seen = test.authority.last_seen();
    for waits in 1..MANY {
        let principal = test.signed_in(Role::User).await;
        let other = test.session(principal.user_id).await;
        last_seen.note(other, test.authority.now(), String::new());
        let caller = caller();
        let ending = end::own(&test.authority, &principal, other, &caller);
        let finished = cut_short(ending, waits).await;
        settle(test, &principal).await;

        if !is_open(&test.database.connection, other).await {
            let mut turns = 0;
            while last_seen.pending(other).is_some() && turns < 10_000 {
                tokio::task::yield_now().await;
                turns += 1;
            }
            assert_eq!(last_seen.pending(other), None, "after {waits} waits");
            if finished.is_none() {
                return true;
            }
        }
        if finished.is_some() {
            return false;
        }
    }
    panic!("none ran to its end in {MANY} waits");
}

/// Comes back once whatever was begun for this user is committed or undone: it holds their row.
async fn settle(test: &TestAuthority, principal: &latchkey_authority::principal::Principal) {
    let mut tx = latchkey_authority::AuthorityTx::begin(&test.authority)
        .await
        .unwrap();
    tx.lock_users(&[(principal.user_id, latchkey_authority::Lock::Exclusive)])
        .await
        .unwrap();
}

async fn is_open(database: &DatabaseConnection, session_id: SessionId) -> bool {
    let session_id = id(database, session_id.as_uuid());
    let open = format!("sessions WHERE ended_at IS NULL AND session_id = {session_id}");
    count(database, &open).await == 1
}
