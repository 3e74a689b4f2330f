//! Deciding whether a refresh family may act, for whoever holds one of its access tokens.

use latchkey_types::{FamilyEndReason, FamilyId, SignInMethod, UnixMillis, UserId, Word};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{received::Made, side::Side};
use crate::{
    Authority,
    access_token::Verified,
    caller::Caller,
    entity::families,
    error::StoreError,
    feed::{self, Snapshot},
    principal::{Credential, Principal},
    user,
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

/// A copy of a family's row, as far as checks need it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FamilyCopy {
    family_id: FamilyId,
    user_id: UserId,
    method: SignInMethod,
    proved_at: UnixMillis,
    limits: Limits,
    generation: i64,
    made: Made,
}

impl Snapshot for FamilyCopy {
    fn about(&self) -> [Uuid; 2] {
        [self.family_id.as_uuid(), self.user_id.as_uuid()]
    }
}

impl FamilyCopy {
    fn of(row: &families::Model) -> Result<Self, StoreError> {
        Ok(Self {
            family_id: FamilyId::from_uuid(row.family_id),
            user_id: UserId::from_uuid(row.user_id),
            method: method(&row.method)?,
            proved_at: UnixMillis(row.proved_at),
            limits: Limits::of(row)?,
            generation: row.generation,
            made: Made::of(row),
        })
    }
}

/// What ends a family.
#[derive(Debug, Clone, Copy)]
struct Limits {
    ended: Option<FamilyEndReason>,
    ends_at: UnixMillis,
    expires_at: UnixMillis,
}

impl Limits {
    fn of(row: &families::Model) -> Result<Self, StoreError> {
        Ok(Self {
            ended: row
                .ended_at
                .map(|_| end_reason(row.end_reason.as_deref()))
                .transpose()?,
            ends_at: UnixMillis(row.ends_at),
            expires_at: UnixMillis(row.expires_at),
        })
    }

    /// Why the family may not act, or `None` if it may. A limit that is reached is passed.
    fn over(&self, now: UnixMillis) -> Option<FamilyEndReason> {
        if self.ended.is_some() {
            self.ended
        } else if now >= self.ends_at {
            Some(FamilyEndReason::Expired)
        } else if now >= self.expires_at {
            Some(FamilyEndReason::Idle)
        } else {
            None
        }
    }
}

/// Checks the family of an access token whose signature and claims were found good, as this node
/// knows it; and notes that the generation of the token was received. On a warm node no query is
/// needed.
///
/// # Errors
/// [`StoreError`] when the database fails, or this node cannot show that it is fresh: then nobody
/// is let in.
pub async fn check(
    authority: &Authority,
    verified: &Verified,
    caller: &Caller,
) -> Result<Check, StoreError> {
    feed::on_fresh(authority, || look(authority, verified, caller)).await
}

async fn look(
    authority: &Authority,
    verified: &Verified,
    caller: &Caller,
) -> Result<Check, StoreError> {
    let copies = &authority.copies().families;
    let family_id = verified.family_id;
    let read = || read(authority, family_id);
    let mut found = copies.get(authority, &family_id, read).await?;
    // A refresh moves the generation and the sliding limit on, and tells nobody: it takes nothing
    // away. So nobody is sent away on an old copy, and a newer token has the row read again.
    let is_behind = found.is_some_and(|family| {
        verified.generation > family.generation
            || family.limits.over(authority.now()) == Some(FamilyEndReason::Idle)
    });
    if is_behind {
        found = copies.read(authority, &family_id, read).await?;
    }
    let Some(family) = found.filter(|family| family.user_id == verified.user_id) else {
        return Ok(Check::Unknown);
    };
    let now = authority.now();
    if let Some(reason) = family.limits.over(now) {
        return Ok(Check::Ended { reason });
    }
    if authority.feed().standing(family_id.as_uuid()).is_ended {
        // The row says otherwise: a restored copy of the database. What was ended stays ended.
        return Ok(Check::Unknown);
    }
    let Some(user) = user::copy(authority, family.user_id).await? else {
        return Ok(Check::UserGone);
    };
    if !user.is_active {
        return Ok(Check::UserDisabled);
    }
    if verified.generation == family.generation {
        let side = Side::of_caller(caller);
        authority.receipts().note(family_id, family.made, side, now);
    }
    Ok(Check::Live {
        principal: Principal {
            user_id: family.user_id,
            credential: Credential::Family(family_id),
            method: family.method,
            proved_at: family.proved_at,
            role: user.role,
        },
    })
}

async fn read(
    authority: &Authority,
    family_id: FamilyId,
) -> Result<Option<FamilyCopy>, StoreError> {
    families::Entity::find_by_id(family_id.as_uuid())
        .one(authority.database())
        .await?
        .as_ref()
        .map(FamilyCopy::of)
        .transpose()
}

/// Why a family may not act by its row, or `None` if it may.
pub(crate) fn over(
    family: &families::Model,
    now: UnixMillis,
) -> Result<Option<FamilyEndReason>, StoreError> {
    Ok(Limits::of(family)?.over(now))
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
