//! A database that lost commits: a fail-over to a replica that lags behind, or a restored copy.

use latchkey_authority::family::{self, RefreshError};
use latchkey_types::{EventKind, FamilyEndReason, IncidentClass, RefreshOutcome};

use super::support::{World, home};

fn reused(result: &Result<family::Refreshed, RefreshError>) -> Option<IncidentClass> {
    match result {
        Err(RefreshError::Reused { class, .. }) => Some(*class),
        _ => None,
    }
}

/// A family that knows of generation 1, and a client with generation 3.
async fn fail_over() -> (World, [String; 3]) {
    let world = World::new().await;
    let first = world.rotate(&world.first).await;
    let second = world.rotate(&first).await;
    let third = world.rotate(&second).await;
    world.advance(60);
    world.lose_past(1).await;
    (world, [first, second, third])
}

#[tokio::test]
async fn i06_the_first_token_of_a_lost_time_line_is_adopted_and_the_operator_told() {
    let (world, [_, _, third]) = fail_over().await;
    let adopted = world
        .expect(&third, &home(), RefreshOutcome::LostTimeline)
        .await;
    let row = family::one(&world.test.authority, world.family_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.generation, 4, "past both time lines");
    let again = world.expect(&third, &home(), RefreshOutcome::Retry).await;
    assert_eq!(again, adopted, "a retry of the adopted one converges too");
    let kinds = world.test.event_kinds().await;
    assert!(kinds.contains(&EventKind::LostTimeline));
    assert!(world.incidents().await.is_empty());
    world.rotate(&adopted).await;
}

#[tokio::test]
async fn i06_a_second_token_of_a_lost_time_line_ends_the_family() {
    let (world, [_, second, third]) = fail_over().await;
    world
        .expect(&third, &home(), RefreshOutcome::LostTimeline)
        .await;
    let result = world.refresh(&second, &home()).await;
    assert_eq!(reused(&result), Some(IncidentClass::LostTimeline));
    assert_eq!(
        world.end_reason().await,
        Some(FamilyEndReason::LostTimeline)
    );
}

#[tokio::test]
async fn i06_a_generation_that_was_made_again_is_another_one() {
    let (world, [first, second, _]) = fail_over().await;
    // The client that still has generation 1 goes on with it: a second generation 2.
    let again = world.rotate(&first).await;
    assert_ne!(again, second);
    let result = world.refresh(&second, &home()).await;
    assert_eq!(
        result.unwrap().outcome,
        RefreshOutcome::LostTimeline,
        "other random bytes than that rotation's row"
    );
}

#[tokio::test]
async fn i06_what_an_adopted_token_moved_past_is_held_against_the_adoption() {
    let (world, [first, _, third]) = fail_over().await;
    let adopted = world
        .expect(&third, &home(), RefreshOutcome::LostTimeline)
        .await;
    world.advance(60);
    let next = world.rotate(&adopted).await;
    world.advance(60);
    world.rotate(&next).await;
    world.advance(60);
    let result = world.refresh(&first, &home()).await;
    assert_eq!(reused(&result), Some(IncidentClass::StaleCopy));
    let incidents = world.incidents().await;
    assert_eq!(incidents[0].gap.as_secs(), 180, "from the adoption on");
}
