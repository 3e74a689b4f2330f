//! What the judgements leave behind: rows, events, incidents, signals.

use latchkey_types::{
    EventKind, FamilyEndReason, FamilyId, IncidentClass, RefreshOutcome, UnixMillis, UserId, Word,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use super::{
    end,
    judge::{Presentation, gap},
    side::Side,
};
use crate::{
    Authority, AuthorityTx,
    audit::{self, AuditEvent},
    caller::Caller,
    entity::{families, rotations},
    error::StoreError,
    incident::{self, NewIncident},
    signal::{Signal, Signals},
};

/// The day in which retries from elsewhere are counted, and how many of them raise an incident.
const FOREIGN_DAY: std::time::Duration = std::time::Duration::from_hours(24);
const FOREIGN_LIMIT: i64 = 3;

/// Puts a refusal that changes nothing on the record: the first of each address and minute as an
/// event, the others as a count.
pub(super) async fn record_refusal(
    authority: &Authority,
    reason: &'static str,
    family: Option<&families::Model>,
    caller: &Caller,
) -> Result<(), StoreError> {
    let kind = EventKind::RefreshRefused;
    if !authority
        .refusals()
        .count(authority, kind, &caller.address_text())
    {
        return Ok(());
    }
    let mut event = AuditEvent::failure(kind, reason, caller);
    if let Some(family) = family {
        event = event
            .subject(UserId::from_uuid(family.user_id))
            .family(FamilyId::from_uuid(family.family_id));
    }
    audit::record(authority, event).await
}

/// A retry within the grace: counted on the rotation; from elsewhere, on the family and on the
/// record too.
pub(super) async fn retried(
    tx: AuthorityTx,
    family: &families::Model,
    rotation: &rotations::Model,
    is_foreign: bool,
    presented: &Presentation<'_>,
    caller: &Caller,
) -> Result<RefreshOutcome, StoreError> {
    rotations::Entity::update_many()
        .col_expr(
            rotations::Column::Retries,
            Expr::value(rotation.retries + 1),
        )
        .col_expr(rotations::Column::RetriedAt, Expr::value(Some(tx.now().0)))
        .filter(rotations::Column::FamilyId.eq(rotation.family_id))
        .filter(rotations::Column::Generation.eq(rotation.generation))
        .exec(tx.connection())
        .await?;
    if !is_foreign {
        tx.commit([], Signals::Nothing).await?;
        return Ok(RefreshOutcome::Retry);
    }
    let now = tx.now();
    let (since, times) = match family.foreign_since {
        Some(since) if now.since(UnixMillis(since)) < FOREIGN_DAY => {
            (since, family.foreign_retries + 1)
        }
        _ => (now.0, 1),
    };
    let outcome = RefreshOutcome::ForeignRetry;
    families::Entity::update_many()
        .col_expr(families::Column::ForeignSince, Expr::value(Some(since)))
        .col_expr(families::Column::ForeignRetries, Expr::value(times))
        .col_expr(families::Column::LastEvent, Expr::value(outcome.as_str()))
        .col_expr(families::Column::LastEventAt, Expr::value(now.0))
        .filter(families::Column::FamilyId.eq(family.family_id))
        .exec(tx.connection())
        .await?;
    let mut event = about(AuditEvent::success(EventKind::ForeignRetry, caller), family)
        .fact("generation", presented.generation.into())
        .fact("times_in_a_day", times.into());
    if times == FOREIGN_LIMIT {
        let incident_id = incident::raise(
            &tx,
            family,
            NewIncident {
                class: IncidentClass::Suspected,
                rotation,
                presented,
                gap: gap(rotation, presented.arrival),
            },
        )
        .await?;
        event = event.fact("incident", incident_id.to_string().into());
    }
    tx.commit([event], Signals::Nothing).await?;
    Ok(outcome)
}

/// Moves past a token that nobody has seen: whoever presents it later proves that it was received.
pub(super) async fn supersede(
    tx: &AuthorityTx,
    current: &rotations::Model,
) -> Result<(), StoreError> {
    rotations::Entity::update_many()
        .col_expr(rotations::Column::Superseded, Expr::value(true))
        .filter(rotations::Column::FamilyId.eq(current.family_id))
        .filter(rotations::Column::Generation.eq(current.generation))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The event of a reply that was lost.
pub(super) fn lost_response(
    family: &families::Model,
    generation: i64,
    caller: &Caller,
) -> AuditEvent {
    about(AuditEvent::success(EventKind::LostResponse, caller), family)
        .fact("superseded", family.generation.into())
        .fact("generation", generation.into())
}

/// Notes the token of the lost time line that was adopted, and tells the operator.
pub(super) async fn adopted(
    tx: &AuthorityTx,
    family: &families::Model,
    presented: &Presentation<'_>,
    caller: &Caller,
) -> Result<AuditEvent, StoreError> {
    families::Entity::update_many()
        .col_expr(
            families::Column::AdoptedNonce,
            Expr::value(Some(presented.nonce.to_vec())),
        )
        .filter(families::Column::FamilyId.eq(family.family_id))
        .exec(tx.connection())
        .await?;
    tracing::error!(
        family.id = %family.family_id,
        presented = presented.generation,
        known = family.generation,
        "a refresh token is newer than the database: commits were lost, or a copy was restored"
    );
    Ok(
        about(AuditEvent::success(EventKind::LostTimeline, caller), family)
            .detail(json!({ "presented": presented.generation, "known": family.generation })),
    )
}

/// Ends the family, with the incident that explains why.
pub(super) async fn reused(
    tx: AuthorityTx,
    family: &families::Model,
    rotation: &rotations::Model,
    class: IncidentClass,
    presented: &Presentation<'_>,
    caller: &Caller,
) -> Result<(), StoreError> {
    let reason = match class {
        IncidentClass::Theft | IncidentClass::Suspected => FamilyEndReason::Theft,
        IncidentClass::StaleCopy => FamilyEndReason::StaleCopy,
        IncidentClass::LostTimeline => FamilyEndReason::LostTimeline,
    };
    let family_id = FamilyId::from_uuid(family.family_id);
    end::ended(&tx, &[family.family_id], reason, None).await?;
    let incident_id = incident::raise(
        &tx,
        family,
        NewIncident {
            class,
            rotation,
            presented,
            gap: gap(rotation, presented.arrival),
        },
    )
    .await?;
    tracing::warn!(
        family.id = %family_id,
        incident.id = %incident_id,
        class = class.as_str(),
        "a rotated refresh token came back; its family was ended"
    );
    let event = about(
        AuditEvent::failure(EventKind::RefreshReuse, reason.as_str(), caller),
        family,
    )
    .fact("incident", incident_id.to_string().into())
    .fact("presented", presented.generation.into())
    .fact("current", family.generation.into());
    tx.commit(
        [event],
        Signal::FamilyEnded {
            family_id,
            user_id: UserId::from_uuid(family.user_id),
        },
    )
    .await
}

/// A token of a family that is over: refused without alarm. Of a family that ended by reuse, it is
/// added to that incident.
pub(super) async fn after_the_end(
    tx: AuthorityTx,
    family: &families::Model,
    reason: FamilyEndReason,
    presented: &Presentation<'_>,
    caller: &Caller,
) -> Result<(), StoreError> {
    let authority = tx.authority().clone();
    let is_of_reuse = matches!(
        reason,
        FamilyEndReason::Theft | FamilyEndReason::StaleCopy | FamilyEndReason::LostTimeline
    );
    if is_of_reuse && incident::sighted(&tx, family.family_id, presented).await? {
        tx.commit([], Signals::Nothing).await?;
    } else {
        drop(tx);
    }
    record_refusal(&authority, "ended", Some(family), caller).await
}

fn about(event: AuditEvent, family: &families::Model) -> AuditEvent {
    event
        .subject(UserId::from_uuid(family.user_id))
        .family(FamilyId::from_uuid(family.family_id))
}

impl Side {
    /// The columns of one side of an incident are those of a rotation.
    pub(crate) fn parts(self) -> [String; 6] {
        [
            self.address,
            self.network,
            self.user_agent,
            self.browser,
            self.system,
            self.device,
        ]
    }
}
