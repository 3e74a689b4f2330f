//! Reading the keys, and making the first ones.

use std::sync::Arc;

use latchkey_types::{Algorithm, UnixMillis, Word as _};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryOrder};

use super::{
    KeyError, KeySet,
    change::follow,
    pair::Pair,
    seal::seal,
    set::{Key, Times},
};
use crate::{
    Authority, AuthorityTx, audit::AuditEvent, caller::Caller, entity::signing_keys, signal::Signal,
};

/// The keys, read again where they changed, with one that signs access tokens: made where there
/// is none.
///
/// Not to be called while a transaction is open: making a key needs one.
///
/// # Errors
/// [`KeyError::UnknownMasterKey`] and [`KeyError::Damaged`] if a key that is in use does not open:
/// going on would mean to sign with others than the rest of the nodes. [`KeyError::Internal`].
pub async fn load(authority: &Authority) -> Result<Arc<KeySet>, KeyError> {
    with_signer(authority, authority.policy().token.algorithm).await
}

/// The same with a key that signs with `algorithm`.
pub(super) async fn with_signer(
    authority: &Authority,
    algorithm: Algorithm,
) -> Result<Arc<KeySet>, KeyError> {
    let set = current(authority).await?;
    if let Some((kid, master_key_id)) = set.closed.first() {
        let kid = kid.clone();
        return Err(match master_key_id {
            Some(master_key_id) => KeyError::UnknownMasterKey {
                kid,
                master_key_id: master_key_id.clone(),
            },
            None => KeyError::Damaged { kid },
        });
    }
    if set.signs(algorithm, authority.now()) {
        return Ok(set);
    }
    make_first(authority, algorithm).await?;
    current(authority).await
}

/// The keys, read again where they changed; perhaps none. Makes nothing.
///
/// Not for whoever has a transaction open: see [`current_within`].
pub(crate) async fn current(authority: &Authority) -> Result<Arc<KeySet>, KeyError> {
    let handle = authority.signing_keys();
    if let Some(set) = handle.fresh() {
        return Ok(set);
    }
    let _reading = handle.reading.lock().await;
    match handle.fresh() {
        Some(set) => Ok(set),
        None => read(authority).await,
    }
}

/// Reads what other nodes and the command line changed. Cheap where nothing did.
///
/// Meanwhile, and where it fails, what was read before goes on being used.
///
/// # Errors
/// [`KeyError::Internal`] when the database fails.
pub async fn catch_up(authority: &Authority) -> Result<(), KeyError> {
    let _reading = authority.signing_keys().reading.lock().await;
    read(authority).await.map(drop)
}

/// The keys as they were read after `seen`. Of many who saw the same, one reads.
pub(crate) async fn read_after(
    authority: &Authority,
    seen: &Arc<KeySet>,
) -> Result<Arc<KeySet>, KeyError> {
    let handle = authority.signing_keys();
    let _reading = handle.reading.lock().await;
    match handle.fresh() {
        Some(set) if !Arc::ptr_eq(&set, seen) => Ok(set),
        _ => read(authority).await,
    }
}

/// Reads the keys. Only one at a time.
async fn read(authority: &Authority) -> Result<Arc<KeySet>, KeyError> {
    let handle = authority.signing_keys();
    // Taken before the rows are read: a change that commits meanwhile makes this set stale.
    let version = handle.version();
    let now = authority.now();
    let rows = rows(authority.database()).await?;
    let set = Arc::new(opened(authority, &rows, version, now)?);
    handle.put(Arc::clone(&set));
    Ok(set)
}

/// [`current`] for whoever has a transaction open: read through that, without waiting for anybody.
///
/// Whoever held a connection while they waited for another one would wait for themselves as soon
/// as all connections are held like that.
pub(crate) async fn current_within(tx: &AuthorityTx) -> Result<Arc<KeySet>, KeyError> {
    let authority = tx.authority();
    let handle = authority.signing_keys();
    if let Some(set) = handle.fresh() {
        return Ok(set);
    }
    let version = handle.version();
    let rows = rows(tx.connection()).await?;
    // Not put in place for others: that is for those who read one after the other.
    Ok(Arc::new(opened(authority, &rows, version, tx.now())?))
}

