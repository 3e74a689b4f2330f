//! Listing users with their accounts, and finding them by what they are called.

use latchkey_authority::{
    Authority, StoreError,
    page::{self, Arm, BATCH_LIMIT, Cursor, Keyset, MAX_LIMIT, Page, Period, Position, Window},
};
use latchkey_types::{ListSort, Role, UnixMillis, UserId, UserState, Word};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, EntityTrait, ExprTrait, JoinType, QueryFilter, QuerySelect,
    QueryTrait, RelationTrait, sea_query::Expr,
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
    /// When they came to be.
    pub period: Period,
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

/// Lists users who have an account, newest first, at most [`MAX_LIMIT`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list(
    authority: &Authority,
    filter: &AccountFilter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<UserEntry>, StoreError> {
    let position = cursor.map_or(Position::First, Position::After);
    let limit = limit.clamp(1, MAX_LIMIT);
    let window = window(authority, filter, ListSort::Newest, position, limit).await?;
    Ok(Page::forward(window))
}

/// Lists users who have an account, in either order and from anywhere, at most [`BATCH_LIMIT`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn window(
    authority: &Authority,
    filter: &AccountFilter,
    sort: ListSort,
    position: Position,
    limit: u64,
) -> Result<Window<UserEntry>, StoreError> {
    let limit = limit.clamp(1, BATCH_LIMIT);
    let keyset = Keyset {
        table: "users",
        key: "created_at",
        id: Some("user_id"),
        is_ascending: sort == ListSort::Oldest,
    };
    let reading = page::reading(authority).await?;
    let keys = keyset
        .keys(&reading, arms(authority, filter), position, limit)
        .await?;
    let rows = users::Entity::find()
        .join(JoinType::InnerJoin, users::Relation::Account.def())
        .select_also(accounts::Entity)
        .filter(users::Column::UserId.is_in(keys.ids()))
        .all(&reading)
        .await?;
    reading.commit().await?;
    let Window {
        items,
        previous,
        next,
    } = keys.window(rows, |(user, _)| Cursor {
        key: user.created_at,
        id: user.user_id,
    });
    let items = items
        .into_iter()
        .filter_map(|(user, account)| account.map(|account| entry(&user, account)))
        .collect::<Result<_, _>>()?;
    Ok(Window {
        items,
        previous,
        next,
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
    let Some(first) = beginning(text) else {
        return Ok(Vec::new());
    };
    let begins = SEARCHED
        .map(|column| begins_with(authority, column, &first))
        .into_iter()
        .fold(Condition::any(), Condition::add);
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

/// The ways into the directory that a filter leaves: by nothing but time, or by the beginning of a
/// name and by that of an address, each of which has an index.
fn arms(authority: &Authority, filter: &AccountFilter) -> Vec<Arm> {
    let common = Condition::all()
        .add(filter.period.of("users", "created_at"))
        .add_option(
            filter
                .role
                .map(|role| users::Column::Role.eq(role.as_str())),
        )
        .add_option(filter.state.map(|state| match state {
            UserState::Active => users::Column::DisabledAt.is_null(),
            UserState::Disabled => users::Column::DisabledAt.is_not_null(),
        }));
    let of_accounts = |condition: Condition| {
        let query = accounts::Entity::find()
            .select_only()
            .column(accounts::Column::UserId)
            .filter(condition)
            .into_query();
        Arm::from(common.clone().add(users::Column::UserId.in_subquery(query)))
    };
    match filter.search.as_deref().and_then(beginning) {
        None => vec![of_accounts(Condition::all())],
        Some(first) => SEARCHED
            .map(|column| of_accounts(begins_with(authority, column, &first)))
            .to_vec(),
    }
}

/// What a search looks at.
const SEARCHED: [accounts::Column; 2] = [accounts::Column::UsernameKey, accounts::Column::EmailKey];

/// The beginning of a name or an address as it stands in the columns; `None` if it is blank.
fn beginning(text: &str) -> Option<String> {
    // A beginning is no whole name, so no profile applies to it; this is what they have in common.
    let first: String = text.trim().to_lowercase().nfc().collect();
    (!first.is_empty()).then_some(first)
}

/// The condition that a column begins with `first`.
///
/// A range and not `LIKE`: nothing has to be escaped, and an index can serve it.
fn begins_with(authority: &Authority, column: accounts::Column, first: &str) -> Condition {
    let backend = authority.database().get_database_backend();
    let column = || by_code_point(backend, column);
    Condition::all()
        .add(column().gte(first))
        .add_option(successor(first).map(|beyond| column().lt(beyond)))
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
