//! Counters in Redis or Valkey, for several nodes together.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant},
};

use latchkey_types::UnixMillis;
use redis::{
    Client, RedisError, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio::sync::OnceCell;

use super::counter::{MEMORY, Rule, WINDOW};

/// An answer later than this is none: a sign-in does not wait for a counter.
const PATIENCE: Duration = Duration::from_millis(250);

/// The same complaint is logged so often.
const COMPLAIN_EVERY: i64 = 10_000;

pub(super) struct RedisCounters {
    client: Client,
    connection: OnceCell<ConnectionManager>,
    script: Script,
    born: Instant,
    complained: AtomicI64,
}

impl std::fmt::Debug for RedisCounters {
    /// Without the address, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisCounters")
    }
}

impl RedisCounters {
    pub(super) fn open(url: &str) -> anyhow::Result<Self> {
        Ok(Self {
            // The driver's message may quote the address with its password.
            client: Client::open(url)
                .map_err(|_| anyhow::anyhow!("setting `redis_url` is not an address of Redis"))?,
            connection: OnceCell::new(),
            script: Script::new(include_str!("count.lua")),
            born: Instant::now(),
            complained: AtomicI64::new(i64::MIN / 2),
        })
    }

    pub(super) async fn count(
        &self,
        name: &str,
        rule: Rule,
        now: UnixMillis,
    ) -> Result<Option<UnixMillis>, RedisError> {
        let until = self.run("count", name, rule, now).await?;
        Ok((until > 0).then_some(UnixMillis(until)))
    }

    pub(super) async fn refund(&self, name: &str) -> Result<(), RedisError> {
        self.run("refund", name, Rule::steady(0), UnixMillis(0))
            .await
            .map(|_| ())
    }

    async fn run(
        &self,
        what: &str,
        name: &str,
        rule: Rule,
        now: UnixMillis,
    ) -> Result<i64, RedisError> {
        let mut connection = self
            .connection
            .get_or_try_init(|| {
                let config = ConnectionManagerConfig::new()
                    .set_connection_timeout(Some(PATIENCE))
                    .set_response_timeout(Some(PATIENCE))
                    .set_number_of_retries(1);
                ConnectionManager::new_with_config(self.client.clone(), config)
            })
            .await?
            .clone();
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.script
            .key(format!("latchkey:attempts:{name}"))
            .arg(what)
            .arg(rule.most)
            .arg(now.0)
            .arg(millis(WINDOW))
            .arg(millis(rule.longest_pause))
            .arg(millis(MEMORY))
            .invoke_async(&mut connection)
            .await
    }

    /// Logs that counting goes on in memory, now and then.
    pub(super) fn complain(&self, error: &RedisError) {
        let now = i64::try_from(self.born.elapsed().as_millis()).unwrap_or(i64::MAX);
        let last = self.complained.load(Ordering::Relaxed);
        if now - last >= COMPLAIN_EVERY
            && self
                .complained
                .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            tracing::warn!(
                error.kind = ?error.kind(),
                "the shared counters do not answer; this node counts by itself"
            );
        }
    }
}
