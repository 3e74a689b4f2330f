//! Listing sessions, newest sign-in first.

use latchkey_types::{
    EndReason, IdentityId, SessionId, SessionState, SignInMethod, UnixMillis, UserId,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::check::{end_reason, method};
use crate::{
    Authority,
    entity::sessions,
    error::StoreError,
    page::{Count, Cursor, MAX_LIMIT, Page},
};

/// Which sessions to list. Every field that is set narrows the list.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter {
    /// Of any of these users; an empty list matches none.
    pub users: Option<Vec<UserId>>,
    /// Signed in from this address.
    pub address: Option<String>,
    /// With this browser.
    pub browser: Option<String>,
    /// Live or ended.
    pub state: Option<SessionState>,
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

/// Lists sessions, newest sign-in first.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list(
    authority: &Authority,
    filter: &SessionFilter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<SessionRow>, StoreError> {
    let limit = limit.clamp(1, MAX_LIMIT);
    let mut select = sessions::Entity::find().filter(matching(authority, filter));
    if let Some(cursor) = cursor {
        select = select.filter(
            Condition::any()
                .add(sessions::Column::CreatedAt.lt(cursor.key))
                .add(
                    Condition::all()
                        .add(sessions::Column::CreatedAt.eq(cursor.key))
                        .add(sessions::Column::SessionId.lt(cursor.id)),
                ),
        );
    }
    let rows = select
        .order_by_desc(sessions::Column::CreatedAt)
        .order_by_desc(sessions::Column::SessionId)
        .limit(limit + 1)
        .all(authority.database())
        .await?;
    let page = Page::cut(rows, limit, |row| Cursor {
        key: row.created_at,
        id: row.session_id,
    });
    let items = page
        .items
        .into_iter()
        .map(|model| row(authority, model))
        .collect::<Result<_, _>>()?;
    Ok(Page {
        items,
        next: page.next,
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
    let filter = SessionFilter {
        users: user_id.map(|user| vec![user]),
        state: Some(SessionState::Live),
        ..Default::default()
    };
    let query = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::SessionId)
        .filter(matching(authority, &filter))
        .into_query();
    Ok(Count::of(authority.database(), query).await?)
}

pub(crate) fn matching(authority: &Authority, filter: &SessionFilter) -> Condition {
    let mut condition = Condition::all();
    if let Some(users) = &filter.users {
        let ids: Vec<Uuid> = users.iter().map(|user| user.as_uuid()).collect();
        condition = condition.add(sessions::Column::UserId.is_in(ids));
    }
    if let Some(address) = &filter.address {
        condition = condition.add(sessions::Column::Address.eq(address));
    }
    if let Some(browser) = &filter.browser {
        condition = condition.add(sessions::Column::Browser.eq(browser));
    }
    // Past a limit and not yet swept is over all the same.
    let now = authority.now();
    let live = Condition::all()
        .add(sessions::Column::EndedAt.is_null())
        .add(sessions::Column::ExpiresAt.gt(now.0))
        .add(sessions::Column::LastSeenAt.gt(now.before(authority.policy().session.idle).0));
    match filter.state {
        None => condition,
        Some(SessionState::Live) => condition.add(live),
        Some(SessionState::Ended) => condition.add(live.not()),
    }
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
