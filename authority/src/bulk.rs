//! Many sessions or refresh families ended by one order: those that a filter meant when it was
//! given, or some that were ticked.
//!
//! - [`preview()`] says what an order would end;
//! - [`order`] puts it on the record and into `bulk_ends`, in one transaction, and ends nothing;
//! - [`Worker`] carries orders out, in batches, on whichever node has its hands free;
//! - [`stop`] keeps what is left of one from ending;
//! - [`list`], [`one`] and [`unfinished`] are what the console shows, [`sweep`] forgets.
//!
//! The rules:
//! - **The order is the event.** It stands on the record, with its counts, before anything ends.
//!   Batches write none of their own; each looks that the order is on the record
//!   ([`crate::AuthorityTx`] asks for it), and carries its signals.
//! - **What was made after the order is left alone**, so that whoever signs in again stays, and the
//!   work comes to an end. What was over before its turn came is skipped.
//! - **What a batch ended and how far it got commit together**, and only if no other has been there
//!   in between: nothing is done or counted twice, whoever dies where.
//! - **Whoever ordered may be demoted meanwhile**: an acknowledged order stands, as every
//!   acknowledged end does. Whoever orders or stops is looked up at that time.
//!
//! Why it is so stands in the decision on bulk ends.

mod list;
mod order;
mod preview;
mod rows;
mod scope;
mod work;

pub use self::{
    list::{BulkEndRow, list, one, sweep, unfinished},
    order::{Order, order, stop},
    preview::{Preview, preview},
    rows::Tally,
    scope::{FamilyScope, Scope, ScopeError, SessionScope},
    work::{Step, Worker},
};

use crate::error::{ActError, StoreError};

/// So many may be chosen one by one.
pub const SELECTED_LIMIT: usize = 1_000;

/// A filter by something that changes with use is resolved to so many at most.
pub const RESOLVED_LIMIT: usize = 10_000;

/// Previews count so far.
pub const COUNTED: u64 = 1_000_000;

/// So many orders may be unfinished at once.
pub const UNFINISHED_LIMIT: u64 = 10;

/// Why an order was not taken.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// Whoever ordered may not.
    #[error(transparent)]
    Act(#[from] ActError),
    /// Too many orders are unfinished.
    #[error("too many orders are unfinished")]
    TooManyUnfinished,
    /// More match than can be resolved one by one, by something that changes with use.
    #[error("too many match by something that changes with use")]
    TooManyToResolve,
}

impl From<StoreError> for OrderError {
    fn from(error: StoreError) -> Self {
        Self::Act(error.into())
    }
}

impl From<sea_orm::DbErr> for OrderError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Act(error.into())
    }
}
