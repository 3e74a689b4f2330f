//! Whatever somebody sends.

use latchkey_authority::{
    Policy,
    access_token::{self, Expectations},
    feed,
    key::{self, PublicKeys},
};
use latchkey_testing::TestAuthority;
use proptest::prelude::*;

use super::{mint, verify, word};

/// The public key of RFC 8037, appendix A.
const KEY: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

proptest! {
    #[test]
    fn no_text_is_a_good_token_by_chance(text in "\\PC*") {
        let keys = PublicKeys::parse(KEY).unwrap();
        let verdict = access_token::check(&text, &keys, &Expectations::default());
        prop_assert!(verdict.is_err());
        let _ = access_token::inspect(&text);
    }

    #[test]
    fn no_three_parts_are_a_good_token_by_chance(
        header in "[ -~]{0,64}",
        payload in "[ -~]{0,64}",
        signature in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let text = [header.as_bytes(), payload.as_bytes(), &signature]
            .map(crate::support::base64)
            .join(".");
        let keys = PublicKeys::parse(KEY).unwrap();
        let verdict = access_token::check(&text, &keys, &Expectations::default());
        prop_assert!(verdict.is_err());
    }

    #[test]
    fn no_text_makes_the_reader_of_keys_stumble(text in "\\PC*") {
        let _ = PublicKeys::parse(&text);
    }
}

#[tokio::test]
async fn a_token_with_any_other_character_in_any_place_is_refused() {
    let test = TestAuthority::new().await;
    let token = mint(&test.authority).await;
    assert_eq!(word(&verify(&test.authority, &token.text).await), "good");
    let good = token.text.as_bytes();
    for place in 0..good.len() {
        for other in [
            b'A', b'B', b'Q', b'g', b'w', b'9', b'-', b'_', b'.', b'=', b' ', 0,
        ] {
            if good[place] == other {
                continue;
            }
            let mut changed = good.to_vec();
            changed[place] = other;
            let changed = String::from_utf8(changed).unwrap();
            let verdict = verify(&test.authority, &changed).await;
            assert!(verdict.is_err(), "{place}: {changed}");
        }
        let mut shorter = good.to_vec();
        shorter.remove(place);
        let shorter = String::from_utf8(shorter).unwrap();
        assert!(verify(&test.authority, &shorter).await.is_err(), "{place}");
    }
}

#[tokio::test]
async fn whoever_invents_key_ids_has_the_keys_read_once_a_second_at_most() {
    let test = TestAuthority::following(Policy::default()).await;
    key::load(&test.authority).await.unwrap();
    feed::start(&test.authority).await.unwrap();
    key::load(&test.authority).await.unwrap();
    let stranger = TestAuthority::new().await;
    let token = mint(&stranger.authority).await;
    // Nothing can be read any more, and nothing has to be.
    test.database.connection.clone().close().await.unwrap();
    for _ in 0..100 {
        let verdict = verify(&test.authority, &token.text).await;
        assert_eq!(word(&verdict), "UnknownKey");
    }
    test.clock.advance(std::time::Duration::from_secs(1));
    let verdict = verify(&test.authority, &token.text).await;
    assert!(verdict.is_err_and(|error| error.is_internal()));
}
