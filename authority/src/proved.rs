//! [`Proved`]: how somebody showed who they are, and when.

use latchkey_types::{IdentityId, SignInMethod, UnixMillis};

/// The proof of identity that opens a session or a refresh family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proved {
    /// How.
    pub method: SignInMethod,
    /// Through which connection to a provider, where through one: what a provider takes back ends
    /// what it opened.
    pub identity_id: Option<IdentityId>,
    /// When, where that is not now: a provider may take the word of a sign-in of its own that
    /// lies hours back (`auth_time`, OpenID Connect Core §2).
    pub at: Option<UnixMillis>,
}

impl Proved {
    /// When the proof was given, for something that opens at `now`.
    pub(crate) fn instant(self, now: UnixMillis) -> UnixMillis {
        // Nothing was proved in the future, whatever the provider's clock says.
        self.at.map_or(now, |at| at.min(now))
    }
}

impl From<SignInMethod> for Proved {
    fn from(method: SignInMethod) -> Self {
        Self {
            method,
            identity_id: None,
            at: None,
        }
    }
}
