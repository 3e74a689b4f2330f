//! Invitations: one-time links by which somebody gets an account.
//!
//! There are two kinds. With one, whoever opens the link makes the account, with the role that the
//! link gives; with the other the account is there already, without a password, and whoever opens
//! the link sets the first one.
//!
//! Rules that hold in every use case here:
//! - The database holds a hash of each code; the code itself is shown once, to whoever makes it.
//! - A link is its maker's word: it is good only while they may manage users. Those of the operator
//!   are good by themselves.
//! - Of any number that come by one link, one gets the account; to the others, and to all who come
//!   too late, one answer is given.
//! - The role stands in the row. Nothing that somebody sends with a link changes it.

mod find;
mod make;
mod redeem;
mod withdraw;

use std::time::Duration;

use latchkey_authority::{LockedUser, StoreError, principal::Permission, principal::authorize};
use latchkey_types::{InvitationId, Role, UnixMillis, UserId, Word as _};
use sea_orm::{ColumnTrait, Condition};

pub use find::{list_open, open_of_user, prune};
pub use make::{Invite, InviteError, Made, create, invite, renew};
pub use redeem::{Offer, Redeem, RedeemError, look, redeem};
pub(crate) use withdraw::withdraw_of;
pub use withdraw::{withdraw, withdraw_all};

use crate::entity::invitations;

/// How long a link is good for.
pub const LINK_LIFETIME: Duration = Duration::from_hours(7 * 24);

/// So many links are open at once.
pub const OPEN_LIMIT: u64 = 1_000;

/// So long what became of a link is kept; the record keeps it for good.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// An invitation as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRow {
    /// Names it.
    pub invitation_id: InvitationId,
    /// The role that it gives, or that the account has.
    pub role: Role,
    /// The address that its maker gave.
    pub email: Option<String>,
    /// The username that its maker gave.
    pub username: Option<String>,
    /// The account, where it was made with the link.
    pub user_id: Option<UserId>,
    /// Who made it; the operator where nobody is named.
    pub made_by: Option<UserId>,
    /// When.
    pub created_at: UnixMillis,
    /// From when on it is good for nothing.
    pub expires_at: UnixMillis,
    /// Whether its maker may still manage users: else the link is refused.
    pub is_vouched_for: bool,
}

/// Links that were neither used nor withdrawn and are not too old.
fn open_at(now: UnixMillis) -> Condition {
    Condition::all()
        .add(invitations::Column::UsedAt.is_null())
        .add(invitations::Column::WithdrawnAt.is_null())
        .add(invitations::Column::ExpiresAt.gt(now.0))
}

/// Whether somebody's word is good for a link.
fn may_vouch(role: Role, is_active: bool) -> bool {
    is_active && authorize(role, Permission::ManageUsers)
}

/// The same for a user whose row is locked.
fn vouches(maker: Option<LockedUser>) -> bool {
    maker.is_some_and(|maker| may_vouch(maker.role, maker.is_active))
}

fn role(row: &invitations::Model) -> Result<Role, StoreError> {
    Role::parse(&row.role).map_err(|_| StoreError::Inconsistent {
        table: "invitations",
        column: "role",
    })
}
