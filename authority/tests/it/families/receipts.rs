//! Writing who has shown that they hold what a rotation gave, off the path of requests.

use std::sync::Arc;

use latchkey_authority::family;
use latchkey_testing::{TestAuthority, TestDatabase};
use latchkey_types::{FamilyId, Role};
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::support::{home, open, presenter};
use crate::support::{count, id, wait_for_a_lock};

const WRITTEN: &str = "rotations WHERE received_at IS NOT NULL";

/// So many families of one user, each of which somebody has shown to hold.
async fn shown(test: &TestAuthority, number: usize) -> Vec<FamilyId> {
    let user_id = test.user(Role::User).await;
    let home = home();
    let mut families = Vec::new();
    for _ in 0..number {
        let issued = open(test, user_id, None, &home).await;
        family::verify(&test.authority, &issued.refresh_token, &presenter(&home))
            .await
            .unwrap();
        families.push(issued.family_id);
    }
    families
}

async fn flush(test: &TestAuthority) -> usize {
    let authority = &test.authority;
    authority.receipts().flush(authority).await.unwrap()
}

#[tokio::test]
async fn more_than_one_batch_is_written_and_each_receipt_once() {
    let test = TestAuthority::new().await;
    shown(&test, 510).await;
    assert_eq!(flush(&test).await, 510);
    let database = &test.database.connection;
    assert_eq!(count(database, WRITTEN).await, 510);
    assert_eq!(flush(&test).await, 0);
}

/// A refresh holds the rotation that it counts a retry on, and may go on to another row: nobody may
/// hold that other one while waiting for the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writing_receipts_never_waits_while_it_holds_a_rotation() {
    if !TestDatabase::is_postgres() {
        return; // One writer at a time: nobody holds a row that another one wants.
    }
    let test = Arc::new(TestAuthority::new().await);
    let mut families = shown(&test, 3).await;
    families.sort();
    let database = &test.database.connection;
    let retried = |family: FamilyId| {
        let family = id(database, family.as_uuid());
        format!("UPDATE rotations SET retries = retries + 1 WHERE family_id = {family}")
    };
    let refreshing = database.begin().await.unwrap();
    refreshing
        .execute_unprepared(&retried(families[1]))
        .await
        .unwrap();
    let flushing = {
        let test = Arc::clone(&test);
        tokio::spawn(async move { test.authority.receipts().flush(&test.authority).await })
    };
    wait_for_a_lock(database).await;
    // What nobody holds is written already, and held no more.
    assert_eq!(count(database, WRITTEN).await, 2);
    for other in [families[0], families[2]] {
        refreshing
            .execute_unprepared(&retried(other))
            .await
            .expect("no deadlock");
    }
    refreshing.commit().await.unwrap();
    assert_eq!(flushing.await.unwrap().expect("no deadlock"), 3);
    assert_eq!(count(database, WRITTEN).await, 3);
    assert_eq!(flush(&test).await, 0);
}
