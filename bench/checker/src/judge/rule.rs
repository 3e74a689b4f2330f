//! The rules.

use crate::history::{Check, Credential, Node};

/// A rule that a history may break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// Sent later than the bound after the acknowledgement of the end, and accepted.
    Late,
    /// The same at the node that had acknowledged it, which has no bound.
    OwnNode,
    /// A change, sent after the acknowledgement of the end, and done by any node.
    Minted,
    /// Refused once after an end was asked for, and accepted later than the bound after that.
    TakenBack,
    /// Accepted by a node that for longer than the bound could hear of nothing.
    Deaf,
    /// Good, and refused.
    Refused,
    /// Never issued, and accepted.
    NeverIssued,
    /// No answer, or 503, where no fault is an excuse.
    Unavailable,
    /// 503 that does not say when to come again.
    NoRetryAfter,
    /// A status that is no answer to the question.
    Unexpected,
    /// At the end a node was not heard on it: nothing shows that it stands as it should.
    Unproved,
}

impl Rule {
    /// All of them.
    pub(crate) const ALL: [Self; 11] = [
        Self::Late,
        Self::OwnNode,
        Self::Minted,
        Self::TakenBack,
        Self::Deaf,
        Self::Refused,
        Self::NeverIssued,
        Self::Unavailable,
        Self::NoRetryAfter,
        Self::Unexpected,
        Self::Unproved,
    ];

    /// Its name, for scripts.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::OwnNode => "own-node",
            Self::Minted => "minted",
            Self::TakenBack => "taken-back",
            Self::Deaf => "deaf",
            Self::Refused => "refused",
            Self::NeverIssued => "never-issued",
            Self::Unavailable => "unavailable",
            Self::NoRetryAfter => "no-retry-after",
            Self::Unexpected => "unexpected",
            Self::Unproved => "unproved",
        }
    }

    /// What it means that it was broken.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Late => "accepted later than the bound after its end was acknowledged",
            Self::OwnNode => "accepted by the node that had acknowledged its end",
            Self::Minted => "a change was done on it after its end was acknowledged",
            Self::TakenBack => "accepted later than the bound after it had been refused",
            Self::Deaf => "accepted by a node that could hear of nothing for longer than the bound",
            Self::Refused => "refused although it was good",
            Self::NeverIssued => "accepted although it was never issued",
            Self::Unavailable => "not answered, and no fault is an excuse",
            Self::NoRetryAfter => "503 without Retry-After",
            Self::Unexpected => "a status that is no answer",
            Self::Unproved => "a node did not say at the end how it stands",
        }
    }
}

/// A rule that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Which.
    pub(crate) rule: Rule,
    /// On which credential.
    pub(crate) credential: Credential,
    /// By which node.
    pub(crate) node: Node,
    /// The first request that shows it; none where it is one that is missing.
    pub(crate) check: Option<Check>,
    /// So many requests show it.
    pub(crate) times: usize,
}
