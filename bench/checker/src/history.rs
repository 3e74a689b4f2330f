//! What happened: every request with the instant before its first byte was sent and the instant
//! when its whole reply had come, and what was done to nodes and database meanwhile.
//!
//! Instants are nanoseconds since the history began. A history says nothing of why; the judge
//! alone decides what it means.

use serde::{Deserialize, Serialize};

use crate::clock::Nanos;

/// The number of a credential, counted from 0.
pub(crate) type Credential = u32;

/// The number of a node, counted from 0.
pub(crate) type Node = u8;

/// What a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A browser's session, by its cookie.
    Session,
    /// A refresh family, by its access tokens and its refresh token.
    Family,
    /// A user's right to administer, from one promotion to the next demotion.
    Right,
    /// Something that looks like a credential and was never issued.
    Forged,
}

impl Kind {
    /// Its name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Family => "family",
            Self::Right => "right",
            Self::Forged => "forged",
        }
    }
}

/// A credential, and since when every node must accept it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Issue {
    /// Its number.
    pub(crate) credential: Credential,
    /// What it is.
    pub(crate) kind: Kind,
    /// Whose it is.
    pub(crate) user: String,
    /// Which node issued it.
    pub(crate) node: Node,
    /// From then on it must be accepted everywhere.
    pub(crate) valid_from: Nanos,
}

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asked {
    /// To read: what a node may answer from memory.
    Read,
    /// To create or change a credential, or somebody's standing: what a node must look up again.
    Mint,
}

/// A request on a credential, and its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "CheckLine", from = "CheckLine")]
pub(crate) struct Check {
    /// Before its first byte was sent.
    pub(crate) sent: Nanos,
    /// When the whole reply had come, or it was given up.
    pub(crate) received: Nanos,
    /// On which credential.
    pub(crate) credential: Credential,
    /// The status; 0 where no reply came.
    pub(crate) status: u16,
    /// At which node.
    pub(crate) node: Node,
    /// What it asked for.
    pub(crate) asked: Asked,
    /// Whether the reply said when to come again.
    pub(crate) retry_after: bool,
}

/// A check as one short line of a file: most of a history is checks.
type CheckLine = (Nanos, Nanos, Credential, u16, Node, Asked, bool);

impl From<Check> for CheckLine {
    fn from(check: Check) -> Self {
        (
            check.sent,
            check.received,
            check.credential,
            check.status,
            check.node,
            check.asked,
            check.retry_after,
        )
    }
}

impl From<CheckLine> for Check {
    fn from(line: CheckLine) -> Self {
        let (sent, received, credential, status, node, asked, retry_after) = line;
        Self {
            sent,
            received,
            credential,
            status,
            node,
            asked,
            retry_after,
        }
    }
}

/// A request that ends a credential. One that ends several stands there once for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    /// Which.
    pub(crate) credential: Credential,
    /// By which road.
    pub(crate) road: String,
    /// Through which node; none where it was written into the database beside all of them.
    pub(crate) node: Option<Node>,
    /// Before its first byte was sent.
    pub(crate) sent: Nanos,
    /// When the whole reply had come.
    pub(crate) received: Nanos,
    /// Whether the reply said that it was done. Without that, it may have been done or not.
    pub(crate) acknowledged: bool,
}

/// Something that was done to a node or to the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fault {
    /// What.
    pub(crate) name: String,
    /// To which node; none where all of them feel it.
    pub(crate) node: Option<Node>,
    /// Since when.
    pub(crate) from: Nanos,
    /// Until when: the node runs again, the database takes connections again.
    pub(crate) until: Nanos,
    /// Whether a node may be unable to answer.
    pub(crate) excuses: bool,
    /// Whether a node cannot hear of anything in that time, so that it must not answer either.
    pub(crate) deafens: bool,
}

impl Fault {
    /// Whether a node feels it.
    pub(crate) fn is_at(&self, node: Node) -> bool {
        self.node.is_none_or(|at| at == node)
    }
}

/// How a history came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setting {
    /// So many nodes.
    pub(crate) nodes: Node,
    /// So long after an acknowledgement a node may still accept.
    pub(crate) bound: Nanos,
    /// So long after a fault everything must work again.
    pub(crate) recovery: Nanos,
    /// What chance began with.
    pub(crate) seed: u64,
    /// The machine and the programs, for whoever reads the figures.
    pub(crate) conditions: String,
}

/// Everything that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct History {
    /// How it came about.
    pub(crate) setting: Setting,
    /// The credentials, in the order of their numbers.
    pub(crate) issues: Vec<Issue>,
    /// The requests on them.
    pub(crate) checks: Vec<Check>,
    /// The requests that ended them.
    pub(crate) ends: Vec<End>,
    /// What was done to nodes and database.
    pub(crate) faults: Vec<Fault>,
    /// Since when everything stands still, and each credential is asked for once more at every
    /// node; none where the run was broken off.
    pub(crate) settled: Option<Nanos>,
}

impl History {
    /// One in which nothing has happened yet.
    pub(crate) fn new(setting: Setting) -> Self {
        Self {
            setting,
            issues: Vec::new(),
            checks: Vec::new(),
            ends: Vec::new(),
            faults: Vec::new(),
            settled: None,
        }
    }
}
