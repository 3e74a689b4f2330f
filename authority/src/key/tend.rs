//! The periodic job: rotation by age, and tidying.

use latchkey_types::{Algorithm, UnixMillis};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    KEEP_KILLED, KeyError, KeyState, PUBLISHED_AHEAD, SIGNS_FOR,
    change::{follow, next, retire},
    load::{catch_up, draw, event, rows, signer, with_signer},
    seal::{Sealed, open, seal},
    set::{Times, algorithm as algorithm_of},
};
use crate::{Authority, AuthorityTx, caller::Caller, entity::signing_keys, signal::Signal};

/// What a round of tending did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tended {
    /// Keys that were published, to sign in an hour.
    pub published: u64,
    /// Keys that no longer sign, because nothing signs with their algorithm any more.
    pub retired: u64,
    /// Keys that were sealed anew, under the current master key.
    pub resealed: u64,
    /// Keys that this node sealed anew and that are under another master key again: some other
    /// node's list has another one first.
    pub disputed: u64,
    /// Keys that are good for nothing and were forgotten.
    pub forgotten: u64,
}

/// The algorithms of which there is always a key: that of access tokens, and the one of ID tokens.
pub(super) fn in_use(authority: &Authority) -> Vec<Algorithm> {
    let mut algorithms = vec![authority.policy().token.algorithm];
    if !algorithms.contains(&Algorithm::Rs256) {
        algorithms.push(Algorithm::Rs256);
    }
    algorithms
}

/// Reads what other nodes changed, makes what is missing, publishes what is due, forgets what is
/// over. Run each minute, by every node: the first one finds the work, the others find it done.
///
/// # Errors
/// [`KeyError`]; what was done before that stays done.
pub async fn tend(authority: &Authority) -> Result<Tended, KeyError> {
    let mut tended = Tended::default();
    catch_up(authority).await?;
    for algorithm in in_use(authority) {
        with_signer(authority, algorithm).await?;
        if rotation_is_due(authority, algorithm).await? {
            tended.published += u64::from(publish(authority, algorithm).await?);
        }
    }
    let rows = rows(authority.database()).await?;
    let now = authority.now();
    for row in &rows {
        let algorithm = algorithm_of(&row.algorithm)?;
        if !in_use(authority).contains(&algorithm) && is_old(row, now) {
            tended.retired += u64::from(retire_last(authority, &row.kid, algorithm).await?);
        }
        let is_good = Times::of(row).verifies(now);
        if is_good && row.master_key_id != authority.keys().current_id() {
            // Once in the life of this process: two nodes that do not agree which master key is
            // the first would seal in turns for ever. Whoever is started last has the last word.
            if authority.signing_keys().has_resealed(&row.kid) {
                tended.disputed += 1;
            } else if reseal(authority, &row.kid).await? {
                authority.signing_keys().note_resealed(&row.kid);
                tended.resealed += 1;
            }
        }
    }
    if rows.iter().any(|row| is_over(row, now)) {
        tended.forgotten = forget(authority).await?;
    }
    authority
        .signing_keys()
        .keep_resealed(|kid| rows.iter().any(|row| row.kid == kid));
    Ok(tended)
}

/// Whether a key that signs has done so for as long as it should, at `now`.
fn is_old(row: &signing_keys::Model, now: UnixMillis) -> bool {
    let times = Times::of(row);
    times.state(now) == Some(KeyState::Active)
        && times.retires_at.is_none()
        && times.signs_from.after(SIGNS_FOR) <= now
}

/// Whether the next key has to be published now to sign when the current one has had its time.
fn is_due(rows: &[signing_keys::Model], algorithm: Algorithm, now: UnixMillis) -> bool {
    next(rows, algorithm, now).is_none()
        && signer(rows, algorithm, now).is_some_and(|row| is_old(row, now.after(PUBLISHED_AHEAD)))
}

async fn rotation_is_due(authority: &Authority, algorithm: Algorithm) -> Result<bool, KeyError> {
    let rows = rows(authority.database()).await?;
    Ok(is_due(&rows, algorithm, authority.now()))
}

