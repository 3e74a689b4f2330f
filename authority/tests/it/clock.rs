//! The clock that several nodes share.

use latchkey_authority::clock::{Clock, DatabaseClock, SystemClock};
use latchkey_testing::TestDatabase;

#[tokio::test]
async fn nodes_go_by_the_clock_of_the_database_that_they_share() {
    if !TestDatabase::is_postgres() {
        return;
    }
    let database = TestDatabase::new().await;
    let clock = DatabaseClock::start(&database.connection).await.unwrap();
    // Server and test run on one machine here, so the two clocks are one.
    let apart = clock.now().0.abs_diff(SystemClock.now().0);
    assert!(apart < 1_000, "{apart} ms");
    clock.synchronise(&database.connection).await.unwrap();
    let (first, second) = (clock.now(), clock.now());
    assert!(second >= first);
}
