//! What pages show of refresh families, which they call API sign-ins.

use latchkey_types::{
    FamilyEndReason, FamilyId, RefreshOutcome, SignInMethod, Transport, UnixMillis,
};

use super::sessions::UserLink;

/// One API sign-in as every list shows it.
#[derive(Debug, Clone)]
pub struct FamilyItem {
    /// Its id.
    pub family_id: FamilyId,
    /// Whose it is. Not shown on the account page.
    pub user: UserLink,
    /// The client's name; empty for the front door, which has none.
    pub client: String,
    /// With what it was opened.
    pub agent: AgentItem,
    /// Where it was opened.
    pub address: String,
    /// The network of that address, e.g. `192.0.2.0/24`.
    pub network: String,
    /// Where it was last used.
    pub last_address: String,
    /// How its tokens travel.
    pub transport: Transport,
    /// How its user signed in.
    pub method: SignInMethod,
    /// When it was opened.
    pub created_at: UnixMillis,
    /// Which generation of its refresh token is current; 0 is the first one.
    pub generation: u64,
    /// What last happened to it.
    pub last_event: RefreshOutcome,
    /// When.
    pub last_event_at: UnixMillis,
    /// Until when its current refresh token is good.
    pub expires_at: UnixMillis,
    /// When it ends at the latest.
    pub ends_at: UnixMillis,
    /// Why, when and by whom it ended.
    pub ended: Option<FamilyEnd>,
}

/// How an API sign-in ended.
#[derive(Debug, Clone)]
pub struct FamilyEnd {
    /// When.
    pub at: UnixMillis,
    /// Why.
    pub reason: FamilyEndReason,
    /// By whom, if somebody did.
    pub by: Option<UserLink>,
}

/// With what somebody came, as far as it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentItem {
    /// `Firefox`, `curl`; empty where not understood.
    pub browser: String,
    /// `Windows 10`; empty where not understood.
    pub system: String,
    /// `desktop`, `phone`, …; empty where not understood.
    pub device: String,
    /// The whole user agent.
    pub user_agent: String,
}

/// A refresh token seen somewhere: when, from where, with what.
#[derive(Debug, Clone)]
pub struct SightItem {
    /// When.
    pub at: UnixMillis,
    /// From which address.
    pub address: String,
    /// The network of that address.
    pub network: String,
    /// With what.
    pub agent: AgentItem,
}

/// One generation of a refresh token.
#[derive(Debug, Clone)]
pub struct GenerationItem {
    /// Which.
    pub generation: u64,
    /// Which one was presented to get it; none for the first.
    pub from: Option<u64>,
    /// How that was judged.
    pub outcome: RefreshOutcome,
    /// Who got it: when, where, with what.
    pub made: SightItem,
    /// When it gave way or ended; `None` while it is current.
    pub until: Option<UnixMillis>,
    /// How often the token that it came of was presented again and excused.
    pub retries: u64,
    /// When that was last.
    pub retried_at: Option<UnixMillis>,
    /// Whether the family moved past it without its having been seen.
    pub superseded: bool,
    /// Since when it is known that somebody received it.
    pub received_at: Option<UnixMillis>,
}

/// All live API sign-ins of one user, for ending them together.
#[derive(Debug, Clone)]
pub struct FamiliesOfUser {
    /// Whose.
    pub user: UserLink,
    /// How many are live.
    pub live: crate::Tally,
    /// What they are, the most frequent first: a name and how many.
    pub kinds: Vec<(String, u64)>,
}
