//! Counts of the last day, for the console's first page.

use std::time::Duration;

use latchkey_types::{EventKind, Outcome, Word};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::list::written_since;
use crate::{
    Authority,
    entity::audit_events,
    error::StoreError,
    page::{self, Count},
};

/// Sign-ins of the last 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCounts {
    /// How many came in.
    pub sign_ins: Count,
    /// How many were refused.
    pub failures: Count,
}

/// Counts the sign-ins of the last 24 hours, each up to [`crate::page::COUNT_LIMIT`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn day_counts(authority: &Authority) -> Result<DayCounts, StoreError> {
    Ok(DayCounts {
        sign_ins: count(authority, Outcome::Success).await?,
        failures: count(authority, Outcome::Failure).await?,
    })
}

async fn count(authority: &Authority, outcome: Outcome) -> Result<Count, StoreError> {
    let since = authority.now().before(Duration::from_hours(24));
    let reading = page::reading(authority).await?;
    let Some(written) = written_since(&reading, since).await? else {
        return Ok(Count(0));
    };
    // By kind and outcome, down to where the day begins: of all events of the day few are these.
    let query = audit_events::Entity::find()
        .select_only()
        .column(audit_events::Column::Seq)
        .filter(written)
        .filter(audit_events::Column::At.gte(since.0))
        .filter(audit_events::Column::Kind.eq(EventKind::SignIn.as_str()))
        .filter(audit_events::Column::Outcome.eq(outcome.as_str()))
        .into_query();
    let count = Count::of(&reading, query).await?;
    reading.commit().await?;
    Ok(count)
}
