//! Nodes: which processes follow the signals, and by when each had applied one.
//!
//! Each run of the program is a node. It writes a heartbeat with the position up to where it has
//! applied the signals ([`Node::beat`]), and says goodbye when it stops. Others read what it wrote
//! ([`list`], [`revocations`]); no request is decided by it. The rules:
//!
//! - **A receipt is an upper bound.** A position says that everything which it contains was applied
//!   by then, perhaps sooner. A signal's time is when its transaction began, so that the gap between
//!   the two is no shorter than what it stands for.
//! - **A node that cannot reach the database cannot beat, and cannot poll**: it refuses everybody
//!   once what it knows is older than its bound. So silence has a time from which on it is harmless.
//! - **A heartbeat that fails is a warning.** Nothing waits for it.

mod beat;
mod list;
mod receipt;
mod sweep;

use std::time::Duration;

pub use self::{
    beat::Node,
    list::{NodeRow, NodeState, list},
    receipt::{Receipt, Reception, Revocation, revocations},
    sweep::sweep,
};
use crate::Authority;

/// A node beats at least so often where several share a database.
const BEAT_POSTGRES: Duration = Duration::from_secs(1);

/// The same where there is one on a file: each beat is a write to the disk, and nobody else waits
/// for it.
const BEAT_SQLITE: Duration = Duration::from_secs(10);

/// A node that missed so many beats is silent.
const MISSED_BEATS: u32 = 5;

/// One that was silent for so long is gone: it was taken away or has crashed, and no news is no
/// alarm any more.
const GONE_AFTER: Duration = Duration::from_hours(1);

/// Nodes that stopped, or fell silent, are forgotten after this.
const KEPT: Duration = Duration::from_hours(24);

/// So many nodes are looked at, those that run first: a crash in a loop makes one each time.
const LIMIT: u64 = 100;

/// How often nodes of this installation beat.
fn period(authority: &Authority) -> Duration {
    if authority.is_sqlite() {
        BEAT_SQLITE
    } else {
        BEAT_POSTGRES
    }
}
