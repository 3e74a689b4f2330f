//! Signatures that are not those of the named key.

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use latchkey_authority::key;
use latchkey_testing::TestAuthority;

use super::{header::with, judged};
use crate::support::{Forge, base64, claims};

#[tokio::test]
async fn a_signature_is_that_of_the_named_key_under_its_own_algorithm() {
    let test = TestAuthority::new().await;
    let forge = Forge::of(&test.authority).await;
    key::jwks(&test.authority).await.unwrap();
    let seconds = test.authority.now().0 / 1_000;
    let payload = base64(claims(seconds).to_string());
    let public = Ed25519KeyPair::from_pkcs8(&forge.pkcs8).unwrap();
    let public = public.public_key().as_ref();

    // What a verifier that believes the header would do with a public key: take it for a secret.
    let header = base64(with(&forge, "alg", "HS256".into()));
    let signed = format!("{header}.{payload}");
    let mac = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, public),
        signed.as_bytes(),
    );
    let confused = format!("{signed}.{}", base64(mac));

    let stranger = Ed25519KeyPair::generate().unwrap();
    let signed = format!("{}.{payload}", base64(forge.header()));
    let foreign = format!("{signed}.{}", base64(stranger.sign(signed.as_bytes())));
    let empty = format!("{signed}.{}", base64([0; 64]));
    let short = format!("{signed}.{}", base64([0; 63]));

    let rows = key::list(&test.authority).await.unwrap();
    let rsa = rows.iter().find(|row| row.kid != forge.kid).unwrap();
    let of_another = forge.sign(
        &with(&forge, "kid", rsa.kid.clone().into()),
        &claims(seconds).to_string(),
    );
    judged(
        &test,
        &[
            ("a MAC with the public key", confused, "WrongAlgorithm"),
            ("a stranger's signature", foreign, "BadSignature"),
            ("noughts", empty, "BadSignature"),
            ("too short", short, "BadSignature"),
            (
                "the id of a key of another kind",
                of_another,
                "WrongAlgorithm",
            ),
        ],
    )
    .await;
}
