//! Changing keys by hand: rotating, killing.

use std::time::Duration;

use latchkey_types::{Algorithm, UnixMillis, Word as _};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    KeyError, KeyState, PUBLISHED_AHEAD, VERIFIES_FOR,
    load::{draw, event, insert, rows, signer},
    pair::Pair,
    set::{Times, algorithm as algorithm_of},
    tend::in_use,
};
use crate::{
    ActError, Authority, AuthorityTx,
    audit::AuditEvent,
    caller::Caller,
    entity::signing_keys,
    principal::{Actor, Permission},
    signal::Signal,
};

/// What a rotation led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// The key that is to sign.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// From when on it signs.
    pub signs_from: UnixMillis,
    /// Whether this call changed anything: a rotation that is under way already stays as it is.
    pub changed: bool,
}

/// What a kill led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Killed {
    /// Whether this call killed it.
    pub changed: bool,
    /// The key that signs in its place, if it was the one that signed.
    pub successor: Option<String>,
}

/// Publishes the next key of `algorithm` (where not given: of access tokens), which signs an hour
/// later. What the old one signed stays good until it expires.
///
/// # Errors
/// [`KeyError::NotInUse`]; [`KeyError::Act`] if the actor may not.
pub async fn rotate(
    authority: &Authority,
    actor: impl Into<Actor<'_>>,
    algorithm: Option<Algorithm>,
    caller: &Caller,
) -> Result<Rotated, KeyError> {
    by_hand(authority, actor.into(), algorithm, PUBLISHED_AHEAD, caller).await
}

/// The same, but signs at once: verifiers that keep the key set must fetch it again when they meet
/// a key that they do not know.
///
/// # Errors
/// As [`rotate`].
pub async fn rotate_at_once(
    authority: &Authority,
    actor: impl Into<Actor<'_>>,
    algorithm: Option<Algorithm>,
    caller: &Caller,
) -> Result<Rotated, KeyError> {
    by_hand(authority, actor.into(), algorithm, Duration::ZERO, caller).await
}

async fn by_hand(
    authority: &Authority,
    actor: Actor<'_>,
    algorithm: Option<Algorithm>,
    ahead: Duration,
    caller: &Caller,
) -> Result<Rotated, KeyError> {
    let algorithm = algorithm.unwrap_or(authority.policy().token.algorithm);
    if !in_use(authority).contains(&algorithm) {
        return Err(KeyError::NotInUse);
    }
    let pair = draw(algorithm).await?;
    let mut tx = AuthorityTx::begin(authority).await?;
    tx.act(actor, Permission::ManageKeys, &[]).await?;
    tx.lock_keys().await?;
    let signs_from = tx.now().after(ahead);
    let (rotated, event) = follow(&tx, &pair, algorithm, signs_from, caller).await?;
    let Some(event) = event else {
        return Ok(rotated);
    };
    tx.commit([signed(event, actor)], Signal::KeysChanged)
        .await?;
    Ok(rotated)
}

/// Who did it, and through what.
fn signed(event: AuditEvent, actor: Actor<'_>) -> AuditEvent {
    match actor {
        Actor::Principal(principal) => event.by(&actor).through(principal.credential),
        Actor::Operator => event.by(&actor),
    }
}

/// Has a key follow the one that signs, from `signs_from` on: the one that is published already,
/// or `pair`. Where none signs, it begins at once. Says nothing of an event where nothing changed.
pub(super) async fn follow(
    tx: &AuthorityTx,
    pair: &Pair,
    algorithm: Algorithm,
    signs_from: UnixMillis,
    caller: &Caller,
) -> Result<(Rotated, Option<AuditEvent>), KeyError> {
    let rows = rows(tx.connection()).await?;
    let is_first = signer(&rows, algorithm, tx.now()).is_none();
    let signs_from = if is_first { tx.now() } else { signs_from };
    let (kid, what) = match next(&rows, algorithm, tx.now()) {
        Some(next) if next.signs_from <= signs_from.0 => {
            let rotated = Rotated {
                kid: next.kid.clone(),
                algorithm,
                signs_from: UnixMillis(next.signs_from),
                changed: false,
            };
            return Ok((rotated, None));
        }
        Some(next) => {
            let column = signing_keys::Column::SignsFrom;
            set_time(tx, &next.kid, column, Some(signs_from)).await?;
            (next.kid.clone(), "promoted")
        }
        None => {
            let kid = insert(tx, pair, algorithm, signs_from).await?;
            (kid, if is_first { "made" } else { "published" })
        }
    };
    for row in &rows {
        let is_of_it = row.algorithm == algorithm.as_str() && row.kid != kid;
        if is_of_it && Times::of(row).state(tx.now()) == Some(KeyState::Active) {
            retire(tx, &row.kid, Some(signs_from)).await?;
        }
    }
    let event = event(what, &kid, algorithm, caller).fact("signs_from", signs_from.0.into());
    let rotated = Rotated {
        kid,
        algorithm,
        signs_from,
        changed: true,
    };
    Ok((rotated, Some(event)))
}

