//! Tokens that say whatever a test wants, under a good signature of a key of ours.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    signature::Ed25519KeyPair,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_authority::{Authority, key, master_key::Purpose};
use serde_json::{Value, json};

use super::column;

/// Where tokens of the tests come from and whom they are for.
pub(crate) const ISSUER: &str = "http://127.0.0.1:3000";

/// The private half of the key that signs, taken out of the database with the master key.
pub(crate) struct Forge {
    pub(crate) kid: String,
    pub(crate) pkcs8: Vec<u8>,
    pair: Ed25519KeyPair,
}

impl Forge {
    pub(crate) async fn of(authority: &Authority) -> Self {
        key::load(authority).await.unwrap();
        let database = authority.database();
        let kid: String = text(database, "kid").await;
        let mut sealed: Vec<u8> = bytes(database, "sealed_key").await;
        let nonce: Vec<u8> = bytes(database, "nonce").await;
        let master_key_id: String = text(database, "master_key_id").await;
        let subkey = authority
            .keys()
            .subkey_under(&master_key_id, Purpose::SigningKey)
            .unwrap();
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &subkey[..]).unwrap());
        let pkcs8 = key
            .open_in_place(
                Nonce::try_assume_unique_for_key(&nonce).unwrap(),
                Aad::from(format!("{kid}/EdDSA")),
                &mut sealed,
            )
            .unwrap()
            .to_vec();
        Self {
            kid,
            pair: Ed25519KeyPair::from_pkcs8(&pkcs8).unwrap(),
            pkcs8,
        }
    }

    /// Signs any header and any payload.
    pub(crate) fn sign(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", base64(header), base64(payload));
        let signature = self.pair.sign(signed.as_bytes());
        format!("{signed}.{}", base64(signature))
    }

    /// The header of a good token.
    pub(crate) fn header(&self) -> String {
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": self.kid }).to_string()
    }

    /// A token that is good but for what `change` does to its claims.
    pub(crate) fn token(&self, now: i64, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = claims(now);
        change(&mut claims);
        self.sign(&self.header(), &claims.to_string())
    }
}

async fn text(database: &sea_orm::DatabaseConnection, name: &str) -> String {
    let mut found = column(database, &query(name)).await;
    found.remove(0)
}

async fn bytes(database: &sea_orm::DatabaseConnection, name: &str) -> Vec<u8> {
    let mut found = column(database, &query(name)).await;
    found.remove(0)
}

fn query(name: &str) -> String {
    format!(
        "SELECT {name} AS value FROM signing_keys WHERE algorithm = 'EdDSA' ORDER BY signs_from"
    )
}

/// As the parts of a token are spelled.
pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The claims of a good token, minted at `now` (in seconds).
pub(crate) fn claims(now: i64) -> Value {
    json!({
        "iss": ISSUER,
        "sub": "01890a5d-ac96-774b-bcce-b302099a8057",
        "aud": ISSUER,
        "exp": now + 900,
        "iat": now,
        "jti": "0.AAAAAAAAAAAAAAAAAAAAAA",
        "sid": "01890a5d-ac96-774b-bcce-b302099a8058",
        "client_id": "latchkey",
        "token_type": "access",
        "user_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    })
}
