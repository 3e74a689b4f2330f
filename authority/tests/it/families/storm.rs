//! 64 callers on one token, on several nodes: one successor, and everybody whom the rules excuse
//! converges on it.

use std::{collections::BTreeSet, pin::Pin, sync::Arc};

use latchkey_authority::{
    Authority,
    caller::Caller,
    family::{self, RefreshError, Refreshed},
    principal::Actor,
    user,
};
use latchkey_testing::{master_keys, rounds};
use latchkey_types::{FamilyEndReason, IncidentClass, RefreshOutcome};

use super::support::{World, away, home, presenter, stranger};
use crate::support::{count, id, together};

const MANY: usize = 64;

type Reply = Result<Refreshed, RefreshError>;
type Task = Pin<Box<dyn Future<Output = Option<Reply>> + Send>>;

/// Several nodes on the database of one family.
struct Storm {
    world: Arc<World>,
    nodes: Vec<Authority>,
}

impl Storm {
    async fn new() -> Self {
        let world = World::new().await;
        let mut nodes = vec![world.test.authority.clone()];
        nodes.extend((50..52).map(|seed| world.test.node(master_keys(), seed)));
        Self {
            world: Arc::new(world),
            nodes,
        }
    }

    /// `MANY` refreshes with `token`, spread over the nodes, by these callers in turn.
    fn refreshes(&self, token: &str, callers: &[Caller]) -> Vec<Task> {
        (0..MANY)
            .map(|number| {
                let authority = self.nodes[number % self.nodes.len()].clone();
                let caller = callers[number % callers.len()].clone();
                let token = token.to_owned();
                Box::pin(async move {
                    Some(family::refresh(&authority, &token, &presenter(&caller)).await)
                }) as Task
            })
            .collect()
    }

    /// All of them, with `change` in their midst.
    async fn around(&self, mut tasks: Vec<Task>, change: Task) -> Vec<Reply> {
        tasks.insert(tasks.len() / 2, change);
        together(tasks).await.into_iter().flatten().collect()
    }

    /// How many generations the family has had.
    async fn generations(&self) -> i64 {
        let connection = &self.world.test.database.connection;
        let family = id(connection, self.world.family_id.as_uuid());
        count(connection, &format!("rotations WHERE family_id = {family}")).await
    }
}

