//! The secret in a one-time link: of set-up, of an invitation.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_authority::random::Randomness;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const CODE_BYTES: usize = 32;

/// What a link is for. A code of one kind opens nothing of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The first administrator.
    Setup,
    /// An account.
    Invitation,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Setup => b"latchkey/setup-code/1",
            Self::Invitation => b"latchkey/invitation-code/1",
        }
    }
}

/// The secret in a one-time link: 256 random bits as text. Shown once, stored as a hash.
#[derive(Clone)]
pub struct LinkCode(Zeroizing<String>);

impl fmt::Debug for LinkCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkCode(…)")
    }
}

impl LinkCode {
    /// The text, for the link and nothing else.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn generate(random: &dyn Randomness) -> Self {
        let bytes = Zeroizing::new(random.bytes::<CODE_BYTES>());
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(&bytes[..])))
    }

    /// What the database stores for a code that was sent; `None` if it cannot be one of ours.
    ///
    /// No salt and no stretching: the code is random already. Codes are found by this hash, so how
    /// long a comparison takes tells nothing of the code.
    pub(crate) fn hash(purpose: Purpose, code: &str) -> Option<Vec<u8>> {
        // The exact length first: nothing longer is decoded at all.
        if code.len() != CODE_BYTES.div_ceil(3) * 4 - 1 {
            return None;
        }
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(code).ok()?);
        let hash = Sha256::new()
            .chain_update(purpose.label())
            .chain_update(&bytes[..])
            .finalize();
        Some(hash.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i05_a_code_is_never_printed_and_its_hash_is_not_its_value() {
        let code = LinkCode(Zeroizing::new(URL_SAFE_NO_PAD.encode([7; CODE_BYTES])));
        assert_eq!(format!("{code:?}"), "LinkCode(…)");
        let setup = LinkCode::hash(Purpose::Setup, code.as_str()).unwrap();
        let invitation = LinkCode::hash(Purpose::Invitation, code.as_str()).unwrap();
        assert_ne!(setup, invitation);
        for hash in [setup, invitation] {
            assert_ne!(hash, [7; CODE_BYTES]);
            assert_eq!(hash.len(), 32);
        }
        for wrong in ["", "x", &"A".repeat(42), &"A".repeat(44), &"!".repeat(43)] {
            assert_eq!(LinkCode::hash(Purpose::Setup, wrong), None);
        }
    }
}
