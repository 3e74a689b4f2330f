//! The text of a refresh token: `lkr_` and 75 bytes in base64url.
//!
//! version (1) · key id (6) · family id (16) · generation (4) · random bytes (16) · MAC (32)
//!
//! - The MAC covers everything before it, under a key that is not in the database: a forgery is
//!   refused before any query, and a copy of the tables makes no token.
//! - The random bytes stand in the rotation's row, so the current token can be derived again for
//!   an honest retry.
//! - 75 bytes are 100 characters without a bit to spare: each token has one spelling.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_types::FamilyId;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Authority,
    master_key::{MasterKeys, Purpose},
};

const PREFIX: &str = "lkr_";
const VERSION: u8 = 1;
const KEY_ID: usize = 6;
const MAC: usize = 32;
/// Everything that the MAC covers.
const BODY: usize = 1 + KEY_ID + 16 + 4 + 16;
const BYTES: usize = BODY + MAC;

/// How long the text of a refresh token is.
pub const LENGTH: usize = PREFIX.len() + BYTES / 3 * 4;

/// The random bytes of one generation.
pub(crate) type Nonce = [u8; 16];

/// What a refresh token says, once its MAC was found good.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    /// The family that it belongs to.
    pub(crate) family_id: FamilyId,
    /// Which rotation made it.
    pub(crate) generation: u32,
    /// The random bytes of that rotation.
    pub(crate) nonce: Nonce,
}

impl fmt::Debug for RefreshToken {
    /// The random bytes are half of a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken")
            .field("family_id", &self.family_id)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

/// Why a text is no refresh token of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    /// It has another shape.
    #[error("not a refresh token")]
    Malformed,
    /// Its MAC is wrong.
    #[error("a refresh token that was never issued")]
    Forged,
    /// It names a master key that is not in the list.
    #[error("a refresh token under an unknown master key")]
    UnknownKey,
}

impl RefreshToken {
    /// Reads a token and checks its MAC, without a query.
    pub(crate) fn open(keys: &MasterKeys, text: &str) -> Result<Self, TokenError> {
        use subtle::ConstantTimeEq as _;
        // The exact length first: nothing longer is decoded at all.
        let encoded = text
            .strip_prefix(PREFIX)
            .filter(|_| text.len() == LENGTH)
            .ok_or(TokenError::Malformed)?;
        let mut bytes = Zeroizing::new([0; BYTES]);
        if URL_SAFE_NO_PAD.decode_slice(encoded, &mut bytes[..]) != Ok(BYTES) {
            return Err(TokenError::Malformed);
        }
        let (body, mac) = bytes.split_at(BODY);
        let (version, body_rest) = body.split_at(1);
        let (key_id, rest) = body_rest.split_at(KEY_ID);
        let (family_id, rest) = rest.split_at(16);
        let (generation, nonce) = rest.split_at(4);
        if version != [VERSION] {
            return Err(TokenError::Malformed);
        }
        let key_id = URL_SAFE_NO_PAD.encode(key_id);
        let expected = keys
            .mac_under(&key_id, Purpose::RefreshToken, &[body])
            .ok_or(TokenError::UnknownKey)?;
        if !bool::from(expected[..].ct_eq(mac)) {
            return Err(TokenError::Forged);
        }
        let malformed = |_| TokenError::Malformed;
        Ok(Self {
            family_id: FamilyId::from_uuid(
                Uuid::from_slice(family_id).map_err(|_| TokenError::Malformed)?,
            ),
            generation: u32::from_be_bytes(generation.try_into().map_err(malformed)?),
            nonce: nonce.try_into().map_err(malformed)?,
        })
    }

