//! What pages show of incidents, which they call threats.

use latchkey_types::{FamilyId, IncidentClass, IncidentId, UnixMillis, Verdict};

use super::{families::SightItem, sessions::UserLink};

/// One incident as every list shows it.
#[derive(Debug, Clone)]
pub struct IncidentItem {
    /// Its id.
    pub incident_id: IncidentId,
    /// Which API sign-in it is about.
    pub family_id: FamilyId,
    /// Whose that is.
    pub user: UserLink,
    /// What kind it is.
    pub class: IncidentClass,
    /// What was done.
    pub answer: Answer,
    /// From the rotation to the replay.
    pub gap_ms: u64,
    /// Which generation was presented.
    pub presented: u64,
    /// Which was current then.
    pub current: u64,
    /// Who rotated.
    pub rotated: SightItem,
    /// Who presented it again: this is when the incident was.
    pub replayed: SightItem,
    /// Whether no administrator has opened it yet.
    pub unread: bool,
    /// What an administrator found it to be.
    pub verdict: Option<VerdictItem>,
    /// How often a token of the family was presented afterwards.
    pub sightings: u64,
}

/// What was done about an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The API sign-in was ended.
    Ended,
    /// Nothing: it was answered and noted.
    Noted,
}

/// What an administrator found an incident to be.
#[derive(Debug, Clone)]
pub struct VerdictItem {
    /// What.
    pub verdict: Verdict,
    /// Who found so.
    pub by: Option<UserLink>,
    /// When.
    pub at: UnixMillis,
    /// What they wrote.
    pub note: String,
}

/// A token of an ended family, presented once more.
#[derive(Debug, Clone)]
pub struct SightingItem {
    /// Which generation.
    pub generation: u64,
    /// When, from where, with what.
    pub sight: SightItem,
}

/// How many incidents there were of one class.
#[derive(Debug, Clone, Copy)]
pub struct ClassCount {
    /// The class.
    pub class: IncidentClass,
    /// How many.
    pub all: crate::Tally,
    /// How many of them were found to be what they say.
    pub confirmed: crate::Tally,
    /// How many of them were found to be false alarms.
    pub false_alarms: crate::Tally,
}

/// The incidents of one week.
#[derive(Debug, Clone, Copy)]
pub struct WeekItem {
    /// When the week began.
    pub from: UnixMillis,
    /// Incidents that nobody has judged.
    pub unjudged: u64,
    /// Confirmed ones.
    pub confirmed: u64,
    /// False alarms.
    pub false_alarms: u64,
}

impl WeekItem {
    /// All of them.
    pub fn all(self) -> u64 {
        self.unjudged + self.confirmed + self.false_alarms
    }

    /// How many of a hundred that were judged were false alarms; none where none was judged.
    pub fn share(self) -> Option<u64> {
        share(self.confirmed, self.false_alarms)
    }
}

/// How many of a hundred that were judged were false alarms; none where none was judged.
pub(crate) fn share(confirmed: u64, false_alarms: u64) -> Option<u64> {
    (false_alarms * 100).checked_div(confirmed + false_alarms)
}