/// Every row, oldest first.
pub(super) async fn rows(
    connection: &impl ConnectionTrait,
) -> Result<Vec<signing_keys::Model>, KeyError> {
    Ok(signing_keys::Entity::find()
        .order_by_asc(signing_keys::Column::SignsFrom)
        .order_by_asc(signing_keys::Column::Kid)
        .all(connection)
        .await?)
}

fn opened(
    authority: &Authority,
    rows: &[signing_keys::Model],
    version: u64,
    now: UnixMillis,
) -> Result<KeySet, KeyError> {
    let last = authority.signing_keys().last();
    let mut set = KeySet::new(version, now);
    for row in rows {
        if !Times::of(row).verifies(now) {
            continue;
        }
        let known = last
            .iter()
            .flat_map(|last| &last.keys)
            .find(|key| key.row == *row);
        if let Some(known) = known {
            set.keys.push(Arc::clone(known));
            continue;
        }
        match Key::open(authority.keys(), row) {
            Ok(key) => set.keys.push(Arc::new(key)),
            Err(KeyError::UnknownMasterKey { kid, master_key_id }) => {
                set.closed.push((kid, Some(master_key_id)));
            }
            Err(KeyError::Damaged { kid }) => set.closed.push((kid, None)),
            Err(error) => return Err(error),
        }
    }
    Ok(set)
}

/// Draws a pair where it holds nobody up.
pub(super) async fn draw(algorithm: Algorithm) -> Result<Pair, KeyError> {
    tokio::task::spawn_blocking(move || Pair::generate(algorithm))
        .await
        .map_err(|_| KeyError::Cryptography)?
}

async fn make_first(authority: &Authority, algorithm: Algorithm) -> Result<(), KeyError> {
    // Before the transaction: nobody waits for a prime number to be found.
    let pair = draw(algorithm).await?;
    let tx = AuthorityTx::begin(authority).await?;
    tx.lock_keys().await?;
    if signer(&rows(tx.connection()).await?, algorithm, tx.now()).is_some() {
        // Another node was first; this one hears of it now.
        authority.signing_keys().forget();
        return Ok(());
    }
    // Nobody has fetched such a key yet: it may sign at once.
    let now = tx.now();
    let (_, event) = follow(&tx, &pair, algorithm, now, &Caller::program("keys")).await?;
    tx.commit(event, Signal::KeysChanged).await?;
    Ok(())
}

/// The row of the key that signs with `algorithm` at `now`.
pub(super) fn signer(
    rows: &[signing_keys::Model],
    algorithm: Algorithm,
    now: UnixMillis,
) -> Option<&signing_keys::Model> {
    rows.iter()
        .filter(|row| row.algorithm == algorithm.as_str())
        .filter(|row| Times::of(row).state(now) == Some(super::KeyState::Active))
        .max_by_key(|row| row.signs_from)
}

/// Writes a new key, sealed; returns its id.
pub(super) async fn insert(
    tx: &AuthorityTx,
    pair: &Pair,
    algorithm: Algorithm,
    signs_from: UnixMillis,
) -> Result<String, KeyError> {
    let authority = tx.authority();
    let public = pair.public()?;
    let kid = public.kid().unwrap_or_default().to_owned();
    let sealed = seal(
        authority.keys(),
        authority.random(),
        &kid,
        algorithm,
        &pair.to_pkcs8()?,
    )?;
    signing_keys::Entity::insert(signing_keys::ActiveModel {
        kid: Set(kid.clone()),
        algorithm: Set(algorithm.as_str().to_owned()),
        public_jwk: Set(public.canonical()),
        sealed_key: Set(sealed.bytes),
        nonce: Set(sealed.nonce),
        master_key_id: Set(sealed.master_key_id),
        created_at: Set(tx.now().0),
        signs_from: Set(signs_from.0),
        retires_at: Set(None),
        verifies_until: Set(None),
        killed_at: Set(None),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(kid)
}

/// What the record says of a change.
pub(super) fn event(
    what: &'static str,
    kid: &str,
    algorithm: Algorithm,
    caller: &Caller,
) -> AuditEvent {
    AuditEvent::success(latchkey_types::EventKind::KeysChanged, caller)
        .reason(what)
        .fact("kid", kid.into())
        .fact("algorithm", algorithm.as_str().into())
}
