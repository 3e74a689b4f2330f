//! Refresh families: one sign-in of one user on one client or device, and all refresh tokens that
//! descend from it. Never (user, client): ending one device leaves the others alone.
//!
//! - [`open`] makes one, in a transaction that has locked its user;
//! - [`refresh`] exchanges a token for the next pair ([`refresh_by`] in one way only), [`verify`] judges one without rotating it,
//!   [`sign_out`] gives one up;
//! - `judge` holds the rules by which all three decide, as a function without a query;
//! - [`check`] decides whether the family of an access token may act;
//! - [`end`] holds every way of ending one;
//! - [`list`], [`one`] and [`picture`] are what the account page and the console show;
//! - [`Receipts`] and [`sweep`] do the bookkeeping off the path of requests.
//!
//! How the tokens look is in `token`; what a judgement leaves behind in `outcome`.

mod check;
pub mod end;
mod issue;
mod judge;
mod list;
mod narrow;
mod open;
mod outcome;
mod presented;
mod received;
mod refresh;
mod side;
mod sweep;
mod token;
mod verify;

pub use check::{Check, check};
pub(crate) use check::{FamilyCopy, over};
pub use issue::Issued;
pub(crate) use judge::Presentation;
pub use list::{
    FamilyEnded, FamilyFilter, FamilyRow, Picture, RotationRow, count, count_live, list,
    list_live_of_user, one, picture, window,
};
pub(crate) use narrow::condition;
pub use open::{NewFamily, open};
pub use presented::Presenter;
pub use received::Receipts;
pub use refresh::{Refreshed, refresh, refresh_by};
pub(crate) use side::Side;
pub use sweep::{Swept, sweep};
pub use token::{LENGTH as REFRESH_TOKEN_LENGTH, family_of};
pub use verify::{sign_out, verify};

use latchkey_types::{FamilyEndReason, FamilyId, IncidentClass};
use sea_orm::DbErr;

use crate::{error::StoreError, key::KeyError};

/// Why a refresh token gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// Not one of ours: another shape, a wrong MAC, an unknown family.
    #[error("not a refresh token of ours")]
    Forged,
    /// Under a master key that is not in the list.
    #[error("a refresh token under an unknown master key")]
    UnknownKey,
    /// Another client's, or without the key that it is bound to. Its family is untouched.
    #[error("a refresh token of another client")]
    NotTheirs,
    /// Its pair travels in another way than this caller may be given one. Its family is untouched.
    #[error("a refresh token whose pair travels in another way")]
    OtherTransport,
    /// Of a family that was over.
    #[error("the refresh family is over")]
    Ended {
        /// The family.
        family_id: FamilyId,
        /// Why it is over.
        reason: FamilyEndReason,
    },
    /// A rotated one that nothing excuses: its family is over from now on.
    #[error("a refresh token was reused")]
    Reused {
        /// The family.
        family_id: FamilyId,
        /// What it looks like.
        class: IncidentClass,
    },
    /// It did not happen, for a reason of ours.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

impl From<KeyError> for RefreshError {
    fn from(error: KeyError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<DbErr> for RefreshError {
    fn from(error: DbErr) -> Self {
        Self::Internal(error.into())
    }
}
