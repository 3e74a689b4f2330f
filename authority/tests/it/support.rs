//! What the tests of several subjects share.

mod deed;
mod forge;
mod rows;
mod sql;
mod time;
mod together;
mod world;

pub(crate) use deed::Deed;
pub(crate) use forge::{Forge, base64, claims};
pub(crate) use rows::{RawSession, insert_sessions, scattered_id};
pub(crate) use sql::{
    SignalRow, column, count, drop_record_triggers, events, execute, id, signals, wait_for_a_lock,
};
pub(crate) use time::{MILLISECOND, just_under};
pub(crate) use together::{cut_short, together};
pub(crate) use world::World;
