//! What a node is asked next. A credential whose end was requested is asked for again and again,
//! densely at first; what capacity is left goes to the others.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{
    clock::{MILLISECOND, Nanos, SECOND},
    history::Credential,
};

/// So long after its acknowledgement an end is probed densely.
const DENSE: Nanos = 300 * MILLISECOND;

/// So long in all.
pub(crate) const PROBED: Nanos = 3 * SECOND;

/// The gaps between probes at one node.
const DENSE_GAP: Nanos = MILLISECOND;
const WIDE_GAP: Nanos = 25 * MILLISECOND;

/// Nobody probes longer for an acknowledgement that does not come.
const UNANSWERED: Nanos = 20 * SECOND;

/// One request of so many is kept for credentials that do not end.
const OTHERS: u32 = 4;

/// The pace and the probes of one node.
#[derive(Debug)]
pub(crate) struct Plan {
    gap: Nanos,
    next: Nanos,
    turn: u32,
    probes: BinaryHeap<Reverse<(Nanos, Credential)>>,
}

impl Plan {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a gap of whole nanoseconds, and no rate is negative"
    )]
    pub(crate) fn new(rate: f64) -> Self {
        Self {
            gap: (1e9 / rate.max(1.0)) as Nanos,
            next: 0,
            turn: 0,
            probes: BinaryHeap::new(),
        }
    }

    /// When the next request may go. What could not be sent in time is made up for, as far as a
    /// tenth of a second.
    pub(crate) fn slot(&mut self, now: Nanos) -> Nanos {
        let earliest = now.saturating_sub(SECOND / 10);
        self.next = (self.next + self.gap).max(earliest);
        self.next
    }

    /// From `at` on a credential is probed.
    pub(crate) fn probe(&mut self, credential: Credential, at: Nanos) {
        self.probes.push(Reverse((at, credential)));
    }

    /// Which credential is due, unless it is the turn of the others.
    pub(crate) fn due(&mut self, now: Nanos) -> Option<Credential> {
        self.turn = (self.turn + 1) % OTHERS;
        if self.turn == 0 || self.probes.peek()?.0.0 > now {
            return None;
        }
        self.probes.pop().map(|Reverse((_, credential))| credential)
    }

    /// Puts a credential back, if it is still to be probed. `requested` and `acknowledged` are those
    /// of its end.
    pub(crate) fn again(
        &mut self,
        credential: Credential,
        now: Nanos,
        requested: Nanos,
        acknowledged: Option<Nanos>,
    ) {
        let gap = match acknowledged {
            None if now > requested + UNANSWERED => return,
            Some(at) if now > at + PROBED => return,
            Some(at) if now > at + DENSE => WIDE_GAP,
            None | Some(_) => DENSE_GAP,
        };
        self.probe(credential, now + gap);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_probed_densely_and_then_now_and_then() {
        let mut plan = Plan::new(1_000.0);
        plan.again(7, 0, 0, None);
        let Some(Reverse((first, 7))) = plan.probes.pop() else {
            panic!("it is probed");
        };
        assert_eq!(first, DENSE_GAP);
        plan.again(7, DENSE + 2, 0, Some(1));
        assert_eq!(plan.probes.pop(), Some(Reverse((DENSE + 2 + WIDE_GAP, 7))));
        plan.again(7, PROBED + 2, 0, Some(1));
        assert_eq!(plan.probes.pop(), None);
    }

    #[test]
    fn probes_leave_room_for_others() {
        let mut plan = Plan::new(1_000.0);
        let mut probed = 0;
        for now in 0..100 {
            plan.probe(1, 0);
            probed += u32::from(plan.due(now).is_some());
        }
        assert_eq!(probed, 75);
    }

    #[test]
    fn the_pace_makes_up_for_a_while_and_no_longer() {
        let mut plan = Plan::new(1_000.0);
        let late = 10 * SECOND;
        assert_eq!(plan.slot(late), late - SECOND / 10);
        assert_eq!(plan.slot(late), late - SECOND / 10 + MILLISECOND);
    }
}
