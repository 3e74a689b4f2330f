//! Attempts to get something out of the rules that they do not mean to give.

use std::time::Duration;

use latchkey_authority::family::{self, RefreshError};
use latchkey_types::{FamilyEndReason, IncidentClass};
use tokio::time::timeout;

use super::support::{World, home, presenter, stranger};
use crate::support::{execute, id};

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
    world.advance(60).await;
    let verified = timeout(
        PATIENCE,
        family::verify(authority, &world.first, &presenter),
    )
    .await
    .unwrap();
    assert!(matches!(verified, Err(RefreshError::Forged)));
    world.advance(60).await;
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
