//! Up to where a node has read, while transactions of others begin early and commit late.

use latchkey_authority::{feed, principal::Actor, session::end};
use latchkey_testing::{TestDatabase, caller};
use uuid::Uuid;

use super::Nodes;
use crate::support::scattered_id;

/// Signals of sessions that never were, in transactions of the test's own.
async fn tell(transaction: &mut sqlx::PgConnection, session_id: Uuid, at: i64) {
    sqlx::query(
        "INSERT INTO signals (kind, user_id, session_id, at) VALUES ('session_ended', $1, $1, $2)",
    )
    .bind(session_id)
    .bind(at)
    .execute(transaction)
    .await
    .unwrap();
}

#[tokio::test]
async fn i02_an_open_transaction_hides_nothing_and_is_not_forgotten() {
    if !TestDatabase::is_postgres() {
        return; // One writer at a time there: rows become visible in the order of their numbers.
    }
    let nodes = Nodes::warm().await;
    let pool = nodes.database().get_postgres_connection_pool();
    let at = nodes.other.now().0;
    let is_ended = |id| nodes.other.feed().standing(id).is_ended;
    let (early, late) = (scattered_id(1), scattered_id(2));

    let mut open = pool.begin().await.unwrap();
    tell(&mut open, early, at).await;
    end::as_administrator(nodes.acting(), Actor::Operator, nodes.session_id, &caller())
        .await
        .unwrap();
    feed::poll(&nodes.other).await.unwrap();
    assert!(!nodes.lets_in_session(&nodes.other).await);
    assert!(!is_ended(early));

    // Rows above the mark come again with each poll, and are not applied again.
    let applied = nodes.state().applied;
    feed::poll(&nodes.other).await.unwrap();
    assert_eq!(nodes.state().applied, applied);

    // Another one begins later, ends earlier.
    let mut beside = pool.begin().await.unwrap();
    tell(&mut beside, late, at).await;
    beside.commit().await.unwrap();
    feed::poll(&nodes.other).await.unwrap();
    assert!(is_ended(late) && !is_ended(early));

    open.commit().await.unwrap();
    feed::poll(&nodes.other).await.unwrap();
    assert!(
        is_ended(early),
        "its row has a lower number than what was read"
    );
    assert_eq!(nodes.state().moved_backwards, 0);
}

#[tokio::test]
async fn i02_a_transaction_that_was_undone_holds_nothing_up() {
    if !TestDatabase::is_postgres() {
        return;
    }
    let nodes = Nodes::warm().await;
    let pool = nodes.database().get_postgres_connection_pool();
    let mut open = pool.begin().await.unwrap();
    tell(&mut open, scattered_id(1), nodes.other.now().0).await;
    feed::poll(&nodes.other).await.unwrap();
    open.rollback().await.unwrap();
    feed::poll(&nodes.other).await.unwrap();
    end::as_administrator(nodes.acting(), Actor::Operator, nodes.session_id, &caller())
        .await
        .unwrap();
    feed::poll(&nodes.other).await.unwrap();
    assert!(!nodes.lets_in_session(&nodes.other).await);
    assert!(!nodes.other.feed().standing(scattered_id(1)).is_ended);
    assert_eq!(
        nodes.state().moved_backwards,
        0,
        "a number was given and never used"
    );
}
