//! Tokens that show that a form came from one of our pages.
//!
//! A token is a MAC over what the browser already has: the session, or the pre-session cookie of
//! somebody who is not signed in. Nothing is stored. Each page masks its token with fresh random
//! bytes, so that no two pages hold the same text (compressed answers leak repeated secrets).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_authority::master_key::{MasterKeys, Purpose};
use latchkey_authority::random::Randomness;
use latchkey_types::{FamilyId, SessionId};

/// What a token is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binding {
    /// A session.
    Session(SessionId),
    /// A refresh family whose tokens travel in cookies.
    Family(FamilyId),
    /// The pre-session cookie.
    PreSession([u8; 16]),
}

const NONCE: usize = 16;

/// Makes a token.
pub(crate) fn token(keys: &MasterKeys, random: &dyn Randomness, binding: Binding) -> String {
    let nonce = random.bytes::<NONCE>();
    let tag = with_parts(binding, &nonce, |parts| keys.mac(Purpose::Csrf, parts));
    let mut bytes = [0; NONCE + 32];
    bytes[..NONCE].copy_from_slice(&nonce);
    bytes[NONCE..].copy_from_slice(&tag);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether `text` is a token of this binding, under any master key.
pub(crate) fn verify(keys: &MasterKeys, binding: Binding, text: &str) -> bool {
    let mut bytes = [0; NONCE + 32];
    // The exact length first: nothing longer is decoded at all.
    if text.len() != 64 || URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) != Ok(bytes.len()) {
        return false;
    }
    let (nonce, tag) = bytes.split_at(NONCE);
    with_parts(binding, nonce, |parts| {
        keys.verify(Purpose::Csrf, parts, tag)
    })
}

fn with_parts<T>(binding: Binding, nonce: &[u8], use_parts: impl FnOnce(&[&[u8]]) -> T) -> T {
    match binding {
        Binding::Session(id) => use_parts(&[b"session", id.as_uuid().as_bytes(), nonce]),
        Binding::Family(id) => use_parts(&[b"family", id.as_uuid().as_bytes(), nonce]),
        Binding::PreSession(value) => use_parts(&[b"pre-session", &value, nonce]),
    }
}

#[cfg(test)]
mod tests {
    use latchkey_authority::random::OsRandomness;

    use super::*;

    #[test]
    fn a_token_is_good_for_its_own_binding_alone() {
        let key = MasterKeys::generate(&OsRandomness);
        let keys = MasterKeys::parse(&key).unwrap();
        let mine = Binding::PreSession([1; 16]);
        let made = token(&keys, &OsRandomness, mine);
        assert!(verify(&keys, mine, &made));
        assert!(!verify(&keys, Binding::PreSession([2; 16]), &made));
        let session = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        assert!(!verify(&keys, Binding::Session(session), &made));
        assert_ne!(made, token(&keys, &OsRandomness, mine));
        for wrong in ["", "x", &made[1..], &format!("{made}A"), &"A".repeat(64)] {
            assert!(!verify(&keys, mine, wrong), "{wrong}");
        }
    }
}
