//! Numbers that a program has a provider put into an ID token: each is given once, used once, and
//! good for ten minutes.

use latchkey_authority::{
    Authority, AuthorityTx, master_key::Purpose, sealed, signal::Signals, spent,
};
use latchkey_types::UnixMillis;

use super::{ProviderError, state::GOOD_FOR_MILLIS};

/// Gives one. Nothing is stored, so giving costs nothing.
///
/// # Errors
/// [`ProviderError::Internal`] where the cryptography fails.
pub fn give(authority: &Authority, provider: &str) -> Result<String, ProviderError> {
    let plain = [
        &authority.now().0.to_be_bytes()[..],
        &authority.random().bytes::<8>(),
    ]
    .concat();
    sealed::seal(
        authority.keys(),
        authority.random(),
        Purpose::ProviderNonce,
        provider.as_bytes(),
        &plain,
    )
    .ok_or(ProviderError::Refused("nonce"))
}

/// Takes one back, the first time that it comes.
pub(super) async fn take(
    authority: &Authority,
    provider: &str,
    nonce: &str,
) -> Result<(), ProviderError> {
    let refused = || ProviderError::Refused("id_token_nonce");
    let plain = sealed::open(
        authority.keys(),
        Purpose::ProviderNonce,
        provider.as_bytes(),
        nonce,
    )
    .ok_or_else(refused)?;
    let given_at = plain.first_chunk().map(|bytes| i64::from_be_bytes(*bytes));
    let until = given_at
        .ok_or_else(refused)?
        .saturating_add(GOOD_FOR_MILLIS);
    if authority.now().0 >= until {
        return Err(ProviderError::TooLate);
    }
    let tx = AuthorityTx::begin(authority).await?;
    if !spent::first_use(&tx, "provider_nonce", nonce, UnixMillis(until)).await? {
        return Err(ProviderError::Used);
    }
    tx.commit([], Signals::Nothing).await?;
    Ok(())
}
