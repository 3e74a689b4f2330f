//! A server process that dies in the middle: `abort()` before the commit, after it, and before the
//! reply. Afterwards no family is lost, none has two successors, and whoever tries again goes on.
//!
//! The process that dies is this test program, started once more. It lasts until the moment in
//! question: a number of draws of randomness (all statements are through by the last one, and
//! nothing is committed), the commit as another connection sees it, or the reply.

mod child;

use std::{os::unix::process::ExitStatusExt, process::Command};

use latchkey_authority::{
    clock::Clock,
    family::{self, RefreshError},
};
use latchkey_testing::rounds;
use latchkey_types::{FamilyEndReason, FamilyId, IncidentClass, RefreshOutcome};

use super::support::{World, home, open, presenter, stranger};
use crate::support::{count, id};
use child::{ORDER, Order};

/// `SIGABRT`: the process ended as it should have.
const ABORTED: i32 = 6;

/// When it dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// In the transaction, at this draw of randomness.
    BeforeCommit(u32),
    /// As soon as somebody else sees what was committed.
    AfterCommit,
    /// With the reply in hand.
    BeforeReply,
}

/// Every moment, as often as the tests have time for.
fn moments(draws: u32) -> impl Iterator<Item = Moment> {
    (0..rounds(2, 30)).flat_map(move |number| {
        let draw = 1 + u32::try_from(number).unwrap() % draws;
        [
            Moment::BeforeCommit(draw),
            Moment::AfterCommit,
            Moment::BeforeReply,
        ]
    })
}

/// Presents a token to a process that dies at this moment.
fn die(world: &World, family_id: FamilyId, token: &str, is_stranger: bool, moment: Moment) {
    let order = Order {
        url: world.test.database.url.clone(),
        now: world.test.clock.now().0,
        family_id,
        token: token.to_owned(),
        is_stranger,
        moment,
    };
    let output = Command::new(std::env::current_exe().unwrap())
        .args([child::NAME, "--exact", "--ignored", "--nocapture"])
        .env(ORDER, order.text())
        .output()
        .unwrap();
    assert_eq!(
        output.status.signal(),
        Some(ABORTED),
        "{moment:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// How many rotations were made by presenting the token of a generation.
async fn successors(world: &World, family_id: FamilyId, generation: i64) -> i64 {
    let connection = &world.test.database.connection;
    let family = id(connection, family_id.as_uuid());
    let of = format!("rotations WHERE family_id = {family} AND from_generation = {generation}");
    count(connection, &of).await
}

async fn generation(world: &World, family_id: FamilyId) -> i64 {
    let row = family::one(&world.test.authority, family_id).await.unwrap();
    let row = row.expect("no family is lost");
    assert!(row.ended.is_none(), "no family ends by a crash");
    row.generation
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i06_a_crash_in_a_refresh_leaves_one_successor_at_most_and_the_client_goes_on() {
    let world = World::new().await;
    for (number, moment) in moments(2).enumerate() {
        let opened = open(&world.test, world.user_id, None, &home()).await;
        let (family_id, first) = (opened.family_id, opened.refresh_token.to_string());
        die(&world, family_id, &first, false, moment);

        let is_committed = !matches!(moment, Moment::BeforeCommit(_));
        assert_eq!(
            generation(&world, family_id).await,
            i64::from(is_committed),
            "{moment:?}"
        );
        // The client tries again, at once or when its laptop wakes up.
        let is_late = number % 2 == 1;
        if is_late {
            world.advance(3_600);
        }
        let expected = match (is_committed, is_late) {
            (false, _) => RefreshOutcome::Rotated,
            (true, false) => RefreshOutcome::Retry,
            (true, true) => RefreshOutcome::LostResponse,
        };
        let second = world.expect(&first, &home(), expected).await;
        let third = world
            .expect(&second, &home(), RefreshOutcome::Rotated)
            .await;
        world.expect(&third, &home(), RefreshOutcome::Rotated).await;
        let made = successors(&world, family_id, 0).await;
        // Where the reply was lost for good, the first successor is superseded, not beside it.
        let superseded = i64::from(expected == RefreshOutcome::LostResponse);
        assert_eq!(made, 1 + superseded, "{moment:?}");
    }
    assert!(world.incidents().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i06_a_crash_while_a_lost_reply_is_made_good_loses_no_family() {
    let world = World::new().await;
    for moment in moments(2) {
        let opened = open(&world.test, world.user_id, None, &home()).await;
        let (family_id, first) = (opened.family_id, opened.refresh_token.to_string());
        world.expect(&first, &home(), RefreshOutcome::Rotated).await;
        world.advance(60);
        die(&world, family_id, &first, false, moment);

        let is_committed = !matches!(moment, Moment::BeforeCommit(_));
        assert_eq!(
            generation(&world, family_id).await,
            1 + i64::from(is_committed),
            "{moment:?}"
        );
        let expected = if is_committed {
            RefreshOutcome::Retry
        } else {
            RefreshOutcome::LostResponse
        };
        let next = world.expect(&first, &home(), expected).await;
        world.expect(&next, &home(), RefreshOutcome::Rotated).await;
    }
    assert!(world.incidents().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i01_a_crash_while_a_reuse_is_judged_ends_the_family_with_its_incident_or_not_at_all() {
    let world = World::new().await;
    let mut incidents = 0;
    for moment in moments(1) {
        let opened = open(&world.test, world.user_id, None, &home()).await;
        let (family_id, first) = (opened.family_id, opened.refresh_token.to_string());
        let second = world.expect(&first, &home(), RefreshOutcome::Rotated).await;
        world
            .expect(&second, &home(), RefreshOutcome::Rotated)
            .await;
        world.advance(60);
        die(&world, family_id, &first, true, moment);

        let is_committed = !matches!(moment, Moment::BeforeCommit(_));
        incidents += usize::from(is_committed);
        assert_eq!(world.incidents().await.len(), incidents, "{moment:?}");
        let stranger = stranger();
        let again = family::refresh(&world.test.authority, &first, &presenter(&stranger)).await;
        if is_committed {
            assert!(matches!(
                again,
                Err(RefreshError::Ended {
                    reason: FamilyEndReason::Theft,
                    ..
                })
            ));
        } else {
            assert!(matches!(
                again,
                Err(RefreshError::Reused {
                    class: IncidentClass::Theft,
                    ..
                })
            ));
            incidents += 1;
        }
        let connection = &world.test.database.connection;
        let told = format!("signals WHERE kind = 'family_ended' AND payload LIKE '%{family_id}%'");
        assert_eq!(count(connection, &told).await, 1, "{moment:?}");
    }
}
