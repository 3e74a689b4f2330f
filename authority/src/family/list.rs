//! Listing families, and drawing one.

use latchkey_types::{
    FamilyEndReason, FamilyId, FamilySort, FamilyState, RefreshOutcome, SessionId, SignInMethod,
    Transport, UnixMillis, UserId, Word,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{
    check::{method, over},
    issue::transport,
    narrow::{condition, matching, standing, used_from},
    side::Side,
};
use crate::{
    Authority,
    caller::Place,
    entity::{families, rotations},
    error::StoreError,
    incident::{self, IncidentFilter, IncidentRow},
    page::{
        self, Arm, BATCH_LIMIT, Count, Cursor, Keyset, MAX_LIMIT, Page, Period, Position, Window,
    },
};

/// Which families to list. Every field that is set narrows the list.
#[derive(Debug, Clone, Default)]
pub struct FamilyFilter {
    /// Of any of these users; an empty list matches none.
    pub users: Option<Vec<UserId>>,
    /// Opened from this address.
    pub address: Option<String>,
    /// Opened or last refreshed from this address.
    pub used_from: Option<String>,
    /// Opened on this kind of device.
    pub device: Option<String>,
    /// Live or ended.
    pub state: Option<FamilyState>,
    /// Whose last event was this.
    pub last_event: Option<RefreshOutcome>,
    /// Ended for this reason.
    pub end_reason: Option<FamilyEndReason>,
    /// Ended by any of these users; an empty list matches none.
    pub ended_by: Option<Vec<UserId>>,
    /// The time by which the list is ordered lies in this.
    pub period: Period,
}

/// One family as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyRow {
    /// Its id.
    pub family_id: FamilyId,
    /// Whose it is.
    pub user_id: UserId,
    /// The browser session that opened it, where one did.
    pub session_id: Option<SessionId>,
    /// The client, where it belongs to one.
    pub client_id: Option<String>,
    /// How its tokens travel.
    pub transport: Transport,
    /// How its user proved who they are.
    pub method: SignInMethod,
    /// When it was opened.
    pub created_at: UnixMillis,
    /// The current generation.
    pub generation: i64,
    /// When that was made.
    pub rotated_at: UnixMillis,
    /// When it ends if it is not refreshed.
    pub expires_at: UnixMillis,
    /// When it ends at the latest.
    pub ends_at: UnixMillis,
    /// Where it was opened, and with what.
    pub opened: Place,
    /// Where it was last refreshed.
    pub last_address: String,
    /// What happened to it last.
    pub last_event: RefreshOutcome,
    /// When.
    pub last_event_at: UnixMillis,
    /// Whether and how it ended.
    pub ended: Option<FamilyEnded>,
}

/// How a family ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FamilyEnded {
    /// When.
    pub at: UnixMillis,
    /// Why.
    pub reason: FamilyEndReason,
    /// Who ended it, if somebody did.
    pub by: Option<UserId>,
}

/// One generation of a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationRow {
    /// Which.
    pub generation: i64,
    /// Which generation's token was presented to make it; none made the first.
    pub from_generation: Option<i64>,
    /// How the presentation was judged.
    pub outcome: RefreshOutcome,
    /// When.
    pub at: UnixMillis,
    /// By whom.
    pub by: Place,
    /// Retries with the presented token, answered with the current one.
    pub retries: i64,
    /// When the last of them came.
    pub retried_at: Option<UnixMillis>,
    /// Moved past without having been seen.
    pub superseded: bool,
    /// When somebody first showed that they hold it, if that is known.
    pub received_at: Option<UnixMillis>,
}

/// Everything of one family that a page draws.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The family.
    pub family: FamilyRow,
    /// Its generations, the newest first, a page of them.
    pub rotations: Page<RotationRow>,
    /// Its incidents, the newest first.
    pub incidents: Vec<IncidentRow>,
}

/// Lists families, newest sign-in first, at most [`MAX_LIMIT`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list(
    authority: &Authority,
    filter: &FamilyFilter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<FamilyRow>, StoreError> {
    let position = cursor.map_or(Position::First, Position::After);
    let limit = limit.clamp(1, MAX_LIMIT);
    let window = window(authority, filter, FamilySort::Newest, position, limit).await?;
    Ok(Page::forward(window))
}

/// Lists families in any order and from anywhere, at most [`BATCH_LIMIT`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn window(
    authority: &Authority,
    filter: &FamilyFilter,
    sort: FamilySort,
    position: Position,
    limit: u64,
) -> Result<Window<FamilyRow>, StoreError> {
    let limit = limit.clamp(1, BATCH_LIMIT);
    let keyset = Keyset {
        table: "families",
        key: match sort {
            FamilySort::Newest | FamilySort::Oldest => "created_at",
            FamilySort::Ended => "ended_at",
        },
        id: Some("family_id"),
        is_ascending: sort == FamilySort::Oldest,
    };
    let cursor = |model: &families::Model| Cursor {
        key: match sort {
            FamilySort::Newest | FamilySort::Oldest => model.created_at,
            FamilySort::Ended => model.ended_at.unwrap_or_default(),
        },
        id: model.family_id,
    };
    let common = matching(filter).add(filter.period.of(keyset.table, keyset.key));
    let mut arms = Vec::new();
    for arm in standing(authority, filter, sort) {
        arms.extend(used_from(filter).into_iter().map(|from| Arm {
            condition: common.clone().add(from).add(arm.condition.clone()),
            users: filter.users.clone().map(|users| ("user_id", users)),
            few: arm.few.clone(),
        }));
    }
    let reading = page::reading(authority).await?;
    let keys = keyset.keys(&reading, arms, position, limit).await?;
    let rows = families::Entity::find()
        .filter(families::Column::FamilyId.is_in(keys.ids()))
        .all(&reading)
        .await?;
    reading.commit().await?;
    let Window {
        items,
        previous,
        next,
    } = keys.window(rows, cursor);
    let items = items
        .into_iter()
        .map(|model| row(authority, model))
        .collect::<Result<_, _>>()?;
    Ok(Window {
        items,
        previous,
        next,
    })
}

