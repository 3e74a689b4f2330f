//! Faults, in an order that chance decides, each between two stretches of calm.

mod clocks;
mod database;
mod mass;
mod processes;

use std::{rc::Rc, time::Duration};

use anyhow::{Context as _, bail};

use crate::{
    clock::Nanos,
    cluster::Cluster,
    history::Fault,
    options::{Faults, Load},
    postgres::Postgres,
    say,
    world::{World, number},
};

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    StopDatabase,
    Pause,
    Kill,
    CutHints,
    CutFeed,
    Hold,
    Clock,
    Bulk,
}

const KINDS: [(Kind, &str); 8] = [
    (Kind::StopDatabase, "stop-database"),
    (Kind::Pause, "pause"),
    (Kind::Kill, "kill"),
    (Kind::CutHints, "cut-hints"),
    (Kind::CutFeed, "cut-feed"),
    (Kind::Hold, "hold"),
    (Kind::Clock, "clock"),
    (Kind::Bulk, "bulk"),
];

/// Runs all faults so many times; then waits until the run is as long as it is to be.
pub(crate) async fn run(
    cluster: &mut Cluster,
    world: &Rc<World>,
    options: &Load,
    chaos: &Faults,
) -> anyhow::Result<()> {
    let end = tokio::time::Instant::now() + Duration::from_secs(options.seconds);
    for kind in order(world, chaos)? {
        // The recovery of the one before is over, and then something is measured in calm.
        let calm = options.recovery + 1_500 + world.below(3_000) as u64;
        tokio::time::sleep(Duration::from_millis(calm)).await;
        let name = KINDS.iter().find(|(known, _)| *known == kind);
        say(&format!("Now: {}", name.map_or("", |(_, name)| name)));
        let outcome = match kind {
            Kind::StopDatabase => database::stop(cluster, world).await,
            Kind::Pause => processes::pause(cluster, world).await,
            Kind::Kill => processes::kill(cluster, world).await,
            Kind::CutHints => database::cut_hints(cluster, world).await,
            Kind::CutFeed => database::cut_feed(cluster, world).await,
            Kind::Hold => database::hold(cluster, world).await,
            Kind::Clock => clocks::ahead(cluster, world).await,
            Kind::Bulk => mass::end_many(cluster, world, chaos.bulk).await,
        };
        if let Some(skipped) = outcome? {
            say(&format!("SKIPPED: {skipped}"));
        }
    }
    tokio::time::sleep(Duration::from_millis(options.recovery + 2_000)).await;
    tokio::time::sleep_until(end).await;
    Ok(())
}

fn order(world: &World, chaos: &Faults) -> anyhow::Result<Vec<Kind>> {
    let mut kinds = Vec::new();
    for name in &chaos.only {
        let known = KINDS.iter().find(|(_, known)| known == name);
        kinds.push(
            known
                .with_context(|| format!("no fault is called {name}"))?
                .0,
        );
    }
    if kinds.is_empty() {
        kinds.extend(KINDS.map(|(kind, _)| kind));
    }
    if chaos.rounds == 0 {
        bail!("at least one round");
    }
    let mut all = Vec::new();
    for _ in 0..chaos.rounds {
        let mut rest = kinds.clone();
        while !rest.is_empty() {
            all.push(rest.swap_remove(world.below(rest.len())));
        }
    }
    Ok(all)
}

/// What came of a fault: why it was left out, or nothing.
type Outcome = anyhow::Result<Option<String>>;

/// A duration between two, in milliseconds.
fn between(world: &World, least: u64, most: u64) -> Duration {
    let span = usize::try_from(most - least).unwrap_or_default();
    Duration::from_millis(least + world.below(span) as u64)
}

/// A fault that happened.
fn note(world: &World, name: &str, node: Option<usize>, span: (Nanos, Nanos), excuses: bool) {
    world.fault(Fault {
        name: name.to_owned(),
        node: node.map(number),
        from: span.0,
        until: span.1,
        excuses,
        deafens: false,
    });
}

/// Asks the database, beside the thread that sends the checks.
async fn ask(postgres: &Rc<Postgres>, statements: Vec<String>) -> anyhow::Result<String> {
    let asked = postgres.question(&statements.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(move || asked.answer()).await?
}