    /// The text of this token under the master key named `key_id`, or under the current one where
    /// that is gone.
    pub(crate) fn seal(&self, keys: &MasterKeys, key_id: &str) -> Zeroizing<String> {
        let key_id = keys
            .ids()
            .find(|known| *known == key_id)
            .unwrap_or_else(|| keys.current_id());
        let mut id = [0; KEY_ID];
        // An id of ours always decodes; otherwise the MAC below is under no key and opens nothing.
        let _ = URL_SAFE_NO_PAD.decode_slice(key_id, &mut id);
        let mut bytes = Zeroizing::new(Vec::with_capacity(BYTES));
        bytes.push(VERSION);
        bytes.extend_from_slice(&id);
        bytes.extend_from_slice(self.family_id.as_uuid().as_bytes());
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        bytes.extend_from_slice(&self.nonce);
        let mac = keys
            .mac_under(key_id, Purpose::RefreshToken, &[&bytes])
            .unwrap_or_else(|| keys.mac(Purpose::RefreshToken, &[&bytes]));
        bytes.extend_from_slice(&mac);
        let mut text = Zeroizing::new(String::with_capacity(LENGTH));
        text.push_str(PREFIX);
        URL_SAFE_NO_PAD.encode_string(&bytes[..], &mut text);
        text
    }
}

/// The family that a refresh token of ours belongs to, by its MAC alone: whether the token is good
/// for anything is not asked.
pub fn family_of(authority: &Authority, text: &str) -> Option<FamilyId> {
    RefreshToken::open(authority.keys(), text)
        .ok()
        .map(|token| token.family_id)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::OsRandomness;

    fn keys() -> MasterKeys {
        MasterKeys::parse(&MasterKeys::generate(&OsRandomness)).unwrap()
    }

    fn token(generation: u32) -> RefreshToken {
        RefreshToken {
            family_id: FamilyId::from_uuid(Uuid::from_u128(7)),
            generation,
            nonce: [9; 16],
        }
    }

    #[test]
    fn a_token_reads_back_and_derives_to_the_same_text() {
        let keys = keys();
        let text = token(3).seal(&keys, keys.current_id());
        assert_eq!(text.len(), LENGTH);
        assert_eq!(RefreshToken::open(&keys, &text), Ok(token(3)));
        assert_eq!(token(3).seal(&keys, keys.current_id()), text);
        assert!(!format!("{:?}", token(3)).contains('9'));
    }

    #[test]
    fn i05_no_other_key_opens_or_makes_it() {
        let (ours, theirs) = (keys(), keys());
        let text = token(3).seal(&ours, ours.current_id());
        assert_eq!(
            RefreshToken::open(&theirs, &text),
            Err(TokenError::UnknownKey)
        );
    }

    #[test]
    fn a_token_under_a_key_that_left_the_list_is_told_apart_from_a_forged_one() {
        let old = MasterKeys::generate(&OsRandomness);
        let new = MasterKeys::generate(&OsRandomness);
        let before = MasterKeys::parse(&old).unwrap();
        let between = MasterKeys::parse(&format!("{},{}", *new, *old)).unwrap();
        let after = MasterKeys::parse(&new).unwrap();
        let text = token(1).seal(&before, before.current_id());
        assert_eq!(RefreshToken::open(&between, &text), Ok(token(1)));
        assert_eq!(
            RefreshToken::open(&after, &text),
            Err(TokenError::UnknownKey)
        );
        // Derived again after the key has gone, it is under the current one.
        let again = token(1).seal(&after, before.current_id());
        assert_eq!(RefreshToken::open(&after, &again), Ok(token(1)));
    }

    proptest! {
        #[test]
        fn i05_a_token_with_one_character_changed_is_refused(
            position in 0..LENGTH,
            letter in proptest::char::any(),
        ) {
            let keys = keys();
            let text = token(3).seal(&keys, keys.current_id());
            let mut changed: Vec<char> = text.chars().collect();
            prop_assume!(changed[position] != letter);
            changed[position] = letter;
            let changed: String = changed.into_iter().collect();
            prop_assert!(RefreshToken::open(&keys, &changed).is_err());
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,200}") {
            prop_assert!(RefreshToken::open(&keys(), &text).is_err());
            let marked = format!("lkr_{text}");
            prop_assert!(RefreshToken::open(&keys(), &marked).is_err());
        }
    }
}
