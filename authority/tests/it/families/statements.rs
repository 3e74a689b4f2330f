//! What a refresh may ask of the database: one transaction, and at most four statements in it.

use latchkey_authority::family::RefreshError;
use latchkey_testing::Sent;
use latchkey_types::RefreshOutcome;

use super::support::{World, away, home, stranger};

/// The limit for a refresh that rotates.
const STATEMENTS: u64 = 4;

fn one_transaction(sent: Sent) -> bool {
    (sent.begun, sent.committed) == (1, 1)
}

#[tokio::test]
async fn a_refresh_is_one_transaction_of_four_statements_at_most() {
    let world = World::new().await;
    let mut token = world.first.clone();
    for _ in 0..3 {
        let (next, sent) = Sent::by(world.rotate(&token)).await;
        assert!(one_transaction(sent), "{sent:?}");
        assert!((1..=STATEMENTS).contains(&sent.statements), "{sent:?}");
        token = next;
    }
}

#[tokio::test]
async fn whatever_a_presented_token_gives_or_takes_is_one_transaction() {
    let (home, away, stranger) = (home(), away(), stranger());
    let world = World::new().await;
    let second = world.rotate(&world.first).await;

    let retry = world.expect(&world.first, &home, RefreshOutcome::Retry);
    let (again, sent) = Sent::by(retry).await;
    assert_eq!(again, second);
    assert!(one_transaction(sent), "a retry: {sent:?}");

    world.advance(11);
    let lost = world.expect(&world.first, &home, RefreshOutcome::LostResponse);
    let (third, sent) = Sent::by(lost).await;
    assert!(one_transaction(sent), "a lost reply: {sent:?}");

    let fourth = world.rotate(&third).await;
    let foreign = world.expect(&third, &away, RefreshOutcome::ForeignRetry);
    let (again, sent) = Sent::by(foreign).await;
    assert_eq!(again, fourth);
    assert!(one_transaction(sent), "a foreign retry: {sent:?}");

    world.advance(11);
    let (reused, sent) = Sent::by(world.refresh(&third, &stranger)).await;
    assert!(matches!(reused, Err(RefreshError::Reused { .. })));
    assert!(one_transaction(sent), "a reuse: {sent:?}");
}

#[tokio::test]
async fn what_is_forged_costs_no_transaction_where_it_is_a_flood() {
    let world = World::new().await;
    let (head, mac) = world.first.split_at(world.first.len() - 20);
    let forged: String = head.chars().chain(mac.chars().rev()).collect();
    // The first of an address and minute becomes an event.
    let (refused, _) = Sent::by(world.refresh(&forged, &stranger())).await;
    assert!(matches!(refused, Err(RefreshError::Forged)));
    for _ in 0..3 {
        let (refused, sent) = Sent::by(world.refresh(&forged, &stranger())).await;
        assert!(matches!(refused, Err(RefreshError::Forged)));
        assert_eq!((sent.begun, sent.statements), (0, 0), "{sent:?}");
    }
}
