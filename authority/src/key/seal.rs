//! Private halves as the database holds them: AES-256-GCM under a subkey of a master key, bound to
//! the key's id and algorithm.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use latchkey_types::{Algorithm, Word as _};
use zeroize::Zeroizing;

use super::KeyError;
use crate::{
    master_key::{MasterKeys, Purpose},
    random::Randomness,
};

/// A sealed private half.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    pub(super) bytes: Vec<u8>,
    pub(super) nonce: Vec<u8>,
    pub(super) master_key_id: String,
}

/// Seals under the current master key.
pub(super) fn seal(
    keys: &MasterKeys,
    random: &dyn Randomness,
    kid: &str,
    algorithm: Algorithm,
    private: &[u8],
) -> Result<Sealed, KeyError> {
    let key = cipher(&keys.subkey(Purpose::SigningKey))?;
    // A random nonce is safe here: so few keys are sealed that two will not share one.
    let nonce = random.bytes::<12>();
    let mut bytes = private.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        bound_to(kid, algorithm),
        &mut bytes,
    )
    .map_err(|_| KeyError::Cryptography)?;
    Ok(Sealed {
        bytes,
        nonce: nonce.to_vec(),
        master_key_id: keys.current_id().to_owned(),
    })
}

/// Opens under whichever master key it was sealed with.
///
/// # Errors
/// [`KeyError::UnknownMasterKey`] if that is not in the list; [`KeyError::Damaged`].
pub(super) fn open(
    keys: &MasterKeys,
    kid: &str,
    algorithm: Algorithm,
    sealed: &Sealed,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let subkey = keys
        .subkey_under(&sealed.master_key_id, Purpose::SigningKey)
        .ok_or_else(|| KeyError::UnknownMasterKey {
            kid: kid.to_owned(),
            master_key_id: sealed.master_key_id.clone(),
        })?;
    let damaged = || KeyError::Damaged {
        kid: kid.to_owned(),
    };
    let nonce = Nonce::try_assume_unique_for_key(&sealed.nonce).map_err(|_| damaged())?;
    let mut bytes = Zeroizing::new(sealed.bytes.clone());
    let length = cipher(&subkey)?
        .open_in_place(nonce, bound_to(kid, algorithm), &mut bytes)
        .map_err(|_| damaged())?
        .len();
    bytes.truncate(length);
    Ok(bytes)
}

fn cipher(subkey: &[u8; 32]) -> Result<LessSafeKey, KeyError> {
    UnboundKey::new(&AES_256_GCM, subkey)
        .map(LessSafeKey::new)
        .map_err(|_| KeyError::Cryptography)
}

/// A key id is 43 characters, so that nothing runs into the algorithm behind it.
fn bound_to(kid: &str, algorithm: Algorithm) -> Aad<Vec<u8>> {
    Aad::from([kid.as_bytes(), b"/", algorithm.as_str().as_bytes()].concat())
}
