//! The database, stopped and started, with its connections cut, and with a transaction that is held
//! open.

use std::{rc::Rc, time::Duration};

use super::{Outcome, ask, between, note};
use crate::{
    clock::{MILLISECOND, Nanos, nanos, now, wait_until},
    cluster::Cluster,
    ends::{begin, finish},
    history::{Fault, Kind},
    http::Connection,
    load, road,
    world::World,
};

/// How the server calls the connections by which nodes follow the signals.
const HINTS: &str = "latchkey feed hints";
const FEED: &str = "latchkey feed";

/// While there is no database, every node is asked for so many sessions and families, and so often.
const KNOWN: usize = 10;
const ASKED_EACH: Nanos = 250 * MILLISECOND;

/// A transaction is held open so long.
const HELD: Duration = Duration::from_secs(25);

/// So long before its end begins what it ends is probed.
const PROBED_BEFORE: Duration = Duration::from_millis(300);

/// Stops PostgreSQL as a crash does, and starts it again.
pub(super) async fn stop(cluster: &mut Cluster, world: &Rc<World>) -> Outcome {
    if !cluster.postgres.is_own() {
        let why = "the database belongs to somebody else, who may not want it stopped";
        return Ok(Some(why.to_owned()));
    }
    let from = now();
    let control = cluster.postgres.control("stop");
    tokio::task::spawn_blocking(move || control.run()).await??;
    let stopped = now();
    let down = nanos(between(world, 3_000, 7_000));
    ask_for_what_is_known(world, stopped + world.bound(), stopped + down).await;
    let begun = now();
    let control = cluster.postgres.control("start");
    tokio::task::spawn_blocking(move || control.run()).await??;
    note(world, "database stopped", None, (from, now()), true);
    world.fault(Fault {
        name: "database stopped".to_owned(),
        node: None,
        from: stopped,
        until: begun,
        excuses: false,
        deafens: true,
    });
    Ok(None)
}

/// Asks every node for what it has in its memory, all the while from one instant to another. Each
/// request has a connection of its own: those of the run may all be waiting for the database, on
/// what is in nobody's memory.
async fn ask_for_what_is_known(world: &Rc<World>, from: Nanos, until: Nanos) {
    wait_until(from).await;
    while now() < until {
        // Those that were issued first: every node has been asked for them many times.
        let known: Vec<_> = [Kind::Session, Kind::Family]
            .iter()
            .flat_map(|kind| {
                let pool = world.pool.borrow();
                let live = pool.live(*kind);
                live.iter().take(KNOWN).copied().collect::<Vec<_>>()
            })
            .collect();
        for node in 0..world.addresses.len() {
            for credential in &known {
                let (world, credential) = (Rc::clone(world), *credential);
                tokio::task::spawn_local(async move {
                    let mut connection = Connection::new(world.addresses[node]);
                    load::check_one(&world, node, credential, &mut connection).await;
                });
            }
        }
        wait_until(until.min(now() + ASKED_EACH)).await;
    }
}

/// Cuts the connections by which nodes are told that there is something to read. Polling goes on:
/// nobody has an excuse.
pub(super) async fn cut_hints(cluster: &mut Cluster, world: &Rc<World>) -> Outcome {
    let from = now();
    let mut cut = 0;
    for _ in 0..30 {
        cut += cut_all(cluster, HINTS).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    note(world, "hints cut", None, (from, now()), false);
    Ok((cut == 0).then(|| format!("no connection is called `{HINTS}`")))
}

/// Cuts the connections by which nodes read, as often as they come back.
pub(super) async fn cut_feed(cluster: &mut Cluster, world: &Rc<World>) -> Outcome {
    let from = now();
    let mut cut = 0;
    for _ in 0..40 {
        cut += cut_all(cluster, FEED).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    note(world, "feed cut", None, (from, now()), true);
    Ok((cut == 0).then(|| format!("no connection is called `{FEED}`")))
}

async fn cut_all(cluster: &Cluster, name: &str) -> anyhow::Result<u64> {
    let statement = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE application_name = '{name}'"
    );
    let answer = ask(&cluster.postgres, vec![statement]).await?;
    Ok(answer.parse()?)
}

/// Ends a session in a transaction that writes its signal first and commits much later: later
/// signals become visible before it.
pub(super) async fn hold(cluster: &mut Cluster, world: &Rc<World>) -> Outcome {
    let all = world.pool.borrow().live(Kind::Session).to_vec();
    let free = all.into_iter().find_map(|session| {
        let user = world.pool.borrow_mut().entry(session).user;
        world.take_user(user).then_some((session, user))
    });
    let Some((session, user)) = free else {
        return Ok(Some("nobody is signed in and left alone".to_owned()));
    };
    let outcome = hold_end_of(cluster, world, session, user).await;
    world.give_user(user);
    outcome
}

async fn hold_end_of(
    cluster: &mut Cluster,
    world: &Rc<World>,
    session: u32,
    user: usize,
) -> Outcome {
    let Some(id) = world.id_of(world.any_node(), session).await else {
        return Ok(Some("the session does not say its id".to_owned()));
    };
    let user = world.pool.borrow().users[user].id.clone();
    let time = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
    let statements = vec![
        "BEGIN".to_owned(),
        format!(
            "INSERT INTO signals (kind, user_id, session_id, at) \
             VALUES ('session_ended', '{user}', '{id}', {time})"
        ),
        format!("SELECT pg_sleep({})", HELD.as_secs()),
        format!(
            "UPDATE sessions SET ended_at = {time}, end_reason = 'ended_by_administrator' \
             WHERE session_id = '{id}' AND ended_at IS NULL"
        ),
        "COMMIT".to_owned(),
    ];
    let from = now();
    let postgres = Rc::clone(&cluster.postgres);
    let held = tokio::task::spawn_local(async move { ask(&postgres, statements).await });
    tokio::time::sleep(HELD.saturating_sub(PROBED_BEFORE)).await;
    begin(world, &[session]);
    let sent = now();
    let answer = held.await?;
    let received = now();
    note(
        world,
        "transaction held open",
        None,
        (from, received),
        false,
    );
    let outcome = road::Outcome {
        sent,
        received,
        acknowledged: answer.is_ok(),
    };
    let road = "transaction held open";
    finish(world, road, None, &[session], outcome);
    Ok(answer.err().map(|error| error.to_string()))
}
