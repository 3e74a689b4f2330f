//! The database's time, kept by each node between two looks at it.

use std::{
    fmt,
    sync::atomic::{AtomicI64, Ordering},
};

use latchkey_types::UnixMillis;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use super::{Clock, Synchronised};

/// So many looks at the database's clock make one measurement; the quickest is the best.
const LOOKS: usize = 3;

/// The clock of a PostgreSQL database that several nodes share.
///
/// Whether a retry is within its grace, and whether a family has expired, is reckoned from rows that
/// another node may have written: so all nodes go by the database's clock. Between two measurements
/// the time is carried on by the machine's boot-time clock, which no correction moves and which
/// runs on through a suspend; the node's own wall clock is never looked at. No query is spent on
/// telling the time.
pub struct DatabaseClock {
    /// Milliseconds from the boot-time clock to the database's.
    offset: AtomicI64,
    boot_time: fn() -> i64,
}

impl fmt::Debug for DatabaseClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseClock")
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

impl DatabaseClock {
    /// Starts with a first measurement.
    ///
    /// # Errors
    /// What the database says.
    pub async fn start(database: &DatabaseConnection) -> Result<Self, DbErr> {
        let clock = Self {
            offset: AtomicI64::new(0),
            boot_time,
        };
        clock.measure(database).await?;
        Ok(clock)
    }

    async fn measure(&self, database: &DatabaseConnection) -> Result<(), DbErr> {
        let mut best: Option<(i64, i64)> = None;
        for _ in 0..LOOKS {
            let before = (self.boot_time)();
            let told = told(database).await?;
            let after = (self.boot_time)();
            let took = after - before;
            if best.is_none_or(|(quickest, _)| took < quickest) {
                best = Some((took, told - before.midpoint(after)));
            }
        }
        if let Some((_, offset)) = best {
            self.offset.store(offset, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> UnixMillis {
        UnixMillis((self.boot_time)() + self.offset.load(Ordering::Relaxed))
    }

    fn synchronise<'a>(&'a self, database: &'a DatabaseConnection) -> Synchronised<'a> {
        Box::pin(self.measure(database))
    }
}

async fn told(database: &DatabaseConnection) -> Result<i64, DbErr> {
    let query = Statement::from_string(
        DbBackend::Postgres,
        "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now",
    );
    database
        .query_one_raw(query)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("the time".to_owned()))?
        .try_get("", "now")
}

/// Milliseconds since the machine was started, suspends included.
fn boot_time() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
}
