//! Rights: users who administer, lose that by a demotion, and get it again.

use std::{rc::Rc, time::Duration};

use serde_json::json;

use crate::{
    clock::{Nanos, now},
    ends::{begin, finish},
    history::{Credential, Kind},
    http::Reply,
    plan::PROBED,
    request::{Body, Proof},
    road::Outcome,
    world::World,
};

/// So many users come and go as administrators.
const USERS: usize = 3;

/// So long somebody administers.
const TENURE: Duration = Duration::from_secs(3);

/// Or no longer than this, in milliseconds: the demotion comes while nodes read that there was a
/// promotion.
const BRIEFLY: usize = 20;

/// So long after a promotion, in milliseconds, every node has heard of it as a rule.
const HEARD: usize = 10;

/// Lets a few users become administrators and cease to be, until the run is over.
pub(crate) async fn come_and_go(world: Rc<World>) {
    let mut tasks = Vec::new();
    for number in 0..USERS {
        let name = format!("deputy{number}");
        let Some(user) = world.sign_up(world.any_node(), &name).await else {
            continue;
        };
        world.pool.borrow_mut().users[user].is_reserved = true;
        tasks.push(tokio::task::spawn_local(one(Rc::clone(&world), user)));
    }
    for task in tasks {
        let _ = task.await;
    }
}

async fn one(world: Rc<World>, user: usize) {
    while !world.is_over.get() {
        // A session that nothing else is done to, and a new one each time: for what is grave, one
        // must have signed in a short while ago.
        let node = world.any_node();
        let Some((cookie, _)) = world.cookie(node, user).await else {
            tokio::time::sleep(TENURE).await;
            continue;
        };
        let proof = Proof::Cookie(cookie);
        let draw = if world.is_ending.get() {
            world.below(3)
        } else {
            2
        };
        let right = match draw {
            0 => briefly(&world, user, proof).await,
            1 => quietly(&world, user, proof).await,
            _ => for_a_while(&world, user, proof).await,
        };
        if let Some(right) = right {
            // An answer that comes late must not be mistaken for one to the next promotion.
            tokio::time::sleep(Duration::from_nanos(PROBED)).await;
            leave(&world, right).await;
        } else {
            tokio::time::sleep(TENURE).await;
        }
    }
}

/// Promotes, lets them administer, demotes.
async fn for_a_while(world: &Rc<World>, user: usize, proof: Proof) -> Option<Credential> {
    let node = world.any_node();
    let reply = set_role(world, node, user, "administrator").await;
    if reply.status != 200 {
        world.count_unprepared(&reply);
        return None;
    }
    // Elsewhere it is known within the bound.
    let from = reply.received + world.bound();
    let right = world.add(Kind::Right, user, node, proof, from);
    tokio::time::sleep(TENURE).await;
    while !world.is_ending.get() {
        if world.is_over.get() {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    begin(world, &[right]);
    tokio::time::sleep(Duration::from_millis(8)).await;
    demote(world, user, right).await;
    Some(right)
}

/// Promotes and demotes at once. Nobody was promised that the right would be honoured.
async fn briefly(world: &Rc<World>, user: usize, proof: Proof) -> Option<Credential> {
    let node = world.any_node();
    let right = world.add(Kind::Right, user, node, proof, Nanos::MAX);
    begin(world, &[right]);
    tokio::time::sleep(Duration::from_millis(8)).await;
    let reply = set_role(world, node, user, "administrator").await;
    if reply.status != 200 {
        world.count_unprepared(&reply);
    }
    let wait = u64::try_from(world.below(BRIEFLY)).unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(wait)).await;
    demote(world, user, right).await;
    Some(right)
}

/// Promotes, and demotes while each node is asked for the first time; then for a while not again.
/// Where a node is asked all the time, whatever it put into its memory too late is replaced by what
/// the next request finds.
async fn quietly(world: &Rc<World>, user: usize, proof: Proof) -> Option<Credential> {
    let node = world.any_node();
    let reply = set_role(world, node, user, "administrator").await;
    if reply.status != 200 {
        world.count_unprepared(&reply);
        return None;
    }
    let right = world.add(Kind::Right, user, node, proof, Nanos::MAX);
    {
        let mut pool = world.pool.borrow_mut();
        pool.entry(right).is_quiet = true;
        pool.ending(right, now());
    }
    let wait = u64::try_from(HEARD + world.below(BRIEFLY)).unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(wait)).await;
    // The demotion takes about as long as the promotion did, on a busy machine longer than on
    // another; and so does it until whoever is asked has looked the user up.
    let took = reply.received - reply.sent;
    for plan in &world.plans {
        let later = world.below(usize::try_from(2 * took).unwrap_or_default());
        plan.borrow_mut().probe(right, now() + later as Nanos);
    }
    tokio::time::sleep(Duration::from_nanos(took)).await;
    demote(world, user, right).await;
    Some(right)
}

/// Demotes until it is acknowledged.
async fn demote(world: &Rc<World>, user: usize, right: Credential) {
    loop {
        let node = world.any_node();
        let reply = set_role(world, node, user, "user").await;
        let acknowledged = reply.status == 200;
        let outcome = Outcome {
            sent: reply.sent,
            received: reply.received,
            acknowledged,
        };
        finish(world, "demotion", Some(node), &[right], outcome);
        if acknowledged || world.is_over.get() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Waits until nobody asks for a right any more.
async fn leave(world: &World, right: Credential) {
    world.pool.borrow_mut().leave(right);
    let patience: Nanos = now() + 60 * crate::clock::SECOND;
    while world.pool.borrow_mut().entry(right).outstanding > 0 && now() < patience {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn set_role(world: &World, node: usize, user: usize, role: &str) -> Reply {
    let id = world.pool.borrow().users[user].id.clone();
    let proof = world.administrator.borrow().clone();
    let path = format!("/api/admin/users/{id}/role");
    let body = json!({ "role": role });
    world
        .send(node, "POST", &path, &proof, Body::Json(&body))
        .await
}
