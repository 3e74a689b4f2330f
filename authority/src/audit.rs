//! The record: who did what to whom, when, and how it came out.
//!
//! Each event carries a MAC under a key from outside the database, and a commitment to its
//! personal fields, which stand in a row of their own beside a salt. Erasing that row (and with it
//! the salt) forgets the person and breaks no MAC. A job chains the MACs of committed events into
//! seals, so that an event that was removed is missed. [`verify`] checks all of it.

mod event;
mod list;
mod order;
mod overview;
mod refusals;
mod seal;
mod verify;

pub use event::AuditEvent;
pub(crate) use event::write;
pub use list::{AuditFilter, AuditRow, list, window};
pub(crate) use order::OnRecord;
pub use overview::{DayCounts, day_counts};
pub use refusals::RefusalCounts;
pub use seal::seal;
pub use verify::{Finding, Report, verify};

use crate::{Authority, AuthorityTx, error::StoreError, signal::Signals};

/// Puts an event on the record that changed nothing: a refusal, for example.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn record(authority: &Authority, event: AuditEvent) -> Result<(), StoreError> {
    AuthorityTx::begin(authority)
        .await?
        .commit([event], Signals::Nothing)
        .await
}
