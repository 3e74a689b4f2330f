//! Verifying an access token: the signature under a key of the set, strict claims, and then the
//! follower.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::crypto;
use serde::{Deserialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{error::Refusal, follower::Follower, keys::Key};

/// No token of Latchkey's comes near it.
const LENGTH_LIMIT: usize = 4_096;
/// Clocks may differ by so much where a token says from when on it is good. None is given to `exp`.
const LEEWAY: Duration = Duration::from_secs(30);

/// Who acts through an access token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Principal {
    /// Latchkey's id of the user, never given to anybody else.
    pub user_id: Uuid,
    /// The sign-in that the token belongs to.
    pub sid: Uuid,
    /// The id of the token.
    pub jti: String,
    /// The client that the token was given to.
    pub client_id: String,
    /// When it was issued, in seconds since 1970.
    pub issued_at: u64,
    /// When its time is over, in seconds since 1970.
    pub expires_at: u64,
    /// Grows when something about the user changed; see [`Follower::check`].
    pub user_mark: u64,
}

/// Tells who acts through an access token, as long as that may be said.
#[derive(Debug, Clone)]
pub struct Verifier {
    follower: Follower,
    issuer: Arc<str>,
    audience: Arc<str>,
}

impl Verifier {
    /// For tokens whose issuer and audience are the follower's base URL.
    pub fn new(follower: Follower) -> Self {
        let base_url: Arc<str> = follower.base_url().into();
        Self {
            follower,
            issuer: base_url.clone(),
            audience: base_url,
        }
    }

    /// For another audience: Latchkey's `LATCHKEY_ACCESS_AUDIENCE`.
    #[must_use]
    pub fn with_audience(self, audience: &str) -> Self {
        Self {
            audience: audience.into(),
            ..self
        }
    }

    /// The follower that is asked.
    pub fn follower(&self) -> &Follower {
        &self.follower
    }

    /// Tells who acts.
    ///
    /// # Errors
    /// Any [`Refusal`] but [`Refusal::NoToken`].
    pub async fn verify(&self, token: &str) -> Result<Principal, Refusal> {
        let parts = Parts::split(token)?;
        let keys = self.follower.keys();
        let key = keys.get(&parts.header.kid).await?;
        let claims = parts.claims(&key)?;
        let (user_id, sid) = self.meet(&claims)?;
        let user_mark = self.follower.check(sid, user_id).await?;
        // What is fresh now was perhaps not when the key was looked up, and the token's time may be
        // over by now.
        if !keys
            .find(&parts.header.kid)
            .is_some_and(|known| Arc::ptr_eq(&known, &key))
        {
            return Err(Refusal::Ended);
        }
        self.check_times(&claims)?;
        Ok(Principal {
            user_id,
            sid,
            jti: claims.jti,
            client_id: claims.client_id,
            issued_at: claims.iat,
            expires_at: claims.exp,
            user_mark,
        })
    }

    /// Checks claims; gives the user and the sign-in.
    fn meet(&self, claims: &Claims) -> Result<(Uuid, Uuid), Refusal> {
        if claims.iss != *self.issuer || !claims.aud.names(&self.audience) {
            return Err(Refusal::Invalid);
        }
        self.check_times(claims)?;
        if claims.token_type.as_deref() != Some("access") {
            return Err(Refusal::WrongType);
        }
        let has_words = !claims.jti.is_empty() && !claims.client_id.is_empty();
        if !has_words || claims.sub != claims.user_id {
            return Err(Refusal::Invalid);
        }
        Ok((canonical(&claims.user_id)?, canonical(&claims.sid)?))
    }

    fn check_times(&self, claims: &Claims) -> Result<(), Refusal> {
        let now = self.follower.clock().unix();
        if now >= Duration::from_secs(claims.exp) {
            return Err(Refusal::Expired);
        }
        let begins = claims.iat.max(claims.nbf.unwrap_or(0));
        if Duration::from_secs(begins) > now.saturating_add(LEEWAY) {
            return Err(Refusal::Invalid);
        }
        Ok(())
    }
}

/// `typ: at+jwt` (RFC 9068), `alg` and `kid`, and nothing else: whoever puts a key there wants to
/// choose it, and `crit` asks for what is not understood here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    typ: String,
    alg: String,
    kid: String,
}

/// What is believed of a token; what else it says is passed over.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: u64,
    iat: u64,
    nbf: Option<u64>,
    jti: String,
    sid: String,
    client_id: String,
    token_type: Option<String>,
    user_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn names(&self, audience: &str) -> bool {
        match self {
            Self::One(name) => name == audience,
            Self::Several(names) => names.iter().any(|name| name == audience),
        }
    }
}

/// A token in its parts, of which nothing is verified yet.
#[derive(Debug)]
struct Parts<'a> {
    header: Header,
    payload: &'a str,
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    fn split(token: &'a str) -> Result<Self, Refusal> {
        if token.len() > LENGTH_LIMIT {
            return Err(Refusal::Invalid);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Invalid)?;
        let (header, payload) = signed.split_once('.').ok_or(Refusal::Invalid)?;
        let header: Header = decode(header)?;
        if header.typ != "at+jwt" {
            return Err(Refusal::Invalid);
        }
        Ok(Self {
            header,
            payload,
            signed,
            signature,
        })
    }

    /// The claims, once the signature is verified by the key and the one algorithm that it is for.
    fn claims(&self, key: &Key) -> Result<Claims, Refusal> {
        let is_signed = format!("{:?}", key.algorithm) == self.header.alg
            && crypto::verify(
                self.signature,
                self.signed.as_bytes(),
                &key.material,
                key.algorithm,
            )
            .unwrap_or(false);
        if is_signed {
            decode(self.payload)
        } else {
            Err(Refusal::Invalid)
        }
    }
}

/// A part with a dot in it is no base64url: so there are three parts exactly.
fn decode<T: DeserializeOwned>(part: &str) -> Result<T, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Invalid)?;
    serde_json::from_slice(&bytes).map_err(|_| Refusal::Invalid)
}

fn canonical(text: &str) -> Result<Uuid, Refusal> {
    let id = Uuid::try_parse(text).map_err(|_| Refusal::Invalid)?;
    if id.to_string() == text {
        Ok(id)
    } else {
        Err(Refusal::Invalid)
    }
}

#[cfg(test)]
mod tests;
