//! Presenting a refresh token: the swap, and what becomes of a token that is not the current one.
//!
//! - The swap is one compare-and-swap on the family's row, in the transaction that records the
//!   rotation. Of any number of callers with one token, one swaps; the others find the row changed,
//!   lock it, and are judged by [`super::judge`].
//! - What the judgement asks for commits with it. That includes the end of the family after a
//!   reuse, although the answer is a refusal (invariant 1).
//! - The caller's user is locked shared before the family, so nothing is minted beside a disabling.

use latchkey_types::{FamilyEndReason, FamilyId, RefreshOutcome, UnixMillis, UserId, Word};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType, Query, SimpleExpr},
};

use super::{
    RefreshError,
    issue::{From as MadeFrom, Issued, pair, record_rotation},
    judge::{Judgement, Presentation, Standing, judge},
    outcome,
    side::Side,
    token::{RefreshToken, TokenError},
};
use crate::{
    Authority, AuthorityTx, Lock,
    caller::Caller,
    entity::{families, rotations},
    error::StoreError,
    key,
    signal::Signals,
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

/// What a refresh gave.
#[derive(Debug)]
pub struct Refreshed {
    /// The pair.
    pub issued: Issued,
    /// Why it was given: [`RefreshOutcome::Rotated`], [`RefreshOutcome::Retry`],
    /// [`RefreshOutcome::ForeignRetry`], [`RefreshOutcome::LostResponse`] or
    /// [`RefreshOutcome::LostTimeline`].
    pub outcome: RefreshOutcome,
}

/// What the judge may need of a family is at most so many rows: those that the grace covers are
/// limited by the rate of refreshes.
const ROWS: u64 = 500;

/// Exchanges a refresh token for the next pair (RFC 6749 §6, with rotation as RFC 9700 §4.14.2).
///
/// # Errors
/// [`RefreshError`]. After [`RefreshError::Reused`] the family is over.
pub async fn refresh(
    authority: &Authority,
    presented: &str,
    presenter: &Presenter<'_>,
) -> Result<Refreshed, RefreshError> {
    let arrival = authority.now();
    let token = match RefreshToken::open(authority.keys(), presented) {
        Ok(token) => token,
        Err(error) => return Err(refused(authority, error, presenter.caller).await),
    };
    let presentation = presentation(token, presenter, arrival);
    // Outside the transaction: the first key of all is made in one of its own.
    key::load(authority).await?;
    let mut tx = AuthorityTx::begin(authority).await?;
    let Some(user_id) = lock_owner(&mut tx, token.family_id).await? else {
        return Err(refused(authority, TokenError::Forged, presenter.caller).await);
    };
    if let Some(family) = swap(&tx, token.family_id, user_id, &presentation).await? {
        return rotated(tx, family, &presentation).await;
    }
    let found = Found::read(&tx, token.family_id, &presentation).await?;
    settle(tx, &found, &presentation, presenter.caller).await
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

/// The compare-and-swap: one statement that holds every condition of the current token.
async fn swap(
    tx: &AuthorityTx,
    family_id: FamilyId,
    user_id: UserId,
    presented: &Presentation<'_>,
) -> Result<Option<families::Model>, StoreError> {
    if !tx.locked(user_id).is_some_and(|user| user.is_active) {
        return Ok(None);
    }
    let now = tx.now();
    let idle_out = now.after(tx.authority().policy().family.idle).0;
    let same = |column: families::Column, value: Option<&str>| match value {
        Some(value) => column.eq(value),
        None => column.is_null(),
    };
    let is_its_token = Expr::exists(
        Query::select()
            .expr(Expr::val(1))
            .from(rotations::Entity)
            .and_where(rotations::Column::FamilyId.eq(family_id.as_uuid()))
            .and_where(rotations::Column::Generation.eq(presented.generation))
            .and_where(rotations::Column::Nonce.eq(presented.nonce.to_vec()))
            .to_owned(),
    );
    let updated = moved_on(
        families::Entity::update_many(),
        tx,
        presented,
        presented.generation + 1,
        RefreshOutcome::Rotated,
    )
    .col_expr(families::Column::ExpiresAt, sliding(idle_out))
    .filter(families::Column::FamilyId.eq(family_id.as_uuid()))
    .filter(families::Column::Generation.eq(presented.generation))
    .filter(families::Column::EndedAt.is_null())
    .filter(families::Column::ExpiresAt.gt(now.0))
    .filter(families::Column::EndsAt.gt(now.0))
    .filter(same(families::Column::ClientId, presented.client_id))
    .filter(same(
        families::Column::KeyThumbprint,
        presented.key_thumbprint,
    ))
    .filter(is_its_token)
    .exec_with_returning(tx.connection())
    .await?;
    Ok(updated.into_iter().next())
}

/// Seven days from now, or the absolute end, whichever is first.
fn sliding(idle_out: i64) -> SimpleExpr {
    Expr::case(
        families::Column::EndsAt.lt(idle_out),
        Expr::col(families::Column::EndsAt),
    )
    .finally(Expr::val(idle_out))
    .into()
}

fn moved_on(
    update: sea_orm::UpdateMany<families::Entity>,
    tx: &AuthorityTx,
    presented: &Presentation<'_>,
    generation: i64,
    outcome: RefreshOutcome,
) -> sea_orm::UpdateMany<families::Entity> {
    update
        .col_expr(families::Column::Generation, Expr::value(generation))
        .col_expr(families::Column::RotatedAt, Expr::value(tx.now().0))
        .col_expr(
            families::Column::LastAddress,
            Expr::value(presented.side.address.clone()),
        )
        .col_expr(families::Column::LastEvent, Expr::value(outcome.as_str()))
        .col_expr(families::Column::LastEventAt, Expr::value(tx.now().0))
}

async fn rotated(
    tx: AuthorityTx,
    family: families::Model,
    presented: &Presentation<'_>,
) -> Result<Refreshed, RefreshError> {
    let rotation = record_rotation(
        &tx,
        FamilyId::from_uuid(family.family_id),
        family.generation,
        Some(made_from(presented)),
        RefreshOutcome::Rotated,
        0,
        &presented.side,
    )
    .await?;
    let issued = pair(&tx, &family, &rotation).await?;
    // The rotation's row is its record: see the decision on rotations and the record.
    tx.commit([], Signals::Nothing).await?;
    Ok(Refreshed {
        issued,
        outcome: RefreshOutcome::Rotated,
    })
}

fn made_from(presented: &Presentation<'_>) -> MadeFrom {
    MadeFrom {
        generation: presented.generation,
        nonce: presented.nonce,
    }
}

/// A family as it stands, locked, with the rotations that the judge needs.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) family: families::Model,
    rotations: Vec<rotations::Model>,
}

impl Found {
    /// Locks the family's row and reads what it takes to judge the presented token.
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
        let covered = presented
            .arrival
            .before(tx.authority().policy().family.grace);
        let g = presented.generation;
        let rotations = rotations::Entity::find()
            .filter(rotations::Column::FamilyId.eq(family_id.as_uuid()))
            .filter(
                Condition::any()
                    .add(rotations::Column::Generation.is_in([g, g + 1, family.generation]))
                    .add(rotations::Column::FromGeneration.eq(g))
                    .add(rotations::Column::At.gte(covered.0)),
            )
            .order_by_desc(rotations::Column::Generation)
            .limit(ROWS)
            .all(tx.connection())
            .await?;
        Ok(Self { family, rotations })
    }

    fn current(&self) -> Result<&rotations::Model, StoreError> {
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
                .of(FamilyId::from_uuid(family.family_id), family.generation),
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

/// What the judgement asks for, where it gives a pair.
async fn settle(
    tx: AuthorityTx,
    found: &Found,
    presented: &Presentation<'_>,
    caller: &Caller,
) -> Result<Refreshed, RefreshError> {
    let family = &found.family;
    match found.judge(&tx, presented)? {
        Judgement::Retry {
            rotation,
            is_foreign,
        } => {
            // Before anything is written: what cannot be answered is not counted.
            let issued = pair(&tx, family, found.current()?).await?;
            let outcome =
                outcome::retried(tx, family, rotation, is_foreign, presented, caller).await?;
            Ok(Refreshed { issued, outcome })
        }
        Judgement::LostResponse { times } => {
            let current = found.current()?;
            let move_on = MoveOn {
                generation: family.generation + 1,
                outcome: RefreshOutcome::LostResponse,
                lost_responses: times + 1,
            };
            outcome::supersede(&tx, current).await?;
            let issued = move_on.take(&tx, family, presented).await?;
            let event = outcome::lost_response(family, move_on.generation, caller);
            tx.commit([event], Signals::Nothing).await?;
            Ok(Refreshed {
                issued,
                outcome: move_on.outcome,
            })
        }
        Judgement::Adopt => {
            let move_on = MoveOn {
                // Past both time lines: no generation is given twice.
                generation: Ord::max(family.generation, presented.generation) + 1,
                outcome: RefreshOutcome::LostTimeline,
                lost_responses: 0,
            };
            let issued = move_on.take(&tx, family, presented).await?;
            let event = outcome::adopted(&tx, family, presented, caller).await?;
            tx.commit([event], Signals::Nothing).await?;
            Ok(Refreshed {
                issued,
                outcome: move_on.outcome,
            })
        }
        // It was not a moment ago, or the swap would have taken it; and generations only grow.
        Judgement::Current => Err(StoreError::Inconsistent {
            table: "families",
            column: "generation",
        }
        .into()),
        judgement => Err(refuse(tx, family, judgement, presented, caller).await),
    }
}

/// A swap that is not the plain one.
struct MoveOn {
    generation: i64,
    outcome: RefreshOutcome,
    lost_responses: i64,
}

impl MoveOn {
    /// Moves the locked family to a generation of its own for the presented token.
    async fn take(
        &self,
        tx: &AuthorityTx,
        family: &families::Model,
        presented: &Presentation<'_>,
    ) -> Result<Issued, StoreError> {
        let idle_out = tx.now().after(tx.authority().policy().family.idle).0;
        let moved = moved_on(
            families::Entity::update_many(),
            tx,
            presented,
            self.generation,
            self.outcome,
        )
        .col_expr(families::Column::ExpiresAt, sliding(idle_out))
        .filter(families::Column::FamilyId.eq(family.family_id))
        .exec_with_returning(tx.connection())
        .await?
        .into_iter()
        .next()
        .ok_or(StoreError::Inconsistent {
            table: "families",
            column: "family_id",
        })?;
        let rotation = record_rotation(
            tx,
            FamilyId::from_uuid(family.family_id),
            self.generation,
            Some(made_from(presented)),
            self.outcome,
            self.lost_responses,
            &presented.side,
        )
        .await?;
        pair(tx, &moved, &rotation).await
    }
}

/// What the judgement asks for, where it gives nothing.
pub(super) async fn refuse(
    tx: AuthorityTx,
    family: &families::Model,
    judgement: Judgement<'_>,
    presented: &Presentation<'_>,
    caller: &Caller,
) -> RefreshError {
    let family_id = FamilyId::from_uuid(family.family_id);
    let (done, error) = match judgement {
        Judgement::Ended(reason) => (
            outcome::after_the_end(tx, family, reason, presented, caller).await,
            RefreshError::Ended { family_id, reason },
        ),
        Judgement::Reuse { class, rotation } => (
            outcome::reused(tx, family, rotation, class, presented, caller).await,
            RefreshError::Reused { family_id, class },
        ),
        _ => {
            let authority = tx.authority().clone();
            drop(tx);
            (
                outcome::record_refusal(&authority, "not_theirs", Some(family), caller).await,
                RefreshError::NotTheirs,
            )
        }
    };
    match done {
        Ok(()) => error,
        Err(failed) => failed.into(),
    }
}
