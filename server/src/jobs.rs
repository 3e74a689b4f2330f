//! What goes on beside requests: following the signals and saying how far, reading the database's
//! clock, writing what was seen, sweeping, sealing the record, tending the signing keys, counting for
//! charts, carrying orders to end many out.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use latchkey_authority::{
    Authority, activity, audit, bulk, family, feed, key, node, node::Node, session, signal, spent,
};
use latchkey_identity::invitation;
use tokio::{sync::watch, task::JoinHandle, time::MissedTickBehavior};

const WRITE_EVERY: Duration = Duration::from_secs(1);
const BEAT_EVERY: Duration = Duration::from_secs(1);
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// Orders that were given here are heard of at once; those of other nodes are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Jobs that run until they are told to stop.
#[derive(Debug)]
pub(crate) struct Jobs {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    authority: Authority,
    heart: Arc<Heart>,
}

impl Jobs {
    /// Starts them.
    pub(crate) fn start(authority: &Authority) -> Self {
        let (stop, stopped) = watch::channel(false);
        let writing = tokio::spawn(every(WRITE_EVERY, stopped.clone(), {
            let authority = authority.clone();
            move || write(authority.clone())
        }));
        let following = tokio::spawn(feed::run(authority.clone(), stopped.clone()));
        // In a task of its own: what else is written must not make the node look silent.
        let heart = Arc::new(Heart::new(authority));
        let beating = tokio::spawn(every(BEAT_EVERY, stopped.clone(), {
            let authority = authority.clone();
            let heart = Arc::clone(&heart);
            move || Arc::clone(&heart).beat(authority.clone())
        }));
        let ending = tokio::spawn(carry_out(authority.clone(), stopped.clone()));
        let sweeping = tokio::spawn(every(SWEEP_EVERY, stopped, {
            let authority = authority.clone();
            move || sweep(authority.clone())
        }));
        Self {
            stop,
            tasks: vec![following, writing, beating, ending, sweeping],
            authority: authority.clone(),
            heart,
        }
    }

    /// Stops them, lets what is under way finish, and writes what is left.
    pub(crate) async fn finish(self) {
        // Nobody listening means they are gone already.
        let _ = self.stop.send(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(error = %error, "a job did not finish");
            }
        }
        write(self.authority.clone()).await;
        if let Err(error) = self.authority.refusals().finish(&self.authority).await {
            tracing::warn!(error = %error, "the last counted refusals are not written");
        }
        if let Err(error) = self.heart.node.stop(&self.authority).await {
            tracing::warn!(error = %error, "this node's goodbye is not written: it looks silent");
        }
    }
}

/// This node, as it says to the others that it is there.
#[derive(Debug)]
struct Heart {
    node: Node,
    has_complained: AtomicBool,
}

impl Heart {
    fn new(authority: &Authority) -> Self {
        Self {
            node: Node::new(authority, node_name(), env!("CARGO_PKG_VERSION")),
            has_complained: AtomicBool::new(false),
        }
    }

    /// Says when beating fails and when it works again; not each time.
    async fn beat(self: Arc<Self>, authority: Authority) {
        match self.node.beat(&authority).await {
            Ok(()) => {
                if self.has_complained.swap(false, Ordering::Relaxed) {
                    tracing::info!("this node's heartbeat is written again");
                }
            }
            Err(error) => {
                if !self.has_complained.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        error = %error,
                        "this node's heartbeat is not written: the console shows it as silent"
                    );
                }
            }
        }
    }
}

/// The machine and the process: what an administrator can find again.
fn node_name() -> String {
    let machine = rustix::system::uname();
    let machine = machine.nodename().to_string_lossy();
    format!("{machine}:{}", std::process::id())
}

async fn every<F: Future<Output = ()>>(
    period: Duration,
    mut stopped: watch::Receiver<bool>,
    work: impl Fn() -> F,
) {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => work().await,
            _ = stopped.changed() => return,
        }
    }
}

/// Carries orders to end many out, batch after batch; stops between two of them.
async fn carry_out(authority: Authority, mut stopped: watch::Receiver<bool>) {
    let mut worker = bulk::Worker::new(&authority);
    let mut has_complained = false;
    while !*stopped.borrow() {
        let is_idle = match worker.step(&authority).await {
            Ok(step) => {
                has_complained = false;
                told_of_order(step);
                matches!(step, bulk::Step::Nothing | bulk::Step::Lost { .. })
            }
            Err(error) => {
                // Not each time: an outage lasts for many tries.
                if !std::mem::replace(&mut has_complained, true) {
                    tracing::warn!(
                        error = %error,
                        "a batch of a bulk end did not happen; the next try follows"
                    );
                }
                true
            }
        };
        if is_idle {
            tokio::select! {
                () = authority.orders().notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = stopped.changed() => {}
            }
        }
    }
    if let Err(error) = worker.release(&authority).await {
        tracing::warn!(error = %error, "a bulk end waits until this node's lease has run out");
    }
}

