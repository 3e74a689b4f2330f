//! Refresh families: how a presented token is judged, what ends one, what it leaves behind.

mod attacks;
mod crash;
mod ends;
mod lost_timeline;
mod model;
mod receipts;
mod rules;
mod statements;
mod storm;
pub(crate) mod support;
mod thief;
