//! What refreshing, verifying and signing out share: reading the presented token, finding and
//! locking its family, and refusing it.

use latchkey_types::{FamilyEndReason, FamilyId, UnixMillis, UserId};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait as _, LockType, Query},
};

use super::{
    RefreshError,
    judge::{Judgement, LOOKED_BACK, Presentation, Standing, judge},
    outcome,
    received::Made,
    side::Side,
    token::{RefreshToken, TokenError},
};
use crate::{
    Authority, AuthorityTx, Lock,
    caller::Caller,
    entity::{families, rotations},
    error::StoreError,
};

/// Who presents a refresh token.
#[derive(Debug, Clone, Copy)]
pub struct Presenter<'a> {
    /// The client that asks; none at the first-party door.
    pub client_id: Option<&'a str>,
    /// The thumbprint of the key that it proved to hold, if it did.
    pub key_thumbprint: Option<&'a str>,
    /// Where it is.
    pub caller: &'a Caller,
}

pub(super) fn presentation<'a>(
    token: RefreshToken,
    presenter: &Presenter<'a>,
    arrival: UnixMillis,
) -> Presentation<'a> {
    Presentation {
        generation: i64::from(token.generation),
        nonce: token.nonce,
        client_id: presenter.client_id,
        key_thumbprint: presenter.key_thumbprint,
        side: Side::of_caller(presenter.caller),
        arrival,
    }
}

/// A text that is no token of a family: on the record, once a minute for each address.
pub(super) async fn refused(
    authority: &Authority,
    error: TokenError,
    caller: &Caller,
) -> RefreshError {
    let (error, reason) = match error {
        TokenError::Malformed => (RefreshError::Forged, "malformed"),
        TokenError::Forged => (RefreshError::Forged, "forged"),
        TokenError::UnknownKey => {
            tracing::warn!("a refresh token names a master key that is not in the list");
            (RefreshError::UnknownKey, "unknown_key")
        }
    };
    match outcome::record_refusal(authority, reason, None, caller).await {
        Ok(()) => error,
        Err(failed) => failed.into(),
    }
}

/// Locks the family's user shared; `None` if there is no such family.
pub(super) async fn lock_owner(
    tx: &mut AuthorityTx,
    family_id: FamilyId,
) -> Result<Option<UserId>, StoreError> {
    tx.lock_user_where(
        Query::select()
            .column(families::Column::UserId)
            .from(families::Entity)
            .and_where(families::Column::FamilyId.eq(family_id.as_uuid()))
            .to_owned(),
        Lock::Shared,
    )
    .await
}

/// A family as it stands, locked, with the rotations that the judge needs.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) family: families::Model,
    rotations: Vec<rotations::Model>,
}

impl Found {
    /// Locks the family's row and reads what it takes to judge the presented token: of a family
    /// that was ended, no rotations.
    pub(super) async fn read(
        tx: &AuthorityTx,
        family_id: FamilyId,
        presented: &Presentation<'_>,
    ) -> Result<Self, StoreError> {
        let family = families::Entity::find_by_id(family_id.as_uuid())
            .lock(LockType::Update)
            .one(tx.connection())
            .await?
            .ok_or(StoreError::Inconsistent {
                table: "families",
                column: "family_id",
            })?;
        if family.ended_at.is_some() {
            return Ok(Self {
                family,
                rotations: Vec::new(),
            });
        }
        let covered = presented
            .arrival
            .before(tx.authority().policy().family.grace);
        let g = presented.generation;
        // Where a lost time line was adopted, generations are missing: the next one need not be the
        // next number.
        let next = Query::select()
            .expr(rotations::Column::Generation.min())
            .from(rotations::Entity)
            .and_where(rotations::Column::FamilyId.eq(family_id.as_uuid()))
            .and_where(rotations::Column::Generation.gt(g))
            .to_owned();
        let rotations = rotations::Entity::find()
            .filter(rotations::Column::FamilyId.eq(family_id.as_uuid()))
            // Says nothing new, but SQLite goes by it: a family may have very many rotations.
            .filter(rotations::Column::Generation.gte(Ord::min(g, family.generation - LOOKED_BACK)))
            .filter(
                Condition::any()
                    .add(rotations::Column::Generation.is_in([g, family.generation]))
                    // As one value: a list would keep PostgreSQL from using its indexes here.
                    .add(Expr::col(rotations::Column::Generation).eq(Expr::from(next)))
                    .add(rotations::Column::FromGeneration.eq(g))
                    .add(
                        Condition::all()
                            .add(rotations::Column::Generation.gt(family.generation - LOOKED_BACK))
                            .add(rotations::Column::At.gte(covered.0)),
                    ),
            )
            .order_by_desc(rotations::Column::Generation)
            .all(tx.connection())
            .await?;
        Ok(Self { family, rotations })
    }

