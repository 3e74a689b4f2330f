//! Deciding whether a refresh family may act, for whoever holds one of its access tokens.

use latchkey_types::{FamilyEndReason, SignInMethod, UnixMillis, UserId, Word};
use sea_orm::EntityTrait;

use super::{received::Made, side::Side};
use crate::{
    Authority,
    access_token::Verified,
    caller::Caller,
    entity::{families, users},
    error::StoreError,
    principal::{Credential, Principal},
    tx::role,
};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// The family may act.
    Live {
        /// For whom.
        principal: Principal,
    },
    /// The family is over, and its access tokens with it.
    Ended {
        /// Why.
        reason: FamilyEndReason,
    },
    /// Its user was disabled.
    UserDisabled,
    /// Its user is gone.
    UserGone,
    /// There is no such family.
    Unknown,
}

/// Checks the family of an access token whose signature and claims were found good, as it stands
/// now; and notes that the generation of the token was received.
///
/// # Errors
/// [`StoreError`] when the database fails: then nobody is let in.
pub async fn check(
    authority: &Authority,
    verified: &Verified,
    caller: &Caller,
) -> Result<Check, StoreError> {
    let found = families::Entity::find_by_id(verified.family_id.as_uuid())
        .one(authority.database())
        .await?
        .filter(|family| family.user_id == verified.user_id.as_uuid());
    let Some(family) = found else {
        return Ok(Check::Unknown);
    };
    let now = authority.now();
    if let Some(reason) = over(&family, now)? {
        return Ok(Check::Ended { reason });
    }
    let user = users::Entity::find_by_id(family.user_id)
        .one(authority.database())
        .await?;
    let Some(user) = user else {
        return Ok(Check::UserGone);
    };
    if user.disabled_at.is_some() {
        return Ok(Check::UserDisabled);
    }
    if verified.generation == family.generation {
        authority.receipts().note(
            verified.family_id,
            Made::of(&family),
            Side::of_caller(caller),
            now,
        );
    }
    Ok(Check::Live {
        principal: Principal {
            user_id: UserId::from_uuid(family.user_id),
            credential: Credential::Family(verified.family_id),
            method: method(&family.method)?,
            proved_at: UnixMillis(family.proved_at),
            role: role(&user.role)?,
        },
    })
}

/// Why a family may not act, or `None` if it may. A limit that is reached is passed.
pub(crate) fn over(
    family: &families::Model,
    now: UnixMillis,
) -> Result<Option<FamilyEndReason>, StoreError> {
    if family.ended_at.is_some() {
        return end_reason(family.end_reason.as_deref()).map(Some);
    }
    if now.0 >= family.ends_at {
        return Ok(Some(FamilyEndReason::Expired));
    }
    if now.0 >= family.expires_at {
        return Ok(Some(FamilyEndReason::Idle));
    }
    Ok(None)
}

pub(super) fn end_reason(text: Option<&str>) -> Result<FamilyEndReason, StoreError> {
    text.and_then(|text| FamilyEndReason::parse(text).ok())
        .ok_or(StoreError::Inconsistent {
            table: "families",
            column: "end_reason",
        })
}

pub(super) fn method(text: &str) -> Result<SignInMethod, StoreError> {
    SignInMethod::parse(text).map_err(|_| StoreError::Inconsistent {
        table: "families",
        column: "method",
    })
}
