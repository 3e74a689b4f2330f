//! Access tokens: minted and verified; what is in them; how long they are good.

mod any_text;
mod foreign_keys;
mod refused;

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_authority::{
    Authority, Policy, TokenPolicy,
    access_token::{self, AccessToken, AccessTokenError, Grant, Verified},
    key::{self, KeyError},
};
use latchkey_testing::TestAuthority;
use latchkey_types::{Algorithm, UnixMillis, Word as _};
use serde_json::Value;

use crate::support::{Forge, MILLISECOND, just_under};

pub(crate) fn grant(ends_at: UnixMillis) -> Grant<'static> {
    Grant {
        user_id: "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
        family_id: "01890a5d-ac96-774b-bcce-b302099a8058".parse().unwrap(),
        generation: 3,
        client_id: None,
        ends_at,
    }
}

pub(crate) async fn mint(authority: &Authority) -> AccessToken {
    key::load(authority).await.unwrap();
    let now = authority.now();
    access_token::mint(authority, &grant(now.after(Duration::from_hours(1))), now)
        .await
        .unwrap()
}

pub(crate) async fn verify(
    authority: &Authority,
    text: &str,
) -> Result<Verified, AccessTokenError> {
    access_token::verify(authority, text, authority.now()).await
}

/// The word of a verdict, to be compared.
pub(crate) fn word<T>(verdict: &Result<T, AccessTokenError>) -> String {
    match verdict {
        Ok(_) => "good".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn policy(token: TokenPolicy) -> Policy {
    Policy {
        token,
        ..Policy::default()
    }
}

#[tokio::test]
async fn a_token_reads_back_under_every_algorithm() {
    for algorithm in Algorithm::ALL {
        let test = TestAuthority::with_policy(policy(TokenPolicy {
            algorithm: *algorithm,
            ..TokenPolicy::default()
        }))
        .await;
        let now = test.authority.now();
        let token = mint(&test.authority).await;
        // The second time it is remembered.
        for _ in 0..2 {
            let verified = verify(&test.authority, &token.text).await.unwrap();
            let grant = grant(now);
            assert_eq!(verified.user_id, grant.user_id);
            assert_eq!(verified.family_id, grant.family_id);
            assert_eq!(verified.generation, 3);
            assert_eq!(verified.client_id, None);
            assert_eq!(verified.issued_at, now);
            assert_eq!(verified.expires_at, now.after(Duration::from_mins(15)));
            assert_eq!(verified.expires_at, token.expires_at);
            assert!(verified.jti.starts_with("3."), "{}", verified.jti);
        }
        let header = part(&token.text, 0);
        assert_eq!(header["alg"], algorithm.as_str());
        assert!(!format!("{token:?}").contains(&token.text[..20]));
    }
}

#[tokio::test]
async fn i07_a_token_says_who_and_until_when_and_nothing_else() {
    let test = TestAuthority::new().await;
    let token = mint(&test.authority).await;
    let claims = part(&token.text, 1);
    let names: Vec<&String> = claims.as_object().unwrap().keys().collect();
    let expected = [
        "aud",
        "client_id",
        "exp",
        "iat",
        "iss",
        "jti",
        "sid",
        "sub",
        "token_type",
        "user_id",
    ];
    assert_eq!(names, expected);
    let seconds = test.authority.now().0 / 1_000;
    assert_eq!(claims["iss"], "http://127.0.0.1:3000");
    assert_eq!(claims["aud"], "http://127.0.0.1:3000");
    assert_eq!(claims["sub"], "01890a5d-ac96-774b-bcce-b302099a8057");
    assert_eq!(claims["user_id"], claims["sub"]);
    assert_eq!(claims["sid"], "01890a5d-ac96-774b-bcce-b302099a8058");
    assert_eq!(claims["client_id"], "latchkey");
    assert_eq!(claims["token_type"], "access");
    assert_eq!(claims["iat"], seconds);
    assert_eq!(claims["exp"], seconds + 900);
    let header = part(&token.text, 0);
    let names: Vec<&String> = header.as_object().unwrap().keys().collect();
    assert_eq!(names, ["alg", "kid", "typ"]);
    assert_eq!(header["typ"], "at+jwt");
    assert_eq!(header["alg"], "EdDSA");
}

#[tokio::test]
async fn i07_a_token_that_claims_more_is_not_understood() {
    let test = TestAuthority::new().await;
    let forge = Forge::of(&test.authority).await;
    let seconds = test.authority.now().0 / 1_000;
    let good = forge.token(seconds, |_| {});
    assert_eq!(word(&verify(&test.authority, &good).await), "good");
    for name in ["role", "roles", "scope", "email", "name", "permissions"] {
        let token = forge.token(seconds, |claims| claims[name] = "administrator".into());
        let verdict = verify(&test.authority, &token).await;
        assert_eq!(word(&verdict), "BadClaims", "{name}");
    }
}

#[tokio::test]
async fn every_token_has_an_id_of_its_own() {
    let test = TestAuthority::new().await;
    let one = mint(&test.authority).await;
    let other = mint(&test.authority).await;
    assert_ne!(part(&one.text, 1)["jti"], part(&other.text, 1)["jti"]);
}

#[tokio::test]
async fn a_client_of_its_own_is_told_from_the_programs_own_sign_in() {
    let test = TestAuthority::new().await;
    key::load(&test.authority).await.unwrap();
    let now = test.authority.now();
    let grant = Grant {
        client_id: Some("photos"),
        ..grant(now.after(Duration::from_hours(1)))
    };
    let token = access_token::mint(&test.authority, &grant, now)
        .await
        .unwrap();
    let verified = verify(&test.authority, &token.text).await.unwrap();
    assert_eq!(verified.client_id.as_deref(), Some("photos"));
}

#[tokio::test]
async fn i08_a_token_is_over_at_the_very_millisecond_it_names() {
    let test = TestAuthority::new().await;
    // Not at a full second.
    test.clock.advance(Duration::from_millis(700));
    let token = mint(&test.authority).await;
    let remembered = mint(&test.authority).await;
    verify(&test.authority, &remembered.text).await.unwrap();
    let left = token.expires_at.since(test.authority.now());
    test.clock.advance(just_under(left));
    assert_eq!(
        word(&verify(&test.authority, &remembered.text).await),
        "good"
    );
    test.clock.advance(MILLISECOND);
    for token in [&token, &remembered] {
        let verdict = verify(&test.authority, &token.text).await;
        assert_eq!(word(&verdict), "Expired");
    }
    test.clock.advance(Duration::from_hours(1));
    assert_ne!(word(&verify(&test.authority, &token.text).await), "good");
}

#[tokio::test]
async fn i08_a_token_never_outlives_its_family() {
    let test = TestAuthority::new().await;
    key::load(&test.authority).await.unwrap();
    let now = test.authority.now();
    for (left, expected) in [(2_500, 2_000), (60_000, 60_000), (10_000_000, 900_000)] {
        let ends_at = now.after(Duration::from_millis(left));
        let token = access_token::mint(&test.authority, &grant(ends_at), now)
            .await
            .unwrap();
        assert_eq!(
            token.expires_at,
            now.after(Duration::from_millis(expected)),
            "{left} ms are left"
        );
        assert!(token.expires_at <= ends_at);
        let named = part(&token.text, 1)["exp"].as_i64().unwrap();
        assert_eq!(named * 1_000, token.expires_at.0);
    }
}

#[tokio::test]
async fn i08_no_setting_makes_a_token_good_for_more_than_fifteen_minutes() {
    let test = TestAuthority::with_policy(policy(TokenPolicy {
        lifetime: Duration::from_hours(12),
        ..TokenPolicy::default()
    }))
    .await;
    let token = mint(&test.authority).await;
    let most = test.authority.now().after(Duration::from_mins(15));
    assert_eq!(token.expires_at, most);
    let shorter = TestAuthority::with_policy(policy(TokenPolicy {
        lifetime: Duration::from_secs(90),
        ..TokenPolicy::default()
    }))
    .await;
    let token = mint(&shorter.authority).await;
    let end = shorter.authority.now().after(Duration::from_secs(90));
    assert_eq!(token.expires_at, end);
}

#[tokio::test]
async fn i08_clocks_may_differ_by_half_a_minute_about_the_beginning_and_not_about_the_end() {
    let test = TestAuthority::new().await;
    let forge = Forge::of(&test.authority).await;
    let seconds = test.authority.now().0 / 1_000;
    for (claim, offset, expected) in [
        ("iat", 30, "good"),
        ("iat", 31, "NotYet"),
        ("nbf", 30, "good"),
        ("nbf", 31, "NotYet"),
        ("nbf", -1_000, "good"),
        // However old a token says it is: only its end counts.
        ("iat", -1_000_000, "good"),
        ("exp", 1, "good"),
        ("exp", 0, "Expired"),
        ("exp", -29, "Expired"),
    ] {
        let token = forge.token(seconds, |claims| claims[claim] = (seconds + offset).into());
        let verdict = verify(&test.authority, &token).await;
        assert_eq!(word(&verdict), expected, "{claim} {offset}");
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_minted_and_nothing_waits() {
    let test = TestAuthority::new().await;
    let now = test.authority.now();
    let refused = access_token::mint(&test.authority, &grant(now), now).await;
    assert!(matches!(refused, Err(KeyError::NoKey)), "{refused:?}");
}

#[tokio::test]
async fn a_token_is_shown_without_being_believed() {
    let test = TestAuthority::new().await;
    let token = mint(&test.authority).await;
    let shown = access_token::inspect(&token.text).unwrap();
    assert!(shown.header.contains("at+jwt"));
    assert!(shown.payload.contains("token_type"));
    assert_eq!(shown.signature_bytes, 64);
    for wrong in ["", "a", "a.b", "e30.e30", "e30.e30.e30.e30", "e30=.e30.e30"] {
        assert_eq!(access_token::inspect(wrong), None, "{wrong}");
    }
}
