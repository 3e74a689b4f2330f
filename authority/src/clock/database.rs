//! The database's time, kept by each node between two looks at it.

use std::{
    fmt,
    sync::atomic::{AtomicI64, Ordering},
};

use latchkey_types::UnixMillis;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use super::{Clock, Synchronised};

/// So many looks at the database's clock make one measurement; the quickest says most.
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
            offset: AtomicI64::new(UNKNOWN),
            boot_time,
        };
        clock.measure(database).await?;
        Ok(clock)
    }

    async fn measure(&self, database: &DatabaseConnection) -> Result<(), DbErr> {
        let mut looks = Vec::with_capacity(LOOKS);
        for _ in 0..LOOKS {
            let before = (self.boot_time)();
            let told = told(database).await?;
            let after = (self.boot_time)();
            looks.push(Look {
                before,
                told,
                after,
            });
        }
        self.learn(&looks);
        Ok(())
    }

    /// Moves to where every look allows, and no further: a slow one, on a busy day, says little.
    fn learn(&self, looks: &[Look]) {
        let known = self.offset.load(Ordering::Relaxed);
        let known = (known != UNKNOWN).then_some(known);
        let quickest = looks.iter().min_by_key(|look| look.after - look.before);
        if let Some(offset) = known.or_else(|| quickest.map(Look::middle)) {
            let offset = looks
                .iter()
                .fold(offset, |offset, look| look.correct(offset));
            self.offset.store(offset, Ordering::Relaxed);
        }
    }
}

/// Nothing was measured yet.
const UNKNOWN: i64 = i64::MIN;

/// What the database's clock told, at some instant between two of the boot-time clock.
#[derive(Debug, Clone, Copy)]
struct Look {
    before: i64,
    told: i64,
    after: i64,
}

impl Look {
    fn middle(&self) -> i64 {
        self.told - self.before.midpoint(self.after)
    }

    /// The nearest offset that this look allows. All three instants are whole milliseconds.
    fn correct(&self, offset: i64) -> i64 {
        let (least, most) = (self.told - self.after - 1, self.told - self.before + 1);
        offset.max(least).min(most)
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
    i64::try_from(super::boot_time().as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Boot time stands still here: what changes is told.
    fn clock() -> DatabaseClock {
        DatabaseClock {
            offset: AtomicI64::new(UNKNOWN),
            boot_time: || 0,
        }
    }

    fn look(before: i64, told: i64, after: i64) -> Look {
        Look {
            before,
            told,
            after,
        }
    }

    #[test]
    fn the_first_measurement_goes_by_the_quickest_look() {
        let clock = clock();
        clock.learn(&[
            look(0, 1_000, 900),
            look(1_000, 2_002, 1_004),
            look(1_100, 2_500, 1_900),
        ]);
        assert_eq!(clock.now(), UnixMillis(1_000));
    }

    #[test]
    fn a_look_that_waited_for_a_connection_moves_nothing_that_it_does_not_contradict() {
        let clock = clock();
        clock.learn(&[look(0, 1_000, 0)]);
        // Told at the very end of four seconds: the middle would be two seconds ahead.
        clock.learn(&[look(10_000, 15_000, 14_000)]);
        assert_eq!(clock.now(), UnixMillis(1_000));
        // The database's clock was set, by an hour and back: followed as far as is certain.
        clock.learn(&[look(20_000, 3_621_000, 20_002)]);
        assert!(clock.now().0.abs_diff(3_601_000) <= 3);
        clock.learn(&[look(30_000, 31_000, 30_002)]);
        assert!(clock.now().0.abs_diff(1_000) <= 3);
    }
}
