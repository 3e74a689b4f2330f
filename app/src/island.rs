//! What moves in the browser. Every page works without it.
//!
//! Islands are given what they need as props or read it from the document: what `render` provides
//! for the page does not reach them.

mod live_tallies;
mod local_times;

pub use live_tallies::{LiveTallies, Tallies};
#[cfg(feature = "ssr")]
pub(crate) use local_times::LocalTimes;
