//! Many at once, and what others that follow are told.

use std::time::Duration;

use latchkey_authority::{
    AuthorityTx,
    audit::AuditEvent,
    feed::{self, Change},
    signal::Signal,
};
use latchkey_testing::{caller, master_keys};
use latchkey_types::{EventKind, FamilyId, SessionId};

use super::Nodes;
use crate::support::scattered_id;

const MANY: u64 = 10_000;

#[tokio::test]
async fn i02_ten_thousand_ends_in_one_signal_arrive_all() {
    let nodes = Nodes::warm().await;
    let ids: Vec<_> = (0..MANY).map(scattered_id).collect();
    let (sessions, families) = ids.split_at(ids.len() / 2);
    let signal = Signal::UserSignedOut {
        user_id: nodes.user_id,
        sessions: sessions.iter().copied().map(SessionId::from_uuid).collect(),
        families: families.iter().copied().map(FamilyId::from_uuid).collect(),
    };
    let tx = AuthorityTx::begin(nodes.acting()).await.unwrap();
    let event = AuditEvent::success(EventKind::SessionsEnded, &caller()).subject(nodes.user_id);
    tx.commit([event], signal).await.unwrap();

    let before = nodes.other.feed().heard_after(None, 1).next;
    feed::poll(&nodes.other).await.unwrap();
    // A node that starts afterwards knows them too.
    let late = nodes.test.node(master_keys(), 3);
    feed::start(&late).await.unwrap();
    for node in [nodes.acting(), &nodes.other, &late] {
        assert!(ids.iter().all(|id| node.feed().standing(*id).is_ended));
    }

    let mut cursor = before;
    let mut told = Vec::new();
    loop {
        let heard = nodes.other.feed().heard_after(Some(&cursor), 1_500);
        assert!(!heard.is_reset && heard.entries.len() <= 1_500);
        told.extend(heard.entries);
        cursor = heard.next;
        if !heard.has_more {
            break;
        }
    }
    assert_eq!(told.len(), ids.len());
    assert!(told.iter().zip(&ids).all(|(entry, id)| entry.id == *id));
    assert_eq!(told[0].change, Change::SessionEnded);
    assert_eq!(told.last().unwrap().change, Change::FamilyEnded);
}

#[tokio::test]
async fn whoever_waits_for_more_is_woken_when_there_is() {
    let nodes = Nodes::warm().await;
    let feed = nodes.other.feed();
    let cursor = feed.heard_after(None, 10).next;
    let nothing = tokio::time::timeout(Duration::from_millis(20), feed.heard_more(&cursor)).await;
    assert!(nothing.is_err());
    let tx = AuthorityTx::begin(nodes.acting()).await.unwrap();
    tx.commit([], Signal::KeysChanged).await.unwrap();
    feed::poll(&nodes.other).await.unwrap();
    feed.heard_more(&cursor).await;
    let heard = feed.heard_after(Some(&cursor), 10);
    assert_eq!(heard.entries.len(), 1);
    assert_eq!(heard.entries[0].change, Change::KeysChanged);
}
