//! Activity: how many signed in, were refused, were there, hour by hour, for charts.
//!
//! A job ([`tend`]) counts each hour into a row of its own, so that reading a week ([`read`]) costs
//! the same however long the record is. The hour that is running is counted again each time; one
//! that was counted after its end stays as it is. Nothing is decided by any of it.

mod read;
mod tend;

use std::time::Duration;

use latchkey_types::UnixMillis;

pub use self::{
    read::{Activity, Bucket, read},
    tend::tend,
};

/// Hours are forgotten after this.
const KEPT: Duration = Duration::from_hours(90 * 24);

const HOUR: Duration = Duration::from_hours(1);

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// Sign-ins that succeeded.
    SignIns,
    /// Those that did not.
    Refused,
    /// Attempts that a limit turned away, floods included.
    Limited,
    /// Sessions that were live at the end of the hour, or when it was counted last.
    LiveSessions,
}

impl What {
    const ALL: [Self; 4] = [
        Self::SignIns,
        Self::Refused,
        Self::Limited,
        Self::LiveSessions,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIns => "sign_ins",
            Self::Refused => "refused",
            Self::Limited => "limited",
            Self::LiveSessions => "live_sessions",
        }
    }
}

/// The beginning of the hour of an instant.
fn hour_of(at: UnixMillis) -> UnixMillis {
    floor(at, HOUR)
}

/// The beginning of the piece of time of this length that an instant lies in, reckoned from 1970.
fn floor(at: UnixMillis, length: Duration) -> UnixMillis {
    let length = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
    UnixMillis(at.0.div_euclid(length) * length)
}
