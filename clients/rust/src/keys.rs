//! The public keys that verify access tokens: fetched when one is not known, and when Latchkey says
//! that they changed.

use std::{collections::HashSet, fmt, sync::Arc, time::Duration};

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse},
};
use papaya::HashMap;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::{
    clock::Clock,
    error::Refusal,
    transport::{Address, Transport, TransportError},
};

/// The set is asked for once in this time at most, whoever invents ids of keys.
const FETCH_EVERY: Duration = Duration::from_secs(1);
/// A key that was not in the set is not looked for again so soon: whoever holds a token of a killed
/// key is to hear that it is no good.
const ABSENT_FOR: Duration = Duration::from_secs(5);
/// So many of them are remembered.
const MAX_ABSENT: usize = 256;
/// So long the set may take: a server that was just started may have keys to make first.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// A longer set is none.
const MAX_KEY_SET: usize = 256 * 1024;

/// One public key with the only algorithm that it verifies.
pub(crate) struct Key {
    pub(crate) algorithm: Algorithm,
    pub(crate) material: DecodingKey,
    /// As the set has it.
    jwk: Jwk,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?})", self.algorithm)
    }
}

/// Why a set could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeySetError {
    #[error("the key set was fetched a moment ago")]
    TooEarly(Duration),
    #[error("no key set")]
    Transport(#[from] TransportError),
    #[error("a key set that is none")]
    Malformed,
}

/// When the set was asked for, and as of when it is known.
#[derive(Debug, Default)]
struct Fetched {
    tried_at: Option<Duration>,
    known_at: Option<Duration>,
}

/// The keys by their ids. Readers never wait for the one who fetches.
#[derive(Debug)]
pub(crate) struct KeySet {
    keys: HashMap<String, Arc<Key>>,
    /// Since when a key is known not to be there.
    absent: HashMap<String, Duration>,
    address: Address,
    clock: Arc<dyn Clock>,
    fetched: Mutex<Fetched>,
}

impl KeySet {
    pub(crate) fn new(address: Address, clock: Arc<dyn Clock>) -> Self {
        Self {
            keys: HashMap::new(),
            absent: HashMap::new(),
            address,
            clock,
            fetched: Mutex::default(),
        }
    }

    /// The key, if it is known and still in the set.
    pub(crate) fn find(&self, kid: &str) -> Option<Arc<Key>> {
        self.keys.pin().get(kid).cloned()
    }

    /// The key; the set is fetched where it is not known, at most once a second.
    pub(crate) async fn get(&self, kid: &str) -> Result<Arc<Key>, Refusal> {
        if let Some(key) = self.find(kid) {
            return Ok(key);
        }
        let asked_at = self.clock.boot();
        if self.is_absent(kid, asked_at) {
            return Err(Refusal::Invalid);
        }
        // Those who come meanwhile wait here for the one who fetches.
        let mut fetched = self.fetched.lock().await;
        if self.find(kid).is_none() && fetched.known_at.is_none_or(|at| at < asked_at) {
            self.fetch(&mut fetched).await.map_err(|error| {
                tracing::debug!(error = %error, "an unknown key cannot be looked up");
                Refusal::NotFresh
            })?;
        }
        if let Some(key) = self.find(kid) {
            return Ok(key);
        }
        let absent = self.absent.pin();
        if absent.len() >= MAX_ABSENT {
            absent.clear();
        }
        absent.insert(kid.to_owned(), asked_at);
        Err(Refusal::Invalid)
    }

    fn is_absent(&self, kid: &str, now: Duration) -> bool {
        let absent = self.absent.pin();
        let since = absent.get(kid);
        since.is_some_and(|since| now.saturating_sub(*since) < ABSENT_FOR)
    }

    /// Fetches the set.
    pub(crate) async fn refresh(&self) -> Result<(), KeySetError> {
        self.fetch(&mut *self.fetched.lock().await).await
    }

    async fn fetch(&self, fetched: &mut Fetched) -> Result<(), KeySetError> {
        let now = self.clock.boot();
        if let Some(tried_at) = fetched.tried_at {
            let wait = FETCH_EVERY.saturating_sub(now.saturating_sub(tried_at));
            if !wait.is_zero() {
                return Err(KeySetError::TooEarly(wait));
            }
        }
        fetched.tried_at = Some(now);
        let mut transport = Transport::new(self.address.clone());
        let body = transport
            .get("/.well-known/jwks.json", None, ANSWER_LIMIT, MAX_KEY_SET)
            .await?;
        self.replace(parse(&body)?, now);
        fetched.known_at = Some(now);
        Ok(())
    }

    /// A key that stays is the same one, so that whoever holds it can ask whether it stayed.
    fn replace(&self, keys: Vec<(String, Key)>, now: Duration) {
        let (known, absent) = (self.keys.pin(), self.absent.pin());
        absent.clear();
        let kids: HashSet<&str> = keys.iter().map(|(kid, _)| kid.as_str()).collect();
        for kid in known.keys().filter(|kid| !kids.contains(kid.as_str())) {
            absent.insert(kid.clone(), now);
        }
        known.retain(|kid, _| kids.contains(kid.as_str()));
        for (kid, key) in keys {
            if known.get(&kid).is_none_or(|same| same.jwk != key.jwk) {
                known.insert(kid, Arc::new(key));
            }
        }
    }
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

/// Keys of other kinds than ours are passed over: none of our tokens is signed with one.
fn parse(body: &[u8]) -> Result<Vec<(String, Key)>, KeySetError> {
    let set: Set = serde_json::from_slice(body).map_err(|_| KeySetError::Malformed)?;
    let jwks = set
        .keys
        .into_iter()
        .filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
    let mut keys = Vec::new();
    for jwk in jwks {
        let (Some(algorithm), Some(kid)) = (algorithm(&jwk), jwk.common.key_id.clone()) else {
            continue;
        };
        let material = DecodingKey::from_jwk(&jwk).map_err(|_| KeySetError::Malformed)?;
        let key = Key {
            algorithm,
            material,
            jwk,
        };
        keys.push((kid, key));
    }
    Ok(keys)
}

/// The one algorithm that a key is good for, if it is one of those that Latchkey signs with.
fn algorithm(jwk: &Jwk) -> Option<Algorithm> {
    let (algorithm, name) = match &jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
        }
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        _ => return None,
    };
    let is_ours = jwk.common.key_algorithm.is_none_or(|said| said == name)
        && matches!(
            jwk.common.public_key_use,
            None | Some(PublicKeyUse::Signature)
        );
    is_ours.then_some(algorithm)
}

#[cfg(test)]
mod tests;
