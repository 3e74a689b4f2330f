//! Which links are open.

use std::collections::HashMap;

use latchkey_authority::{
    Authority, AuthorityTx, StoreError,
    page::{Cursor, MAX_LIMIT, Page, pair},
    signal::Signals,
    user,
};
use latchkey_types::{InvitationId, UnixMillis, UserId, UserState};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{InvitationRow, KEPT, may_vouch, open_at, role};
use crate::entity::invitations;

/// Lists the open links, newest first.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list_open(
    authority: &Authority,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<InvitationRow>, StoreError> {
    let limit = limit.clamp(1, MAX_LIMIT);
    let mut condition = open_at(authority.now());
    if let Some(cursor) = cursor {
        condition = condition.add(pair::less(
            (
                invitations::Column::CreatedAt,
                invitations::Column::InvitationId,
            ),
            (cursor.key, cursor.id),
        ));
    }
    let rows = newest(authority, condition, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| Cursor {
        key: row.created_at,
        id: row.invitation_id,
    });
    Ok(Page {
        items: listed(authority, page.items).await?,
        next: page.next,
    })
}

/// The open link of an account that waits for its owner; `None` if there is none.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn open_of_user(
    authority: &Authority,
    user_id: UserId,
) -> Result<Option<InvitationRow>, StoreError> {
    let condition = open_at(authority.now()).add(invitations::Column::UserId.eq(user_id.as_uuid()));
    let rows = newest(authority, condition, 1).await?;
    Ok(listed(authority, rows).await?.pop())
}

async fn newest(
    authority: &Authority,
    condition: Condition,
    limit: u64,
) -> Result<Vec<invitations::Model>, StoreError> {
    Ok(invitations::Entity::find()
        .filter(condition)
        .order_by_desc(invitations::Column::CreatedAt)
        .order_by_desc(invitations::Column::InvitationId)
        .limit(limit)
        .all(authority.database())
        .await?)
}

async fn listed(
    authority: &Authority,
    rows: Vec<invitations::Model>,
) -> Result<Vec<InvitationRow>, StoreError> {
    let mut makers: Vec<UserId> = rows
        .iter()
        .filter_map(|row| row.made_by.map(UserId::from_uuid))
        .collect();
    makers.sort_unstable();
    makers.dedup();
    let vouching: HashMap<UserId, bool> = user::many(authority, &makers)
        .await?
        .into_iter()
        .map(|maker| {
            let is_active = maker.state() == UserState::Active;
            (maker.user_id, may_vouch(maker.role, is_active))
        })
        .collect();
    rows.into_iter()
        .map(|row| {
            let made_by = row.made_by.map(UserId::from_uuid);
            let is_vouched_for = row.by_operator
                || made_by.is_some_and(|maker| vouching.get(&maker).copied().unwrap_or(false));
            Ok(InvitationRow {
                invitation_id: InvitationId::from_uuid(row.invitation_id),
                role: role(&row)?,
                email: row.email,
                username: row.username,
                user_id: row.user_id.map(UserId::from_uuid),
                made_by,
                created_at: UnixMillis(row.created_at),
                expires_at: UnixMillis(row.expires_at),
                is_vouched_for,
            })
        })
        .collect()
}

/// Forgets links that have been over for long; returns how many.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn prune(authority: &Authority) -> Result<u64, StoreError> {
    let tx = AuthorityTx::begin(authority).await?;
    // Whatever became of it, it was over a week after it was made at the latest.
    let forgotten = invitations::Entity::delete_many()
        .filter(invitations::Column::ExpiresAt.lte(tx.now().before(KEPT).0))
        .exec(tx.connection())
        .await?
        .rows_affected;
    // Nobody loses anything by it: the links were good for nothing.
    tx.commit([], Signals::Nothing).await?;
    Ok(forgotten)
}
