//! Thieves of refresh tokens against an honest client that loses replies, opens tabs, renders pages
//! on a server, sleeps, and moves.
//!
//! The rules are driven in memory, by the state machine that `model` shows to do what the program
//! does; a few days are lived on the program itself. The figures in `docs/refresh.md` are printed by
//!
//! ```sh
//! LATCHKEY_TEST_LONG=1 cargo test -p latchkey-authority --test it families::thief -- --nocapture
//! ```

mod honest;
mod play;
mod stage;
mod strategy;
mod tally;

use std::sync::Arc;

use latchkey_testing::{TestAuthority, rounds};
use latchkey_types::IncidentClass;

use super::model::{Answer, Rules};

use honest::{Early, Habits};
use play::{End, Play, SignedOut};
use stage::Stage;
use strategy::{Disguise, Loot, Plan, Strategy};
use tally::Tally;

/// Where the seeds of the figures begin.
const SEED: u64 = 1_000;

/// Over so many seeds the days are spread.
const LIVES: u64 = 10;

fn days(usual: usize, long: usize) -> i64 {
    i64::try_from(rounds(usual, long)).unwrap()
}

#[tokio::test]
async fn the_honest_client_alone_is_never_signed_out() {
    let days = days(1_000, 100_000);
    for (name, habits) in [
        ("a browser with tabs", Habits::BROWSER),
        ("a browser whose pages are rendered", Habits::RENDERED),
    ] {
        let mut refreshes = 0;
        for seed in SEED..SEED + LIVES {
            let play = Play::new(Stage::in_memory(), seed, habits).await;
            let (more, signed_out) = play.live(days / i64::try_from(LIVES).unwrap()).await;
            refreshes += more;
            assert!(signed_out.is_empty(), "{name}, seed {seed}: {signed_out:?}");
        }
        println!("{name}: {days} days, {refreshes} refreshes, never signed out");
    }
}

/// What the text of the rules costs clients that do not do what it asks. No bound but that it is
/// rare: the figures are for the reader.
#[tokio::test]
async fn clients_that_break_a_rule_are_signed_out_now_and_then() {
    let days = days(500, 100_000);
    for (name, habits) in [
        (
            "a browser that changes the network between a request and its retry",
            Habits {
                moves_in_between: true,
                ..Habits::BROWSER
            },
        ),
        (
            "a back end that names no system",
            Habits {
                is_back_end: true,
                tabs: 1,
                ..Habits::BROWSER
            },
        ),
    ] {
        let play = Play::new(Stage::in_memory(), SEED, habits).await;
        let (refreshes, signed_out) = play.live(days).await;
        let times = i64::try_from(signed_out.len()).unwrap();
        println!("{name}: {days} days, {refreshes} refreshes, signed out {times} times");
        assert!(times < days / 5, "{name}: {times}");
    }
}

/// A renderer may show us the access token before the page is delivered. That the pair was received
/// is known from then on: a page that is lost and asked for again past the grace signs out. Within it
/// nothing does.
#[tokio::test]
async fn within_the_grace_no_renderer_is_signed_out_that_uses_the_access_token_first() {
    let days = days(500, 100_000);
    for (name, early) in [
        ("with its browser's user agent", Early::AsTheBrowser),
        ("as itself", Early::AsItself),
    ] {
        let habits = Habits {
            asks_early: Some(early),
            ..Habits::RENDERED
        };
        let play = Play::new(Stage::in_memory(), SEED, habits).await;
        let (refreshes, signed_out) = play.live(days).await;
        let times = i64::try_from(signed_out.len()).unwrap();
        println!(
            "a renderer that shows us the access token {name} before the page is delivered: \
             {days} days, {refreshes} refreshes, signed out {times} times, never within the grace"
        );
        let is_past = |one: &SignedOut| {
            one.answer == Answer::Reused(IncidentClass::StaleCopy)
                && one.gap.is_some_and(|gap| gap > Rules::default().grace)
        };
        assert!(signed_out.iter().all(is_past), "{name}: {signed_out:?}");
        assert!(times < days / 5, "{name}: {times}");
    }
}

#[tokio::test]
async fn a_thief_is_found_by_the_next_refresh_of_the_honest_client_or_has_nothing() {
    let times = rounds(10, 1_000);
    println!("{}", Tally::HEAD);
    for is_abandoned in [false, true] {
        for plan in Plan::ALL {
            for disguise in Disguise::ALL {
                let strategy = Strategy {
                    plan,
                    disguise,
                    is_abandoned,
                };
                let mut tally = Tally::new(strategy);
                for number in 0..times {
                    let habits = [Habits::BROWSER, Habits::RENDERED][number % 2];
                    let seed = SEED + u64::try_from(number).unwrap();
                    let play = Play::new(Stage::in_memory(), seed, habits).await;
                    let (end, loot) = play.stolen_from(strategy).await;
                    assert_eq!(loot.outlived, 0, "{strategy:?}, seed {seed}: {loot:?}");
                    assert!(
                        is_allowed(strategy, end, &loot),
                        "{strategy:?}, seed {seed}: {end:?} {loot:?}"
                    );
                    tally.add(end, &loot);
                }
                println!("{tally}");
            }
        }
    }
}

/// Who may go unseen: whoever the honest client has not refreshed after; whoever comes within the
/// grace of an honest refresh (from elsewhere it is on the record, and suspected from the third in a
/// day on), and whoever takes the tokens of somebody who never refreshes again.
fn is_allowed(strategy: Strategy, end: End, loot: &Loot) -> bool {
    match end {
        End::Found | End::Nothing | End::Outdone => true,
        End::Suspected | End::Unseen => {
            strategy.is_abandoned || loot.is_pending || loot.retries + loot.converged > 0
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i06_the_program_treats_honest_clients_and_thieves_as_the_rules_do() {
    let test = Arc::new(TestAuthority::new().await);
    let mut seed = SEED;
    for habits in [Habits::BROWSER, Habits::RENDERED] {
        seed += 1;
        let stage = Stage::real(&test, seed).await;
        let (_, signed_out) = Play::new(stage, seed, habits).await.live(days(2, 40)).await;
        assert!(signed_out.is_empty(), "seed {seed}: {signed_out:?}");
    }
    for plan in Plan::ALL {
        for disguise in Disguise::ALL
            .into_iter()
            .cycle()
            .skip(plan as usize)
            .take(rounds(1, 3))
        {
            let strategy = Strategy {
                plan,
                disguise,
                is_abandoned: false,
            };
            seed += 1;
            let stage = Stage::real(&test, seed).await;
            let mut play = Play::new(stage, seed, Habits::BROWSER).await;
            play.is_short = true;
            let (end, loot) = play.stolen_from(strategy).await;
            assert_eq!(loot.outlived, 0, "{strategy:?}, seed {seed}: {loot:?}");
            assert!(
                is_allowed(strategy, end, &loot),
                "{strategy:?}, seed {seed}: {end:?}"
            );
        }
    }
}
