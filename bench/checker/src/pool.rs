//! Who is signed in, and who was.

use std::rc::Rc;

use crate::{
    clock::Nanos,
    history::{Credential, Kind},
    request::Proof,
};

/// How a credential stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Good, and nobody asked for its end.
    Live,
    /// Its end was asked for then.
    Ending(Nanos),
    /// Its end was asked for, and acknowledged.
    Ended(Nanos, Nanos),
    /// No longer of interest: it may be good again by another's doing.
    Left,
}

/// A credential.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) user: usize,
    pub(crate) proof: Proof,
    /// The request that checks it.
    pub(crate) check: Rc<[u8]>,
    /// A family's current refresh token.
    pub(crate) refresh: Option<String>,
    /// Its own id, once it is known.
    pub(crate) id: Option<String>,
    /// From then on its access token proves nothing.
    pub(crate) stale_at: Nanos,
    pub(crate) state: State,
    /// Whether nobody is to ask for it between its end and the bound: what a node has put into its
    /// memory just then stays there.
    pub(crate) is_quiet: bool,
    /// Whether its refresh token is on its way.
    pub(crate) is_refreshing: bool,
    /// So many requests on it are on their way.
    pub(crate) outstanding: u32,
}

impl Entry {
    /// Whether nobody is to ask for it now.
    pub(crate) fn is_left_alone(&self, now: Nanos, bound: Nanos) -> bool {
        let is_over = |at: Nanos| now >= at + bound;
        self.is_quiet
            && match self.state {
                State::Ended(_, acknowledged) => !is_over(acknowledged),
                State::Live | State::Ending(_) | State::Left => true,
            }
    }
}

/// Somebody with an account.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) id: String,
    /// Whether something is done to all that they have, or somebody signs in as them.
    pub(crate) is_busy: bool,
    /// Whether they are kept for one purpose.
    pub(crate) is_reserved: bool,
}

/// Everybody.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    pub(crate) entries: Vec<Entry>,
    pub(crate) users: Vec<User>,
    live: [Vec<Credential>; 4],
    ended: Vec<Credential>,
}

const fn place(kind: Kind) -> usize {
    match kind {
        Kind::Session => 0,
        Kind::Family => 1,
        Kind::Right => 2,
        Kind::Forged => 3,
    }
}

impl Pool {
    /// Adds a credential.
    pub(crate) fn add(&mut self, credential: Credential, entry: Entry) {
        debug_assert_eq!(self.entries.len(), credential as usize);
        self.live[place(entry.kind)].push(credential);
        self.entries.push(entry);
    }

    /// A credential by its number.
    pub(crate) fn entry(&mut self, credential: Credential) -> &mut Entry {
        &mut self.entries[credential as usize]
    }

    /// Those of a kind that are good.
    pub(crate) fn live(&self, kind: Kind) -> &[Credential] {
        &self.live[place(kind)]
    }

    /// Those whose end was asked for, and which are of interest still.
    pub(crate) fn ended(&self) -> &[Credential] {
        &self.ended
    }

    /// Those of a user that are good, of the kinds that end with one's being signed in.
    pub(crate) fn live_of(&self, user: usize) -> Vec<Credential> {
        [Kind::Session, Kind::Family]
            .iter()
            .flat_map(|kind| self.live(*kind))
            .copied()
            .filter(|credential| self.entries[*credential as usize].user == user)
            .collect()
    }

    /// Notes that the end of a credential is about to be asked for; false where it was already.
    pub(crate) fn ending(&mut self, credential: Credential, now: Nanos) -> bool {
        let entry = &mut self.entries[credential as usize];
        if entry.state != State::Live {
            return false;
        }
        entry.state = State::Ending(now);
        let kind = entry.kind;
        self.live[place(kind)].retain(|known| *known != credential);
        self.ended.push(credential);
        true
    }

    /// Notes the acknowledgement.
    pub(crate) fn ended_at(&mut self, credential: Credential, at: Nanos) {
        let entry = &mut self.entries[credential as usize];
        if let State::Ending(requested) = entry.state {
            entry.state = State::Ended(requested, at);
        }
    }

    /// Nobody asks for it any more.
    pub(crate) fn leave(&mut self, credential: Credential) {
        self.entries[credential as usize].state = State::Left;
        self.ended.retain(|known| *known != credential);
    }
}
