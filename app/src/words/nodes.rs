//! What the page of the nodes says.

use super::phrase::counted;

pub(crate) const TITLE: &str = "Nodes";
pub(crate) const ABOUT_ONE: &str = "The process that serves this database. It hears of every end at once, of those by the command line too.";
pub(crate) const ABOUT_MANY: &str = "The processes that serve this database together. Each hears of every end within its bound, or lets nobody in.";
pub(crate) const NONE: &str = "No node has been heard of";
pub(crate) const NONE_TEXT: &str = "Each writes a heartbeat from its first second on.";

// Banners, after who it is about.
pub(crate) const BEHIND_TEXT: &str = ", and refuses everybody until the signals are read again. Its log says why they are not: look whether the database answers there, and whether the address of the feed leads to the primary.";
pub(crate) const SILENT_TEXT: &str = ". Cut off from the database, a node lets nobody in. If it was taken away or has crashed, nothing is to be done: after an hour it counts as gone. Otherwise look whether it runs, and whether it reaches the database.";

// The table.
pub(crate) const NODE: &str = "Node";
pub(crate) const STARTED: &str = "Started";
pub(crate) const LAST_BEAT: &str = "Last beat";
pub(crate) const LAG: &str = "Lag";
pub(crate) const HEARS_BY: &str = "Hears by";
pub(crate) const SIGNALS_APPLIED: &str = "Signals applied";
pub(crate) const POLLS: &str = "Polls";
pub(crate) const HINTS_AND_POLLS: &str = "Hints and polls";
pub(crate) const POLLS_ONLY: &str = "Polls only";
/// Before the time since when.
pub(crate) const LETS_NOBODY_IN: &str = "lets nobody in since ";

// How a node is.
pub(crate) const FRESH: &str = "Fresh";
pub(crate) const BEHIND: &str = "Behind";
pub(crate) const SILENT: &str = "Silent";
pub(crate) const GONE: &str = "Gone";
pub(crate) const STOPPED: &str = "Stopped";

/// Which nodes are behind.
pub(crate) fn are_behind(names: &[String]) -> String {
    are(names, "behind")
}

/// Which nodes are silent.
pub(crate) fn are_silent(names: &[String]) -> String {
    are(names, "silent")
}

fn are(names: &[String], how: &str) -> String {
    match names {
        [name] => format!("{name} is {how}"),
        names => {
            let nodes = counted(names.len() as u64, "node", "nodes");
            format!("{nodes} are {how}")
        }
    }
}

/// How old what a node knows may get.
pub(crate) fn at_most(gap: &str) -> String {
    format!("of {gap} at most")
}

/// Its release.
pub(crate) fn version(version: &str) -> String {
    format!("Version {version}")
}

/// What was revoked, and what became of it on each node.
pub(crate) mod revocations {
    use crate::words::{common, phrase::counted};

    pub(crate) const TITLE: &str = "Latest revocations";
    pub(crate) const ABOUT: &str = "What ended or changed within the last hour, and how long after it each node had applied it at the latest.";
    pub(crate) const NONE: &str = "Nothing was revoked";
    pub(crate) const NONE_TEXT: &str =
        "What ends or changes is listed here for an hour. The record has it for good.";
    pub(crate) const CAPTION: &str = "What ended or changed, newest first";
    pub(crate) const WHOSE: &str = "Whose";
    pub(crate) const ALL_NODES: &str = "All nodes";
    pub(crate) const EACH_NODE: &str = "Each node";

    // What it was.
    pub(crate) const SESSION_ENDED: &str = "Session ended";
    pub(crate) const API_SIGN_IN_ENDED: &str = "API sign-in ended";
    pub(crate) const SIGNED_OUT: &str = "Signed out";
    pub(crate) const USER_CHANGED: &str = "User changed";
    pub(crate) const USER_CHANGED_NOTE: &str = "Role, state, name or password";
    pub(crate) const KEYS_CHANGED: &str = "Signing keys changed";
    pub(crate) const UNKNOWN: &str = "From a later release";

    // What became of it on all nodes.
    pub(crate) const AWAITED_BY_SOME: &str = "Not told yet";
    pub(crate) const NONE_WAS_THERE: &str = "None was there";
    pub(crate) const NONE_LETS_IN: &str = "None lets anybody in";

    // What became of it on one.
    pub(crate) const AWAITED: &str = "not told yet";
    pub(crate) const MISSING: &str = "missing";

    /// How many of each ended together.
    pub(crate) fn several(sessions: u64, families: u64) -> String {
        let (sessions, families) = (common::sessions(sessions), common::api_sign_ins(families));
        format!("{sessions}, {families}")
    }

    /// So many nodes should have applied it by now.
    pub(crate) fn missing(nodes: u64) -> String {
        counted(nodes, "node is missing", "nodes are missing")
    }

    /// All have applied it, or refuse.
    pub(crate) fn within(gap: &str, refusing: u64) -> String {
        match refusing {
            0 => format!("Within {gap}"),
            _ => format!("Within {gap}; {}", counted(refusing, "refuses", "refuse")),
        }
    }

    /// So many knew of it when they started.
    pub(crate) fn started_later(nodes: u64) -> String {
        let nodes = counted(nodes, "node started", "nodes started");
        format!("{nodes} later, knowing it")
    }

    /// So many were gone.
    pub(crate) fn stopped_meanwhile(nodes: u64) -> String {
        let nodes = counted(nodes, "node stopped", "nodes stopped");
        format!("{nodes} meanwhile")
    }
}
