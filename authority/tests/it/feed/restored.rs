//! A copy of the database from before an end, put back under a running node.

use latchkey_authority::{feed, principal::Actor, session::end};
use latchkey_testing::{TestDatabase, caller};

use super::{Nodes, lets_in};
use crate::support::execute;

/// Puts back what a backup from before every end holds, with the counter of signals.
async fn restore(nodes: &Nodes) {
    let database = nodes.database();
    for sql in [
        "UPDATE sessions SET ended_at = NULL, end_reason = NULL, ended_by = NULL",
        "UPDATE families SET ended_at = NULL, end_reason = NULL, ended_by = NULL",
        "DELETE FROM signals",
    ] {
        execute(database, sql).await;
    }
    let counter = if TestDatabase::is_postgres() {
        "SELECT setval(pg_get_serial_sequence('signals', 'signal_id'), 1, false)"
    } else {
        "UPDATE sqlite_sequence SET seq = 0 WHERE name = 'signals'"
    };
    execute(database, counter).await;
}

#[tokio::test]
async fn i03_what_was_ended_stays_refused_when_a_backup_is_put_back_and_the_operator_hears() {
    let nodes = Nodes::warm().await;
    end::all_of_user(nodes.acting(), Actor::Operator, nodes.user_id, &caller())
        .await
        .unwrap();
    feed::poll(&nodes.other).await.unwrap();
    restore(&nodes).await;
    assert_eq!(nodes.state().moved_backwards, 0);
    feed::poll(&nodes.other).await.unwrap();
    assert_eq!(nodes.state().moved_backwards, 1);
    for _ in 0..2 {
        assert!(!lets_in(&nodes.other, nodes.session_id).await.unwrap());
        assert!(!nodes.lets_in_token(&nodes.other).await);
        feed::poll(&nodes.other).await.unwrap();
    }
    assert_eq!(nodes.state().moved_backwards, 1, "said once");

    // What is told from then on has numbers that were given before.
    let session_id = nodes.test.session(nodes.user_id).await;
    assert!(lets_in(&nodes.other, session_id).await.unwrap());
    end::as_administrator(nodes.acting(), Actor::Operator, session_id, &caller())
        .await
        .unwrap();
    feed::poll(&nodes.other).await.unwrap();
    assert!(!lets_in(&nodes.other, session_id).await.unwrap());
}
