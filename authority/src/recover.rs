//! After a restore from backup: nobody who was signed in may go on.
//!
//! A backup knows nothing of what was ended after it was taken, so that everything which it says is
//! live may have been ended since. All of it ends: in batches, each one transaction with its event
//! and its signals, so that an interruption loses nothing and another run goes on.

use latchkey_types::{EndReason, EventKind, FamilyEndReason, FamilyId, SessionId, UserId, Word};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::{
    Authority, AuthorityTx,
    audit::AuditEvent,
    caller::Caller,
    entity::{families, sessions},
    error::StoreError,
    family,
    page::pair,
    session,
    signal::{Signal, Signals},
};

/// So many end in one transaction.
const BATCH: u64 = 500;

/// What was ended so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Sessions.
    pub sessions: u64,
    /// Refresh families.
    pub families: u64,
}

/// What a batch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sessions,
    Families,
}

/// The last row of a batch: whose it was, and its id.
type Place = (Uuid, Uuid);

/// Ends every session and every refresh family, as the operator. `progress` hears of each batch.
///
/// Goes through them once, by the ids of their users: whoever signs in meanwhile may be signed out
/// again, and cannot keep it from coming to an end.
///
/// # Errors
/// [`StoreError`] when the database fails; batches before that stay done.
pub async fn recover(
    authority: &Authority,
    caller: &Caller,
    mut progress: impl FnMut(Recovered),
) -> Result<Recovered, StoreError> {
    let mut done = Recovered::default();
    for kind in [Kind::Sessions, Kind::Families] {
        let mut after = None;
        while let Some((last, ended)) = batch(authority, kind, after, caller).await? {
            after = Some(last);
            match kind {
                Kind::Sessions => done.sessions += ended,
                Kind::Families => done.families += ended,
            }
            progress(done);
        }
    }
    Ok(done)
}

/// How much there is to end.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn live(authority: &Authority) -> Result<Recovered, StoreError> {
    use sea_orm::PaginatorTrait as _;
    Ok(Recovered {
        sessions: sessions::Entity::find()
            .filter(sessions::Column::EndedAt.is_null())
            .count(authority.database())
            .await?,
        families: families::Entity::find()
            .filter(families::Column::EndedAt.is_null())
            .count(authority.database())
            .await?,
    })
}

/// Ends up to a batch of what stands after a place; `None` where nothing does.
async fn batch(
    authority: &Authority,
    kind: Kind,
    after: Option<Place>,
    caller: &Caller,
) -> Result<Option<(Place, u64)>, StoreError> {
    let tx = AuthorityTx::begin(authority).await?;
    let found = places(&tx, kind, after).await?;
    let Some(last) = found.last().copied() else {
        return Ok(None);
    };
    let mut of_users: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (user_id, id) in found {
        of_users.entry(user_id).or_default().push(id);
    }
    tx.lock_many(of_users.keys().copied()).await?;
    let ids: Vec<Uuid> = of_users.values().flatten().copied().collect();
    let (ended, event) = match kind {
        Kind::Sessions => {
            let ended = session::end::ended(&tx, &ids, EndReason::Recovered, None).await?;
            let event = AuditEvent::success(EventKind::SessionsEnded, caller)
                .reason(EndReason::Recovered.as_str())
                .detail(json!({ "sessions": ended }));
            (ended, event)
        }
        Kind::Families => {
            let reason = FamilyEndReason::Recovered;
            let ended = family::end::ended(&tx, &ids, reason, None).await?;
            let event = AuditEvent::success(EventKind::FamiliesEnded, caller)
                .reason(reason.as_str())
                .detail(json!({ "families": ended }));
            (ended, event)
        }
    };
    let signals = of_users
        .into_iter()
        .map(|(user_id, ids)| signal(kind, user_id, ids))
        .collect();
    tx.commit([event], Signals::These(signals)).await?;
    Ok(Some((last, ended)))
}

fn signal(kind: Kind, user_id: Uuid, ids: Vec<Uuid>) -> Signal {
    let (mut sessions, mut families) = (Vec::new(), Vec::new());
    match kind {
        Kind::Sessions => sessions = ids.into_iter().map(SessionId::from_uuid).collect(),
        Kind::Families => families = ids.into_iter().map(FamilyId::from_uuid).collect(),
    }
    Signal::UserSignedOut {
        user_id: UserId::from_uuid(user_id),
        sessions,
        families,
    }
}

/// The next places, in their order.
async fn places(
    tx: &AuthorityTx,
    kind: Kind,
    after: Option<Place>,
) -> Result<Vec<Place>, StoreError> {
    macro_rules! next {
        ($table:ident, $id:ident) => {{
            use $table::{Column, Entity};
            let mut select = Entity::find()
                .select_only()
                .column(Column::UserId)
                .column(Column::$id)
                .filter(Column::EndedAt.is_null());
            if let Some((user_id, id)) = after {
                select = select.filter(pair::greater((Column::UserId, Column::$id), (user_id, id)));
            }
            select
                .order_by_asc(Column::UserId)
                .order_by_asc(Column::$id)
                .limit(BATCH)
                .into_tuple()
                .all(tx.connection())
                .await?
        }};
    }
    Ok(match kind {
        Kind::Sessions => next!(sessions, SessionId),
        Kind::Families => next!(families, FamilyId),
    })
}
