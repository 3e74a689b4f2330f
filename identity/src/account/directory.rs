//! Listing users with their accounts, newest first, and finding them by what they are called.

use latchkey_authority::{
    Authority, StoreError,
    page::{Cursor, MAX_LIMIT, Page},
};
use latchkey_types::{Role, UnixMillis, UserId, UserState, Word};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait, sea_query::Expr,
};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::AccountRow;
use crate::entity::{accounts, users};

/// Which users to list. Every field that is set narrows the list.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Whose username or e-mail address begins so.
    pub search: Option<String>,
    /// With this role.
    pub role: Option<Role>,
    /// Active or disabled.
    pub state: Option<UserState>,
}

/// One user as they are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserEntry {
    /// What they are called.
    pub account: AccountRow,
    /// What they may do.
    pub role: Role,
    /// Whether they may act.
    pub state: UserState,
    /// When they were disabled, if they are.
    pub disabled_at: Option<UnixMillis>,
    /// Since when the account waits for its owner to come by their link, if it does.
    pub awaited_since: Option<UnixMillis>,
}

/// Lists users who have an account, newest first.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list(
    authority: &Authority,
    filter: &AccountFilter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<UserEntry>, StoreError> {
    let limit = limit.clamp(1, MAX_LIMIT);
    let mut select = users::Entity::find()
        .join(JoinType::InnerJoin, users::Relation::Account.def())
        .select_also(accounts::Entity)
        .filter(matching(authority, filter));
    if let Some(cursor) = cursor {
        select = select.filter(
            Condition::any()
                .add(users::Column::CreatedAt.lt(cursor.key))
                .add(
                    Condition::all()
                        .add(users::Column::CreatedAt.eq(cursor.key))
                        .add(users::Column::UserId.lt(cursor.id)),
                ),
        );
    }
    let rows = select
        .order_by_desc(users::Column::CreatedAt)
        .order_by_desc(users::Column::UserId)
        .limit(limit + 1)
        .all(authority.database())
        .await?;
    let page = Page::cut(rows, limit, |(user, _)| Cursor {
        key: user.created_at,
        id: user.user_id,
    });
    let items = page
        .items
        .into_iter()
        .filter_map(|(user, account)| account.map(|account| entry(&user, account)))
        .collect::<Result<_, _>>()?;
    Ok(Page {
        items,
        next: page.next,
    })
}

/// The users whom a filter such as "user: ann" means: the one with this id, or those whose username
/// or e-mail address begins so.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn find_ids(
    authority: &Authority,
    text: &str,
    limit: u64,
) -> Result<Vec<UserId>, StoreError> {
    if let Ok(user_id) = text.trim().parse() {
        // No look-up: a list filtered by somebody who is not there is empty anyway, and what is on
        // record of an erased user is found by their id alone.
        return Ok(vec![user_id]);
    }
    let Some(begins) = begins_with(authority, text) else {
        return Ok(Vec::new());
    };
    let ids: Vec<Uuid> = accounts::Entity::find()
        .select_only()
        .column(accounts::Column::UserId)
        .filter(begins)
        .limit(limit.clamp(1, MAX_LIMIT))
        .into_tuple()
        .all(authority.database())
        .await?;
    Ok(ids.into_iter().map(UserId::from_uuid).collect())
}

fn matching(authority: &Authority, filter: &AccountFilter) -> Condition {
    let mut condition = Condition::all();
    if let Some(begins) = filter
        .search
        .as_deref()
        .and_then(|search| begins_with(authority, search))
    {
        condition = condition.add(begins);
    }
    if let Some(role) = filter.role {
        condition = condition.add(users::Column::Role.eq(role.as_str()));
    }
    match filter.state {
        None => condition,
        Some(UserState::Active) => condition.add(users::Column::DisabledAt.is_null()),
        Some(UserState::Disabled) => condition.add(users::Column::DisabledAt.is_not_null()),
    }
}

/// The condition that a username or an e-mail address begins with `text`; `None` if that is blank.
///
/// A range and not `LIKE`: nothing has to be escaped, and an index can serve it.
fn begins_with(authority: &Authority, text: &str) -> Option<Condition> {
    // A beginning is no whole name, so no profile applies to it; this is what they have in common.
    let first: String = text.trim().to_lowercase().nfc().collect();
    if first.is_empty() {
        return None;
    }
    let beyond = successor(&first);
    let backend = authority.database().get_database_backend();
    let mut condition = Condition::any();
    for column in [accounts::Column::UsernameKey, accounts::Column::EmailKey] {
        let mut range = Condition::all().add(by_code_point(backend, column).gte(first.as_str()));
        if let Some(beyond) = &beyond {
            range = range.add(by_code_point(backend, column).lt(beyond.as_str()));
        }
        condition = condition.add(range);
    }
    Some(condition)
}

/// A column that compares by code points, as SQLite's do anyway. On PostgreSQL the order of the
/// database's language would tear beginnings apart: `é` comes after `e` there, but before `ea`.
fn by_code_point(backend: DbBackend, column: accounts::Column) -> Expr {
    let column = Expr::col((accounts::Entity, column));
    match backend {
        DbBackend::Postgres => Expr::cust_with_expr("$1 COLLATE \"C\"", column),
        _ => column,
    }
}

/// The first text after all that begin with `text`; `None` if there is none.
fn successor(text: &str) -> Option<String> {
    let mut characters: Vec<char> = text.chars().collect();
    while let Some(last) = characters.pop() {
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

fn entry(user: &users::Model, account: accounts::Model) -> Result<UserEntry, StoreError> {
    let role = Role::parse(&user.role).map_err(|_| StoreError::Inconsistent {
        table: "users",
        column: "role",
    })?;
    let disabled_at = user.disabled_at.map(UnixMillis);
    Ok(UserEntry {
        account: account.into(),
        role,
        state: match disabled_at {
            Some(_) => UserState::Disabled,
            None => UserState::Active,
        },
        disabled_at,
        awaited_since: user.awaited_since.map(UnixMillis),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_successor_comes_after_all_that_begin_so() {
        assert_eq!(successor("ann").as_deref(), Some("ano"));
        assert_eq!(successor("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(successor("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(successor("\u{10ffff}"), None);
    }
}
