//! Incidents: refresh tokens that were used as they should not be, with both sides, so that
//! somebody can tell a theft from an honest client that misbehaved.
//!
//! An incident is raised in the transaction that ends the family (or, for `suspected`, that counts
//! the retry). It names who rotated and who replayed, how far apart, and what was done. It ends
//! nothing by itself, and no verdict brings back what has ended.

mod judge;
mod list;
mod raise;
mod tell;

pub use judge::{JudgeError, NOTE_LIMIT, judge, mark_seen};
pub use list::{
    IncidentFilter, IncidentRow, Judged, Sighting, Tally, WeekTally, list, one, sightings, tally,
    unread, weeks, window,
};
pub(crate) use raise::{NewIncident, raise, sighted};
pub use tell::{tell, untold};