fn told_of_order(step: bulk::Step) {
    match step {
        bulk::Step::Nothing | bulk::Step::Ended { .. } | bulk::Step::Lost { .. } => {}
        bulk::Step::Finished { bulk_end_id } => {
            tracing::info!(bulk_end.id = %bulk_end_id, "a bulk end is through");
        }
        bulk::Step::Refused { bulk_end_id } => tracing::error!(
            bulk_end.id = %bulk_end_id,
            "a bulk end of which the record knows nothing was not carried out: somebody has written \
             into the database, or its master key is gone from this node's list"
        ),
    }
}

/// Reads the clock, writes what was seen, received and refused, and seals the record.
async fn write(authority: Authority) {
    if let Err(error) = authority.synchronise_clock().await {
        tracing::warn!(error = %error, "the database's clock is not read; the time is carried on");
    }
    if let Err(error) = authority.last_seen().flush(&authority).await {
        tracing::warn!(error = %error, "last-seen times are not written; they are kept");
    }
    if let Err(error) = authority.receipts().flush(&authority).await {
        tracing::warn!(error = %error, "receipts of refresh tokens are not written; they are kept");
    }
    if let Err(error) = authority.refusals().flush(&authority).await {
        tracing::warn!(error = %error, "counted refusals are not written; they are kept");
    }
    loop {
        match audit::seal(&authority).await {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(error = %error, "the record is not sealed; the next try follows");
                break;
            }
        }
    }
}

fn told_of_keys(tended: key::Tended) {
    if tended.disputed > 0 {
        tracing::warn!(
            keys.disputed = tended.disputed,
            "signing keys are sealed under a master key that is not the first of this node's list: \
             the lists of the nodes differ in order. That is so while a rotation of the master key \
             goes from node to node; otherwise give all nodes one list"
        );
    }
    let done = key::Tended {
        disputed: 0,
        ..tended
    };
    if done != key::Tended::default() {
        tracing::info!(
            keys.published = done.published,
            keys.retired = done.retired,
            keys.resealed = done.resealed,
            keys.forgotten = done.forgotten,
            "tended the signing keys"
        );
    }
}

async fn sweep(authority: Authority) {
    authority.feed().sweep(authority.boot_time());
    if let Err(error) = signal::prune(&authority).await {
        tracing::warn!(error = %error, "old signals are not pruned; the next try follows");
    }
    if let Err(error) = spent::prune(&authority).await {
        tracing::warn!(error = %error, "what was used once is not pruned; the next try follows");
    }
    if let Err(error) = invitation::prune(&authority).await {
        tracing::warn!(error = %error, "old invitations are not pruned; the next try follows");
    }
    if let Err(error) = node::sweep(&authority).await {
        tracing::warn!(error = %error, "what nodes said is not swept; the next try follows");
    }
    if let Err(error) = activity::tend(&authority).await {
        tracing::warn!(
            error = %error,
            "what happened this hour is not counted for the charts; the next try follows"
        );
    }
    if let Err(error) = bulk::sweep(&authority).await {
        tracing::warn!(error = %error, "old bulk ends are not forgotten; the next try follows");
    }
    match key::tend(&authority).await {
        Ok(tended) => told_of_keys(tended),
        // Nothing stops: the keys that are there go on signing. But somebody has to look.
        Err(error) => tracing::error!(error = %error, "the signing keys are not tended"),
    }
    match session::sweep(&authority).await {
        Ok(swept) if swept == session::Swept::default() => {}
        Ok(swept) => tracing::info!(
            sessions.idle = swept.idle,
            sessions.expired = swept.expired,
            sessions.forgotten = swept.forgotten,
            "swept"
        ),
        Err(error) => tracing::warn!(error = %error, "sweeping failed; the next try follows"),
    }
    match family::sweep(&authority).await {
        Ok(swept) if swept == family::Swept::default() => {}
        Ok(swept) => tracing::info!(
            families.idle = swept.idle,
            families.expired = swept.expired,
            families.forgotten = swept.forgotten,
            "swept"
        ),
        Err(error) => tracing::warn!(error = %error, "sweeping failed; the next try follows"),
    }
}
