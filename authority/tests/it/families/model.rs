//! The rules as a plain state machine, and the program beside it: both are asked the same things in
//! the same random order, and must answer alike and remember alike.
//!
//! What can happen: refreshing, retrying, losing replies, reusing old tokens from here and from
//! elsewhere, verifying, signing out, using access tokens, disabling, expiring, several callers at
//! once, several families, several nodes that note and forget, and a database that is put back to
//! an older copy.

mod dice;
mod family;
mod fits;
mod machine;
mod play;
mod portrait;
mod real;

use std::{collections::BTreeSet, sync::Arc};

use latchkey_testing::{TestAuthority, TestDatabase, rounds};

use play::Play;

pub(crate) use dice::Dice;
pub(crate) use fits::fits;
pub(crate) use machine::{
    Access, Answer, DAY, Machine, Millis, Presented, Rules, SECOND, Token, Who,
};
pub(crate) use real::{Real, Request, ask};

/// How many things are done in one play.
const STEPS: usize = 150;

/// How many plays are added at the most until everything was come by.
const MORE: usize = 100;

/// How many plays are given on one database.
const PLAYS: usize = 20;

/// What the plays must come by together: plays that reach no theft say nothing of thefts.
const REACHED: [&str; 18] = [
    "Rotated",
    "Retry",
    "ForeignRetry",
    "LostResponse",
    "LostTimeline",
    "Reused(StaleCopy)",
    "Reused(Theft)",
    "Reused(LostTimeline)",
    "Ended(SignOut)",
    "Ended(UserDisabled)",
    "Ended(Theft)",
    "Ended(Idle)",
    "Ended(Expired)",
    "Valid",
    "SignedOut",
    "Forged",
    "NotTheirs",
    "Expired",
];

async fn play(test: &Arc<TestAuthority>, seed: u64) -> BTreeSet<String> {
    let mut play = Play::new(test, seed).await;
    for number in 0..STEPS {
        if let Err(mismatch) = play.step(number).await {
            let trace = play.trace.join("\n");
            panic!("what was done:\n{trace}\nseed {seed}, step {number}: {mismatch}");
        }
    }
    play.seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i06_the_program_does_what_the_rules_say_in_any_order() {
    let mut seen = BTreeSet::new();
    let mut test = Arc::new(TestAuthority::new().await);
    // PostgreSQL makes a database for each few plays, and takes its time.
    let enough = rounds(
        12,
        if TestDatabase::is_postgres() {
            150
        } else {
            1_000
        },
    );
    let mut played = 0;
    // What several callers at once come by is chance: so it goes on, within reason, until all was
    // seen.
    for seed in 0..enough + MORE {
        if seed >= enough && REACHED.iter().all(|reached| seen.contains(*reached)) {
            break;
        }
        if seed % PLAYS == PLAYS - 1 {
            test = Arc::new(TestAuthority::new().await);
        }
        seen.extend(play(&test, u64::try_from(seed).unwrap()).await);
        played += 1;
    }
    println!("{played} plays of {STEPS} steps");
    for reached in REACHED {
        assert!(
            seen.contains(reached),
            "no play reached {reached}: {seen:?}"
        );
    }
}
