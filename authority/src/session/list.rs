//! Listing sessions.

use latchkey_types::{
    EndReason, IdentityId, SessionId, SessionSort, SessionState, SignInMethod, UnixMillis, UserId,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{
    check::{end_reason, method},
    narrow::{Limits, matching, standing, used_from},
};
use crate::{
    Authority,
    entity::sessions,
    error::StoreError,
    page::{
        self, Arm, BATCH_LIMIT, Count, Cursor, Keyset, MAX_LIMIT, Page, Period, Position, Window,
    },
};

/// Which sessions to list. Every field that is set narrows the list.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter {
    /// Of any of these users; an empty list matches none.
    pub users: Option<Vec<UserId>>,
    /// Signed in from this address.
    pub address: Option<String>,
    /// Signed in or last used from this address.
    pub used_from: Option<String>,
    /// Signed in from this network.
    pub network: Option<String>,
    /// With this browser.
    pub browser: Option<String>,
    /// On this system.
    pub system: Option<String>,
    /// On this kind of device.
    pub device: Option<String>,
    /// Whose user proved who they are in this way.
    pub method: Option<SignInMethod>,
    /// Live or ended.
    pub state: Option<SessionState>,
    /// Ended for this reason.
    pub end_reason: Option<EndReason>,
    /// Ended by any of these users; an empty list matches none.
    pub ended_by: Option<Vec<UserId>>,
    /// The time by which the list is ordered lies in this.
    pub period: Period,
}

/// One session as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub session_id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// When it was signed in.
    pub created_at: UnixMillis,
    /// How.
    pub method: SignInMethod,
    /// Through which connection to a provider, where through one that still stands.
    pub identity_id: Option<IdentityId>,
    /// When it was last used.
    pub last_seen_at: UnixMillis,
    /// When it ends at the latest.
    pub expires_at: UnixMillis,
    /// Where it was signed in.
    pub address: String,
    /// The network of that address.
    pub network: String,
    /// Where it was last used.
    pub last_address: String,
    /// With what, as the browser said it.
    pub user_agent: String,
    /// The browser.
    pub browser: String,
    /// The system.
    pub system: String,
    /// The kind of device.
    pub device: String,
    /// Whether and how it ended.
    pub ended: Option<Ended>,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: UnixMillis,
    /// Why.
    pub reason: EndReason,
    /// Who ended it, if somebody did.
    pub by: Option<UserId>,
}

/// Lists sessions, newest sign-in first, at most [`MAX_LIMIT`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list(
    authority: &Authority,
    filter: &SessionFilter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<SessionRow>, StoreError> {
    let position = cursor.map_or(Position::First, Position::After);
    let limit = limit.clamp(1, MAX_LIMIT);
    let window = window(authority, filter, SessionSort::Newest, position, limit).await?;
    Ok(Page::forward(window))
}

/// Lists sessions in any order and from anywhere, at most [`BATCH_LIMIT`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn window(
    authority: &Authority,
    filter: &SessionFilter,
    sort: SessionSort,
    position: Position,
    limit: u64,
) -> Result<Window<SessionRow>, StoreError> {
    let limit = limit.clamp(1, BATCH_LIMIT);
    let keyset = Keyset {
        table: "sessions",
        key: match sort {
            SessionSort::Newest | SessionSort::Oldest => "created_at",
            SessionSort::LastUsed => "last_seen_at",
            SessionSort::Ended => "ended_at",
        },
        id: Some("session_id"),
        is_ascending: sort == SessionSort::Oldest,
    };
    let cursor = |model: &sessions::Model| Cursor {
        key: match sort {
            SessionSort::Newest | SessionSort::Oldest => model.created_at,
            SessionSort::LastUsed => model.last_seen_at,
            SessionSort::Ended => model.ended_at.unwrap_or_default(),
        },
        id: model.session_id,
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
    let rows = sessions::Entity::find()
        .filter(sessions::Column::SessionId.is_in(keys.ids()))
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

/// One session; `None` if there is no such session (any more).
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn one(
    authority: &Authority,
    session_id: SessionId,
) -> Result<Option<SessionRow>, StoreError> {
    sessions::Entity::find_by_id(session_id.as_uuid())
        .one(authority.database())
        .await?
        .map(|model| row(authority, model))
        .transpose()
}

/// The live sessions of one user, newest first, at most [`MAX_LIMIT`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list_live_of_user(
    authority: &Authority,
    user_id: UserId,
) -> Result<Page<SessionRow>, StoreError> {
    let filter = SessionFilter {
        users: Some(vec![user_id]),
        state: Some(SessionState::Live),
        ..Default::default()
    };
    list(authority, &filter, None, MAX_LIMIT).await
}

/// How many live sessions there are, of one user or of all.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn count_live(
    authority: &Authority,
    user_id: Option<UserId>,
) -> Result<Count, StoreError> {
    let mut query = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::SessionId)
        .filter(Limits::now(authority).live());
    if let Some(user_id) = user_id {
        query = query.filter(sessions::Column::UserId.eq(user_id.as_uuid()));
    }
    Ok(Count::of(authority.database(), query.into_query()).await?)
}

fn row(authority: &Authority, model: sessions::Model) -> Result<SessionRow, StoreError> {
    let now = authority.now();
    let idle_out = UnixMillis(model.last_seen_at).after(authority.policy().session.idle);
    let ended = if let Some(at) = model.ended_at {
        Some(Ended {
            at: UnixMillis(at),
            reason: end_reason(model.end_reason.as_deref())?,
            by: model.ended_by.map(UserId::from_uuid),
        })
    } else if now.0 >= model.expires_at {
        Some(Ended {
            at: UnixMillis(model.expires_at),
            reason: EndReason::Expired,
            by: None,
        })
    } else if now >= idle_out {
        Some(Ended {
            at: idle_out,
            reason: EndReason::Idle,
            by: None,
        })
    } else {
        None
    };
    Ok(SessionRow {
        session_id: SessionId::from_uuid(model.session_id),
        user_id: UserId::from_uuid(model.user_id),
        created_at: UnixMillis(model.created_at),
        method: method(&model.method)?,
        identity_id: model.identity_id.map(IdentityId::from_uuid),
        last_seen_at: UnixMillis(model.last_seen_at),
        expires_at: UnixMillis(model.expires_at),
        address: model.address,
        network: model.network,
        last_address: model.last_address,
        user_agent: model.user_agent,
        browser: model.browser,
        system: model.system,
        device: model.device,
        ended,
    })
}
