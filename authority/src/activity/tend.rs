//! Counting.

use std::{collections::BTreeMap, time::Duration};

use latchkey_types::{EventKind, Outcome, UnixMillis, Word};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict},
};

use super::{HOUR, KEPT, What, hour_of};
use crate::{
    Authority,
    entity::{audit_events, hourly_tallies, refusals, sessions},
    error::StoreError,
};

/// So far back hours are counted that nobody counted while they ran: as far as the charts go.
const BACK: Duration = Duration::from_hours(8 * 24);

/// So long after the end of an hour it may still get an event: transactions end after 30 seconds.
const LATE: Duration = Duration::from_mins(2);

/// The hour that is running is counted so often, by one node of all.
const AGAIN: Duration = Duration::from_secs(50);

/// For so many past hours one call counts who was there: each looks at every session.
const PAST_HOURS: usize = 24;

/// Counts the hours that are not counted to their end yet, the newest first, and forgets old ones.
/// Returns how many rows it wrote: none means that there is nothing more to do now.
///
/// # Errors
/// [`StoreError`] when the database fails; what was written before that stays.
pub async fn tend(authority: &Authority) -> Result<usize, StoreError> {
    let now = authority.now();
    let due = due(authority, now).await?;
    let Some(first) = due.values().flatten().min().copied() else {
        return Ok(0);
    };
    let mut rows = Vec::new();
    let mut row = |hour: UnixMillis, what: What, times: u64| {
        rows.push(hourly_tallies::ActiveModel {
            hour: Set(hour.0),
            what: Set(what.as_str().to_owned()),
            times: Set(i64::try_from(times).unwrap_or(i64::MAX)),
            counted_at: Set(now.0),
        });
    };
    let events = events(authority, first).await?;
    let limited = limited(authority, first).await?;
    for (what, hours) in &due {
        for hour in hours {
            let times = match what {
                What::SignIns => times(&events, *hour, Outcome::Success),
                What::Refused => times(&events, *hour, Outcome::Failure),
                What::Limited => limited.get(&hour.0).copied().unwrap_or(0),
                What::LiveSessions => live(authority, now, *hour).await?,
            };
            row(*hour, *what, times);
        }
    }
    let written = rows.len();
    write(authority, rows).await?;
    forget(authority, now).await?;
    Ok(written)
}

/// The hours to be counted, newest first.
async fn due(
    authority: &Authority,
    now: UnixMillis,
) -> Result<BTreeMap<What, Vec<UnixMillis>>, StoreError> {
    let current = hour_of(now);
    let first = current.before(BACK);
    let counted: BTreeMap<(i64, String), i64> = hourly_tallies::Entity::find()
        .filter(hourly_tallies::Column::Hour.gte(first.0))
        .all(authority.database())
        .await?
        .into_iter()
        .map(|row| ((row.hour, row.what), row.counted_at))
        .collect();
    let mut due = BTreeMap::new();
    for what in What::ALL {
        let mut hours = Vec::new();
        let mut hour = current;
        while hour >= first {
            let is_done = counted
                .get(&(hour.0, what.as_str().to_owned()))
                .is_some_and(|&counted_at| {
                    let counted_at = UnixMillis(counted_at);
                    counted_at >= hour.after(HOUR).after(LATE)
                        || (counted_at <= now && now.since(counted_at) < AGAIN)
                        || (what == What::LiveSessions && hour < current)
                });
            if !is_done {
                hours.push(hour);
            }
            hour = hour.before(HOUR);
        }
        if what == What::LiveSessions {
            hours.truncate(PAST_HOURS);
        }
        due.insert(what, hours);
    }
    Ok(due)
}

