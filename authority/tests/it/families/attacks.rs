//! Attempts to get something out of the rules that they do not mean to give.

use std::{sync::Arc, time::Duration};

use latchkey_authority::{
    Authority, AuthorityTx, Lock,
    database::connect,
    family::{self, RefreshError},
    key,
    signal::Signal,
};
use latchkey_testing::{SeededRandomness, TestDatabase, master_keys};
use latchkey_types::{FamilyEndReason, IncidentClass, RefreshOutcome};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use tokio::time::timeout;

use super::support::{World, home, presenter, stranger};
use crate::support::{cut_short, execute, id, wait_for_a_lock};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_token_of_a_family_that_was_forgotten_is_refused_and_holds_nobody_up() {
    let world = World::new().await;
    let database = &world.test.database.connection;
    let family = id(database, world.family_id.as_uuid());
    execute(
        database,
        &format!("DELETE FROM families WHERE family_id = {family}"),
    )
    .await;
    let caller = home();
    let presenter = presenter(&caller);
    let authority = &world.test.authority;
    let refreshed = timeout(
        PATIENCE,
        family::refresh(authority, &world.first, &presenter),
    )
    .await
    .unwrap();
    assert!(matches!(refreshed, Err(RefreshError::Forged)));
    world.advance(60);
    let verified = timeout(
        PATIENCE,
        family::verify(authority, &world.first, &presenter),
    )
    .await
    .unwrap();
    assert!(matches!(verified, Err(RefreshError::Forged)));
    world.advance(60);
    let signed_out = timeout(
        PATIENCE,
        family::sign_out(authority, &world.first, &presenter),
    )
    .await
    .unwrap();
    assert!(matches!(signed_out, Err(RefreshError::Forged)));
}

#[tokio::test]
async fn i06_a_rotated_token_is_reuse_however_often_the_family_was_refreshed_since() {
    let world = World::new().await;
    let mut current = world.first.clone();
    // All within the grace of the first rotation.
    for _ in 0..510 {
        current = world.rotate(&current).await;
    }
    let result = world.refresh(&world.first, &stranger()).await;
    assert!(
        matches!(
            result,
            Err(RefreshError::Reused {
                class: IncidentClass::Theft,
                ..
            })
        ),
        "{result:?}"
    );
    assert_eq!(world.end_reason().await, Some(FamilyEndReason::Theft));
}

#[tokio::test]
async fn i01_whoever_presents_a_stolen_token_and_hangs_up_gives_themselves_away() {
    // SQLite lets nobody wait half-way.
    if !TestDatabase::is_postgres() {
        return;
    }
    let world = World::new().await;
    let rotated = world.first.clone();
    let second = world.rotate(&rotated).await;
    world.rotate(&second).await;
    world.advance(60);
    let database = &world.test.database.connection;
    // What follows from the judgement has to wait half-way.
    let holding = database.begin().await.unwrap();
    holding
        .execute_unprepared("LOCK TABLE incidents IN SHARE MODE")
        .await
        .unwrap();
    let verifying = tokio::spawn({
        let authority = world.test.authority.clone();
        async move {
            let caller = stranger();
            family::verify(&authority, &rotated, &presenter(&caller)).await
        }
    });
    wait_for_a_lock(database).await;
    verifying.abort();
    assert!(verifying.await.unwrap_err().is_cancelled());
    holding.rollback().await.unwrap();
    // Comes back once whatever was begun is committed or undone: it holds the user's row.
    let mut tx = AuthorityTx::begin(&world.test.authority).await.unwrap();
    tx.lock_users(&[(world.user_id, Lock::Exclusive)])
        .await
        .unwrap();
    assert_eq!(world.end_reason().await, Some(FamilyEndReason::Theft));
    assert_eq!(world.incidents().await.len(), 1);
}

#[tokio::test]
async fn a_refresh_beside_a_change_of_the_keys_waits_for_no_second_connection() {
    let world = World::new().await;
    // A pool that one refresh uses up.
    let node = Authority::new(
        connect(&world.test.database.url, 1).await.unwrap(),
        world.test.clock.clone(),
        Arc::new(SeededRandomness::new(7)),
        master_keys(),
        world.test.authority.policy().clone(),
    );
    key::load(&node).await.unwrap();
    let changing = AuthorityTx::begin(&node).await.unwrap();
    let caller = home();
    let presenter = presenter(&caller);
    let mut refreshing = Box::pin(family::refresh(&node, &world.first, &presenter));
    // It has its keys, and waits for its turn.
    assert!(cut_short(&mut refreshing, 1).await.is_none());
    changing.commit([], Signal::KeysChanged).await.unwrap();
    let refreshed = timeout(PATIENCE, refreshing).await.unwrap();
    assert_eq!(refreshed.unwrap().outcome, RefreshOutcome::Rotated);
}
