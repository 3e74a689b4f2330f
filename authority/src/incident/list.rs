//! Listing incidents, and counting them.

use std::time::Duration;

use latchkey_types::{
    FamilyId, IncidentClass, IncidentId, ListSort, UnixMillis, UserId, Verdict, Word,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    Authority,
    caller::Place,
    entity::{incident_sightings, incidents},
    error::StoreError,
    page::{
        self, Arm, BATCH_LIMIT, Count, Cursor, Keyset, MAX_LIMIT, Page, Period, Position, Window,
    },
};

/// Which incidents to list. Every field that is set narrows the list.
#[derive(Debug, Clone, Default)]
pub struct IncidentFilter {
    /// Of any of these users; an empty list matches none.
    pub users: Option<Vec<UserId>>,
    /// Of this family.
    pub family_id: Option<FamilyId>,
    /// Of this class.
    pub class: Option<IncidentClass>,
    /// `Some(None)`: those that nobody has judged yet.
    pub verdict: Option<Option<Verdict>>,
    /// Replayed from this address.
    pub address: Option<String>,
    /// When the token was presented again.
    pub period: Period,
}

/// One incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentRow {
    /// Its id.
    pub incident_id: IncidentId,
    /// What kind it is.
    pub class: IncidentClass,
    /// The family.
    pub family_id: FamilyId,
    /// Whose it is.
    pub user_id: UserId,
    /// When the token was presented again.
    pub at: UnixMillis,
    /// How long after the rotation that was.
    pub gap: Duration,
    /// The generation of the token that was presented.
    pub presented_generation: i64,
    /// The generation that was current.
    pub current_generation: i64,
    /// Who rotated.
    pub rotated_by: Place,
    /// When.
    pub rotated_at: UnixMillis,
    /// Who presented the rotated token.
    pub replayed_by: Place,
    /// Whether the family was ended for it.
    pub ended_family: bool,
    /// When somebody who may judge it first opened it.
    pub seen_at: Option<UnixMillis>,
    /// What it was found to be.
    pub judged: Option<Judged>,
    /// How often a token of the ended family was presented since.
    pub sightings: u64,
}

/// What an administrator found an incident to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Who found it; the operator is nobody.
    pub by: Option<UserId>,
    /// When.
    pub at: UnixMillis,
    /// With which note.
    pub note: Option<String>,
}

/// A presentation after the family had ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// When.
    pub at: UnixMillis,
    /// Of which generation.
    pub generation: i64,
    /// By whom.
    pub by: Place,
}

/// How many incidents of a class there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// The class.
    pub class: IncidentClass,
    /// All of them.
    pub all: u64,
    /// Those found to be what they say.
    pub confirmed: u64,
    /// Those found to be false alarms.
    pub false_alarms: u64,
}

/// How many incidents a week had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeekTally {
    /// When it began.
    pub began_at: UnixMillis,
    /// All of them.
    pub all: u64,
    /// Those that were judged.
    pub judged: u64,
    /// Those found to be false alarms.
    pub false_alarms: u64,
}

/// Lists incidents, newest first, at most [`MAX_LIMIT`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list(
    authority: &Authority,
    filter: &IncidentFilter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<IncidentRow>, StoreError> {
    let position = cursor.map_or(Position::First, Position::After);
    let limit = limit.clamp(1, MAX_LIMIT);
    let window = window(authority, filter, ListSort::Newest, position, limit).await?;
    Ok(Page::forward(window))
}

