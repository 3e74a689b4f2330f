//! The cookie by which a device is known after a sign-in.
//!
//! It grants nothing: it only lets its owner try again while strangers guess at the account. Set
//! at success, bound to the user by a MAC.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderValue;
use latchkey_authority::{
    master_key::{MasterKeys, Purpose},
    random::Randomness,
};
use latchkey_types::UserId;
use uuid::Uuid;

use crate::visit::Visit;

/// How long a device is remembered.
const LIFETIME: Duration = Duration::from_hours(365 * 24);

const ID: usize = 16;

/// A device that signed in as a user before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownDevice {
    /// Tells devices apart, for a budget of their own.
    pub(crate) id: [u8; ID],
    /// Who signed in.
    pub(crate) user_id: UserId,
}

impl KnownDevice {
    pub(crate) fn new(random: &dyn Randomness, user_id: UserId) -> Self {
        Self {
            id: random.bytes(),
            user_id,
        }
    }

    /// The cookie's value.
    pub(crate) fn seal(&self, keys: &MasterKeys) -> String {
        let user = self.user_id.as_uuid();
        let tag = keys.mac(Purpose::Device, &[&self.id, user.as_bytes()]);
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(user.as_bytes());
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cookie's value; `None` if it is not one of ours.
    pub(crate) fn open(keys: &MasterKeys, text: &str) -> Option<Self> {
        let mut bytes = [0; 64];
        if text.len() != 86 || URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) != Ok(64) {
            return None;
        }
        let (id, rest) = bytes.split_first_chunk::<ID>()?;
        let (user, tag) = rest.split_first_chunk::<16>()?;
        keys.verify(Purpose::Device, &[id, user], tag)
            .then(|| Self {
                id: *id,
                user_id: UserId::from_uuid(Uuid::from_bytes(*user)),
            })
    }
}

/// The cookie by which this browser is known from now on.
pub(crate) fn remember(visit: &Visit, user_id: UserId) -> HeaderValue {
    let authority = visit.state().authority();
    let names = visit.state().cookie_names();
    let known = visit
        .device()
        .filter(|device| device.user_id == user_id)
        .unwrap_or_else(|| KnownDevice::new(authority.random(), user_id));
    names.write(names.device, known.seal(authority.keys()), Some(LIFETIME))
}

#[cfg(test)]
mod tests {
    use latchkey_authority::random::OsRandomness;

    use super::*;

    #[test]
    fn a_device_reads_back_and_a_forged_one_does_not() {
        let keys = MasterKeys::parse(&MasterKeys::generate(&OsRandomness)).unwrap();
        let user_id = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let device = KnownDevice::new(&OsRandomness, user_id);
        let sealed = device.seal(&keys);
        assert_eq!(KnownDevice::open(&keys, &sealed), Some(device));
        let mut forged = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        forged[20] ^= 1;
        assert_eq!(
            KnownDevice::open(&keys, &URL_SAFE_NO_PAD.encode(forged)),
            None
        );
        assert_eq!(KnownDevice::open(&keys, "x"), None);
    }
}
