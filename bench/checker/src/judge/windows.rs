//! When a node had an excuse, and when it could hear of nothing.

use crate::{
    clock::Nanos,
    history::{Check, Fault, History},
};

/// For each node, spans of time.
pub(super) struct Windows {
    excuses: Vec<Vec<(Nanos, Nanos)>>,
    deaf: Vec<Vec<(Nanos, Nanos)>>,
}

impl Windows {
    pub(super) fn of(history: &History) -> Self {
        let recovery = history.setting.recovery;
        let spans = |is_meant: fn(&Fault) -> bool, more: Nanos| {
            (0..history.setting.nodes)
                .map(|node| {
                    history
                        .faults
                        .iter()
                        .filter(|fault| is_meant(fault) && fault.is_at(node))
                        .map(|fault| (fault.from, fault.until + more))
                        .collect()
                })
                .collect()
        };
        Self {
            excuses: spans(|fault| fault.excuses, recovery),
            deaf: spans(|fault| fault.deafens, 0),
        }
    }

    /// Whether a fault may be why a request was not answered.
    pub(super) fn excuse(&self, check: &Check) -> bool {
        let spans = self.excuses.get(usize::from(check.node));
        spans
            .into_iter()
            .flatten()
            .any(|(from, until)| check.received > *from && check.sent < *until)
    }

    /// Whether the node could hear of nothing for longer than `bound` before the request was sent,
    /// and still not when the reply came.
    pub(super) fn is_deaf(&self, check: &Check, bound: Nanos) -> bool {
        let spans = self.deaf.get(usize::from(check.node));
        spans
            .into_iter()
            .flatten()
            .any(|(from, until)| check.sent > from + bound && check.received < *until)
    }
}
