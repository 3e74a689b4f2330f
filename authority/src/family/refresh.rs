//! Presenting a refresh token: the swap, and what becomes of a token that is not the current one.
//!
//! - The swap is one compare-and-swap on the family's row, in the transaction that records the
//!   rotation. Of any number of callers with one token, one swaps; the others find the row changed,
//!   lock it, and are judged by [`super::judge`].
//! - What the judgement asks for commits with it. That includes the end of the family after a
//!   reuse, although the answer is a refusal (invariant 1).
//! - The caller's user is locked shared before the family, so nothing is minted beside a disabling.

use latchkey_types::{FamilyId, RefreshOutcome, Transport, UserId, Word};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter,
    sea_query::{Expr, Query, SimpleExpr},
};

use super::{
    RefreshError,
    issue::{From as MadeFrom, Issued, pair, record_rotation},
    judge::{Judgement, Presentation},
    outcome,
    presented::{Found, Presenter, lock_owner, presentation, refuse, refused},
    token::{RefreshToken, TokenError},
};
use crate::{
    Authority, AuthorityTx,
    caller::Caller,
    entity::{families, rotations},
    error::StoreError,
    key,
    signal::Signals,
};

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

/// Exchanges a refresh token for the next pair (RFC 6749 §6, with rotation as RFC 9700 §4.14.2).
///
/// # Errors
/// [`RefreshError`]. After [`RefreshError::Reused`] the family is over.
pub async fn refresh(
    authority: &Authority,
    text: &str,
    by: &Presenter<'_>,
) -> Result<Refreshed, RefreshError> {
    exchange(authority, text, by, None).await
}

/// The same for a caller who may only be given a pair that travels in this way. Of any other family
/// nothing is given, and nothing rotates; a token that is no good is still what it is for
/// [`refresh`], with all that follows.
///
/// # Errors
/// As [`refresh`]; [`RefreshError::OtherTransport`] where that would have given a pair.
pub async fn refresh_by(
    authority: &Authority,
    text: &str,
    by: &Presenter<'_>,
    transport: Transport,
) -> Result<Refreshed, RefreshError> {
    exchange(authority, text, by, Some(transport)).await
}

async fn exchange(
    authority: &Authority,
    text: &str,
    by: &Presenter<'_>,
    only: Option<Transport>,
) -> Result<Refreshed, RefreshError> {
    let arrival = authority.now();
    let token = match RefreshToken::open(authority.keys(), text) {
        Ok(token) => token,
        Err(error) => return Err(refused(authority, error, by.caller).await),
    };
    let presented = presentation(token, by, arrival);
    // Outside the transaction: the first key of all is made in one of its own.
    key::load(authority).await?;
    let mut tx = AuthorityTx::begin(authority).await?;
    let Some(user_id) = lock_owner(&mut tx, token.family_id).await? else {
        // The record takes a transaction of its own, and on SQLite this one's turn.
        drop(tx);
        return Err(refused(authority, TokenError::Forged, by.caller).await);
    };
    if let Some(family) = swap(&tx, token.family_id, user_id, &presented, only).await? {
        return rotated(tx, family, &presented).await;
    }
    let found = Found::read(&tx, token.family_id, &presented).await?;
    settle(tx, &found, &presented, by.caller, only).await
}

/// The compare-and-swap: one statement that holds every condition of the current token.
async fn swap(
    tx: &AuthorityTx,
    family_id: FamilyId,
    user_id: UserId,
    presented: &Presentation<'_>,
    only: Option<Transport>,
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
    .filter(
        Condition::all().add_option(only.map(|only| families::Column::Transport.eq(only.as_str()))),
    )
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

/// What the judgement asks for, where it gives a pair.
async fn settle(
    tx: AuthorityTx,
    found: &Found,
    presented: &Presentation<'_>,
    caller: &Caller,
    only: Option<Transport>,
) -> Result<Refreshed, RefreshError> {
    let family = &found.family;
    match found.judge(&tx, presented)?.given_by(family, only) {
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