/// The one token that all who got something got; how often by each outcome; why others got nothing.
fn converged(replies: &[Reply]) -> (Option<String>, Vec<RefreshOutcome>, Vec<FamilyEndReason>) {
    let mut tokens = BTreeSet::new();
    let mut outcomes = Vec::new();
    let mut refused = Vec::new();
    for reply in replies {
        match reply {
            Ok(refreshed) => {
                tokens.insert(refreshed.issued.refresh_token.to_string());
                outcomes.push(refreshed.outcome);
            }
            Err(RefreshError::Ended { reason, .. }) => refused.push(*reason),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(tokens.len() <= 1, "no fork: {tokens:?}");
    (tokens.pop_first(), outcomes, refused)
}

fn times(outcomes: &[RefreshOutcome], which: RefreshOutcome) -> usize {
    outcomes.iter().filter(|outcome| **outcome == which).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i06_sixty_four_callers_with_one_token_get_its_one_successor() {
    for _ in 0..rounds(2, 50) {
        let storm = Storm::new().await;
        let mut current = storm.world.first.clone();
        for generation in 1..=3 {
            let replies = together(storm.refreshes(&current, &[home()])).await;
            let replies: Vec<Reply> = replies.into_iter().flatten().collect();
            let (token, outcomes, refused) = converged(&replies);
            assert_eq!(times(&outcomes, RefreshOutcome::Rotated), 1);
            assert_eq!(times(&outcomes, RefreshOutcome::Retry), MANY - 1);
            assert!(refused.is_empty());
            assert_eq!(storm.generations().await, generation + 1);
            current = token.unwrap();
        }
        storm.world.rotate(&current).await;
        assert!(storm.world.incidents().await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i06_callers_from_two_networks_converge_and_are_told_of_once() {
    for _ in 0..rounds(2, 50) {
        let storm = Storm::new().await;
        let callers = [home(), away()];
        let replies = together(storm.refreshes(&storm.world.first, &callers)).await;
        let replies: Vec<Reply> = replies.into_iter().flatten().collect();
        let (token, outcomes, refused) = converged(&replies);
        assert_eq!(times(&outcomes, RefreshOutcome::Rotated), 1);
        assert_eq!(times(&outcomes, RefreshOutcome::Retry), MANY / 2 - 1);
        assert_eq!(times(&outcomes, RefreshOutcome::ForeignRetry), MANY / 2);
        assert!(refused.is_empty());
        let incidents = storm.world.incidents().await;
        assert_eq!(incidents.len(), 1, "one for the day");
        assert_eq!(incidents[0].class, IncidentClass::Suspected);
        storm.world.rotate(&token.unwrap()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i06_sixty_four_callers_who_lost_one_reply_move_on_once() {
    for _ in 0..rounds(2, 50) {
        let storm = Storm::new().await;
        let unseen = storm.world.rotate(&storm.world.first).await;
        storm.world.advance(60);
        let replies = together(storm.refreshes(&storm.world.first, &[home()])).await;
        let replies: Vec<Reply> = replies.into_iter().flatten().collect();
        let (token, outcomes, _) = converged(&replies);
        assert_eq!(times(&outcomes, RefreshOutcome::LostResponse), 1);
        assert_eq!(times(&outcomes, RefreshOutcome::Retry), MANY - 1);
        assert_eq!(storm.generations().await, 3);
        assert_ne!(token, Some(unseen));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i06_a_token_that_the_database_lost_is_adopted_once() {
    for _ in 0..rounds(2, 50) {
        let storm = Storm::new().await;
        let newer = storm.world.rotate(&storm.world.first).await;
        storm.world.lose_past(0).await;
        let replies = together(storm.refreshes(&newer, &[home()])).await;
        let replies: Vec<Reply> = replies.into_iter().flatten().collect();
        let (_, outcomes, refused) = converged(&replies);
        assert_eq!(times(&outcomes, RefreshOutcome::LostTimeline), 1);
        assert_eq!(times(&outcomes, RefreshOutcome::Retry), MANY - 1);
        assert!(refused.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i06_nobody_gets_a_pair_after_a_sign_out_or_a_disabling_among_them() {
    for round in 0..rounds(4, 100) {
        let storm = Storm::new().await;
        let is_sign_out = round % 2 == 0;
        let (world, node) = (Arc::clone(&storm.world), storm.nodes[1].clone());
        let change: Task = Box::pin(async move {
            let home = home();
            if is_sign_out {
                family::sign_out(&node, &world.first, &presenter(&home))
                    .await
                    .unwrap();
            } else {
                let disabled = user::disable(&node, Actor::Operator, world.user_id, &home);
                assert!(disabled.await.unwrap());
            }
            None
        });
        let expected = if is_sign_out {
            FamilyEndReason::SignOut
        } else {
            FamilyEndReason::UserDisabled
        };
        let tasks = storm.refreshes(&storm.world.first, &[home()]);
        let replies = storm.around(tasks, change).await;
        let (token, _, refused) = converged(&replies);
        assert!(refused.iter().all(|reason| *reason == expected));
        assert_eq!(storm.world.end_reason().await, Some(expected));
        assert_eq!(
            storm.generations().await,
            1 + i64::from(token.is_some()),
            "round {round}"
        );
        let last = token.unwrap_or_else(|| storm.world.first.clone());
        let after = storm.world.refresh(&last, &home()).await;
        assert!(matches!(after, Err(RefreshError::Ended { .. })));
        assert!(storm.world.incidents().await.is_empty(), "without alarm");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i06_a_reuse_among_them_ends_the_family_once_with_one_incident() {
    for round in 0..rounds(2, 50) {
        let storm = Storm::new().await;
        let second = storm.world.rotate(&storm.world.first).await;
        storm.world.advance(60);
        let (world, node) = (Arc::clone(&storm.world), storm.nodes[2].clone());
        let change: Task = Box::pin(async move {
            let stranger = stranger();
            let reused = family::refresh(&node, &world.first, &presenter(&stranger)).await;
            assert!(matches!(
                reused,
                Err(RefreshError::Reused {
                    class: IncidentClass::Theft,
                    ..
                })
            ));
            None
        });
        let tasks = storm.refreshes(&second, &[home()]);
        let replies = storm.around(tasks, change).await;
        let (_, outcomes, refused) = converged(&replies);
        assert_eq!(outcomes.len() + refused.len(), MANY);
        assert!(refused.iter().all(|why| *why == FamilyEndReason::Theft));
        let incidents = storm.world.incidents().await;
        assert_eq!(incidents.len(), 1, "round {round}");
        assert_eq!(
            usize::try_from(incidents[0].sightings).unwrap(),
            refused.len(),
            "each refusal afterwards is part of the story"
        );
        assert_eq!(
            storm.world.end_reason().await,
            Some(FamilyEndReason::Theft),
            "round {round}"
        );
    }
}
