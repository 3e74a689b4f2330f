//! What charts show: hours are counted once, however long the record is, and say when nobody
//! counted.

use std::time::Duration;

use latchkey_authority::{
    Authority, AuthorityTx,
    activity::{self, Activity, Bucket},
    audit::AuditEvent,
    session::end,
    signal::Signals,
};
use latchkey_testing::{TestAuthority, caller, master_keys};
use latchkey_types::{EventKind, Role, Span};

use crate::support::{count, drop_record_triggers, execute};

const HOUR: Duration = Duration::from_hours(1);
const MINUTE: Duration = Duration::from_mins(1);

async fn refused(authority: &Authority, times: usize) {
    let event = AuditEvent::failure(EventKind::SignIn, "wrong_password", &caller());
    AuthorityTx::begin(authority)
        .await
        .unwrap()
        .commit(vec![event; times], Signals::Nothing)
        .await
        .unwrap();
}

/// Counts until there is nothing more to count.
async fn tend(authority: &Authority) {
    while activity::tend(authority).await.unwrap() > 0 {}
}

async fn day(test: &TestAuthority) -> Activity {
    activity::read(&test.authority, Span::Day).await.unwrap()
}

/// The bucket that many hours before the one that is running.
fn hours_ago(activity: &Activity, hours: usize) -> Bucket {
    activity.buckets[activity.buckets.len() - 1 - hours]
}

#[tokio::test]
async fn every_hour_has_its_sign_ins_refusals_and_live_sessions() {
    let test = TestAuthority::new().await;
    let one = test.signed_in(Role::User).await;
    test.session(one.user_id).await;
    refused(&test.authority, 3).await;
    test.clock.advance(HOUR);
    end::own(&test.authority, &one, one.session_id().unwrap(), &caller())
        .await
        .unwrap();
    test.session(one.user_id).await;
    test.session(one.user_id).await;
    test.clock.advance(HOUR);

    tend(&test.authority).await;

    let day = day(&test).await;
    assert_eq!(day.buckets.len(), 24);
    assert_eq!(day.counted_at, Some(test.authority.now()));
    let numbers = |hours| {
        let bucket = hours_ago(&day, hours);
        (bucket.sign_ins, bucket.refused, bucket.live_sessions)
    };
    assert_eq!(numbers(3), (Some(0), Some(0), Some(0)));
    assert_eq!(numbers(2), (Some(2), Some(3), Some(2)));
    assert_eq!(numbers(1), (Some(2), Some(0), Some(3)));
    assert_eq!(numbers(0), (Some(0), Some(0), Some(3)));
}

#[tokio::test]
async fn attempts_that_a_limit_turned_away_are_counted_however_many_they_were() {
    let test = TestAuthority::new().await;
    for _ in 0..1_000 {
        test.authority
            .refusals()
            .count(&test.authority, EventKind::AttemptsLimited, "192.0.2.7");
    }
    test.authority
        .refusals()
        .count(&test.authority, EventKind::PermissionDenied, "192.0.2.7");
    test.clock.advance(MINUTE);
    test.authority
        .refusals()
        .flush(&test.authority)
        .await
        .unwrap();
    tend(&test.authority).await;
    assert_eq!(hours_ago(&day(&test).await, 0).limited, Some(1_000));
}

#[tokio::test]
async fn an_hour_that_is_over_is_not_counted_again() {
    let test = TestAuthority::new().await;
    refused(&test.authority, 2).await;
    // Long enough after its end that nothing can come late.
    test.clock.advance(HOUR + 3 * MINUTE);
    tend(&test.authority).await;
    drop_record_triggers(&test.database.connection).await;
    execute(&test.database.connection, "DELETE FROM audit_events").await;
    test.clock.advance(MINUTE);
    tend(&test.authority).await;
    assert_eq!(hours_ago(&day(&test).await, 1).refused, Some(2));
}

#[tokio::test]
async fn what_comes_late_to_an_hour_is_counted_with_it() {
    let test = TestAuthority::new().await;
    test.clock.advance(59 * MINUTE);
    refused(&test.authority, 1).await;
    test.clock.advance(2 * MINUTE);
    tend(&test.authority).await;
    assert_eq!(hours_ago(&day(&test).await, 1).refused, Some(1));
    // As a transaction does that began before the hour was over.
    test.clock.rewind(2 * MINUTE);
    refused(&test.authority, 1).await;
    test.clock.advance(4 * MINUTE);
    tend(&test.authority).await;
    assert_eq!(hours_ago(&day(&test).await, 1).refused, Some(2));
}

#[tokio::test]
async fn of_several_nodes_one_counts_the_hour_that_runs() {
    let test = TestAuthority::new().await;
    let other = test.node(master_keys(), 7);
    tend(&test.authority).await;
    assert_eq!(activity::tend(&other).await.unwrap(), 0, "done just now");
    test.clock.advance(MINUTE);
    assert!(activity::tend(&other).await.unwrap() > 0);
    assert_eq!(activity::tend(&test.authority).await.unwrap(), 0);
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_stop_the_counting() {
    let test = TestAuthority::new().await;
    tend(&test.authority).await;
    test.clock.rewind(10 * MINUTE);
    refused(&test.authority, 1).await;
    tend(&test.authority).await;
    assert_eq!(hours_ago(&day(&test).await, 0).refused, Some(1));
}

#[tokio::test]
async fn a_week_is_made_of_six_hours_each_and_what_nobody_counted_is_absent() {
    let test = TestAuthority::new().await;
    let user = test.user(Role::User).await;
    test.session(user).await;
    test.clock.advance(7 * HOUR);
    test.session(user).await;
    let before = activity::read(&test.authority, Span::Week).await.unwrap();
    assert_eq!(before.buckets.len(), 28);
    assert_eq!(before.counted_at, None);
    assert!(
        before
            .buckets
            .iter()
            .all(|bucket| bucket.sign_ins.is_none())
    );

    tend(&test.authority).await;
    let week = activity::read(&test.authority, Span::Week).await.unwrap();
    let newest = week.buckets.iter().rev().take(2).collect::<Vec<_>>();
    assert_eq!(newest[0].sign_ins, Some(1));
    assert_eq!(newest[0].live_sessions, Some(2));
    assert_eq!(newest[1].sign_ins, Some(1));
    assert_eq!(newest[1].live_sessions, Some(1));
    for pair in week.buckets.windows(2) {
        assert_eq!(pair[1].from.since(pair[0].from), 6 * HOUR);
    }
}

#[tokio::test]
async fn hours_are_forgotten_after_ninety_days() {
    let test = TestAuthority::new().await;
    tend(&test.authority).await;
    let database = &test.database.connection;
    let rows = count(database, "hourly_tallies").await;
    test.clock.advance(Duration::from_hours(24 * 120));
    tend(&test.authority).await;
    assert_eq!(count(database, "hourly_tallies").await, rows);
}
