//! What an administrator makes of an incident.

use latchkey_types::{EventKind, FamilyId, IncidentId, UserId, Verdict, Word};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};

use super::IncidentRow;
use crate::{
    Authority, AuthorityTx,
    audit::AuditEvent,
    caller::Caller,
    entity::incidents,
    error::{ActError, StoreError},
    principal::{Actor, Permission, Principal, authorize},
    signal::Signals,
};

/// The longest note that is kept, in characters.
pub const NOTE_LIMIT: usize = 2_000;

/// Why an incident was not judged.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// The note is longer than [`NOTE_LIMIT`].
    #[error("the note is too long")]
    NoteTooLong,
    /// They may not, or there is no such incident.
    #[error(transparent)]
    Act(#[from] ActError),
}

/// Marks an incident as what it was found to be, with a note. A verdict may be changed; each one
/// is on the record.
///
/// # Errors
/// [`JudgeError::NoteTooLong`]; [`ActError::NotFound`], [`ActError::NotPermitted`],
/// [`ActError::SignedOut`].
pub async fn judge(
    authority: &Authority,
    actor: impl Into<Actor<'_>>,
    incident_id: IncidentId,
    verdict: Verdict,
    note: &str,
    caller: &Caller,
) -> Result<(), JudgeError> {
    let note = note.trim();
    if note.chars().count() > NOTE_LIMIT {
        return Err(JudgeError::NoteTooLong);
    }
    let actor = actor.into();
    let mut tx = AuthorityTx::begin(authority)
        .await
        .map_err(ActError::from)?;
    tx.act(actor, Permission::JudgeIncidents, &[]).await?;
    let incident = incidents::Entity::find_by_id(incident_id.as_uuid())
        .lock(LockType::Update)
        .one(tx.connection())
        .await
        .map_err(ActError::from)?
        .ok_or(ActError::NotFound)?;
    incidents::Entity::update_many()
        .col_expr(incidents::Column::Verdict, Expr::value(verdict.as_str()))
        .col_expr(
            incidents::Column::JudgedBy,
            Expr::value(actor.user_id().map(UserId::as_uuid)),
        )
        .col_expr(incidents::Column::JudgedAt, Expr::value(Some(tx.now().0)))
        .col_expr(
            incidents::Column::SeenAt,
            Expr::value(Some(incident.seen_at.unwrap_or(tx.now().0))),
        )
        .col_expr(
            incidents::Column::Note,
            Expr::value((!note.is_empty()).then(|| note.to_owned())),
        )
        .filter(incidents::Column::IncidentId.eq(incident_id.as_uuid()))
        .exec(tx.connection())
        .await
        .map_err(ActError::from)?;
    // The note may name people: it stays out of the record.
    let event = AuditEvent::success(EventKind::IncidentJudged, caller)
        .reason(verdict.as_str())
        .by(&actor)
        .subject(UserId::from_uuid(incident.user_id))
        .family(FamilyId::from_uuid(incident.family_id))
        .fact("incident", incident_id.to_string().into());
    tx.commit([event], Signals::Nothing)
        .await
        .map_err(ActError::from)?;
    Ok(())
}

/// Notes that somebody who may judge it has opened an incident: it is no longer unread. An auditor
/// changes nothing by looking, and neither does whoever was an administrator until a moment ago:
/// they are looked up again, because an alarm that nobody has read must not look read.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn mark_seen(
    authority: &Authority,
    principal: &Principal,
    incident: &IncidentRow,
) -> Result<(), StoreError> {
    if incident.seen_at.is_some() || !authorize(principal.role, Permission::JudgeIncidents) {
        return Ok(());
    }
    let mut tx = AuthorityTx::begin(authority).await?;
    match tx.act(principal, Permission::JudgeIncidents, &[]).await {
        Ok(()) => {}
        Err(ActError::Internal(error)) => return Err(error),
        // They read on, as what is cached lets them; nothing is noted.
        Err(
            ActError::SignedOut
            | ActError::NotPermitted
            | ActError::NotFound
            | ActError::LastAdministrator,
        ) => return Ok(()),
    }
    incidents::Entity::update_many()
        .col_expr(incidents::Column::SeenAt, Expr::value(Some(tx.now().0)))
        .filter(incidents::Column::IncidentId.eq(incident.incident_id.as_uuid()))
        .filter(incidents::Column::SeenAt.is_null())
        .exec(tx.connection())
        .await?;
    tx.commit([], Signals::Nothing).await
}
