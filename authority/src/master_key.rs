//! Keys from outside the database, and the subkeys derived from them.
//!
//! Master keys are a list: the first one makes, all of them verify. Each purpose has a subkey of
//! its own (HKDF-SHA-256, RFC 5869), so that no MAC made for one purpose is ever good for another.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::random::Randomness;

/// What a subkey is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// MACs of single audit events.
    AuditEvent,
    /// The chain over audit events.
    AuditSeal,
    /// Tokens that show that a form came from one of our pages.
    Csrf,
    /// The cookie by which a device is known after a sign-in.
    Device,
    /// Refresh tokens.
    RefreshToken,
    /// Names of counters, so that a counter store holds no addresses or names.
    Counter,
    /// Private halves of signing keys, sealed in the database.
    SigningKey,
    /// What a browser carries to a provider and back.
    ProviderState,
    /// Numbers that a program has a provider put into an ID token.
    ProviderNonce,
    /// Names of verified tokens in memory, so that it holds no token.
    VerifiedToken,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::AuditEvent => b"latchkey/audit-event/1",
            Self::AuditSeal => b"latchkey/audit-seal/1",
            Self::Csrf => b"latchkey/csrf/1",
            Self::Device => b"latchkey/device/1",
            Self::RefreshToken => b"latchkey/refresh-token/1",
            Self::Counter => b"latchkey/counter/1",
            Self::SigningKey => b"latchkey/signing-key/1",
            Self::ProviderState => b"latchkey/provider-state/1",
            Self::ProviderNonce => b"latchkey/provider-nonce/1",
            Self::VerifiedToken => b"latchkey/verified-token/1",
        }
    }
}

/// Why a text is not a list of master keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// A key is not 32 bytes in base64url without padding.
    #[error("a master key is 32 bytes in base64url without padding (43 characters)")]
    Malformed,
    /// There is no key.
    #[error("at least one master key is needed")]
    Empty,
    /// The same key stands twice.
    #[error("the same master key is listed twice")]
    Repeated,
}

#[derive(Zeroize, ZeroizeOnDrop)]
struct MasterKey([u8; 32]);

/// The list of master keys: never empty, never printed.
#[derive(Clone)]
pub struct MasterKeys(std::sync::Arc<Vec<(String, MasterKey)>>);

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(id, _)| id))
            .finish()
    }
}

impl MasterKeys {
    /// Reads keys separated by commas; the first one is current.
    ///
    /// # Errors
    /// See [`MasterKeyError`]; no error repeats what was read.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let mut keys: Vec<(String, MasterKey)> = Vec::new();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let bytes = Zeroizing::new(
                URL_SAFE_NO_PAD
                    .decode(part)
                    .map_err(|_| MasterKeyError::Malformed)?,
            );
            let key: [u8; 32] = bytes[..]
                .try_into()
                .map_err(|_| MasterKeyError::Malformed)?;
            let id = key_id(&key);
            if keys.iter().any(|(known, _)| *known == id) {
                return Err(MasterKeyError::Repeated);
            }
            keys.push((id, MasterKey(key)));
        }
        if keys.is_empty() {
            return Err(MasterKeyError::Empty);
        }
        Ok(Self(std::sync::Arc::new(keys)))
    }

    /// Draws a fresh key and gives it as the text that [`MasterKeys::parse`] reads.
    pub fn generate(random: &dyn Randomness) -> Zeroizing<String> {
        let key = Zeroizing::new(random.bytes::<32>());
        Zeroizing::new(URL_SAFE_NO_PAD.encode(&key[..]))
    }

    /// The id of the key that makes.
    pub fn current_id(&self) -> &str {
        self.0.first().map_or("", |(id, _)| id)
    }

    /// The ids of all keys, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(id, _)| id.as_str())
    }

    /// MACs `parts` for `purpose` under the current key.
    pub fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        self.0
            .first()
            .map_or([0; 32], |(_, key)| mac(key, purpose, parts))
    }

    /// MACs `parts` for `purpose` under the key named `id`, if it is in the list.
    pub fn mac_under(&self, id: &str, purpose: Purpose, parts: &[&[u8]]) -> Option<[u8; 32]> {
        self.0
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, key)| mac(key, purpose, parts))
    }

    /// The subkey of the current key for `purpose`, for an algorithm of its own: never the one
    /// of a purpose that MACs.
    pub fn subkey(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        self.0
            .first()
            .map_or_else(Zeroizing::default, |(_, key)| subkey(key, purpose))
    }

    /// The same of the key named `id`, if it is in the list.
    pub fn subkey_under(&self, id: &str, purpose: Purpose) -> Option<Zeroizing<[u8; 32]>> {
        self.0
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, key)| subkey(key, purpose))
    }

    /// Whether `tag` is the MAC of `parts` for `purpose` under any key of the list.
    ///
    /// Compares in constant time.
    pub fn verify(&self, purpose: Purpose, parts: &[&[u8]], tag: &[u8]) -> bool {
        use subtle::ConstantTimeEq as _;
        self.0
            .iter()
            .any(|(_, key)| bool::from(mac(key, purpose, parts)[..].ct_eq(tag)))
    }
}

