//! The names of users that pages and JSON mention.

use std::collections::HashMap;

use latchkey_app::page::sessions::UserLink;
use latchkey_authority::{Authority, StoreError};
use latchkey_identity::account::{self, AccountRow};
use latchkey_types::UserId;

/// The names of users that a page mentions.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<UserId, AccountRow>);

impl Names {
    /// Looks up the names of all of these, at once.
    pub(crate) async fn of(
        authority: &Authority,
        ids: impl IntoIterator<Item = UserId>,
    ) -> Result<Self, StoreError> {
        let mut ids: Vec<UserId> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self(account::many(authority, &ids).await?))
    }

    /// A link to a user's page; somebody who is gone has a short id for a name.
    pub(crate) fn link(&self, id: UserId) -> UserLink {
        UserLink {
            id: id.to_string(),
            name: self
                .0
                .get(&id)
                .map_or_else(|| id.short(), |account| account.username.clone()),
        }
    }
}
