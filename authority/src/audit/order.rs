//! [`OnRecord`]: what shows that an order is on the record, so that carrying it out needs no
//! further event.

use latchkey_types::{BulkEndId, EventId, EventKind, Outcome, Word as _};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use subtle::ConstantTimeEq as _;

use super::event::event_mac;
use crate::{AuthorityTx, entity::audit_events, error::StoreError};

/// The event of an order to end many stands on the record, under a MAC of ours, and names the order.
///
/// [`OnRecord::find`] alone makes one: so nothing ends by an order of which the record knows nothing.
#[derive(Debug)]
pub(crate) struct OnRecord(());

impl OnRecord {
    /// Looks for the event of an order; `None` where it is not there, not ours, or of another order.
    pub(crate) async fn find(
        tx: &AuthorityTx,
        event_id: EventId,
        order: BulkEndId,
    ) -> Result<Option<Self>, StoreError> {
        let event = audit_events::Entity::find()
            .filter(audit_events::Column::EventId.eq(event_id.as_uuid()))
            .one(tx.connection())
            .await?;
        let is_there = event.is_some_and(|event| {
            event.kind == EventKind::BulkEndOrdered.as_str()
                && event.outcome == Outcome::Success.as_str()
                && names(event.detail.as_deref(), order)
                && event_mac(tx.authority(), &event)
                    .is_some_and(|mac| bool::from(mac[..].ct_eq(&event.mac)))
        });
        Ok(is_there.then_some(Self(())))
    }
}

fn names(detail: Option<&str>, order: BulkEndId) -> bool {
    detail
        .and_then(|detail| serde_json::from_str::<serde_json::Value>(detail).ok())
        .is_some_and(|facts| facts["bulk_end"] == order.to_string())
}