fn key_id(key: &[u8; 32]) -> String {
    let digest = Sha256::new()
        .chain_update(b"latchkey/key-id/1")
        .chain_update(key)
        .finalize();
    URL_SAFE_NO_PAD.encode(&digest[..6])
}

#[expect(clippy::expect_used, reason = "32 bytes are within HKDF's 8,160")]
fn subkey(key: &MasterKey, purpose: Purpose) -> Zeroizing<[u8; 32]> {
    let mut subkey = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, &key.0)
        .expand(purpose.label(), &mut subkey[..])
        .expect("32 bytes are within HKDF's limit");
    subkey
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn mac(key: &MasterKey, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
    let subkey = subkey(key, purpose);
    let mut mac =
        Hmac::<Sha256>::new_from_slice(&subkey[..]).expect("HMAC takes keys of any length");
    for part in parts {
        // Each part behind its length: ("ab", "c") and ("a", "bc") are different messages.
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandomness;

    #[test]
    fn keys_verify_what_any_of_them_made_and_nothing_else() {
        let (old, new) = (
            MasterKeys::generate(&OsRandomness),
            MasterKeys::generate(&OsRandomness),
        );
        let before = MasterKeys::parse(&old).unwrap();
        let after = MasterKeys::parse(&format!("{}, {}", *new, *old)).unwrap();
        let tag = before.mac(Purpose::Csrf, &[b"a", b"bc"]);
        assert!(after.verify(Purpose::Csrf, &[b"a", b"bc"], &tag));
        assert!(!after.verify(Purpose::Device, &[b"a", b"bc"], &tag));
        assert!(!after.verify(Purpose::Csrf, &[b"ab", b"c"], &tag));
        assert!(!after.verify(Purpose::Csrf, &[b"a", b"bc"], &tag[..31]));
        assert_ne!(after.mac(Purpose::Csrf, &[b"a", b"bc"]), tag);
    }

    #[test]
    fn malformed_lists_are_refused_and_debug_shows_no_key() {
        assert_eq!(MasterKeys::parse("").unwrap_err(), MasterKeyError::Empty);
        assert_eq!(
            MasterKeys::parse("abc").unwrap_err(),
            MasterKeyError::Malformed
        );
        let key = MasterKeys::generate(&OsRandomness);
        let twice = format!("{},{}", *key, *key);
        assert_eq!(
            MasterKeys::parse(&twice).unwrap_err(),
            MasterKeyError::Repeated
        );
        let keys = MasterKeys::parse(&key).unwrap();
        assert!(!format!("{keys:?}").contains(&*key));
    }
}
