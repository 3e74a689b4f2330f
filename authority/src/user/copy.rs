//! What a node keeps of users: their role, and whether they may act.

use latchkey_types::{Role, UserId};
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::{Authority, StoreError, entity::users, feed::Snapshot, tx::locked_user};

/// A copy of a user's row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UserCopy {
    user_id: UserId,
    pub(crate) role: Role,
    pub(crate) is_active: bool,
}

impl Snapshot for UserCopy {
    fn about(&self) -> [Uuid; 2] {
        [self.user_id.as_uuid(); 2]
    }
}

/// A user as this node knows them; `None` if there is none. For reading only: whoever changes
/// authority locks the row.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub(crate) async fn copy(
    authority: &Authority,
    user_id: UserId,
) -> Result<Option<UserCopy>, StoreError> {
    let read = || async {
        let row = users::Entity::find_by_id(user_id.as_uuid())
            .one(authority.database())
            .await?;
        let user = row.as_ref().map(locked_user).transpose()?;
        Ok(user.map(|user| UserCopy {
            user_id,
            role: user.role,
            is_active: user.is_active,
        }))
    };
    authority
        .copies()
        .users
        .get(authority, &user_id, read)
        .await
}
