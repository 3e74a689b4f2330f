//! The time, as a parameter.

mod database;

use std::{fmt::Debug, pin::Pin, time::Duration};

use latchkey_types::UnixMillis;
use sea_orm::{DatabaseConnection, DbErr};

pub use database::DatabaseClock;

/// A measurement under way.
pub type Synchronised<'a> = Pin<Box<dyn Future<Output = Result<(), DbErr>> + Send + 'a>>;

/// Tells the time. Tests set theirs; the program uses [`SystemClock`].
pub trait Clock: Debug + Send + Sync {
    /// The wall-clock time now.
    fn now(&self) -> UnixMillis;

    /// How long the machine has been up, suspends included: for spans that nobody's correction of
    /// a clock may shorten.
    fn boot_time(&self) -> Duration {
        boot_time()
    }

    /// Measures again, where the time is somebody else's.
    ///
    /// # Errors
    /// What the database says; the clock goes on from the measurement before.
    fn synchronise<'a>(&'a self, _database: &'a DatabaseConnection) -> Synchronised<'a> {
        Box::pin(async { Ok(()) })
    }
}

/// Since the machine was started, suspends included.
fn boot_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one true source of the time")]
    fn now(&self) -> UnixMillis {
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        UnixMillis::default().after(since_epoch)
    }
}
