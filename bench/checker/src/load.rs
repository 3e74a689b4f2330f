//! The checks: for each node a few connections that send one request after the other, at the pace
//! and in the order of the node's plan.

use std::rc::Rc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    clock::{now, wait_until},
    history::{Asked, Credential, Kind},
    http::Connection,
    pool::State,
    request::Proof,
    world::World,
};

/// So many requests are on their way to each node at once, at most.
const CONNECTIONS: usize = 16;

/// So many things that were never issued.
const FORGERIES: usize = 12;

/// Of a hundred checks, so many are on what ended a while ago, and on what was never issued.
const PERCENT_ENDED: usize = 8;
const PERCENT_FORGED: usize = 1;

/// Begins the checks at all nodes; returns when the run is over and the last reply has come.
pub(crate) async fn check(world: &Rc<World>) {
    let mut tasks = Vec::new();
    for node in 0..world.addresses.len() {
        for _ in 0..CONNECTIONS {
            tasks.push(tokio::task::spawn_local(one_connection(
                Rc::clone(world),
                node,
            )));
        }
    }
    for task in tasks {
        let _ = task.await;
    }
}

async fn one_connection(world: Rc<World>, node: usize) {
    let mut connection = Connection::new(world.addresses[node]);
    loop {
        let slot = world.plans[node].borrow_mut().slot(now());
        wait_until(slot).await;
        if world.is_over.get() {
            return;
        }
        match next(&world, node) {
            Some(credential) => check_one(&world, node, credential, &mut connection).await,
            None => tokio::task::yield_now().await,
        }
    }
}

/// Checks a credential at a node.
pub(crate) async fn check_one(
    world: &World,
    node: usize,
    credential: Credential,
    connection: &mut Connection,
) {
    let request = {
        let mut pool = world.pool.borrow_mut();
        let entry = pool.entry(credential);
        entry.outstanding += 1;
        Rc::clone(&entry.check)
    };
    let reply = connection.send(&request).await;
    world.checked(credential, node, Asked::Read, &reply);
    world.pool.borrow_mut().entry(credential).outstanding -= 1;
    if reply.status == 0 {
        // Nobody is there: no use in asking again at once.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// What the node is asked next.
fn next(world: &World, node: usize) -> Option<Credential> {
    let now = now();
    let due = world.plans[node].borrow_mut().due(now);
    if let Some(credential) = due {
        let mut pool = world.pool.borrow_mut();
        let mut plan = world.plans[node].borrow_mut();
        let entry = pool.entry(credential);
        let (requested, acknowledged) = match entry.state {
            State::Ending(requested) => (requested, None),
            State::Ended(requested, acknowledged) => (requested, Some(acknowledged)),
            State::Live | State::Left => return None,
        };
        if !entry.is_left_alone(now, world.bound()) {
            plan.again(credential, now, requested, acknowledged);
        }
        return Some(credential);
    }
    let mut pool = world.pool.borrow_mut();
    let draw = world.below(100);
    if draw < PERCENT_FORGED {
        return world.one_of(pool.live(Kind::Forged));
    }
    if draw < PERCENT_FORGED + PERCENT_ENDED
        && let Some(credential) = world.one_of(pool.ended())
        && !pool.entry(credential).is_left_alone(now, world.bound())
    {
        return Some(credential);
    }
    let kind = match draw {
        // What only an administrator may see is read from the database.
        99 => Kind::Right,
        draw if draw % 2 == 0 => Kind::Session,
        _ => Kind::Family,
    };
    let credential = world.one_of(pool.live(kind))?;
    (pool.entry(credential).stale_at > now).then_some(credential)
}

/// Makes things that look like credentials: cookies at random, and tokens of others with a
/// signature that is not theirs.
pub(crate) fn forge(world: &World) {
    let templates: Vec<String> = {
        let mut pool = world.pool.borrow_mut();
        let families: Vec<_> = pool
            .live(Kind::Family)
            .iter()
            .copied()
            .take(FORGERIES)
            .collect();
        families
            .into_iter()
            .filter_map(|credential| match &pool.entry(credential).proof {
                Proof::Bearer(token) => Some(token.clone()),
                Proof::Cookie(_) | Proof::None => None,
            })
            .collect()
    };
    for token in templates {
        if let Some((signed, signature)) = token.rsplit_once('.') {
            let made = URL_SAFE_NO_PAD.encode(world.bytes::<64>());
            debug_assert_eq!(made.len(), signature.len());
            let proof = Proof::Bearer(format!("{signed}.{made}"));
            world.add(Kind::Forged, usize::MAX, 0, proof, 0);
        }
        let made = URL_SAFE_NO_PAD.encode(world.bytes::<16>());
        let proof = Proof::Cookie(made);
        world.add(Kind::Forged, usize::MAX, 0, proof, 0);
    }
}
