//! The twelfth invariant: a flood of refusals is one row for each address and minute.

use std::time::Duration;

use latchkey_testing::{TestAuthority, allow_writes, master_keys, refuse_writes};
use latchkey_types::{EventKind, Word};

use crate::support::{column, count};

const MINUTE: Duration = Duration::from_mins(1);
const LIMITED: EventKind = EventKind::AttemptsLimited;

async fn flush(test: &TestAuthority) {
    test.authority
        .refusals()
        .flush(&test.authority)
        .await
        .unwrap();
}

/// How often an address was refused, a number for each minute, oldest first.
async fn times(test: &TestAuthority, address: &str) -> Vec<i64> {
    let query =
        format!("SELECT times AS value FROM refusals WHERE address = '{address}' ORDER BY minute");
    column(&test.database.connection, &query).await
}

#[tokio::test]
async fn i12_a_thousand_refusals_of_one_address_in_a_minute_are_one_row() {
    let test = TestAuthority::new().await;
    let counts = test.authority.refusals();
    for number in 0..1_000 {
        let is_first = counts.count(&test.authority, LIMITED, "192.0.2.7");
        assert_eq!(is_first, number == 0, "only the first deserves an event");
    }
    flush(&test).await;
    assert_eq!(
        times(&test, "192.0.2.7").await,
        [0_i64; 0],
        "the minute runs"
    );

    test.clock.advance(MINUTE);
    flush(&test).await;

    assert_eq!(times(&test, "192.0.2.7").await, [1_000]);
    let database = &test.database.connection;
    let minutes: Vec<i64> = column(database, "SELECT minute AS value FROM refusals").await;
    assert_eq!(minutes, [test.authority.now().before(MINUTE).0]);
    let kind: Vec<String> = column(database, "SELECT kind AS value FROM refusals").await;
    assert_eq!(kind, [LIMITED.as_str()]);
    flush(&test).await;
    assert_eq!(times(&test, "192.0.2.7").await, [1_000], "written once");
}

#[tokio::test]
async fn i12_each_minute_address_and_kind_is_a_row_of_its_own() {
    let test = TestAuthority::new().await;
    let counts = test.authority.refusals();
    for _ in 0..2 {
        for (kind, address) in [
            (LIMITED, "192.0.2.7"),
            (LIMITED, "192.0.2.8"),
            (EventKind::SignIn, "192.0.2.7"),
        ] {
            assert!(
                counts.count(&test.authority, kind, address),
                "first of its minute"
            );
            assert!(!counts.count(&test.authority, kind, address));
        }
        test.clock.advance(MINUTE);
    }
    flush(&test).await;
    assert_eq!(times(&test, "192.0.2.8").await, [2, 2]);
    assert_eq!(times(&test, "192.0.2.7").await, [2, 2, 2, 2]);
    assert_eq!(count(&test.database.connection, "refusals").await, 6);
}

#[tokio::test]
async fn i12_nodes_add_up_in_one_row() {
    let test = TestAuthority::new().await;
    let other = test.node(master_keys(), 7);
    for _ in 0..5 {
        test.authority
            .refusals()
            .count(&test.authority, LIMITED, "192.0.2.7");
    }
    for _ in 0..3 {
        other.refusals().count(&other, LIMITED, "192.0.2.7");
    }
    test.clock.advance(MINUTE);
    flush(&test).await;
    other.refusals().flush(&other).await.unwrap();
    assert_eq!(times(&test, "192.0.2.7").await, [8]);
}

#[tokio::test]
async fn i12_a_program_that_stops_writes_the_running_minute_too() {
    let test = TestAuthority::new().await;
    let counts = test.authority.refusals();
    for _ in 0..3 {
        counts.count(&test.authority, LIMITED, "192.0.2.7");
    }
    counts.finish(&test.authority).await.unwrap();
    assert_eq!(times(&test, "192.0.2.7").await, [3]);
    // And adds to it when it starts again within that minute.
    let again = test.node(master_keys(), 7);
    again.refusals().count(&again, LIMITED, "192.0.2.7");
    again.refusals().finish(&again).await.unwrap();
    assert_eq!(times(&test, "192.0.2.7").await, [4]);
}

#[tokio::test]
async fn i12_more_addresses_than_the_limit_are_counted_as_others() {
    let test = TestAuthority::new().await;
    let counts = test.authority.refusals();
    let address = |number: u32| std::net::Ipv4Addr::from(number).to_string();
    for number in 0..10_000 {
        assert!(counts.count(&test.authority, LIMITED, &address(number)));
    }
    for number in 10_000..10_500 {
        assert!(!counts.count(&test.authority, LIMITED, &address(number)));
    }
    assert!(
        !counts.count(&test.authority, LIMITED, &address(0)),
        "still told apart"
    );
    test.clock.advance(MINUTE);
    flush(&test).await;
    assert_eq!(count(&test.database.connection, "refusals").await, 10_001);
    assert_eq!(times(&test, "others").await, [500]);
    assert_eq!(times(&test, &address(0)).await, [2]);
    assert!(
        counts.count(&test.authority, LIMITED, &address(10_000)),
        "there is room again"
    );
}

#[tokio::test]
async fn i12_what_could_not_be_written_is_written_the_next_time() {
    let test = TestAuthority::new().await;
    let counts = test.authority.refusals();
    for _ in 0..4 {
        counts.count(&test.authority, LIMITED, "192.0.2.7");
    }
    test.clock.advance(MINUTE);
    let database = &test.database.connection;
    refuse_writes(database, "refusals").await;
    counts.flush(&test.authority).await.unwrap_err();
    allow_writes(database, "refusals").await;
    flush(&test).await;
    assert_eq!(times(&test, "192.0.2.7").await, [4]);
}
