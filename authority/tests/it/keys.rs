//! Signing keys: made, rotated, killed, forgotten.

mod killing;
mod record;
mod sealed;
mod several_nodes;

use std::time::Duration;

use latchkey_authority::{
    Authority, TokenPolicy,
    access_token::{self, AccessToken},
    key::{self, KeyError, KeyRow, KeyState, Tended},
    principal::Actor,
};
use latchkey_testing::{TestAuthority, caller};
use latchkey_types::Algorithm;

use crate::{
    access_tokens::{grant, mint, verify, word},
    support::{MILLISECOND, just_under},
};

const DAY: Duration = Duration::from_hours(24);
const HOUR: Duration = Duration::from_hours(1);

/// The keys of one algorithm, newest first.
async fn keys_of(authority: &Authority, algorithm: Algorithm) -> Vec<KeyRow> {
    let mut rows = key::list(authority).await.unwrap();
    rows.retain(|row| row.algorithm == algorithm);
    rows
}

async fn states(authority: &Authority) -> Vec<&'static str> {
    let rows = keys_of(authority, Algorithm::EdDsa).await;
    rows.iter().map(|row| row.state.as_str()).collect()
}

/// The ids in the published set.
async fn published(authority: &Authority) -> Vec<String> {
    let set = key::jwks(authority).await.unwrap();
    let keys = set["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

async fn signer_of(authority: &Authority, token: &AccessToken) -> String {
    verify(authority, &token.text).await.unwrap().key_id
}

#[tokio::test]
async fn the_published_set_has_a_key_for_access_tokens_and_one_for_id_tokens() {
    for (algorithm, expected) in [
        (Algorithm::EdDsa, vec!["EdDSA", "RS256"]),
        (Algorithm::Es256, vec!["ES256", "RS256"]),
        (Algorithm::Rs256, vec!["RS256"]),
    ] {
        let test = TestAuthority::with_policy(latchkey_authority::Policy {
            token: TokenPolicy {
                algorithm,
                ..TokenPolicy::default()
            },
            ..Default::default()
        })
        .await;
        let set = key::jwks(&test.authority).await.unwrap();
        let keys = set["keys"].as_array().unwrap();
        let mut names: Vec<_> = keys
            .iter()
            .map(|key| key["alg"].as_str().unwrap())
            .collect();
        names.sort_unstable();
        assert_eq!(names, expected);
        for key in keys {
            assert_eq!(key["use"], "sig");
            assert_eq!(key["kid"].as_str().unwrap().len(), 43);
            let mut members: Vec<_> = key.as_object().unwrap().keys().collect();
            members.sort_unstable();
            let known: &[&str] = match key["alg"].as_str().unwrap() {
                "EdDSA" => &["alg", "crv", "kid", "kty", "use", "x"],
                "ES256" => &["alg", "crv", "kid", "kty", "use", "x", "y"],
                _ => &["alg", "e", "kid", "kty", "n", "use"],
            };
            assert_eq!(members, known, "no private member, ever");
        }
        // What is published is what verifies.
        let token = mint(&test.authority).await;
        let keys = key::PublicKeys::parse(&set.to_string()).unwrap();
        assert!(keys.left_out().is_empty());
        access_token::check(&token.text, &keys, &access_token::Expectations::default()).unwrap();
        // Asking again makes nothing.
        let again = key::jwks(&test.authority).await.unwrap();
        assert_eq!(again, set);
    }
}

#[tokio::test]
async fn a_key_id_is_the_thumbprint_of_its_public_half() {
    use sha2::{Digest as _, Sha256};
    let test = TestAuthority::new().await;
    let set = key::jwks(&test.authority).await.unwrap();
    for key in set["keys"].as_array().unwrap() {
        let canonical = if key["kty"] == "OKP" {
            format!(r#"{{"crv":"Ed25519","kty":"OKP","x":{}}}"#, key["x"])
        } else {
            format!(r#"{{"e":{},"kty":"RSA","n":{}}}"#, key["e"], key["n"])
        };
        let thumbprint = crate::support::base64(Sha256::digest(canonical));
        assert_eq!(key["kid"], thumbprint.as_str());
    }
}

#[tokio::test]
async fn keys_are_rotated_by_age_without_a_gap() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    key::tend(authority).await.unwrap();
    let first = published(authority).await;
    assert_eq!(states(authority).await, ["active"]);

    test.clock.advance(just_under(29 * DAY + 23 * HOUR));
    assert_eq!(key::tend(authority).await.unwrap(), Tended::default());
    test.clock.advance(MILLISECOND);
    let tended = key::tend(authority).await.unwrap();
    assert_eq!(tended.published, 2, "of both algorithms");
    assert_eq!(states(authority).await, ["next", "active"]);
    let both = published(authority).await;
    assert_eq!(
        both.len(),
        4,
        "the next ones are known an hour before they sign"
    );
    assert!(first.iter().all(|kid| both.contains(kid)));

    // Until the hour is over the old one signs; then, without anything running, the new one.
    test.clock.advance(just_under(HOUR));
    let before = mint(authority).await;
    assert!(first.contains(&signer_of(authority, &before).await));
    test.clock.advance(MILLISECOND);
    let after = mint(authority).await;
    assert!(!first.contains(&signer_of(authority, &after).await));
    assert_eq!(states(authority).await, ["active", "retired"]);
    assert_eq!(key::tend(authority).await.unwrap(), Tended::default());

    // What the old one signed is good until it expires.
    let left = before.expires_at.since(authority.now());
    test.clock.advance(just_under(left));
    assert_eq!(word(&verify(authority, &before.text).await), "good");
    test.clock.advance(MILLISECOND);
    assert_eq!(word(&verify(authority, &before.text).await), "Expired");

    // Then it is gone: from the set at once, from the table at the next round.
    test.clock.advance(Duration::from_mins(2));
    let now = published(authority).await;
    assert_eq!(now.len(), 2);
    assert!(first.iter().all(|kid| !now.contains(kid)));
    assert_eq!(word(&verify(authority, &before.text).await), "UnknownKey");
    assert_eq!(key::tend(authority).await.unwrap().forgotten, 2);
    assert_eq!(states(authority).await, ["active"]);
    assert_eq!(key::tend(authority).await.unwrap(), Tended::default());
}

#[tokio::test]
async fn a_server_that_was_down_when_a_rotation_was_due_makes_up_for_it() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    let old = signer_of(authority, &mint(authority).await).await;
    test.clock.advance(100 * DAY);
    key::tend(authority).await.unwrap();
    assert_eq!(states(authority).await, ["next", "active"]);
    assert_eq!(signer_of(authority, &mint(authority).await).await, old);
    test.clock.advance(HOUR);
    assert_ne!(signer_of(authority, &mint(authority).await).await, old);
}

#[tokio::test]
async fn a_rotation_by_hand_publishes_the_next_key_once() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    let old = signer_of(authority, &mint(authority).await).await;
    let rotated = key::rotate(authority, Actor::Operator, None, &caller())
        .await
        .unwrap();
    assert!(rotated.changed);
    assert_eq!(rotated.algorithm, Algorithm::EdDsa);
    assert_eq!(rotated.signs_from, authority.now().after(HOUR));
    let rows = keys_of(authority, Algorithm::EdDsa).await;
    assert_eq!(
        (rows[0].kid.as_str(), rows[0].state),
        (rotated.kid.as_str(), KeyState::Next)
    );
    assert_eq!(
        (rows[1].kid.as_str(), rows[1].state),
        (old.as_str(), KeyState::Active)
    );
    assert_eq!(rows[1].retires_at, Some(rotated.signs_from));

    // Impatience makes no second one.
    let again = key::rotate(authority, Actor::Operator, None, &caller())
        .await
        .unwrap();
    assert!(!again.changed);
    assert_eq!(again.kid, rotated.kid);
    assert_eq!(keys_of(authority, Algorithm::EdDsa).await, rows);

    // At once, it signs at once, and what the old one signed stays good.
    test.clock.advance(MILLISECOND);
    let token = mint(authority).await;
    let at_once = key::rotate_at_once(authority, Actor::Operator, None, &caller())
        .await
        .unwrap();
    assert!(at_once.changed);
    assert_eq!(
        (at_once.kid, at_once.signs_from),
        (rotated.kid.clone(), authority.now())
    );
    assert_eq!(
        signer_of(authority, &mint(authority).await).await,
        rotated.kid
    );
    assert_eq!(signer_of(authority, &token).await, old);
    assert_eq!(states(authority).await, ["active", "retired"]);
}

#[tokio::test]
async fn a_rotation_where_no_key_is_yet_makes_the_first_one() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    let rotated = key::rotate(authority, Actor::Operator, None, &caller())
        .await
        .unwrap();
    assert_eq!(rotated.signs_from, authority.now());
    assert_eq!(states(authority).await, ["active"]);
    let token = mint(authority).await;
    assert_eq!(signer_of(authority, &token).await, rotated.kid);
}

