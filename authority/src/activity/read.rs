//! Reading what was counted.

use std::{collections::BTreeMap, time::Duration};

use latchkey_types::{Span, UnixMillis};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{HOUR, What, floor};
use crate::{Authority, entity::hourly_tallies, error::StoreError};

/// How long each piece of a span is, and how many there are; the last one is running.
const fn pieces(span: Span) -> (Duration, u32) {
    match span {
        Span::Day => (HOUR, 24),
        Span::Week => (Duration::from_hours(6), 28),
    }
}

/// What happened in one piece of time. What nobody counted, because no node ran, is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// When it began.
    pub from: UnixMillis,
    /// When it is over, which may lie ahead.
    pub until: UnixMillis,
    /// Sign-ins.
    pub sign_ins: Option<u64>,
    /// Refused sign-ins.
    pub refused: Option<u64>,
    /// Attempts that a limit turned away before anything was looked at.
    pub limited: Option<u64>,
    /// Sessions that were live at its end, or when they were counted last.
    pub live_sessions: Option<u64>,
}

/// What happened, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The pieces.
    pub buckets: Vec<Bucket>,
    /// When the newest of it was counted.
    pub counted_at: Option<UnixMillis>,
}

/// What was counted in the last day or week.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn read(authority: &Authority, span: Span) -> Result<Activity, StoreError> {
    let (piece, number) = pieces(span);
    let last = floor(authority.now(), piece);
    let first = last.before(piece * (number - 1));
    let mut rows = hourly_tallies::Entity::find()
        .filter(hourly_tallies::Column::Hour.gte(first.0))
        .filter(hourly_tallies::Column::Hour.lt(last.after(piece).0))
        .all(authority.database())
        .await?;
    rows.sort_unstable_by_key(|row| row.hour);
    let counted_at = rows.iter().map(|row| UnixMillis(row.counted_at)).max();

    let mut buckets: BTreeMap<i64, Bucket> = (0..number)
        .map(|place| {
            let from = first.after(piece * place);
            let bucket = Bucket {
                from,
                until: from.after(piece),
                sign_ins: None,
                refused: None,
                limited: None,
                live_sessions: None,
            };
            (from.0, bucket)
        })
        .collect();
    for row in rows {
        let times = u64::try_from(row.times).unwrap_or(0);
        let Some(bucket) = buckets.get_mut(&floor(UnixMillis(row.hour), piece).0) else {
            continue;
        };
        match What::ALL.into_iter().find(|what| what.as_str() == row.what) {
            Some(What::SignIns) => add(&mut bucket.sign_ins, times),
            Some(What::Refused) => add(&mut bucket.refused, times),
            Some(What::Limited) => add(&mut bucket.limited, times),
            // The rows are in the order of their hours: the last one stands.
            Some(What::LiveSessions) => bucket.live_sessions = Some(times),
            // A newer release may count more.
            None => {}
        }
    }
    Ok(Activity {
        buckets: buckets.into_values().collect(),
        counted_at,
    })
}

fn add(sum: &mut Option<u64>, times: u64) {
    *sum = Some(sum.unwrap_or(0).saturating_add(times));
}
