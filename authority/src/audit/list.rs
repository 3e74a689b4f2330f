//! Reading the record, newest first.

use std::collections::HashMap;

use latchkey_types::{EventId, EventKind, Outcome, SessionId, UnixMillis, UserId, Word};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::{
    Authority,
    entity::{audit_events, audit_personal},
    error::StoreError,
    page::{Cursor, MAX_LIMIT, Page},
};

/// Which events to list. Every field that is set narrows the list.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Events that any of these users did or that were done to them; an empty list matches none.
    pub users: Option<Vec<UserId>>,
    /// Events of this kind.
    pub kind: Option<EventKind>,
    /// Events that came out so.
    pub outcome: Option<Outcome>,
    /// Events from this address.
    pub address: Option<String>,
}

/// One event as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its row number.
    pub seq: i64,
    /// Its id.
    pub event_id: EventId,
    /// When.
    pub at: UnixMillis,
    /// What.
    pub kind: EventKind,
    /// How it came out.
    pub outcome: Outcome,
    /// Why, in a word.
    pub reason: Option<String>,
    /// Who did it.
    pub actor: Option<UserId>,
    /// To whom.
    pub subject: Option<UserId>,
    /// Which session it is about.
    pub session: Option<SessionId>,
    /// The request in the log.
    pub request_id: Option<String>,
    /// Further facts, as JSON.
    pub detail: Option<String>,
    /// From where; absent once erased.
    pub address: Option<String>,
    /// With what; absent once erased.
    pub user_agent: Option<String>,
    /// What was typed to say who they are; absent once erased.
    pub identifier: Option<String>,
}

/// Lists events, newest first.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list(
    authority: &Authority,
    filter: &AuditFilter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<AuditRow>, StoreError> {
    let limit = limit.clamp(1, MAX_LIMIT);
    let mut select = audit_events::Entity::find();
    if let Some(users) = &filter.users {
        let ids: Vec<Uuid> = users.iter().map(|user| user.as_uuid()).collect();
        select = select.filter(
            Condition::any()
                .add(audit_events::Column::ActorId.is_in(ids.clone()))
                .add(audit_events::Column::SubjectId.is_in(ids)),
        );
    }
    if let Some(kind) = filter.kind {
        select = select.filter(audit_events::Column::Kind.eq(kind.as_str()));
    }
    if let Some(outcome) = filter.outcome {
        select = select.filter(audit_events::Column::Outcome.eq(outcome.as_str()));
    }
    if let Some(address) = &filter.address {
        let of_address = audit_personal::Entity::find()
            .select_only()
            .column(audit_personal::Column::Seq)
            .filter(audit_personal::Column::Address.eq(address))
            .into_query();
        select = select.filter(audit_events::Column::Seq.in_subquery(of_address));
    }
    if let Some(cursor) = cursor {
        select = select.filter(audit_events::Column::Seq.lt(cursor.key));
    }
    let events = select
        .order_by_desc(audit_events::Column::Seq)
        .limit(limit + 1)
        .all(authority.database())
        .await?;
    let page = Page::cut(events, limit, |event| Cursor {
        key: event.seq,
        id: Uuid::nil(),
    });

    let rows: Vec<i64> = page.items.iter().map(|event| event.seq).collect();
    let mut personal: HashMap<i64, audit_personal::Model> = audit_personal::Entity::find()
        .filter(audit_personal::Column::Seq.is_in(rows))
        .all(authority.database())
        .await?
        .into_iter()
        .map(|row| (row.seq, row))
        .collect();
    let items = page
        .items
        .into_iter()
        .map(|event| {
            let personal = personal.remove(&event.seq);
            row(event, personal)
        })
        .collect::<Result<_, _>>()?;
    Ok(Page {
        items,
        next: page.next,
    })
}

fn row(
    event: audit_events::Model,
    personal: Option<audit_personal::Model>,
) -> Result<AuditRow, StoreError> {
    let inconsistent = |column| StoreError::Inconsistent {
        table: "audit_events",
        column,
    };
    let (address, user_agent, identifier) = personal.map_or((None, None, None), |personal| {
        (personal.address, personal.user_agent, personal.identifier)
    });
    Ok(AuditRow {
        seq: event.seq,
        event_id: EventId::from_uuid(event.event_id),
        at: UnixMillis(event.at),
        kind: EventKind::parse(&event.kind).map_err(|_| inconsistent("kind"))?,
        outcome: Outcome::parse(&event.outcome).map_err(|_| inconsistent("outcome"))?,
        reason: event.reason,
        actor: event.actor_id.map(UserId::from_uuid),
        subject: event.subject_id.map(UserId::from_uuid),
        session: event.session_id.map(SessionId::from_uuid),
        request_id: event.request_id,
        detail: event.detail,
        address,
        user_agent,
        identifier,
    })
}
