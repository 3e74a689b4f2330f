//! A service account: the key file that Google gives, and the token that it makes.

use std::{fmt, fs, path::Path};

use anyhow::Context as _;
use latchkey_authority::{clock::Clock, key::AssertionKey};
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

/// For whom the token is: the interface, as Google calls it.
const AUDIENCE: &str =
    "https://risc.googleapis.com/google.identity.risc.v1beta.RiscManagementService";

/// So long the token is good, in seconds: the most that Google takes.
const LIFETIME: i64 = 3_600;

/// The file, as far as it is used.
#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    private_key_id: String,
    private_key: Zeroizing<String>,
}

/// A service account that can sign for itself.
pub(super) struct ServiceAccount {
    email: String,
    key: AssertionKey,
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

impl ServiceAccount {
    /// Reads the key file. What is wrong with it is told without repeating any of it.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let named = || format!("the service account's key file {}", path.display());
        let text = Zeroizing::new(fs::read_to_string(path).with_context(named)?);
        let file: KeyFile = serde_json::from_str(&text)
            .map_err(|_| {
                anyhow::anyhow!(
                    "expected JSON with `client_email`, `private_key_id` and `private_key`, as \
                     the Google Cloud console gives it (Service accounts, Keys, Add key, JSON)"
                )
            })
            .with_context(named)?;
        let key = AssertionKey::from_pem(&file.private_key_id, &file.private_key)
            .ok_or_else(|| anyhow::anyhow!("`private_key` is no RSA key in PKCS#8"))
            .with_context(named)?;
        Ok(Self {
            email: file.client_email,
            key,
        })
    }

    /// The token that stands for the account: signed by itself, for this interface alone.
    pub(super) fn bearer(&self, clock: &dyn Clock) -> anyhow::Result<Zeroizing<String>> {
        let now = clock.now().0.div_euclid(1_000);
        let claims = json!({
            "iss": self.email,
            "sub": self.email,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + LIFETIME,
        });
        self.key.sign(&claims).context("signing with its key")
    }
}
