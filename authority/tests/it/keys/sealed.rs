//! Private halves at rest: sealed under a key from outside the database.

use std::fs;

use latchkey_authority::{
    key::{self, KeyError, Tended},
    master_key::MasterKeys,
    principal::Actor,
};
use latchkey_testing::{Snapshot, TestAuthority, caller};

use super::{signer_of, states};
use crate::{
    access_tokens::{mint, verify, word},
    support::{Forge, base64, column, execute},
};

/// The key of the tests, and one that comes after it.
const OLD: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE";
const NEW: &str = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA";

fn master_keys(list: &str) -> MasterKeys {
    MasterKeys::parse(list).unwrap()
}

#[tokio::test]
async fn i05_no_private_half_stands_in_the_database_in_any_spelling() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    let forge = Forge::of(authority).await;
    key::rotate(authority, Actor::Operator, None, &caller())
        .await
        .unwrap();
    // The seed is the last thing in RFC 8410's form that is secret: 32 bytes behind its header.
    let seed = &forge.pkcs8[16..48];
    let hex = format!("{seed:02x?}").replace(['[', ']', ',', ' '], "");
    for value in Snapshot::of(&test.database.connection).await.values() {
        assert!(!value.to_lowercase().contains(&hex), "{value}");
        assert!(!value.contains(&base64(seed)), "{value}");
    }
    let Some(folder) = test.database.folder() else {
        return;
    };
    for entry in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(32).any(|window| window == seed));
    }
}

#[tokio::test]
async fn i05_nothing_that_is_stored_looks_like_a_private_key() {
    let test = TestAuthority::new().await;
    key::tend(&test.authority).await.unwrap();
    // How the form of a private key (RFC 5958) names its algorithm: Ed25519, elliptic curves, RSA.
    let names = ["06032b6570", "06072a8648ce3d0201", "06092a864886f70d010101"];
    for value in Snapshot::of(&test.database.connection).await.values() {
        for name in names {
            assert!(!value.contains(name), "{value}");
        }
    }
}

#[tokio::test]
async fn i05_a_copy_of_the_database_signs_nothing_without_its_master_key() {
    let test = TestAuthority::new().await;
    let token = mint(&test.authority).await;
    let thief = test.node(master_keys(NEW), 8);
    let refused = key::load(&thief).await;
    let Err(KeyError::UnknownMasterKey { master_key_id, kid }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(master_key_id, master_keys(OLD).current_id());
    assert_eq!(kid, signer_of(&test.authority, &token).await);
    // It verifies nothing either, and makes no key of its own beside the one it cannot open.
    assert_eq!(word(&verify(&thief, &token.text).await), "UnknownKey");
    assert!(key::jwks(&thief).await.is_err());
    assert!(key::tend(&thief).await.is_err());
    assert_eq!(states(&test.authority).await, ["active"]);
}

#[tokio::test]
async fn whoever_lost_a_master_key_kills_what_it_sealed_and_goes_on() {
    let test = TestAuthority::new().await;
    let kid = signer_of(&test.authority, &mint(&test.authority).await).await;
    let fresh = test.node(master_keys(NEW), 8);
    let killed = key::kill(&fresh, Actor::Operator, &kid, &caller())
        .await
        .unwrap();
    assert!(killed.successor.is_some());
    let token = mint(&fresh).await;
    assert_eq!(word(&verify(&fresh, &token.text).await), "good");
}

#[tokio::test]
async fn keys_are_sealed_anew_under_a_new_master_key_and_the_old_one_can_go() {
    let test = TestAuthority::new().await;
    let token = mint(&test.authority).await;
    key::tend(&test.authority).await.unwrap();
    let both = test.node(master_keys(&format!("{NEW},{OLD}")), 7);
    assert_eq!(word(&verify(&both, &token.text).await), "good");
    assert_eq!(key::tend(&both).await.unwrap().resealed, 2);
    assert_eq!(key::tend(&both).await.unwrap().resealed, 0);
    let ids: Vec<String> = column(
        &test.database.connection,
        "SELECT master_key_id AS value FROM signing_keys",
    )
    .await;
    assert_eq!(ids, [master_keys(NEW).current_id(); 2]);
    let later = test.node(master_keys(NEW), 8);
    key::load(&later).await.unwrap();
    assert_eq!(word(&verify(&later, &token.text).await), "good");
    let token = mint(&later).await;
    assert_eq!(word(&verify(&both, &token.text).await), "good");
}

#[tokio::test]
async fn nodes_whose_lists_differ_in_order_do_not_seal_in_turns() {
    let test = TestAuthority::new().await;
    let token = mint(&test.authority).await;
    key::tend(&test.authority).await.unwrap();
    let one = test.node(master_keys(&format!("{NEW},{OLD}")), 7);
    let other = test.node(master_keys(&format!("{OLD},{NEW}")), 8);
    let (mut resealed, mut disputed) = (0, [0, 0]);
    for _ in 0..5 {
        for (node, disputed) in [&one, &other].into_iter().zip(&mut disputed) {
            let tended = key::tend(node).await.unwrap();
            resealed += tended.resealed;
            *disputed = tended.disputed;
        }
    }
    // Each of the two keys once by each of the two nodes.
    assert_eq!(resealed, 4);
    // The one that did not have the last word says so.
    assert_eq!(disputed, [2, 0]);
    for node in [&one, &other] {
        assert_eq!(word(&verify(node, &token.text).await), "good");
        mint(node).await;
    }
    // A rotation ends with the restart of the last node.
    let other = test.node(master_keys(&format!("{NEW},{OLD}")), 9);
    assert_eq!(key::tend(&other).await.unwrap().resealed, 2);
    for node in [&one, &other] {
        assert_eq!(key::tend(node).await.unwrap(), Tended::default());
    }
}

#[tokio::test]
async fn a_row_that_was_changed_is_told_and_verifies_nothing() {
    for change in [
        "public_jwk = replace(public_jwk, 'OKP', 'EC')",
        "kid = 'another'",
        "algorithm = 'ES256'",
        "nonce = sealed_key",
        "sealed_key = nonce",
    ] {
        let test = TestAuthority::new().await;
        let token = mint(&test.authority).await;
        execute(
            &test.database.connection,
            &format!("UPDATE signing_keys SET {change}"),
        )
        .await;
        let other = test.node(latchkey_testing::master_keys(), 7);
        let refused = key::load(&other).await;
        assert!(
            matches!(refused, Err(KeyError::Damaged { .. })),
            "{change}: {refused:?}"
        );
        assert_eq!(
            word(&verify(&other, &token.text).await),
            "UnknownKey",
            "{change}"
        );
    }
}

#[tokio::test]
async fn a_key_that_somebody_wrote_into_the_table_is_not_believed() {
    // Whoever can write the database, and has no master key, must not become the issuer.
    let test = TestAuthority::new().await;
    let stranger = test.node(master_keys(NEW), 8);
    let forged = mint(&stranger).await;
    key::catch_up(&test.authority).await.unwrap();
    assert_eq!(
        word(&verify(&test.authority, &forged.text).await),
        "UnknownKey"
    );
}
