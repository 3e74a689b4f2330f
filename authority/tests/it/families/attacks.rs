//! Attempts to get something out of the rules that they do not mean to give.

use std::{sync::Arc, time::Duration};

use latchkey_authority::{
    Authority, AuthorityTx, Lock, access_token,
    clock::Clock as _,
    database::connect,
    family::{self, RefreshError},
    key,
};
use latchkey_testing::{SeededRandomness, master_keys};
use latchkey_types::{FamilyEndReason, IncidentClass};
use tokio::time::timeout;

use super::support::{World, home, presenter, stranger};
use crate::support::{base64, count, cut_short, execute, id};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(5);

/// More waits than a refresh takes.
const MANY: usize = 200;

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
    // Judging a good token waits so often, and does nothing after it.
    let mut to_the_judgement = 0;
    for waits in 1..MANY {
        let (world, current, _) = with_a_rotated_token().await;
        let (caller, authority) = (home(), &world.test.authority);
        let presenter = presenter(&caller);
        let verifying = family::verify(authority, &current, &presenter);
        if cut_short(verifying, waits).await.is_some() {
            break;
        }
        to_the_judgement = waits;
    }
    for waits in 1..MANY {
        let (world, _, rotated) = with_a_rotated_token().await;
        let (caller, authority) = (stranger(), &world.test.authority);
        let presenter = presenter(&caller);
        let verifying = family::verify(authority, &rotated, &presenter);
        let finished = cut_short(verifying, waits).await;
        // Comes back when whatever was begun is through: it holds the user's row.
        let mut tx = AuthorityTx::begin(authority).await.unwrap();
        tx.lock_users(&[(world.user_id, Lock::Exclusive)])
            .await
            .unwrap();
        drop(tx);
        let is_ended = world.end_reason().await.is_some();
        let database = &world.test.database.connection;
        assert_eq!(count(database, "incidents").await, i64::from(is_ended));
        if !is_ended {
            assert!(
                waits <= to_the_judgement + 2,
                "judged, but not ended: {waits} waits, {to_the_judgement} to the judgement"
            );
        }
        if finished.is_some() {
            assert!(is_ended);
            return;
        }
    }
    panic!("never came to its end");
}

/// A family, its current token, and one that it has moved past long ago.
async fn with_a_rotated_token() -> (World, String, String) {
    let world = World::new().await;
    let second = world.rotate(&world.first).await;
    let third = world.rotate(&second).await;
    world.advance(60);
    let first = world.first.clone();
    (world, third, first)
}

#[tokio::test]
async fn a_refresh_that_finds_the_keys_changed_waits_for_no_second_connection() {
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
    world.advance(2);
    let caller = home();
    let presenter = presenter(&caller);
    // Anybody can have the keys read again: with a token that names an unknown one.
    let header = base64(r#"{"typ":"at+jwt","alg":"EdDSA","kid":"nobody"}"#.as_bytes());
    let unknown = format!("{header}.e30.AAAA");
    let mut current = world.first.clone();
    for waits in 1..MANY {
        let presented = current.clone();
        let mut refresh = Box::pin(family::refresh(&node, &presented, &presenter));
        let finished = match cut_short(&mut refresh, waits).await {
            Some(done) => Some(done),
            None => {
                world.advance(2);
                let now = world.test.clock.now();
                cut_short(access_token::verify(&node, &unknown, now), 1).await;
                None
            }
        };
        let is_through = finished.is_some();
        let refreshed = match finished {
            Some(done) => done,
            None => timeout(PATIENCE, refresh)
                .await
                .expect("it waits for no connection"),
        };
        current = refreshed.unwrap().issued.refresh_token.to_string();
        if is_through {
            assert!(waits > 3);
            return;
        }
    }
    panic!("never came to its end");
}
