//! Nodes that are held still, or killed.

use std::{rc::Rc, time::Duration};

use super::{Outcome, between, note};
use crate::{
    clock::now,
    cluster::Cluster,
    history::{Credential, Kind},
    http::Connection,
    load,
    pool::State,
    world::World,
};

/// So many requests wait for a node that is held still.
const AMBUSH: usize = 60;

/// Holds a node still for longer than the bound. Meanwhile others end credentials, and requests on
/// these wait in its queue: the first that it does when it goes on is to answer them.
pub(super) async fn pause(cluster: &mut Cluster, world: &Rc<World>) -> Outcome {
    let node = world.any_node();
    let from = now();
    cluster.nodes[node].pause();
    let bound = Duration::from_nanos(world.bound());
    tokio::time::sleep(bound + between(world, 1_000, 4_000)).await;
    ambush(world, node);
    // Until they are in its queue.
    tokio::time::sleep(Duration::from_millis(50)).await;
    cluster.nodes[node].go_on();
    note(world, "node held still", Some(node), (from, now()), true);
    Ok(None)
}

fn ambush(world: &Rc<World>, node: usize) {
    let now = now();
    let mut chosen: Vec<Credential> = {
        let mut pool = world.pool.borrow_mut();
        let ended = pool.ended().to_vec();
        ended
            .into_iter()
            .rev()
            .filter(|credential| {
                let entry = pool.entry(*credential);
                let is_old = matches!(entry.state, State::Ended(_, at) if now > at + world.bound());
                is_old && entry.kind != Kind::Right
            })
            .take(AMBUSH)
            .collect()
    };
    ambush_changes(world, node, &chosen);
    chosen.extend(world.pool.borrow().live(Kind::Session).iter().take(10));
    for credential in chosen {
        let world = Rc::clone(world);
        tokio::task::spawn_local(async move {
            let mut connection = Connection::new(world.addresses[node]);
            load::check_one(&world, node, credential, &mut connection).await;
        });
    }
}

/// The same with requests for a change.
fn ambush_changes(world: &Rc<World>, node: usize, chosen: &[Credential]) {
    for credential in chosen {
        let is_session = world.pool.borrow_mut().entry(*credential).kind == Kind::Session;
        if !is_session {
            continue;
        }
        let (world, credential) = (Rc::clone(world), *credential);
        tokio::task::spawn_local(async move { world.change(node, credential).await });
    }
}

/// Kills a node and starts it again.
pub(super) async fn kill(cluster: &mut Cluster, world: &Rc<World>) -> Outcome {
    let node = world.any_node();
    let from = now();
    cluster.nodes[node].kill();
    tokio::time::sleep(between(world, 200, 3_000)).await;
    cluster.nodes[node].start(&[])?;
    cluster.nodes[node].wait_until_ready().await?;
    note(world, "node killed", Some(node), (from, now()), true);
    Ok(None)
}
