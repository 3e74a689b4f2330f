//! What goes to a provider and comes back: sealed, bound to one browser, good once and for ten
//! minutes.
//!
//! Nothing is stored when somebody sets out, so setting out costs nothing. The verifier of the
//! code (RFC 7636) and the nonce travel inside, where only we can read them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_authority::signal::Signals;
use latchkey_authority::{Authority, AuthorityTx, StoreError, master_key::Purpose, sealed, spent};
use latchkey_types::{SessionId, UnixMillis};
use serde::{Deserialize, Serialize};

use super::{Assertion, ProviderConfig, ProviderError, ProviderKind};

/// So long may somebody be at their provider.
pub(super) const GOOD_FOR_MILLIS: i64 = 10 * 60 * 1_000;

/// Clocks may differ by so much.
const LEEWAY_MILLIS: i64 = 30_000;

/// A longer way back than this is not carried along: the text is part of an address.
const NEXT_LIMIT: usize = 512;

/// What somebody set out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purposed {
    /// To sign in.
    SignIn,
    /// To connect the provider's identity to the user of this session, which must still be the
    /// browser's when the answer comes.
    Link(SessionId),
}

/// What is known of a journey to a provider.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) provider: String,
    pub(super) purpose: Purposed,
    /// Where to lead afterwards, as it was asked for.
    pub(super) next: Option<String>,
    pub(super) began_at: i64,
    /// Whether the provider is asked to ask the person once more who they are.
    #[serde(default)]
    pub(super) fresh: bool,
    pub(super) verifier: String,
    pub(super) nonce: String,
}

impl State {
    pub(super) fn new(
        authority: &Authority,
        provider: &str,
        purpose: Purposed,
        next: Option<&str>,
        fresh: bool,
    ) -> Self {
        let random = authority.random();
        Self {
            provider: provider.to_owned(),
            purpose,
            next: next
                .filter(|next| next.len() <= NEXT_LIMIT)
                .map(ToOwned::to_owned),
            began_at: authority.now().0,
            fresh,
            // 43 characters, as RFC 7636 §4.1 has them.
            verifier: URL_SAFE_NO_PAD.encode(random.bytes::<32>()),
            nonce: URL_SAFE_NO_PAD.encode(random.bytes::<16>()),
        }
    }

    /// The text that travels.
    pub(super) fn seal(&self, authority: &Authority, browser: &[u8]) -> Result<String, StoreError> {
        serde_json::to_vec(self)
            .ok()
            .and_then(|plain| {
                sealed::seal(
                    authority.keys(),
                    authority.random(),
                    Purpose::ProviderState,
                    browser,
                    &plain,
                )
            })
            .ok_or(StoreError::Inconsistent {
                table: "none",
                column: "state",
            })
    }

    /// Reads what came back, in the browser that it was made for and to the provider that it is of.
    pub(super) fn open(
        authority: &Authority,
        provider: &str,
        browser: &[u8],
        text: &str,
    ) -> Result<Self, ProviderError> {
        let state: Self = sealed::open(authority.keys(), Purpose::ProviderState, browser, text)
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .ok_or(ProviderError::OtherBrowser)?;
        if state.provider != provider {
            return Err(ProviderError::OtherBrowser);
        }
        let age = authority.now().0.saturating_sub(state.began_at);
        if age >= GOOD_FOR_MILLIS {
            return Err(ProviderError::TooLate);
        }
        Ok(state)
    }

    /// Makes sure that the provider did ask, where it is one that must say so (`auth_time` is there
    /// where `max_age` was asked for: OpenID Connect Core §3.1.2.1).
    pub(super) fn expect_proof(
        &self,
        config: &ProviderConfig,
        assertion: &Assertion,
    ) -> Result<(), ProviderError> {
        let least = self.began_at.saturating_sub(LEEWAY_MILLIS);
        let has_asked = assertion.proved_at.is_some_and(|at| at.0 >= least);
        if config.kind == ProviderKind::OpenId && !has_asked {
            return Err(ProviderError::Refused("id_token_auth_time"));
        }
        Ok(())
    }

    /// Makes sure that it comes for the first time. To be called before the code is exchanged.
    pub(super) async fn spend(
        &self,
        authority: &Authority,
        text: &str,
    ) -> Result<(), ProviderError> {
        let tx = AuthorityTx::begin(authority).await?;
        let until = UnixMillis(self.began_at.saturating_add(GOOD_FOR_MILLIS));
        if !spent::first_use(&tx, "provider_state", text, until).await? {
            return Err(ProviderError::Used);
        }
        tx.commit([], Signals::Nothing).await?;
        Ok(())
    }
}
