//! The emergency: a key is killed by its id.

use std::time::Duration;

use latchkey_authority::{
    ActError,
    key::{self, KeyError, KeyState},
    principal::Actor,
};
use latchkey_testing::{TestAuthority, caller, master_keys};
use latchkey_types::Algorithm;

use super::{DAY, HOUR, keys_of, published, signer_of, states};
use crate::{
    access_tokens::{mint, verify, word},
    support::{MILLISECOND, column},
};

#[tokio::test]
async fn tokens_of_a_killed_key_are_refused_at_once_remembered_or_not() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    let fresh = mint(authority).await;
    let remembered = mint(authority).await;
    let kid = signer_of(authority, &remembered).await;
    test.clock.advance(MILLISECOND);
    let killed = key::kill(authority, Actor::Operator, &kid, &caller())
        .await
        .unwrap();
    assert!(killed.changed);
    for token in [&fresh, &remembered] {
        assert_eq!(word(&verify(authority, &token.text).await), "UnknownKey");
    }
    assert!(!published(authority).await.contains(&kid));
    // Another one signs in its place, at once.
    let successor = killed.successor.unwrap();
    assert_eq!(
        signer_of(authority, &mint(authority).await).await,
        successor
    );
    assert_eq!(states(authority).await, ["active", "killed"]);

    let again = key::kill(authority, Actor::Operator, &kid, &caller())
        .await
        .unwrap();
    assert!(!again.changed);
    assert_eq!(again.successor, None);
    let unknown = key::kill(authority, Actor::Operator, "none", &caller()).await;
    assert!(
        matches!(unknown, Err(KeyError::Act(ActError::NotFound))),
        "{unknown:?}"
    );
}

#[tokio::test]
async fn other_nodes_refuse_them_when_they_catch_up() {
    let test = TestAuthority::new().await;
    let other = test.node(master_keys(), 7);
    let token = mint(&test.authority).await;
    let kid = signer_of(&other, &token).await;
    key::kill(&test.authority, Actor::Operator, &kid, &caller())
        .await
        .unwrap();
    key::catch_up(&other).await.unwrap();
    assert_eq!(word(&verify(&other, &token.text).await), "UnknownKey");
    let token = mint(&other).await;
    assert_eq!(word(&verify(&test.authority, &token.text).await), "good");
}

#[tokio::test]
async fn the_next_key_takes_over_from_one_that_is_killed() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    let kid = signer_of(authority, &mint(authority).await).await;
    let next = key::rotate(authority, Actor::Operator, None, &caller())
        .await
        .unwrap();
    test.clock.advance(MILLISECOND);
    let killed = key::kill(authority, Actor::Operator, &kid, &caller())
        .await
        .unwrap();
    assert_eq!(killed.successor.as_deref(), Some(next.kid.as_str()));
    assert_eq!(signer_of(authority, &mint(authority).await).await, next.kid);
    let rows = keys_of(authority, Algorithm::EdDsa).await;
    assert_eq!(rows.len(), 2, "nothing else was made");
    assert_eq!(rows[0].signs_from, authority.now());
}

#[tokio::test]
async fn the_current_key_goes_on_where_the_next_one_is_killed() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    let kid = signer_of(authority, &mint(authority).await).await;
    let next = key::rotate(authority, Actor::Operator, None, &caller())
        .await
        .unwrap();
    let killed = key::kill(authority, Actor::Operator, &next.kid, &caller())
        .await
        .unwrap();
    assert!(killed.changed);
    assert_eq!(killed.successor, None);
    test.clock.advance(2 * HOUR);
    assert_eq!(signer_of(authority, &mint(authority).await).await, kid);
    let rows = keys_of(authority, Algorithm::EdDsa).await;
    let row = rows.iter().find(|row| row.kid == kid).unwrap();
    assert_eq!((row.state, row.retires_at), (KeyState::Active, None));
    // It is rotated in its time, as if nothing had been.
    test.clock.advance(30 * DAY);
    key::tend(authority).await.unwrap();
    assert!(states(authority).await.contains(&"next"));
}

#[tokio::test]
async fn a_retired_key_can_be_killed_and_nothing_else_changes() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    let token = mint(authority).await;
    let kid = signer_of(authority, &token).await;
    let rotated = key::rotate_at_once(authority, Actor::Operator, None, &caller())
        .await
        .unwrap();
    let killed = key::kill(authority, Actor::Operator, &kid, &caller())
        .await
        .unwrap();
    assert_eq!(killed.successor, None);
    assert_eq!(word(&verify(authority, &token.text).await), "UnknownKey");
    assert_eq!(
        signer_of(authority, &mint(authority).await).await,
        rotated.kid
    );
}

#[tokio::test]
async fn i05_the_private_half_of_a_killed_key_is_wiped_and_its_row_kept_for_a_while() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    let kid = signer_of(authority, &mint(authority).await).await;
    key::kill(authority, Actor::Operator, &kid, &caller())
        .await
        .unwrap();
    let query = "SELECT sealed_key AS value FROM signing_keys WHERE killed_at IS NOT NULL";
    let wiped: Vec<Vec<u8>> = column(&test.database.connection, query).await;
    assert_eq!(wiped, [Vec::<u8>::new()]);
    test.clock.advance(29 * DAY);
    key::tend(authority).await.unwrap();
    assert!(states(authority).await.contains(&"killed"));
    test.clock.advance(DAY + Duration::from_secs(1));
    key::tend(authority).await.unwrap();
    assert!(!states(authority).await.contains(&"killed"));
}