/// Lists incidents in either order and from anywhere, at most [`BATCH_LIMIT`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn window(
    authority: &Authority,
    filter: &IncidentFilter,
    sort: ListSort,
    position: Position,
    limit: u64,
) -> Result<Window<IncidentRow>, StoreError> {
    let limit = limit.clamp(1, BATCH_LIMIT);
    let keyset = Keyset {
        table: "incidents",
        key: "at",
        id: Some("incident_id"),
        is_ascending: sort == ListSort::Oldest,
    };
    let arm = Arm {
        condition: matching(filter).add(filter.period.of(keyset.table, keyset.key)),
        users: filter.users.clone().map(|users| ("user_id", users)),
        few: None,
    };
    let reading = page::reading(authority).await?;
    let keys = keyset.keys(&reading, vec![arm], position, limit).await?;
    let rows = incidents::Entity::find()
        .filter(incidents::Column::IncidentId.is_in(keys.ids()))
        .all(&reading)
        .await?;
    reading.commit().await?;
    let Window {
        items,
        previous,
        next,
    } = keys.window(rows, |row| Cursor {
        key: row.at,
        id: row.incident_id,
    });
    let items = items.into_iter().map(row).collect::<Result<_, _>>()?;
    Ok(Window {
        items,
        previous,
        next,
    })
}

/// One incident; `None` if there is no such incident (any more).
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn one(
    authority: &Authority,
    incident_id: IncidentId,
) -> Result<Option<IncidentRow>, StoreError> {
    incidents::Entity::find_by_id(incident_id.as_uuid())
        .one(authority.database())
        .await?
        .map(row)
        .transpose()
}

/// The presentations after the family of an incident had ended, the oldest first: of many,
/// the first and the newest.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn sightings(
    authority: &Authority,
    incident_id: IncidentId,
) -> Result<Vec<Sighting>, StoreError> {
    let rows = incident_sightings::Entity::find()
        .filter(incident_sightings::Column::IncidentId.eq(incident_id.as_uuid()))
        .order_by_asc(incident_sightings::Column::Number)
        .limit(MAX_LIMIT)
        .all(authority.database())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Sighting {
            at: UnixMillis(row.at),
            generation: row.generation,
            by: Place {
                address: row.address,
                network: row.network,
                user_agent: row.user_agent,
                browser: row.browser,
                system: row.system,
                device: row.device,
            },
        })
        .collect())
}

/// How many incidents nobody has opened who may judge them.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn unread(authority: &Authority) -> Result<Count, StoreError> {
    let query = incidents::Entity::find()
        .select_only()
        .column(incidents::Column::IncidentId)
        .filter(incidents::Column::SeenAt.is_null())
        .into_query();
    Ok(Count::of(authority.database(), query).await?)
}

/// Counts per class since an instant, in the order of [`IncidentClass::ALL`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn tally(authority: &Authority, since: UnixMillis) -> Result<Vec<Tally>, StoreError> {
    let rows: Vec<(String, Option<String>, i64)> = incidents::Entity::find()
        .select_only()
        .column(incidents::Column::Class)
        .column(incidents::Column::Verdict)
        .column_as(incidents::Column::IncidentId.count(), "incidents")
        .filter(incidents::Column::At.gte(since.0))
        .group_by(incidents::Column::Class)
        .group_by(incidents::Column::Verdict)
        .into_tuple()
        .all(authority.database())
        .await?;
    let count = |class: IncidentClass, verdict: Option<Verdict>| {
        rows.iter()
            .filter(|(of, found, _)| {
                of == class.as_str()
                    && verdict.is_none_or(|wanted| found.as_deref() == Some(wanted.as_str()))
            })
            .map(|(.., number)| u64::try_from(*number).unwrap_or(0))
            .sum()
    };
    Ok(IncidentClass::ALL
        .iter()
        .map(|class| Tally {
            class: *class,
            all: count(*class, None),
            confirmed: count(*class, Some(Verdict::Confirmed)),
            false_alarms: count(*class, Some(Verdict::FalseAlarm)),
        })
        .collect())
}

const WEEK: i64 = 7 * 24 * 60 * 60 * 1_000;

