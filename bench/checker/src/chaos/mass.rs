//! Very many sessions of one user that end with one request.

use std::rc::Rc;

use super::{Outcome, ask, note};
use crate::{
    clock::{MILLISECOND, now},
    cluster::Cluster,
    ends::end_all_of,
    road::Road,
    say,
    world::World,
};

/// So many rows a statement.
const BATCH: u32 = 10_000;

/// So many sessions among them can be checked.
const REAL: usize = 12;

pub(super) async fn end_many(cluster: &mut Cluster, world: &Rc<World>, count: u32) -> Outcome {
    let name = format!("crowd{}", world.below(1_000_000));
    let node = world.any_node();
    let Some(user) = world.sign_up(node, &name).await else {
        return Ok(Some("the user of the bulk end cannot sign up".to_owned()));
    };
    world.pool.borrow_mut().users[user].is_reserved = true;
    let id = world.pool.borrow().users[user].id.clone();
    let mut made = 0;
    while made < count {
        let batch = BATCH.min(count - made);
        ask(&cluster.postgres, vec![rows(&id, batch)]).await?;
        made += batch;
    }
    for _ in 0..REAL {
        world.sign_in(world.any_node(), user).await;
    }
    let road = [Road::Others, Road::Everywhere][world.below(2)];
    let node = world.any_node();
    let from = now();
    let outcome = end_all_of(world, road, node, user).await;
    note(
        world,
        &format!("{count} sessions end"),
        None,
        (from, now()),
        false,
    );
    Ok(match outcome {
        Some(outcome) if outcome.acknowledged => {
            let took = (outcome.received - outcome.sent) / MILLISECOND;
            say(&format!(
                "{count} sessions ended through {} in {took} ms.",
                road.name()
            ));
            None
        }
        _ => Some(format!("{} cannot take {count} sessions yet", road.name())),
    })
}

/// Sessions without a cookie: they are live, and nobody can use them.
fn rows(user: &str, count: u32) -> String {
    format!(
        "INSERT INTO sessions (session_id, user_id, created_at, proved_at, method, last_seen_at, \
         expires_at, address, network, last_address, user_agent, browser, system, device) \
         SELECT gen_random_uuid(), '{user}', now_ms, now_ms, 'password', now_ms, now_ms + 2592000000, \
         '192.0.2.1', '192.0.2.0/24', '192.0.2.1', 'checker', 'Firefox', 'Linux', 'desktop' \
         FROM generate_series(1, {count}), \
         (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms) AS time"
    )
}