async fn publish(authority: &Authority, algorithm: Algorithm) -> Result<bool, KeyError> {
    let pair = draw(algorithm).await?;
    let tx = AuthorityTx::begin(authority).await?;
    tx.lock_keys().await?;
    if !is_due(&rows(tx.connection()).await?, algorithm, tx.now()) {
        return Ok(false);
    }
    let signs_from = tx.now().after(PUBLISHED_AHEAD);
    let (_, event) = follow(&tx, &pair, algorithm, signs_from, &program()).await?;
    tx.commit(event, Signal::KeysChanged).await?;
    Ok(true)
}

/// Retires a key that needs no successor.
async fn retire_last(
    authority: &Authority,
    kid: &str,
    algorithm: Algorithm,
) -> Result<bool, KeyError> {
    let tx = AuthorityTx::begin(authority).await?;
    tx.lock_keys().await?;
    let row = signing_keys::Entity::find_by_id(kid)
        .one(tx.connection())
        .await?;
    if !row.is_some_and(|row| is_old(&row, tx.now())) {
        return Ok(false);
    }
    retire(&tx, kid, Some(tx.now())).await?;
    let event = event("retired", kid, algorithm, &program());
    tx.commit([event], Signal::KeysChanged).await?;
    Ok(true)
}

/// Seals a key under the current master key, so that the one before it can be put away.
async fn reseal(authority: &Authority, kid: &str) -> Result<bool, KeyError> {
    let tx = AuthorityTx::begin(authority).await?;
    tx.lock_keys().await?;
    let row = signing_keys::Entity::find_by_id(kid)
        .one(tx.connection())
        .await?
        .filter(|row| row.killed_at.is_none())
        .filter(|row| row.master_key_id != authority.keys().current_id());
    let Some(row) = row else {
        return Ok(false);
    };
    let algorithm = algorithm_of(&row.algorithm)?;
    let sealed = Sealed {
        bytes: row.sealed_key,
        nonce: row.nonce,
        master_key_id: row.master_key_id,
    };
    let private = open(authority.keys(), kid, algorithm, &sealed)?;
    let sealed = seal(
        authority.keys(),
        authority.random(),
        kid,
        algorithm,
        &private,
    )?;
    signing_keys::Entity::update_many()
        .col_expr(signing_keys::Column::SealedKey, Expr::value(sealed.bytes))
        .col_expr(signing_keys::Column::Nonce, Expr::value(sealed.nonce))
        .col_expr(
            signing_keys::Column::MasterKeyId,
            Expr::value(sealed.master_key_id),
        )
        .filter(signing_keys::Column::Kid.eq(kid))
        .exec(tx.connection())
        .await?;
    let event = event("resealed", kid, algorithm, &program());
    tx.commit([event], Signal::KeysChanged).await?;
    Ok(true)
}

fn is_over(row: &signing_keys::Model, now: UnixMillis) -> bool {
    let times = Times::of(row);
    match times.killed_at {
        Some(killed_at) => killed_at.after(KEEP_KILLED) <= now,
        None => times.state(now).is_none(),
    }
}

/// Deletes what verifies nothing any more.
async fn forget(authority: &Authority) -> Result<u64, KeyError> {
    let tx = AuthorityTx::begin(authority).await?;
    tx.lock_keys().await?;
    let now = tx.now();
    let rows = rows(tx.connection()).await?;
    let over: Vec<_> = rows.iter().filter(|row| is_over(row, now)).collect();
    if over.is_empty() {
        return Ok(0);
    }
    let mut events = Vec::new();
    for row in &over {
        events.push(event(
            "forgotten",
            &row.kid,
            algorithm_of(&row.algorithm)?,
            &program(),
        ));
    }
    signing_keys::Entity::delete_many()
        .filter(
            Condition::all()
                .add(signing_keys::Column::Kid.is_in(over.iter().map(|row| row.kid.as_str()))),
        )
        .exec(tx.connection())
        .await?;
    let forgotten = over.len() as u64;
    tx.commit(events, Signal::KeysChanged).await?;
    Ok(forgotten)
}

fn program() -> Caller {
    Caller::program("keys")
}
