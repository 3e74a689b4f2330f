//! What is over or has changed, by id, as far as a token or a cached copy could still say
//! otherwise.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use papaya::HashMap;
use uuid::Uuid;

/// What a signal says of one id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A session is over.
    SessionEnded,
    /// A refresh family is over, and its access tokens with it.
    FamilyEnded,
    /// A session's cookie changed.
    SessionChanged,
    /// A user's role, state, name or password changed.
    UserChanged,
    /// The signing keys changed. Its id is nil.
    KeysChanged,
}

impl Change {
    const ALL: [Self; 5] = [
        Self::SessionEnded,
        Self::FamilyEnded,
        Self::SessionChanged,
        Self::UserChanged,
        Self::KeysChanged,
    ];

    /// Whether it is for good.
    pub fn is_end(self) -> bool {
        match self {
            Self::SessionEnded | Self::FamilyEnded => true,
            Self::SessionChanged | Self::UserChanged | Self::KeysChanged => false,
        }
    }
}

/// What is known of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// It is over, whatever a copy of its row says.
    pub is_ended: bool,
    /// The number of the last signal about it; 0 where none is remembered.
    pub signal: u64,
}

/// Sixteen bytes beside the id: a million ids are to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    /// The number of the signal, and below it the change.
    packed: u64,
    /// Seconds of the boot-time clock at which it was applied.
    at: u32,
}

const CHANGE_BITS: u32 = 3;

impl Told {
    fn new(signal: u64, change: Change, at: u32) -> Self {
        let code = Change::ALL
            .iter()
            .position(|known| *known == change)
            .unwrap_or_default();
        Self {
            packed: (signal << CHANGE_BITS) | code as u64,
            at,
        }
    }

    fn signal(self) -> u64 {
        self.packed >> CHANGE_BITS
    }

    fn change(self) -> Change {
        let code = usize::try_from(self.packed & ((1 << CHANGE_BITS) - 1)).unwrap_or_default();
        Change::ALL[code % Change::ALL.len()]
    }

    /// The two together: the later number, and an end stays an end.
    fn and(self, other: Self) -> Self {
        let (earlier, later) = if self.signal() <= other.signal() {
            (self, other)
        } else {
            (other, self)
        };
        let change = if earlier.change().is_end() {
            earlier.change()
        } else {
            later.change()
        };
        Self::new(later.signal(), change, self.at.max(other.at))
    }
}

/// The index. Readers take no lock that a writer could hold against them.
#[derive(Debug, Default)]
pub(super) struct Index {
    told: HashMap<Uuid, Told>,
    applied: AtomicU64,
    /// What was read before this many signals had been applied is read again.
    floor: AtomicU64,
}

impl Index {
    /// Signals applied so far.
    pub(super) fn applied(&self) -> u64 {
        self.applied.load(Ordering::Acquire)
    }

    /// Applies a change; returns its number. One at a time: see [`super::recent`].
    pub(super) fn tell(&self, id: Uuid, change: Change, at: Duration) -> u64 {
        // Before it can be found: what is read from here on is read after the commit, and so
        // knows of it.
        let signal = self.applied.fetch_add(1, Ordering::AcqRel) + 1;
        if change != Change::KeysChanged {
            let told = Told::new(signal, change, seconds(at));
            self.told
                .pin()
                .update_or_insert(id, |known| known.and(told), told);
        }
        signal
    }

    /// What is known of an id. Everything read before a doubt was raised counts as told of.
    pub(super) fn standing(&self, id: Uuid) -> Standing {
        let floor = self.floor.load(Ordering::Acquire);
        let told = self.told.pin().get(&id).copied();
        told.map_or(
            Standing {
                is_ended: false,
                signal: floor,
            },
            |told| Standing {
                is_ended: told.change().is_end(),
                signal: told.signal().max(floor),
            },
        )
    }

    /// Has every copy read again: the feed was interrupted, or says what this program does not
    /// understand.
    pub(super) fn doubt_everything(&self) {
        let signal = self.applied.fetch_add(1, Ordering::AcqRel) + 1;
        self.floor.fetch_max(signal, Ordering::AcqRel);
    }

    /// Forgets what was applied before an instant.
    pub(super) fn forget_before(&self, before: Duration) {
        let before = seconds(before);
        self.told.pin().retain(|_, told| told.at >= before);
    }

    /// How many ids are remembered.
    pub(super) fn len(&self) -> usize {
        self.told.len()
    }

    /// Up to `limit` of what has a number above `after` and at most `until`, in the order of numbers;
    /// and whether that was all. What is told while this looks has a number above `until`: it may be
    /// seen or missed, and so is left for the next time.
    pub(super) fn told_between(
        &self,
        after: u64,
        until: u64,
        limit: usize,
    ) -> (Vec<(u64, Uuid, Change)>, bool) {
        let mut found: Vec<_> = self
            .told
            .pin()
            .iter()
            .filter(|(_, told)| told.signal() > after && told.signal() <= until)
            .map(|(id, told)| (told.signal(), *id, told.change()))
            .collect();
        let is_all = found.len() <= limit;
        if !is_all {
            found.select_nth_unstable_by_key(limit, |(signal, ..)| *signal);
            found.truncate(limit);
        }
        found.sort_unstable_by_key(|(signal, ..)| *signal);
        (found, is_all)
    }
}

fn seconds(at: Duration) -> u32 {
    u32::try_from(at.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn i02_an_end_stays_an_end_whatever_is_told_afterwards() {
        let index = Index::default();
        index.tell(id(1), Change::SessionEnded, NOW);
        index.tell(id(1), Change::SessionChanged, NOW);
        let standing = index.standing(id(1));
        assert!(standing.is_ended);
        assert_eq!(standing.signal, 2);
        assert!(!index.standing(id(2)).is_ended);
    }

    #[test]
    fn i02_what_was_read_before_a_doubt_is_told_of() {
        let index = Index::default();
        let read_at = index.applied();
        assert!(index.standing(id(1)).signal <= read_at);
        index.doubt_everything();
        assert!(index.standing(id(1)).signal > read_at);
        assert!(index.standing(id(1)).signal <= index.applied());
    }

    #[test]
    fn what_nothing_can_outlive_is_forgotten() {
        let index = Index::default();
        index.tell(id(1), Change::FamilyEnded, NOW);
        index.tell(id(2), Change::FamilyEnded, NOW + Duration::from_secs(5));
        index.forget_before(NOW + Duration::from_secs(1));
        assert_eq!(index.len(), 1);
        assert!(!index.standing(id(1)).is_ended);
        assert!(index.standing(id(2)).is_ended);
    }

    #[test]
    fn pages_of_what_was_told_miss_nothing() {
        let index = Index::default();
        for number in 1..=25 {
            index.tell(id(number), Change::SessionEnded, NOW);
        }
        let mut after = 0;
        let mut seen = Vec::new();
        loop {
            let (page, is_all) = index.told_between(after, u64::MAX, 10);
            assert!(page.len() <= 10);
            seen.extend(page.iter().map(|(_, id, _)| *id));
            if is_all {
                break;
            }
            after = page.last().map(|(signal, ..)| *signal).unwrap();
        }
        assert_eq!(seen, (1..=25).map(id).collect::<Vec<_>>());
        let (until, is_all) = index.told_between(0, 7, 10);
        assert!(is_all && until.len() == 7);
    }
}