/// One family; `None` if there is no such family (any more).
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn one(
    authority: &Authority,
    family_id: FamilyId,
) -> Result<Option<FamilyRow>, StoreError> {
    families::Entity::find_by_id(family_id.as_uuid())
        .one(authority.database())
        .await?
        .map(|model| row(authority, model))
        .transpose()
}

/// The live families of one user, newest first, at most [`MAX_LIMIT`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list_live_of_user(
    authority: &Authority,
    user_id: UserId,
) -> Result<Page<FamilyRow>, StoreError> {
    let filter = FamilyFilter {
        users: Some(vec![user_id]),
        state: Some(FamilyState::Live),
        ..Default::default()
    };
    list(authority, &filter, None, MAX_LIMIT).await
}

/// How many families are live, of everybody or of one user.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn count_live(
    authority: &Authority,
    user_id: Option<UserId>,
) -> Result<Count, StoreError> {
    let filter = FamilyFilter {
        users: user_id.map(|user| vec![user]),
        state: Some(FamilyState::Live),
        ..Default::default()
    };
    count(authority, &filter).await
}

/// How many families match.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn count(authority: &Authority, filter: &FamilyFilter) -> Result<Count, StoreError> {
    let query = families::Entity::find()
        .select_only()
        .column(families::Column::FamilyId)
        .filter(condition(authority, filter))
        .into_query();
    Ok(Count::of(authority.database(), query).await?)
}

/// One family with its generations, newest first; `before` is the generation where a page begins,
/// as the cursor of the page before says.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn picture(
    authority: &Authority,
    family_id: FamilyId,
    before: Option<Cursor>,
    limit: u64,
) -> Result<Option<Picture>, StoreError> {
    let Some(family) = one(authority, family_id).await? else {
        return Ok(None);
    };
    let limit = limit.clamp(1, MAX_LIMIT);
    let mut select =
        rotations::Entity::find().filter(rotations::Column::FamilyId.eq(family_id.as_uuid()));
    if let Some(before) = before {
        select = select.filter(rotations::Column::Generation.lt(before.key));
    }
    let rows = select
        .order_by_desc(rotations::Column::Generation)
        .limit(limit + 1)
        .all(authority.database())
        .await?;
    let page = Page::cut(rows, limit, |row| Cursor {
        key: row.generation,
        id: row.family_id,
    });
    let items = page
        .items
        .iter()
        .map(rotation_row)
        .collect::<Result<_, _>>()?;
    let of_family = IncidentFilter {
        family_id: Some(family_id),
        ..Default::default()
    };
    Ok(Some(Picture {
        family,
        rotations: Page {
            items,
            next: page.next,
        },
        incidents: incident::list(authority, &of_family, None, MAX_LIMIT)
            .await?
            .items,
    }))
}

fn row(authority: &Authority, model: families::Model) -> Result<FamilyRow, StoreError> {
    let ended = over(&model, authority.now())?.map(|reason| FamilyEnded {
        at: UnixMillis(
            model
                .ended_at
                .unwrap_or_else(|| model.ends_at.min(model.expires_at)),
        ),
        reason,
        by: model.ended_by.map(UserId::from_uuid),
    });
    Ok(FamilyRow {
        family_id: FamilyId::from_uuid(model.family_id),
        user_id: UserId::from_uuid(model.user_id),
        session_id: model.session_id.map(SessionId::from_uuid),
        transport: transport(&model.transport)?,
        method: method(&model.method)?,
        created_at: UnixMillis(model.created_at),
        generation: model.generation,
        rotated_at: UnixMillis(model.rotated_at),
        expires_at: UnixMillis(model.expires_at),
        ends_at: UnixMillis(model.ends_at),
        opened: Side::of_opening(&model).into(),
        last_event: outcome(&model.last_event, "families")?,
        last_event_at: UnixMillis(model.last_event_at),
        client_id: model.client_id,
        last_address: model.last_address,
        ended,
    })
}

fn rotation_row(model: &rotations::Model) -> Result<RotationRow, StoreError> {
    Ok(RotationRow {
        generation: model.generation,
        from_generation: model.from_generation,
        outcome: outcome(&model.outcome, "rotations")?,
        at: UnixMillis(model.at),
        by: Side::of_rotation(model).into(),
        retries: model.retries,
        retried_at: model.retried_at.map(UnixMillis),
        superseded: model.superseded,
        received_at: model.received_at.map(UnixMillis),
    })
}

fn outcome(text: &str, table: &'static str) -> Result<RefreshOutcome, StoreError> {
    RefreshOutcome::parse(text).map_err(|_| StoreError::Inconsistent {
        table,
        column: "outcome",
    })
}

impl From<Side> for Place {
    fn from(side: Side) -> Self {
        let [address, network, user_agent, browser, system, device] = side.parts();
        Self {
            address,
            network,
            user_agent,
            browser,
            system,
            device,
        }
    }
}