    pub(super) fn current(&self) -> Result<&rotations::Model, StoreError> {
        self.rotations
            .iter()
            .find(|row| row.generation == self.family.generation)
            .ok_or(StoreError::Inconsistent {
                table: "rotations",
                column: "generation",
            })
    }

    /// Judges the presented token by the rows as they stand, locked.
    pub(super) fn judge(
        &self,
        tx: &AuthorityTx,
        presented: &Presentation<'_>,
    ) -> Result<Judgement<'_>, StoreError> {
        let authority = tx.authority();
        let family = &self.family;
        let standing = Standing {
            family,
            rotations: &self.rotations,
            noted: authority
                .receipts()
                .of(FamilyId::from_uuid(family.family_id), Made::of(family)),
        };
        let judgement = judge(&standing, presented, &authority.policy().family, tx.now())?;
        let is_active = tx
            .locked(UserId::from_uuid(family.user_id))
            .is_some_and(|user| user.is_active);
        Ok(match judgement {
            Judgement::NotTheirs | Judgement::Ended(_) => judgement,
            // Disabling ends every family; this holds should that ever be missed.
            _ if !is_active => Judgement::Ended(FamilyEndReason::UserDisabled),
            judgement => judgement,
        })
    }
}

/// What the judgement asks for, where it gives nothing.
///
/// Once a token is judged, what follows goes on when its caller goes away: nobody tries a stolen
/// one unseen by hanging up.
pub(super) async fn refuse(
    tx: AuthorityTx,
    family: &families::Model,
    judgement: Judgement<'_>,
    presented: &Presentation<'_>,
    caller: &Caller,
) -> RefreshError {
    let family_id = FamilyId::from_uuid(family.family_id);
    let (family, presented, caller) = (family.clone(), presented.seen(), caller.clone());
    let (following, error) = match judgement {
        Judgement::Ended(reason) => (
            tokio::spawn(async move {
                outcome::after_the_end(tx, &family, reason, &presented, &caller).await
            }),
            RefreshError::Ended { family_id, reason },
        ),
        Judgement::Reuse { class, rotation } => {
            let rotation = rotation.clone();
            (
                tokio::spawn(async move {
                    outcome::reused(tx, &family, &rotation, class, &presented, &caller).await
                }),
                RefreshError::Reused { family_id, class },
            )
        }
        judgement => {
            let (reason, error) = match judgement {
                Judgement::OtherTransport => ("other_transport", RefreshError::OtherTransport),
                _ => ("not_theirs", RefreshError::NotTheirs),
            };
            (
                tokio::spawn(async move {
                    let authority = tx.authority().clone();
                    drop(tx);
                    outcome::record_refusal(&authority, reason, Some(&family), &caller).await
                }),
                error,
            )
        }
    };
    match following.await {
        Ok(Ok(())) => error,
        Ok(Err(failed)) => failed.into(),
        Err(cut) => DbErr::Custom(format!("the refusal was cut off: {cut}")).into(),
    }
}
