//! Ending credentials, and what follows: probes at every node, and attempts to change something.

use std::{rc::Rc, time::Duration};

use crate::{
    clock::{MILLISECOND, Nanos, now},
    history::{Credential, Kind},
    pool::State,
    road::{Outcome, ROADS, Road},
    world::World,
};

/// So long before its end a credential is probed: every node has looked it up by then.
const BEFORE: Duration = Duration::from_millis(8);

/// So long after an acknowledgement somebody tries to change something through what has ended.
const ATTEMPTS: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(30),
    Duration::from_millis(400),
];

/// A disabled user is enabled again after this long.
const DISABLED: Duration = Duration::from_secs(4);

/// What was not acknowledged may be done still, so long.
const IN_DOUBT: Duration = Duration::from_secs(1);

/// How far apart a brief credential's end and the first checks on it are, at most.
const BRIEF: usize = 6;

/// Ends credentials at random, at the rate of the run.
pub(crate) async fn end_at_random(world: Rc<World>) {
    while !world.is_over.get() {
        tokio::time::sleep(gap(&world, world.rates.ends)).await;
        if world.is_ending.get() {
            tokio::task::spawn_local(end_one(Rc::clone(&world)));
        }
    }
}

/// Issues credentials and ends them at once, while nodes look them up for the first time.
pub(crate) async fn brief_ones(world: Rc<World>) {
    while !world.is_over.get() {
        tokio::time::sleep(gap(&world, world.rates.briefs)).await;
        if world.is_ending.get() {
            tokio::task::spawn_local(brief_one(Rc::clone(&world)));
        }
    }
}

/// The time to the next event at a rate: half to one and a half of the mean.
pub(crate) fn gap(world: &World, rate: f64) -> Duration {
    let part = u32::try_from(world.below(1_000)).unwrap_or_default();
    if rate <= 0.0 {
        return Duration::from_millis(500);
    }
    Duration::from_secs_f64((0.5 + f64::from(part) / 1_000.0) / rate)
}

impl World {
    /// Takes a user for oneself; false where somebody else has them.
    pub(crate) fn take_user(&self, user: usize) -> bool {
        let mut pool = self.pool.borrow_mut();
        let user = &mut pool.users[user];
        let is_free = !user.is_busy && !user.is_reserved;
        user.is_busy |= is_free;
        is_free
    }

    /// Gives them back.
    pub(crate) fn give_user(&self, user: usize) {
        self.pool.borrow_mut().users[user].is_busy = false;
    }

    /// From `at` on a credential is probed at every node.
    pub(crate) fn probe_everywhere(&self, credential: Credential, at: Nanos) {
        for plan in &self.plans {
            plan.borrow_mut().probe(credential, at);
        }
    }
}

async fn end_one(world: Rc<World>) {
    let Some(road) = any_road(&world) else {
        return;
    };
    let node = world.any_node();
    let kind = [Kind::Session, Kind::Family][world.below(2)];
    let Some(credential) = world.one_of(world.pool.borrow().live(kind)) else {
        return;
    };
    let user = world.pool.borrow_mut().entry(credential).user;
    if !world.take_user(user) {
        return;
    }
    if road.is_wide() {
        end_all_of(&world, road, node, user).await;
    } else if let Some(step) = world.step_for_one(road, node, credential).await {
        begin(&world, &[credential]);
        tokio::time::sleep(BEFORE).await;
        let outcome = world.take(&step, node, user).await;
        finish(&world, road.name(), Some(node), &[credential], outcome);
        if !outcome.acknowledged {
            tokio::time::sleep(IN_DOUBT).await;
        }
    }
    world.give_user(user);
}

fn any_road(world: &World) -> Option<Road> {
    let mut draw = world.below(ROADS.iter().map(|(_, weight)| weight).sum());
    for (road, weight) in ROADS {
        if draw < weight {
            return Some(road);
        }
        draw -= weight;
    }
    None
}

/// Ends everything of a user, whom the caller has taken.
pub(crate) async fn end_all_of(
    world: &Rc<World>,
    road: Road,
    node: usize,
    user: usize,
) -> Option<Outcome> {
    let step = world.step_for_all(road, node, user).await?;
    let all = world.pool.borrow().live_of(user);
    begin(world, &all);
    tokio::time::sleep(BEFORE).await;
    let outcome = world.take(&step, node, user).await;
    finish(world, road.name(), Some(node), &all, outcome);
    if !outcome.acknowledged {
        tokio::time::sleep(IN_DOUBT).await;
    }
    if road == Road::Disable {
        tokio::time::sleep(DISABLED).await;
        while !world.enable(world.any_node(), user).await && !world.is_over.get() {
            tokio::time::sleep(IN_DOUBT).await;
        }
    }
    Some(outcome)
}

/// From now on these are about to end.
pub(crate) fn begin(world: &World, credentials: &[Credential]) {
    let now = now();
    for credential in credentials {
        world.pool.borrow_mut().ending(*credential, now);
        world.probe_everywhere(*credential, now);
    }
}

/// Notes how it went, and tries to change something through what has ended.
pub(crate) fn finish(
    world: &Rc<World>,
    road: &str,
    node: Option<usize>,
    credentials: &[Credential],
    outcome: Outcome,
) {
    let span = (outcome.sent, outcome.received);
    for credential in credentials {
        world.ended(*credential, road, node, span, outcome.acknowledged);
        if outcome.acknowledged {
            let mut pool = world.pool.borrow_mut();
            pool.ended_at(*credential, outcome.received);
            let is_quiet = pool.entry(*credential).is_quiet;
            drop(pool);
            if is_quiet {
                world.probe_everywhere(*credential, outcome.received + world.bound());
                continue;
            }
            for node in 0..world.addresses.len() {
                tokio::task::spawn_local(attempts(Rc::clone(world), node, *credential));
            }
        }
    }
}

async fn attempts(world: Rc<World>, node: usize, credential: Credential) {
    for wait in ATTEMPTS {
        tokio::time::sleep(wait).await;
        let (kind, refresh, state) = {
            let mut pool = world.pool.borrow_mut();
            let entry = pool.entry(credential);
            (entry.kind, entry.refresh.clone(), entry.state)
        };
        if state == State::Left || world.is_over.get() {
            return;
        }
        match (kind, refresh) {
            (Kind::Family, Some(refresh)) => {
                world.present(node, credential, &refresh).await;
            }
            _ => world.change(node, credential).await,
        }
    }
}

async fn brief_one(world: Rc<World>) {
    let user = world.below(world.pool.borrow().users.len());
    if !world.take_user(user) {
        return;
    }
    let node = world.any_node();
    let issued = if world.below(2) == 0 {
        world.sign_in(node, user).await
    } else {
        world.open_family(node, user).await
    };
    if let Some(credential) = issued {
        let node = world.any_node();
        if let Some(step) = world.step_for_one(Road::SignOut, node, credential).await {
            let now = now();
            world.pool.borrow_mut().ending(credential, now);
            for plan in &world.plans {
                let later = world.below(BRIEF) as Nanos * MILLISECOND;
                plan.borrow_mut().probe(credential, now + later);
            }
            let half = u64::try_from(BRIEF / 2).unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(half)).await;
            let outcome = world.take(&step, node, user).await;
            finish(
                &world,
                "sign-out at once",
                Some(node),
                &[credential],
                outcome,
            );
        }
    }
    world.give_user(user);
}
