//! Text that only we can read and nobody can change: what a browser or a provider carries for us.
//!
//! AES-256-GCM under a subkey of a master key, bound to whom it was made for. It is good once at
//! the most where whoever opens it says so ([`crate::spent`]).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::{
    access_token::canonical_base64,
    master_key::{MasterKeys, Purpose},
    random::Randomness,
};

const NONCE: usize = 12;

/// Seals `plain` for `purpose`; it opens only beside the same `bound_to`. `None` where the
/// cryptography fails, which it does not.
pub fn seal(
    keys: &MasterKeys,
    random: &dyn Randomness,
    purpose: Purpose,
    bound_to: &[u8],
    plain: &[u8],
) -> Option<String> {
    // A random nonce is safe for as many values as a master key will ever seal (2^32).
    let nonce = random.bytes::<NONCE>();
    let mut bytes = plain.to_vec();
    cipher(&keys.subkey(purpose))?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound_to),
            &mut bytes,
        )
        .ok()?;
    Some(URL_SAFE_NO_PAD.encode([&nonce[..], &bytes].concat()))
}

/// Opens what [`seal`] made under any master key of the list; `None` if it is anything else.
pub fn open(
    keys: &MasterKeys,
    purpose: Purpose,
    bound_to: &[u8],
    text: &str,
) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = canonical_base64(text)?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
    keys.ids().find_map(|id| {
        let subkey = keys.subkey_under(id, purpose)?;
        let mut plain = Zeroizing::new(sealed.to_vec());
        let length = cipher(&subkey)?
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(bound_to),
                &mut plain,
            )
            .ok()?
            .len();
        plain.truncate(length);
        Some(plain)
    })
}

fn cipher(subkey: &[u8; 32]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, subkey)
        .map(LessSafeKey::new)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandomness;

    #[test]
    fn what_is_sealed_opens_for_whom_and_what_it_was_made_and_nowhere_else() {
        let old = MasterKeys::generate(&OsRandomness);
        let before = MasterKeys::parse(&old).unwrap();
        let new = MasterKeys::generate(&OsRandomness);
        let after = MasterKeys::parse(&format!("{},{}", *new, *old)).unwrap();
        let purpose = Purpose::ProviderState;
        let text = seal(&before, &OsRandomness, purpose, b"me", b"plain").unwrap();
        let opened = |keys, purpose, who, text: &str| {
            open(keys, purpose, who, text).map(|plain| plain.to_vec())
        };
        assert_eq!(
            opened(&after, purpose, b"me", &text),
            Some(b"plain".to_vec())
        );
        assert_eq!(opened(&before, purpose, b"you", &text), None);
        assert_eq!(opened(&before, Purpose::ProviderNonce, b"me", &text), None);
        let only_new = MasterKeys::parse(&new).unwrap();
        assert_eq!(opened(&only_new, purpose, b"me", &text), None);
        for wrong in ["", "AAAA", &text[1..], &format!("{text}=")] {
            assert_eq!(opened(&before, purpose, b"me", wrong), None, "{wrong}");
        }
        assert_ne!(
            text,
            seal(&before, &OsRandomness, purpose, b"me", b"plain").unwrap()
        );
    }
}