/// Counts of the last `weeks` weeks up to now, the oldest first.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn weeks(authority: &Authority, weeks: u8) -> Result<Vec<WeekTally>, StoreError> {
    let weeks = i64::from(weeks);
    let began = authority.now().0 - weeks * WEEK + 1;
    let week = Expr::col(incidents::Column::At).sub(began).div(WEEK);
    let rows: Vec<(i64, Option<String>, i64)> = incidents::Entity::find()
        .select_only()
        .column_as(week, "week")
        .column(incidents::Column::Verdict)
        .column_as(incidents::Column::IncidentId.count(), "incidents")
        .filter(incidents::Column::At.gte(began))
        .group_by(Expr::cust("1"))
        .group_by(incidents::Column::Verdict)
        .into_tuple()
        .all(authority.database())
        .await?;
    Ok((0..weeks)
        .map(|number| {
            let of_week = rows.iter().filter(|(week, ..)| *week == number);
            let mut tally = WeekTally {
                began_at: UnixMillis(began + number * WEEK),
                all: 0,
                judged: 0,
                false_alarms: 0,
            };
            for (_, verdict, count) in of_week {
                let count = u64::try_from(*count).unwrap_or(0);
                tally.all += count;
                if verdict.is_some() {
                    tally.judged += count;
                }
                if verdict.as_deref() == Some(Verdict::FalseAlarm.as_str()) {
                    tally.false_alarms += count;
                }
            }
            tally
        })
        .collect())
}

fn matching(filter: &IncidentFilter) -> Condition {
    let mut condition = Condition::all();
    if let Some(family_id) = filter.family_id {
        condition = condition.add(incidents::Column::FamilyId.eq(family_id.as_uuid()));
    }
    if let Some(class) = filter.class {
        condition = condition.add(incidents::Column::Class.eq(class.as_str()));
    }
    if let Some(address) = &filter.address {
        condition = condition.add(incidents::Column::ReplayedAddress.eq(address));
    }
    match filter.verdict {
        None => condition,
        Some(None) => condition.add(incidents::Column::Verdict.is_null()),
        Some(Some(verdict)) => condition.add(incidents::Column::Verdict.eq(verdict.as_str())),
    }
}

pub(super) fn row(model: incidents::Model) -> Result<IncidentRow, StoreError> {
    let inconsistent = |column| StoreError::Inconsistent {
        table: "incidents",
        column,
    };
    let verdict = model
        .verdict
        .as_deref()
        .map(Verdict::parse)
        .transpose()
        .map_err(|_| inconsistent("verdict"))?;
    Ok(IncidentRow {
        incident_id: IncidentId::from_uuid(model.incident_id),
        class: IncidentClass::parse(&model.class).map_err(|_| inconsistent("class"))?,
        family_id: FamilyId::from_uuid(model.family_id),
        user_id: UserId::from_uuid(model.user_id),
        at: UnixMillis(model.at),
        gap: Duration::from_millis(u64::try_from(model.gap_ms).unwrap_or(0)),
        presented_generation: model.presented_generation,
        current_generation: model.current_generation,
        rotated_by: Place {
            address: model.rotated_address,
            network: model.rotated_network,
            user_agent: model.rotated_user_agent,
            browser: model.rotated_browser,
            system: model.rotated_system,
            device: model.rotated_device,
        },
        rotated_at: UnixMillis(model.rotated_at),
        replayed_by: Place {
            address: model.replayed_address,
            network: model.replayed_network,
            user_agent: model.replayed_user_agent,
            browser: model.replayed_browser,
            system: model.replayed_system,
            device: model.replayed_device,
        },
        ended_family: model.action == "family_ended",
        seen_at: model.seen_at.map(UnixMillis),
        judged: verdict.map(|verdict| Judged {
            verdict,
            by: model.judged_by.map(UserId::from_uuid),
            at: UnixMillis(model.judged_at.unwrap_or(model.at)),
            note: model.note,
        }),
        sightings: u64::try_from(model.sightings).unwrap_or(0),
    })
}
