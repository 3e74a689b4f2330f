//! Access tokens: as they come, in three parts, and under a good signature.

#![no_main]

use std::sync::LazyLock;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_authority::{
    access_token::{self, Expectations},
    key::PublicKeys,
};
use libfuzzer_sys::fuzz_target;

static PAIR: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key"));

static KEYS: LazyLock<PublicKeys> = LazyLock::new(|| {
    let x = URL_SAFE_NO_PAD.encode(PAIR.public_key());
    let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}","kid":"a","alg":"EdDSA"}}"#);
    PublicKeys::parse(&jwk).expect("a public key")
});

const HEADER: &str = r#"{"typ":"at+jwt","alg":"EdDSA","kid":"a"}"#;

fn expectations() -> Expectations<'static> {
    Expectations {
        typ: Some(access_token::TYPE),
        issuer: Some("i"),
        audience: Some("a"),
        at: Some(latchkey_types::UnixMillis(1_700_000_000_000)),
        ..Expectations::default()
    }
}

fn signed(header: &[u8], payload: &[u8]) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let signature = PAIR.sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fuzz_target!(|data: &[u8]| {
    let expected = expectations();
    if let Ok(text) = std::str::from_utf8(data) {
        assert!(access_token::check(text, &*KEYS, &expected).is_err());
        let _ = access_token::inspect(text);
    }
    // Any header, under a good signature: only our own is understood.
    let (header, payload) = data.split_at(data.len() / 2);
    let _ = access_token::check(&signed(header, payload), &*KEYS, &expected);
    // Any claims, under a good signature.
    let token = signed(HEADER.as_bytes(), data);
    if access_token::check(&token, &*KEYS, &expected).is_ok() {
        // Another reader of JSON finds the same in them.
        let claims: serde_json::Value = serde_json::from_slice(data).expect("claims");
        assert_eq!(claims["iss"], "i");
        assert!(claims["exp"].as_f64().is_some_and(|exp| exp > 1_700_000_000.0));
    }
});
