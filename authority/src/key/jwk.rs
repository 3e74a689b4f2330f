//! Public keys as the world sees them: JSON Web Keys (RFC 7517, 7518 §6, 8037), written and,
//! strictly, read.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use latchkey_types::{Algorithm, Word as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::access_token::{Json, KeySource};

/// The numbers of a public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parts {
    Ed25519 { x: [u8; 32] },
    P256 { x: [u8; 32], y: [u8; 32] },
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl Parts {
    pub(super) fn ed25519(x: &[u8]) -> Option<Self> {
        Some(Self::Ed25519 {
            x: x.try_into().ok()?,
        })
    }

    /// From an uncompressed point (SEC 1 §2.3.3).
    pub(super) fn p256(point: &[u8]) -> Option<Self> {
        let (marker, rest) = point.split_first()?;
        let (x, y) = rest.split_at_checked(32)?;
        (*marker == 4).then_some(())?;
        Some(Self::P256 {
            x: x.try_into().ok()?,
            y: y.try_into().ok()?,
        })
    }

    /// From big-endian numbers; 2,048 bits at least (RFC 7518 §3.3), 8,192 at most.
    pub(super) fn rsa(n: &[u8], e: &[u8]) -> Option<Self> {
        let bits = n.len() * 8 - n.first()?.leading_zeros() as usize;
        let plausible = (2_048..=8_192).contains(&bits)
            && n.first() != Some(&0)
            && (1..=8).contains(&e.len())
            && e.first() != Some(&0)
            && e != [1]
            // Even numbers are no exponents.
            && e.last().is_some_and(|last| last % 2 == 1);
        plausible.then(|| Self::Rsa {
            n: n.to_vec(),
            e: e.to_vec(),
        })
    }

    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ed25519 { .. } => Algorithm::EdDsa,
            Self::P256 { .. } => Algorithm::Es256,
            Self::Rsa { .. } => Algorithm::Rs256,
        }
    }

    /// The members that a thumbprint is taken of, in their order and without spaces (RFC 7638 §3).
    fn canonical(&self) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Ed25519 { x } => {
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(x))
            }
            Self::P256 { x, y } => format!(
                r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
                text(x),
                text(y)
            ),
            Self::Rsa { n, e } => {
                format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n))
            }
        }
    }

    fn decoding(&self) -> DecodingKey {
        match self {
            Self::Ed25519 { x } => DecodingKey::from_ed_der(x),
            Self::P256 { x, y } => DecodingKey::from_ec_der(&[&[4], &x[..], &y[..]].concat()),
            Self::Rsa { n, e } => DecodingKey::from_rsa_raw_components(n, e),
        }
    }
}

/// A public key with the one algorithm that it verifies.
#[derive(Debug, Clone)]
pub struct PublicKey {
    kid: Option<String>,
    algorithm: Algorithm,
    parts: Parts,
    decoding: DecodingKey,
}

impl PublicKey {
    /// One of ours: named by its thumbprint.
    pub(super) fn ours(parts: Parts) -> Self {
        let digest = Sha256::digest(parts.canonical());
        Self::new(Some(URL_SAFE_NO_PAD.encode(digest)), parts)
    }

    fn new(kid: Option<String>, parts: Parts) -> Self {
        Self {
            kid,
            algorithm: parts.algorithm(),
            decoding: parts.decoding(),
            parts,
        }
    }

    /// Its id; a foreign key may have none.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The one algorithm for which it is good.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What its thumbprint is taken of.
    pub(super) fn canonical(&self) -> String {
        self.parts.canonical()
    }

    pub(crate) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }

    /// As a member of a published set: no private member, ever.
    pub(super) fn to_jwk(&self) -> serde_json::Value {
        let mut jwk = serde_json::from_str(&self.canonical()).unwrap_or_else(|_| json!({}));
        jwk["alg"] = self.algorithm.as_str().into();
        jwk["use"] = "sig".into();
        jwk["kid"] = self.kid.as_deref().into();
        jwk
    }
}

/// A text that is not a key set: not JSON, or with members that stand twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON Web Key Set")]
pub struct JwkError;

/// Public keys that were handed in, none of them ours.
#[derive(Debug, Clone)]
pub struct PublicKeys {
    keys: Vec<PublicKey>,
    left_out: Vec<&'static str>,
}

impl PublicKeys {
    /// Reads a key set, or a single key. Keys that cannot verify signatures of a known algorithm
    /// are left out (RFC 7517 §5), and with them every token that names them.
    ///
    /// # Errors
    /// [`JwkError`].
    pub fn parse(text: &str) -> Result<Self, JwkError> {
        let json = Json::parse(text).ok_or(JwkError)?;
        json.members().ok_or(JwkError)?;
        let list = match json.member("keys") {
            Some(keys) => keys.as_list().ok_or(JwkError)?,
            None => std::slice::from_ref(&json),
        };
        let mut read = Self {
            keys: Vec::new(),
            left_out: Vec::new(),
        };
        for jwk in list {
            match self::read(jwk) {
                Ok(key) => read.keys.push(key),
                Err(why) => read.left_out.push(why),
            }
        }
        Ok(read)
    }

    /// Why keys were left out, one reason for each.
    pub fn left_out(&self) -> &[&'static str] {
        &self.left_out
    }
}

impl KeySource for PublicKeys {
    /// A token without a key id is good where there is no choice. A key id that stands twice
    /// names nothing.
    fn find(&self, kid: Option<&str>) -> Option<&PublicKey> {
        let mut named = self
            .keys
            .iter()
            .filter(|key| kid.is_none() || key.kid.as_deref() == kid);
        let found = named.next()?;
        named.next().is_none().then_some(found)
    }
}

fn read(jwk: &Json) -> Result<PublicKey, &'static str> {
    jwk.members().ok_or("a key is not an object")?;
    // Absent is one thing, of the wrong type another.
    let text = |name| match jwk.member(name) {
        None => Ok(None),
        Some(value) => value.as_text().map(Some).ok_or("a member is not a text"),
    };
    let bytes = |name| {
        text(name)?
            .and_then(crate::access_token::canonical_base64)
            .ok_or("a number of the key is missing or not base64url")
    };
    let parts = match (text("kty")?, text("crv")?) {
        (Some("OKP"), Some("Ed25519")) => Parts::ed25519(&bytes("x")?),
        (Some("EC"), Some("P-256")) => {
            Parts::p256(&[&[4][..], &bytes("x")?, &bytes("y")?].concat())
        }
        (Some("RSA"), None) => Parts::rsa(&bytes("n")?, &bytes("e")?),
        _ => return Err("its type is not known here"),
    };
    let parts = parts.ok_or("the numbers of the key cannot be")?;
    if text("alg")?.is_some_and(|alg| alg != parts.algorithm().as_str()) {
        return Err("it is for another algorithm");
    }
    if text("use")?.is_some_and(|usage| usage != "sig") {
        return Err("it is not for signatures");
    }
    if let Some(operations) = jwk.member("key_ops") {
        let operations = operations.as_list().ok_or("`key_ops` is not a list")?;
        if !operations.iter().any(|one| one.as_text() == Some("verify")) {
            return Err("it is not for verifying");
        }
    }
    Ok(PublicKey::new(text("kid")?.map(ToOwned::to_owned), parts))
}