#[tokio::test]
async fn each_algorithm_is_rotated_for_itself_and_only_those_in_use() {
    let test = TestAuthority::new().await;
    let authority = &test.authority;
    key::tend(authority).await.unwrap();
    let rsa = key::rotate(
        authority,
        Actor::Operator,
        Some(Algorithm::Rs256),
        &caller(),
    )
    .await
    .unwrap();
    assert_eq!(rsa.algorithm, Algorithm::Rs256);
    assert_eq!(states(authority).await, ["active"]);
    assert_eq!(keys_of(authority, Algorithm::Rs256).await.len(), 2);
    let refused = key::rotate(
        authority,
        Actor::Operator,
        Some(Algorithm::Es256),
        &caller(),
    )
    .await;
    assert!(matches!(refused, Err(KeyError::NotInUse)), "{refused:?}");
}

#[tokio::test]
async fn keys_of_an_algorithm_that_is_given_up_verify_and_then_go() {
    let test = TestAuthority::new().await;
    let token = mint(&test.authority).await;
    let policy = latchkey_authority::Policy {
        token: TokenPolicy {
            algorithm: Algorithm::Es256,
            ..TokenPolicy::default()
        },
        ..Default::default()
    };
    let changed = latchkey_authority::Authority::new(
        test.database.connection.clone(),
        test.clock.clone(),
        std::sync::Arc::new(latchkey_testing::SeededRandomness::new(9)),
        latchkey_testing::master_keys(),
        policy,
    );
    key::tend(&changed).await.unwrap();
    assert_eq!(word(&verify(&changed, &token.text).await), "good");
    let new = mint(&changed).await;
    assert_eq!(word(&verify(&test.authority, &new.text).await), "good");
    test.clock.advance(30 * DAY);
    assert_eq!(key::tend(&changed).await.unwrap().retired, 1);
    assert_eq!(states(&changed).await, ["retired"]);
    test.clock.advance(HOUR);
    key::tend(&changed).await.unwrap();
    assert_eq!(states(&changed).await, [""; 0]);
}

#[tokio::test]
async fn a_token_is_minted_within_a_transaction() {
    let test = TestAuthority::new().await;
    key::load(&test.authority).await.unwrap();
    let tx = latchkey_authority::AuthorityTx::begin(&test.authority)
        .await
        .unwrap();
    let grant = grant(tx.now().after(HOUR));
    access_token::mint_within(&tx, &grant).await.unwrap();
}
