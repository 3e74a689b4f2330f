//! Signing in again for everyone who was signed out, refreshing, and changes on what is good.

use std::{rc::Rc, time::Duration};

use crate::{
    clock::{SECOND, now},
    ends::gap,
    history::Kind,
    world::World,
};

/// So many sessions and families each user has.
pub(crate) const EACH: usize = 2;

/// So many sign-ins at once.
const AT_ONCE: usize = 6;

/// An access token with less than this left is renewed first.
const SOON: u64 = 180 * SECOND;

/// Keeps everybody signed in.
pub(crate) async fn keep_signed_in(world: Rc<World>) {
    let mut first = 0;
    while !world.is_over.get() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if !world.is_ending.get() {
            continue;
        }
        let count = world.pool.borrow().users.len();
        let mut begun = 0;
        for user in (0..count).map(move |user| (first + user) % count) {
            if begun < AT_ONCE && is_missing(&world, user).is_some() && world.take_user(user) {
                begun += 1;
                first = user + 1;
                tokio::task::spawn_local(complete(Rc::clone(&world), user));
            }
        }
    }
}

fn is_missing(world: &World, user: usize) -> Option<Kind> {
    let mut pool = world.pool.borrow_mut();
    let live = pool.live_of(user);
    let sessions = live
        .iter()
        .filter(|credential| pool.entry(**credential).kind == Kind::Session)
        .count();
    if sessions < EACH {
        return Some(Kind::Session);
    }
    (live.len() - sessions < EACH).then_some(Kind::Family)
}

/// Signs a user in, whom the caller has taken, until nothing is missing or it does not work.
pub(crate) async fn complete(world: Rc<World>, user: usize) {
    while let Some(kind) = is_missing(&world, user) {
        let node = world.any_node();
        let issued = match kind {
            Kind::Session => world.sign_in(node, user).await,
            _ => world.open_family(node, user).await,
        };
        if issued.is_none() {
            break;
        }
    }
    world.give_user(user);
}

/// Refreshes families, those first whose access tokens end soon; and asks for a change through a
/// session now and then.
pub(crate) async fn refresh(world: Rc<World>) {
    while !world.is_over.get() {
        tokio::time::sleep(gap(&world, world.rates.refreshes)).await;
        let node = world.any_node();
        if world.below(4) == 0 {
            let session = world.one_of(world.pool.borrow().live(Kind::Session));
            if let Some(credential) = session {
                let world = Rc::clone(&world);
                tokio::task::spawn_local(async move { world.change(node, credential).await });
            }
            continue;
        }
        let family = {
            let mut pool = world.pool.borrow_mut();
            let families = pool.live(Kind::Family).to_vec();
            let soonest = families
                .iter()
                .copied()
                .min_by_key(|credential| pool.entry(*credential).stale_at);
            soonest
                .filter(|credential| pool.entry(*credential).stale_at < now() + SOON)
                .or_else(|| world.one_of(&families))
        };
        if let Some(credential) = family {
            let world = Rc::clone(&world);
            tokio::task::spawn_local(async move { world.refresh(node, credential).await });
        }
    }
}
