//! What an order would end. Reads only.

use latchkey_types::UserId;

use super::{
    Scope,
    rows::{self, Meant, Tally},
};
use crate::{Authority, error::StoreError, principal::Principal};

/// So many users are named.
const NAMED: u64 = 10;

/// What an order would end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// So many; the viewer's own, where it is spared, is not among them.
    pub found: Tally,
    /// Of so many users.
    pub users: u64,
    /// The users with most of them, and how many these are: ten at most.
    pub most: Vec<(UserId, u64)>,
    /// Refresh families that the sessions had opened, and that end with them.
    pub opened: Tally,
    /// Whether what the viewer acts through fits too.
    pub is_own_among: bool,
}

/// Says what an order would end if it were given now by `viewer`, with or without their own.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn preview(
    authority: &Authority,
    scope: &Scope,
    viewer: Option<&Principal>,
    include_own: bool,
) -> Result<Preview, StoreError> {
    let database = authority.database();
    let own = match viewer {
        Some(viewer) => rows::own(database, scope, viewer.credential).await?,
        None => None,
    };
    let now = authority.now();
    let all = Meant::at(now, scope, None);
    let is_own_among = match own {
        Some(own) => rows::holds(authority, database, &all, own).await?,
        None => false,
    };
    let meant = Meant::at(now, scope, own.filter(|_| !include_own));
    let (found, users) = rows::tally(authority, database, &meant).await?;
    Ok(Preview {
        found,
        users,
        most: rows::most(authority, database, &meant, NAMED).await?,
        opened: rows::opened(authority, database, &meant).await?,
        is_own_among,
    })
}
