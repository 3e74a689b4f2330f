//! A node whose clock is a minute ahead. Only its wall clock: a monotonic one cannot be.

use std::{path::PathBuf, rc::Rc, time::Duration};

use super::{Outcome, note};
use crate::{clock::now, cluster::Cluster, world::World};

/// So long the clock stays ahead.
const AHEAD: Duration = Duration::from_secs(15);

pub(super) async fn ahead(cluster: &mut Cluster, world: &Rc<World>) -> Outcome {
    let Some(library) = library() else {
        let why = "no libfaketime found (Debian: faketime)";
        return Ok(Some(why.to_owned()));
    };
    let node = world.any_node();
    // The library itself, not the program `faketime`: that would stand between us and the node.
    let surroundings = [
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME", "+60s".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    restart(cluster, world, node, &surroundings).await?;
    let from = now();
    tokio::time::sleep(AHEAD).await;
    let span = (from, now());
    note(world, "clock a minute ahead", Some(node), span, false);
    restart(cluster, world, node, &[]).await?;
    Ok(None)
}

async fn restart(
    cluster: &mut Cluster,
    world: &World,
    node: usize,
    surroundings: &[(String, String)],
) -> anyhow::Result<()> {
    let from = now();
    cluster.nodes[node].kill();
    cluster.nodes[node].start(surroundings)?;
    cluster.nodes[node].wait_until_ready().await?;
    let span = (from, now());
    note(
        world,
        "node restarted for its clock",
        Some(node),
        span,
        true,
    );
    Ok(())
}

fn library() -> Option<PathBuf> {
    ["x86_64", "aarch64"]
        .map(|machine| format!("/usr/lib/{machine}-linux-gnu/faketime/libfaketimeMT.so.1"))
        .map(PathBuf::from)
        .into_iter()
        .find(|path| path.exists())
}
