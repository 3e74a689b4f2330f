//! Several nodes on one database: what one makes, the others use.

use latchkey_authority::{
    Policy, feed,
    key::{self, Rotated},
    principal::Actor,
};
use latchkey_testing::{Sent, TestAuthority, caller, master_keys, rounds};
use latchkey_types::Algorithm;

use super::{DAY, keys_of};
use crate::{
    access_tokens::{mint, verify, word},
    support::{base64, together},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_start_together_agree_on_one_key() {
    for round in 0..rounds(3, 30) {
        let test = TestAuthority::new().await;
        let nodes = (0..4).map(|node| test.node(master_keys(), 100 + node));
        let nodes: Vec<_> = nodes.collect();
        let loading = nodes.iter().cloned().map(|node| async move {
            key::load(&node).await.unwrap();
            let algorithm = node.policy().token.algorithm;
            let set = key::load(&node).await.unwrap();
            set.signing_kid(algorithm, node.now()).unwrap().to_owned()
        });
        let kids = together(loading.collect()).await;
        assert!(kids.iter().all(|kid| *kid == kids[0]), "{round}: {kids:?}");
        assert_eq!(keys_of(&test.authority, Algorithm::EdDsa).await.len(), 1);
        let token = mint(&nodes[0]).await;
        assert_eq!(word(&verify(&nodes[1], &token.text).await), "good");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_rotate_together_make_one_key() {
    let test = TestAuthority::new().await;
    key::load(&test.authority).await.unwrap();
    let rotating = (0..6).map(|node| {
        let node = test.node(master_keys(), 100 + node);
        async move {
            key::rotate(&node, Actor::Operator, None, &caller())
                .await
                .unwrap()
        }
    });
    let rotated: Vec<Rotated> = together(rotating.collect()).await;
    assert!(rotated.iter().all(|one| one.kid == rotated[0].kid));
    assert_eq!(rotated.iter().filter(|one| one.changed).count(), 1);
    assert_eq!(keys_of(&test.authority, Algorithm::EdDsa).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_find_a_rotation_due_together_make_one_key() {
    let test = TestAuthority::new().await;
    key::tend(&test.authority).await.unwrap();
    test.clock.advance(30 * DAY);
    let tending = (0..3).map(|node| {
        let node = test.node(master_keys(), 100 + node);
        async move { key::tend(&node).await.unwrap().published }
    });
    let published: u64 = together(tending.collect()).await.iter().sum();
    assert_eq!(published, 2, "one of each algorithm");
    for algorithm in [Algorithm::EdDsa, Algorithm::Rs256] {
        assert_eq!(keys_of(&test.authority, algorithm).await.len(), 2);
    }
}

#[tokio::test]
async fn a_key_that_another_node_made_is_read_when_its_first_token_comes() {
    let test = TestAuthority::new().await;
    let other = test.node(master_keys(), 7);
    let token = mint(&test.authority).await;
    assert_eq!(word(&verify(&other, &token.text).await), "good");
    key::rotate_at_once(&test.authority, Actor::Operator, None, &caller())
        .await
        .unwrap();
    test.clock.advance(std::time::Duration::from_secs(1));
    let token = mint(&test.authority).await;
    assert_eq!(word(&verify(&other, &token.text).await), "good");
    // A node that was told nothing signs with the new one too, once it has caught up.
    key::catch_up(&other).await.unwrap();
    let key_id = verify(&other, &token.text).await.unwrap().key_id;
    let minted = mint(&other).await;
    assert_eq!(verify(&other, &minted.text).await.unwrap().key_id, key_id);
}

#[tokio::test]
async fn while_the_keys_cannot_be_read_again_the_last_ones_serve_within_the_bound() {
    let test = TestAuthority::following(Policy::default()).await;
    feed::start(&test.authority).await.unwrap();
    let token = mint(&test.authority).await;
    test.database.connection.clone().close().await.unwrap();
    assert!(key::catch_up(&test.authority).await.is_err());
    assert_eq!(word(&verify(&test.authority, &token.text).await), "good");
}

#[tokio::test]
async fn i02_a_killed_key_verifies_nothing_on_another_node_that_has_polled() {
    let test = TestAuthority::new().await;
    let other = test.node(master_keys(), 7);
    let token = mint(&test.authority).await;
    let key_id = verify(&other, &token.text).await.unwrap().key_id;
    key::kill(&test.authority, Actor::Operator, &key_id, &caller())
        .await
        .unwrap();
    assert_eq!(word(&verify(&other, &token.text).await), "UnknownKey");
}

#[tokio::test]
async fn many_who_invent_key_ids_at_once_have_the_keys_read_once() {
    let test = TestAuthority::new().await;
    mint(&test.authority).await;
    test.clock.advance(std::time::Duration::from_secs(2));
    let header = base64(br#"{"typ":"at+jwt","alg":"EdDSA","kid":"invented"}"#);
    let token = format!("{header}.e30.AAAA");
    let verifying = (0..50).map(|_| {
        let (authority, token) = (test.authority.clone(), token.clone());
        async move { word(&verify(&authority, &token).await) }
    });
    let (words, sent) = Sent::by(together(verifying.collect())).await;
    assert_eq!(words, ["UnknownKey"; 50]);
    assert!(sent.statements <= 1, "{sent:?}");
}
