//! How long an end takes to be felt.

use super::Case;
use crate::{
    clock::{Nanos, SECOND},
    history::{Asked, Check, End, Kind, Node},
};

/// Requests that were further apart than this tell nothing.
const COARSE: Nanos = SECOND;

/// How long after its acknowledgement an end was felt at a node. The truth lies between the last
/// request that was accepted and the next one, which was not: so far apart were they.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lag {
    /// What ended.
    pub(crate) kind: Kind,
    /// By which road.
    pub(crate) road: String,
    /// Whether the node is the one that acknowledged.
    pub(crate) is_own: bool,
    /// The fault that was near, if any was.
    pub(crate) near: Option<String>,
    /// From the acknowledgement to the last request that was accepted; 0 where none was.
    pub(crate) seen: Nanos,
    /// From the acknowledgement to the first request after that one: it was not accepted.
    pub(crate) at_most: Nanos,
    /// How long the request took, from the first byte sent to the acknowledgement.
    pub(crate) took: Nanos,
}

impl Case<'_> {
    /// `None` where nobody asked that node in time to tell.
    pub(super) fn lag(&self, end: &End, node: Node) -> Option<Lag> {
        let acknowledged = end.received;
        let after = |check: &&Check| {
            check.node == node && check.asked == Asked::Read && check.sent > acknowledged
        };
        let last_accepted = self
            .checks
            .iter()
            .filter(after)
            .rev()
            .find(|check| check.is_accepted())
            .map_or(acknowledged, |check| check.sent);
        let next = self
            .checks
            .iter()
            .filter(after)
            .find(|check| check.sent > last_accepted)?;
        if next.sent - last_accepted > COARSE {
            return None;
        }
        let bound = self.history.setting.bound;
        let near = self.history.faults.iter().find(|fault| {
            fault.is_at(node)
                && fault.from < acknowledged + bound
                && fault.until + self.history.setting.recovery > end.sent
        });
        Some(Lag {
            kind: self.issue.kind,
            road: end.road.clone(),
            is_own: end.node == Some(node),
            near: near.map(|fault| fault.name.clone()),
            seen: last_accepted - acknowledged,
            at_most: next.sent - acknowledged,
            took: end.received.saturating_sub(end.sent),
        })
    }
}
