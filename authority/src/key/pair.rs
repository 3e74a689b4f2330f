//! Key pairs: made, opened, signing.

use std::fmt;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use latchkey_types::Algorithm;
use zeroize::Zeroizing;

use super::{KeyError, PublicKey, jwk::Parts};

/// A private key with its public half. Never printed.
pub(super) enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pair(…)")
    }
}

impl Pair {
    /// Draws a key, from the library's own randomness. Slow for RSA: keep it off the threads of
    /// requests.
    pub(super) fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let pair = match algorithm {
            Algorithm::EdDsa => Ed25519KeyPair::generate().map(Self::Ed25519),
            Algorithm::Es256 => {
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Self::P256)
            }
            Algorithm::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048).map(Self::Rsa),
        };
        pair.map_err(|_| KeyError::Cryptography)
    }

    /// Reads what [`Pair::to_pkcs8`] gave; `None` if it is nothing of the kind.
    pub(super) fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Option<Self> {
        match algorithm {
            Algorithm::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).ok().map(Self::Ed25519),
            Algorithm::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                .ok()
                .map(Self::P256),
            Algorithm::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).ok().map(Self::Rsa),
        }
    }

    /// The private key, to be sealed at once.
    pub(super) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let copied = |document: Result<_, _>| {
            document
                .map(|document: aws_lc_rs::pkcs8::Document| document.as_ref().to_vec())
                .map(Zeroizing::new)
        };
        match self {
            Self::Ed25519(pair) => copied(pair.to_pkcs8()),
            Self::P256(pair) => copied(pair.to_pkcs8v1()),
            Self::Rsa(pair) => AsDer::<Pkcs8V1Der<'static>>::as_der(pair)
                .map(|der| Zeroizing::new(der.as_ref().to_vec())),
        }
        .map_err(|_| KeyError::Cryptography)
    }

    /// The public half.
    pub(super) fn public(&self) -> Result<PublicKey, KeyError> {
        let parts = match self {
            Self::Ed25519(pair) => Parts::ed25519(pair.public_key().as_ref()),
            Self::P256(pair) => Parts::p256(pair.public_key().as_ref()),
            Self::Rsa(pair) => Parts::rsa(
                pair.public_key()
                    .modulus()
                    .big_endian_without_leading_zero(),
                pair.public_key()
                    .exponent()
                    .big_endian_without_leading_zero(),
            ),
        };
        let parts = parts.ok_or(KeyError::Cryptography)?;
        Ok(PublicKey::ours(parts))
    }

    /// Signs, as JWS has it (RFC 7518 §3).
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        match self {
            Self::Ed25519(pair) => pair
                .try_sign(message)
                .map(|signature| signature.as_ref().to_vec()),
            Self::P256(pair) => pair
                .sign(&random, message)
                .map(|signature| signature.as_ref().to_vec()),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map(|()| signature)
            }
        }
        .map_err(|_| KeyError::Cryptography)
    }
}
