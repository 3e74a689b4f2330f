//! Hints between nodes: "poll now". Losing one costs one poll.
//!
//! They are sent after the commit, not with it: a NOTIFY inside the transaction takes a lock of the
//! whole database server at commit. Many commits at once make one hint.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use sea_orm::ConnectionTrait as _;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::{sync::Notify, time::timeout};

use crate::Authority;

const CHANNEL: &str = "latchkey_signals";

/// Tells every node to poll.
const SEND: &str = "SELECT pg_notify('latchkey_signals', '')";

/// Between two attempts to listen again.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a hint of our own may take to come back.
const ROUND_TRIP: Duration = Duration::from_secs(2);

/// Tells the other nodes of what was committed here, as long as there is something to tell.
pub(super) async fn send(authority: Authority) {
    let hints = Arc::clone(&authority.feed().hints);
    loop {
        hints.notified().await;
        if let Err(error) = authority.database().execute_unprepared(SEND).await {
            tracing::debug!(error = %error, "a hint is lost; the polls of the others find it");
        }
    }
}

/// Has this node poll at every hint, for good.
pub(super) async fn listen(authority: Authority, options: PgConnectOptions, wanted: Arc<Notify>) {
    let mut has_complained = false;
    loop {
        match hear(&authority, &options, &wanted).await {
            // The connection was cut: what was hinted meanwhile, a poll finds.
            Ok(()) => has_complained = false,
            Err(error) if has_complained => {
                tracing::debug!(error = %error, "hints still do not arrive");
            }
            Err(error) => {
                has_complained = true;
                tracing::warn!(
                    error = %error,
                    "hints of other nodes do not arrive: this node polls each half second instead"
                );
            }
        }
        authority
            .feed()
            .polls
            .listening
            .store(false, Ordering::Relaxed);
        wanted.notify_one();
        tokio::time::sleep(PAUSE).await;
    }
}

/// Listens until the connection is cut. A pooler may take LISTEN and never deliver: so a hint of
/// our own must come back first.
async fn hear(
    authority: &Authority,
    options: &PgConnectOptions,
    wanted: &Notify,
) -> Result<(), sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PAUSE)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options.clone().application_name("latchkey feed hints"));
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    sqlx::query(SEND).execute(&mut listener).await?;
    let came_back = timeout(ROUND_TRIP, listener.try_recv())
        .await
        .unwrap_or(Ok(None))?;
    if came_back.is_none() {
        return Err(sqlx::Error::Protocol(
            "a hint of our own did not come back: is there a pooler in between? Set \
             `database_feed_url` to the database server itself"
                .to_owned(),
        ));
    }
    authority
        .feed()
        .polls
        .listening
        .store(true, Ordering::Relaxed);
    while listener.try_recv().await?.is_some() {
        wanted.notify_one();
    }
    Ok(())
}