/// Sign-ins on the record since `first`, by hour and outcome.
async fn events(
    authority: &Authority,
    first: UnixMillis,
) -> Result<BTreeMap<(i64, String), u64>, StoreError> {
    let hour = hour_in_sql("at");
    let rows: Vec<(i64, String, i64)> = audit_events::Entity::find()
        .select_only()
        .expr_as(Expr::cust(hour.clone()), "hour")
        .column(audit_events::Column::Outcome)
        .expr_as(Expr::cust("COUNT(*)"), "times")
        .filter(audit_events::Column::At.gte(first.0))
        .filter(audit_events::Column::Kind.eq(EventKind::SignIn.as_str()))
        .group_by(Expr::cust(hour))
        .group_by(audit_events::Column::Outcome)
        .into_tuple()
        .all(authority.database())
        .await?;
    Ok(rows
        .into_iter()
        .map(|(hour, outcome, times)| ((hour, outcome), u64::try_from(times).unwrap_or(0)))
        .collect())
}

fn times(events: &BTreeMap<(i64, String), u64>, hour: UnixMillis, outcome: Outcome) -> u64 {
    events
        .get(&(hour.0, outcome.as_str().to_owned()))
        .copied()
        .unwrap_or(0)
}

/// Attempts that a limit turned away, by hour. They are written when their minute is over.
async fn limited(
    authority: &Authority,
    first: UnixMillis,
) -> Result<BTreeMap<i64, u64>, StoreError> {
    let hour = hour_in_sql("minute");
    let rows: Vec<(i64, i64)> = refusals::Entity::find()
        .select_only()
        .expr_as(Expr::cust(hour.clone()), "hour")
        .expr_as(Expr::cust("CAST(SUM(times) AS BIGINT)"), "times")
        .filter(refusals::Column::Minute.gte(first.0))
        .filter(refusals::Column::Kind.eq(EventKind::AttemptsLimited.as_str()))
        .group_by(Expr::cust(hour))
        .into_tuple()
        .all(authority.database())
        .await?;
    Ok(rows
        .into_iter()
        .map(|(hour, times)| (hour, u64::try_from(times).unwrap_or(0)))
        .collect())
}

/// The beginning of the hour of a column.
///
/// The number stands in the text because PostgreSQL takes two parameters for two numbers, which
/// would make what is selected another thing than what is grouped by.
fn hour_in_sql(column: &str) -> String {
    format!(r#""{column}" / {0} * {0}"#, HOUR.as_millis())
}

/// How many sessions were live at the end of a past hour, or are now.
async fn live(authority: &Authority, now: UnixMillis, hour: UnixMillis) -> Result<u64, StoreError> {
    let end = hour.after(HOUR);
    let query = sessions::Entity::find();
    let query = if end > now {
        query
            .filter(sessions::Column::EndedAt.is_null())
            .filter(sessions::Column::ExpiresAt.gt(now.0))
            .filter(sessions::Column::LastSeenAt.gt(now.before(authority.policy().session.idle).0))
    } else {
        query
            .filter(sessions::Column::CreatedAt.lt(end.0))
            .filter(sessions::Column::ExpiresAt.gt(end.0))
            .filter(
                Condition::any()
                    .add(sessions::Column::EndedAt.is_null())
                    .add(sessions::Column::EndedAt.gte(end.0)),
            )
    };
    Ok(query.count(authority.database()).await?)
}

async fn write(
    authority: &Authority,
    rows: Vec<hourly_tallies::ActiveModel>,
) -> Result<(), StoreError> {
    let _turn = authority.turn().await;
    hourly_tallies::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([hourly_tallies::Column::Hour, hourly_tallies::Column::What])
                .update_columns([
                    hourly_tallies::Column::Times,
                    hourly_tallies::Column::CountedAt,
                ])
                .to_owned(),
        )
        .exec_without_returning(authority.database())
        .await?;
    Ok(())
}

async fn forget(authority: &Authority, now: UnixMillis) -> Result<(), StoreError> {
    let _turn = authority.turn().await;
    hourly_tallies::Entity::delete_many()
        .filter(hourly_tallies::Column::Hour.lt(now.before(KEPT).0))
        .exec(authority.database())
        .await?;
    Ok(())
}
