//! Writing incidents, in the transaction of what they explain.

use std::time::Duration;

use latchkey_types::{IncidentClass, IncidentId, Word};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    AuthorityTx,
    entity::{families, incident_sightings, incidents, rotations},
    error::StoreError,
    family::{Presentation, Side},
};

/// So many later sightings of an ended family's tokens are kept one by one; all are counted.
const SIGHTING_LIMIT: i64 = 100;

/// So many of them are the first ones, which a program that tries on and on does not push out; the others
/// are the newest.
const FIRST_KEPT: i64 = 10;

/// What an incident is made of.
pub(crate) struct NewIncident<'a> {
    pub(crate) class: IncidentClass,
    /// The rotation that the presented token had given way to.
    pub(crate) rotation: &'a rotations::Model,
    pub(crate) presented: &'a Presentation<'a>,
    pub(crate) gap: Duration,
}

/// What was done about an incident of this class.
const fn action(class: IncidentClass) -> &'static str {
    match class {
        IncidentClass::Theft | IncidentClass::StaleCopy | IncidentClass::LostTimeline => {
            "family_ended"
        }
        IncidentClass::Suspected => "recorded",
    }
}

pub(crate) async fn raise(
    tx: &AuthorityTx,
    family: &families::Model,
    new: NewIncident<'_>,
) -> Result<IncidentId, StoreError> {
    let now = tx.now();
    let incident_id = IncidentId::from_uuid(tx.authority().random().uuid(now));
    let [address, network, user_agent, browser, system, device] =
        Side::of_rotation(new.rotation).parts();
    let [
        replayed_address,
        replayed_network,
        replayed_user_agent,
        replayed_browser,
        replayed_system,
        replayed_device,
    ] = new.presented.side.clone().parts();
    incidents::Entity::insert(incidents::ActiveModel {
        incident_id: Set(incident_id.as_uuid()),
        family_id: Set(family.family_id),
        user_id: Set(family.user_id),
        class: Set(new.class.as_str().to_owned()),
        action: Set(action(new.class).to_owned()),
        at: Set(now.0),
        gap_ms: Set(i64::try_from(new.gap.as_millis()).unwrap_or(i64::MAX)),
        presented_generation: Set(new.presented.generation),
        current_generation: Set(family.generation),
        rotated_address: Set(address),
        rotated_network: Set(network),
        rotated_user_agent: Set(user_agent),
        rotated_browser: Set(browser),
        rotated_system: Set(system),
        rotated_device: Set(device),
        rotated_at: Set(new.rotation.at),
        replayed_address: Set(replayed_address),
        replayed_network: Set(replayed_network),
        replayed_user_agent: Set(replayed_user_agent),
        replayed_browser: Set(replayed_browser),
        replayed_system: Set(replayed_system),
        replayed_device: Set(replayed_device),
        sightings: Set(0),
        ..Default::default()
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(incident_id)
}

/// Adds a later presentation to the incident that ended a family. Returns whether there is one.
pub(crate) async fn sighted(
    tx: &AuthorityTx,
    family_id: Uuid,
    presented: &Presentation<'_>,
) -> Result<bool, StoreError> {
    let incident = incidents::Entity::find()
        .filter(incidents::Column::FamilyId.eq(family_id))
        .filter(incidents::Column::Class.ne(IncidentClass::Suspected.as_str()))
        .order_by_desc(incidents::Column::At)
        .limit(1)
        .one(tx.connection())
        .await?;
    let Some(incident) = incident else {
        return Ok(false);
    };
    let number = incident.sightings + 1;
    incidents::Entity::update_many()
        .col_expr(incidents::Column::Sightings, Expr::value(number))
        .filter(incidents::Column::IncidentId.eq(incident.incident_id))
        .exec(tx.connection())
        .await?;
    if number > SIGHTING_LIMIT {
        incident_sightings::Entity::delete_many()
            .filter(incident_sightings::Column::IncidentId.eq(incident.incident_id))
            .filter(incident_sightings::Column::Number.gt(FIRST_KEPT))
            .filter(incident_sightings::Column::Number.lte(number - SIGHTING_LIMIT + FIRST_KEPT))
            .exec(tx.connection())
            .await?;
    }
    let [address, network, user_agent, browser, system, device] = presented.side.clone().parts();
    incident_sightings::Entity::insert(incident_sightings::ActiveModel {
        incident_id: Set(incident.incident_id),
        number: Set(number),
        at: Set(tx.now().0),
        generation: Set(presented.generation),
        address: Set(address),
        network: Set(network),
        user_agent: Set(user_agent),
        browser: Set(browser),
        system: Set(system),
        device: Set(device),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(true)
}
