//! Signing with a private key that somebody else gave us: the assertion of a service account
//! (RFC 7523 §3), which stands for itself and opens nothing here.

use std::fmt;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use latchkey_types::{Algorithm, Word as _};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{KeyError, pair::Pair};

/// The armour round a private key in PKCS#8 (RFC 7468 §10).
const ARMOUR: (&str, &str) = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");

/// A private RSA key of somebody else's. Never printed.
pub struct AssertionKey {
    kid: String,
    pair: Pair,
}

impl fmt::Debug for AssertionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssertionKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl AssertionKey {
    /// Reads a key as it comes in a file: RSA, in PKCS#8, in its armour. `kid` is what whoever
    /// verifies calls it. `None` if it is nothing of the kind.
    pub fn from_pem(kid: &str, pem: &str) -> Option<Self> {
        let inner = pem.trim().strip_prefix(ARMOUR.0)?.strip_suffix(ARMOUR.1)?;
        let text: Zeroizing<String> = Zeroizing::new(inner.split_whitespace().collect());
        let pkcs8 = Zeroizing::new(STANDARD.decode(text.as_str()).ok()?);
        Some(Self {
            kid: kid.to_owned(),
            pair: Pair::from_pkcs8(Algorithm::Rs256, &pkcs8)?,
        })
    }

    /// A token with these claims, signed with RS256.
    ///
    /// # Errors
    /// [`KeyError::Cryptography`].
    pub fn sign(&self, claims: &Value) -> Result<Zeroizing<String>, KeyError> {
        let header = json!({ "typ": "JWT", "alg": Algorithm::Rs256.as_str(), "kid": self.kid });
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(signed.as_bytes())?);
        Ok(Zeroizing::new(format!("{signed}.{signature}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        access_token::{Expectations, verify_foreign},
        key::PublicKeys,
    };

    #[test]
    fn a_key_from_a_file_signs_what_its_public_half_verifies() {
        let pair = Pair::generate(Algorithm::Rs256).unwrap();
        let pkcs8 = STANDARD.encode(&pair.to_pkcs8().unwrap()[..]);
        let lines: Vec<&str> = pkcs8
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        let pem = format!("{}\n{}\n{}\n", ARMOUR.0, lines.join("\n"), ARMOUR.1);
        let key = AssertionKey::from_pem("theirs", &pem).unwrap();
        assert!(!format!("{key:?}").contains(lines[1]));
        let token = key.sign(&json!({ "sub": "service" })).unwrap();

        let mut jwk: Value = pair.public().unwrap().to_jwk();
        jwk["kid"] = "theirs".into();
        let keys = PublicKeys::parse(&jwk.to_string()).unwrap();
        let claims = verify_foreign(&token, &keys, &Expectations::default()).unwrap();
        assert_eq!(claims["sub"], "service");
    }

    #[test]
    fn what_is_no_such_key_is_none() {
        let armoured = |inner: &str| format!("{}\n{inner}\n{}", ARMOUR.0, ARMOUR.1);
        for pem in [
            String::new(),
            "AAAA".to_owned(),
            armoured(""),
            armoured("AAAA"),
            armoured("not base64"),
            ARMOUR.0.to_owned(),
        ] {
            assert!(AssertionKey::from_pem("kid", &pem).is_none(), "{pem}");
        }
    }
}
