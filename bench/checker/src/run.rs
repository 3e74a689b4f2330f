//! A run from beginning to end.

use std::{rc::Rc, time::Duration};

use anyhow::{Context as _, bail};
use tokio::{signal::unix::SignalKind, task::spawn_local};

use crate::{
    births, chaos,
    clock::{nanos, now},
    cluster::{self, Cluster},
    ends, history,
    history::{History, Kind},
    http::Connection,
    load,
    options::{Faults, Load},
    pool::State,
    rights, say,
    world::World,
};

/// Nothing ends in the first while: what the nodes keep in memory is there then.
const WARM_UP: Duration = Duration::from_secs(3);

/// So many requests at once at each node, at the end.
const SWEEPERS: usize = 8;

/// A run in which nothing goes wrong.
pub(crate) async fn plain(options: Load) -> anyhow::Result<History> {
    with(options, None).await
}

/// A run in which much does.
pub(crate) async fn with_chaos(options: Load, chaos: Faults) -> anyhow::Result<History> {
    with(options, Some(chaos)).await
}

async fn with(options: Load, chaos: Option<Faults>) -> anyhow::Result<History> {
    let mut interrupted = tokio::signal::unix::signal(SignalKind::interrupt())?;
    let mut terminated = tokio::signal::unix::signal(SignalKind::terminate())?;
    // Whatever happens, what was started is stopped when this is dropped.
    tokio::select! {
        history = whole(&options, chaos.as_ref()) => history,
        _ = interrupted.recv() => bail!("interrupted"),
        _ = terminated.recv() => bail!("told to stop"),
    }
}

async fn whole(options: &Load, chaos: Option<&Faults>) -> anyhow::Result<History> {
    let seed = options.seed.unwrap_or_else(|| now() % 1_000_000);
    say(&format!("Starting {} nodes; seed {seed} …", options.nodes));
    let (mut cluster, world) = cluster::start(options, seed).await?;
    fill(&world, options.users).await?;
    say("Everybody is signed in.");
    let began = std::time::Instant::now();
    let mut tasks = vec![
        spawn_local({
            let world = Rc::clone(&world);
            async move { load::check(&world).await }
        }),
        spawn_local(cluster::keep_administering(Rc::clone(&world))),
        spawn_local(ends::end_at_random(Rc::clone(&world))),
        spawn_local(ends::brief_ones(Rc::clone(&world))),
        spawn_local(births::keep_signed_in(Rc::clone(&world))),
        spawn_local(births::refresh(Rc::clone(&world))),
        spawn_local(rights::come_and_go(Rc::clone(&world))),
    ];
    tokio::time::sleep(WARM_UP).await;
    world.is_ending.set(true);
    match chaos {
        None => tokio::time::sleep(Duration::from_secs(options.seconds)).await,
        Some(chaos) => chaos::run(&mut cluster, &world, options, chaos).await?,
    }
    world.is_ending.set(false);
    // What was ended last is probed to the end.
    let rest = nanos(Duration::from_millis(500)) + world.bound().max(crate::plan::PROBED);
    tokio::time::sleep(Duration::from_nanos(rest)).await;
    // An end that is on its way is noted before anybody is asked for the last time.
    let patience = now() + 60 * crate::clock::SECOND;
    while world.pool.borrow().users.iter().any(|user| user.is_busy) && now() < patience {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    world.is_over.set(true);
    for task in tasks.drain(..) {
        task.await.context("a task of the run")?;
    }
    settle(&world, &cluster).await;
    let (unprepared, last) = world.unprepared.borrow().clone();
    if unprepared > 0 {
        say(&format!(
            "{unprepared} sign-ins and promotions did not work out; the last was told: {last}"
        ));
    }
    say(&format!(
        "The checker itself took {} s of CPU in {} s.",
        own_cpu(),
        began.elapsed().as_secs()
    ));
    Ok(world.take_history())
}

/// CPU time of this process in seconds: fields 14 and 15 of `proc_pid_stat(5)`, in hundredths.
fn own_cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may hold spaces; behind it stands the third field.
    let fields = text.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum::<u64>()
        / 100
}

/// Makes the accounts and signs everybody in.
async fn fill(world: &Rc<World>, users: usize) -> anyhow::Result<()> {
    let mut tasks = Vec::new();
    for first in 0..SWEEPERS {
        let world = Rc::clone(world);
        tasks.push(spawn_local(async move {
            for number in (first..users).step_by(SWEEPERS) {
                let node = world.any_node();
                let made = world.sign_up(node, &format!("person{number}")).await;
                if let Some(user) = made
                    && world.take_user(user)
                {
                    births::complete(Rc::clone(&world), user).await;
                }
            }
        }));
    }
    for task in tasks {
        task.await?;
    }
    if world.pool.borrow().live(Kind::Family).len() < users {
        let told = world.unprepared.borrow().1.clone();
        bail!("not everybody could be signed in: {told}");
    }
    load::forge(world);
    Ok(())
}

/// Asks every node once more how everything stands.
async fn settle(world: &Rc<World>, cluster: &Cluster) {
    // Access tokens that end soon would say nothing.
    let soon = now() + 120 * crate::clock::SECOND;
    let families = world.pool.borrow().live(Kind::Family).to_vec();
    for credential in families {
        let is_soon = world.pool.borrow_mut().entry(credential).stale_at < soon;
        if is_soon {
            world.refresh(0, credential).await;
        }
    }
    world.settled();
    let all: Rc<[history::Credential]> = {
        let pool = world.pool.borrow();
        let is_asked = |kind, state| kind != Kind::Forged && state != State::Left;
        (0_u32..)
            .zip(&pool.entries)
            .filter(|(_, entry)| is_asked(entry.kind, entry.state))
            .map(|(credential, _)| credential)
            .collect()
    };
    say(&format!(
        "Asking {} nodes about {} credentials once more …",
        cluster.nodes.len(),
        all.len()
    ));
    let mut tasks = Vec::new();
    for node in 0..cluster.nodes.len() {
        for first in 0..SWEEPERS {
            let (world, all) = (Rc::clone(world), Rc::clone(&all));
            tasks.push(spawn_local(async move {
                let mut connection = Connection::new(world.addresses[node]);
                for credential in all.iter().skip(first).step_by(SWEEPERS) {
                    load::check_one(&world, node, *credential, &mut connection).await;
                }
            }));
        }
    }
    for task in tasks {
        let _ = task.await;
    }
}