/// The row of the key that is published and does not sign yet.
pub(super) fn next(
    rows: &[signing_keys::Model],
    algorithm: Algorithm,
    now: UnixMillis,
) -> Option<&signing_keys::Model> {
    rows.iter()
        .filter(|row| row.algorithm == algorithm.as_str())
        .find(|row| Times::of(row).state(now) == Some(KeyState::Next))
}

/// Has a key stop signing at an instant, or go on.
pub(super) async fn retire(
    tx: &AuthorityTx,
    kid: &str,
    at: Option<UnixMillis>,
) -> Result<(), KeyError> {
    set_time(tx, kid, signing_keys::Column::RetiresAt, at).await?;
    let until = at.map(|at| at.after(VERIFIES_FOR));
    set_time(tx, kid, signing_keys::Column::VerifiesUntil, until).await
}

async fn set_time(
    tx: &AuthorityTx,
    kid: &str,
    column: signing_keys::Column,
    at: Option<UnixMillis>,
) -> Result<(), KeyError> {
    signing_keys::Entity::update_many()
        .col_expr(column, Expr::value(at.map(|at| at.0)))
        .filter(signing_keys::Column::Kid.eq(kid))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Kills a key: no token that it signed is good from now on, here at once and on other nodes when
/// they hear of it. Where it was the one that signs, its successor signs at once.
///
/// # Errors
/// [`ActError::NotFound`] within [`KeyError::Act`], or that the actor may not.
pub async fn kill(
    authority: &Authority,
    actor: impl Into<Actor<'_>>,
    kid: &str,
    caller: &Caller,
) -> Result<Killed, KeyError> {
    let actor = actor.into();
    // A plain read says what to draw a successor for; a key never changes its algorithm.
    let named = signing_keys::Entity::find_by_id(kid)
        .one(authority.database())
        .await?;
    let algorithm = named.map(|row| algorithm_of(&row.algorithm)).transpose()?;
    let pair = draw(algorithm.unwrap_or(Algorithm::EdDsa)).await?;

    let mut tx = AuthorityTx::begin(authority).await?;
    // Permission before existence: who may not manage keys learns nothing about them.
    tx.act(actor, Permission::ManageKeys, &[]).await?;
    tx.lock_keys().await?;
    let algorithm = algorithm.ok_or(ActError::NotFound)?;
    let before = rows(tx.connection()).await?;
    let state = before
        .iter()
        .find(|row| row.kid == kid)
        .and_then(|row| Times::of(row).state(tx.now()))
        .ok_or(ActError::NotFound)?;
    if state == KeyState::Killed {
        return Ok(Killed {
            changed: false,
            successor: None,
        });
    }
    wipe(&tx, kid).await?;
    let mut events = vec![signed(
        event("killed", kid, algorithm, caller).fact("was", state.as_str().into()),
        actor,
    )];
    let mut successor = None;
    let left = rows(tx.connection()).await?;
    if state == KeyState::Next {
        // The one before it goes on signing.
        if let Some(row) = signer(&left, algorithm, tx.now()) {
            retire(&tx, &row.kid, None).await?;
        }
    } else if in_use(authority).contains(&algorithm) && signer(&left, algorithm, tx.now()).is_none()
    {
        let (rotated, event) = follow(&tx, &pair, algorithm, tx.now(), caller).await?;
        events.extend(event.map(|event| signed(event, actor)));
        successor = Some(rotated.kid);
    }
    tx.commit(events, Signal::KeysChanged).await?;
    Ok(Killed {
        changed: true,
        successor,
    })
}

/// Marks a key as killed, and takes its private half away.
async fn wipe(tx: &AuthorityTx, kid: &str) -> Result<(), KeyError> {
    signing_keys::Entity::update_many()
        .col_expr(signing_keys::Column::KilledAt, Expr::value(tx.now().0))
        .col_expr(
            signing_keys::Column::SealedKey,
            Expr::value(Vec::<u8>::new()),
        )
        .filter(signing_keys::Column::Kid.eq(kid))
        .exec(tx.connection())
        .await?;
    Ok(())
}
