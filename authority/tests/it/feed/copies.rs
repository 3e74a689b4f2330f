//! What a node keeps of rows is not used once it may be wrong.

use std::{cell::Cell, time::Duration};

use latchkey_authority::{
    feed::{self, Cached, Snapshot},
    principal::Actor,
    session::end,
};
use latchkey_testing::caller;
use latchkey_types::SessionId;
use uuid::Uuid;

use super::{Nodes, lets_in};
use crate::support::{MILLISECOND, count, execute, id};

/// So long a copy is used.
const CACHED_FOR: Duration = Duration::from_mins(15);

#[derive(Debug, Clone, Copy)]
struct Copy {
    session_id: SessionId,
    is_live: bool,
}

impl Snapshot for Copy {
    fn about(&self) -> [Uuid; 2] {
        [self.session_id.as_uuid(); 2]
    }
}

#[tokio::test]
async fn i02_a_copy_that_was_read_while_its_end_was_told_of_is_not_used() {
    let nodes = Nodes::warm().await;
    let (node, session_id) = (nodes.acting(), nodes.session_id);
    let cached = Cached::new(10);
    let reads = Cell::new(0);
    let read = || async {
        reads.set(reads.get() + 1);
        let session = id(nodes.database(), session_id.as_uuid());
        let live = format!("sessions WHERE session_id = {session} AND ended_at IS NULL");
        let is_live = count(nodes.database(), &live).await == 1;
        if reads.get() == 1 {
            // Between the reading and the keeping of what was read.
            end::as_administrator(node, Actor::Operator, session_id, &caller())
                .await
                .unwrap();
        }
        Ok(Some(Copy {
            session_id,
            is_live,
        }))
    };
    for _ in 0..2 {
        let copy = cached.get(node, &session_id, read).await.unwrap().unwrap();
        assert!(!copy.is_live);
    }
    assert_eq!(reads.get(), 2, "the second reading is kept");
    assert_eq!(cached.counts(), (1, 2));
}

#[tokio::test]
async fn i02_what_changes_each_time_it_is_read_is_answered_once_and_not_kept() {
    let nodes = Nodes::warm().await;
    let (node, session_id) = (nodes.acting(), nodes.session_id);
    let cached = Cached::new(10);
    let reads = Cell::new(0);
    let is_busy = Cell::new(true);
    let read = || async {
        reads.set(reads.get() + 1);
        if is_busy.get() {
            feed_of_a_change(&nodes).await;
        }
        Ok(Some(Copy {
            session_id,
            is_live: true,
        }))
    };
    let first = cached.get(node, &session_id, read).await.unwrap();
    assert!(first.is_some(), "it was read after it was asked for");
    let until_then = reads.get();
    is_busy.set(false);
    cached.get(node, &session_id, read).await.unwrap();
    assert_eq!(reads.get(), until_then + 1, "nothing was kept");
    cached.get(node, &session_id, read).await.unwrap();
    assert_eq!(reads.get(), until_then + 1, "and this is");
}

#[tokio::test]
async fn i02_an_end_before_the_last_reading_is_seen_however_much_changes_meanwhile() {
    let nodes = Nodes::warm().await;
    let (node, session_id) = (nodes.acting(), nodes.session_id);
    let cached = Cached::new(10);
    let reads = Cell::new(0);
    let read = || async {
        reads.set(reads.get() + 1);
        let session = id(nodes.database(), session_id.as_uuid());
        let live = format!("sessions WHERE session_id = {session} AND ended_at IS NULL");
        let is_live = count(nodes.database(), &live).await == 1;
        if reads.get() == 1 {
            end::as_administrator(node, Actor::Operator, session_id, &caller())
                .await
                .unwrap();
        }
        feed_of_a_change(&nodes).await;
        Ok(Some(Copy {
            session_id,
            is_live,
        }))
    };
    let copy = cached.get(node, &session_id, read).await.unwrap().unwrap();
    assert!(!copy.is_live);
}

async fn feed_of_a_change(nodes: &Nodes) {
    let tx = latchkey_authority::AuthorityTx::begin(nodes.acting())
        .await
        .unwrap();
    let signal = latchkey_authority::signal::Signal::SessionChanged {
        session_id: nodes.session_id,
        user_id: nodes.user_id,
    };
    tx.commit([], signal).await.unwrap();
}

/// Ends the session in its row, and tells nobody.
async fn end_silently(nodes: &Nodes) {
    let session = id(nodes.database(), nodes.session_id.as_uuid());
    let end = format!(
        "UPDATE sessions SET ended_at = 1, end_reason = 'sign_out' WHERE session_id = {session}"
    );
    execute(nodes.database(), &end).await;
}

#[tokio::test]
async fn i02_a_copy_that_the_index_may_have_forgotten_is_read_again() {
    let nodes = Nodes::warm().await;
    end_silently(&nodes).await;
    nodes.test.clock.advance(CACHED_FOR);
    assert!(
        nodes.lets_in_session(&nodes.other).await,
        "nobody was told, so that the copy is still used"
    );
    nodes.test.clock.advance(MILLISECOND);
    assert!(!nodes.lets_in_session(&nodes.other).await);
}

#[tokio::test]
async fn i02_a_signal_of_an_unknown_kind_has_everything_read_again() {
    let nodes = Nodes::warm().await;
    end_silently(&nodes).await;
    feed::poll(&nodes.other).await.unwrap();
    assert!(nodes.lets_in_session(&nodes.other).await, "nobody was told");
    let at = nodes.other.now().0;
    let insert = format!("INSERT INTO signals (kind, at) VALUES ('of_a_later_release', {at})");
    execute(nodes.database(), &insert).await;
    feed::poll(&nodes.other).await.unwrap();
    assert!(!nodes.lets_in_session(&nodes.other).await);
}

#[tokio::test]
async fn i02_what_is_remembered_outlives_every_copy() {
    let nodes = Nodes::warm().await;
    end::as_administrator(nodes.acting(), Actor::Operator, nodes.session_id, &caller())
        .await
        .unwrap();
    feed::poll(&nodes.other).await.unwrap();
    let uuid = nodes.session_id.as_uuid();
    nodes.test.clock.advance(CACHED_FOR + MILLISECOND);
    nodes.other.feed().sweep(nodes.other.boot_time());
    assert!(nodes.other.feed().standing(uuid).is_ended);
    nodes.test.clock.advance(feed::REMEMBERED);
    nodes.other.feed().sweep(nodes.other.boot_time());
    assert!(!nodes.other.feed().standing(uuid).is_ended, "forgotten");
    assert!(
        !lets_in(&nodes.other, nodes.session_id).await.unwrap(),
        "but ended"
    );
}
