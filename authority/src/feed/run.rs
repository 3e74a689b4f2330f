//! Keeping the feed going: polls, and hints that make them sooner.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    time::{MissedTickBehavior, interval},
};

use super::{FeedError, hint, outage::Outage, poll};
use crate::Authority;

/// A poll at least so often where the database is a server.
const POLL_POSTGRES: Duration = Duration::from_millis(500);

/// A poll at least so often where it is a file.
const POLL_SQLITE: Duration = Duration::from_millis(250);

/// No more than one poll in so long, however many hints come.
const SPACING: Duration = Duration::from_millis(5);

/// Makes a node ready: it reads what is remembered, and polls once more.
///
/// # Errors
/// [`FeedError`] when it cannot: it must not serve then.
pub async fn start(authority: &Authority) -> Result<(), FeedError> {
    poll(authority).await?;
    poll(authority).await
}

/// Polls until told to stop; on PostgreSQL it listens for hints, and sends them.
pub async fn run(authority: Authority, mut stop: watch::Receiver<bool>) {
    let hints = authority.feed().reader.lock().await.hint_options();
    let period = if hints.is_some() {
        POLL_POSTGRES
    } else {
        POLL_SQLITE
    };
    let wanted = Arc::new(Notify::new());
    let mut helpers = Vec::new();
    if let Some(options) = hints {
        authority.feed().is_running.store(true, Ordering::Relaxed);
        helpers.push(tokio::spawn(hint::listen(
            authority.clone(),
            options,
            Arc::clone(&wanted),
        )));
        helpers.push(tokio::spawn(hint::send(authority.clone())));
    }
    let mut outage = Outage::default();
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = wanted.notified() => ticks.reset(),
            _ = stop.changed() => break,
        }
        let began = authority.boot_time();
        let result = poll(&authority).await;
        report(&mut outage, authority.boot_time(), result);
        // One that takes long, because a long transaction holds the mark back, is made less often:
        // half of the time at most goes into polling.
        let took = authority.boot_time().saturating_sub(began);
        tokio::time::sleep(took.clamp(SPACING, POLL_SQLITE)).await;
    }
    authority.feed().is_running.store(false, Ordering::Relaxed);
    for helper in helpers {
        helper.abort();
    }
}

/// Says when the feed fails and when it works again; not each time.
fn report(outage: &mut Outage, now: Duration, result: Result<(), FeedError>) {
    match result {
        Ok(()) => {
            if outage.succeed(now) {
                tracing::info!("the feed of signals works again");
            }
        }
        Err(error) => {
            if outage.fail(now) {
                tracing::error!(
                    error = %error,
                    "the feed of signals is interrupted: checks are refused until it works again"
                );
            }
        }
    }
}
