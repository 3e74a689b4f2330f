//! Reading the record.

use std::{collections::HashMap, time::Duration};

use latchkey_types::{
    EventId, EventKind, FamilyId, ListSort, Outcome, SessionId, UnixMillis, UserId, Word,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{
    Authority,
    entity::{audit_events, audit_personal},
    error::StoreError,
    page::{self, Arm, BATCH_LIMIT, Cursor, Keyset, MAX_LIMIT, Page, Period, Position, Window},
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
    /// Events about this session, or done through it.
    pub session: Option<SessionId>,
    /// Events about this refresh family.
    pub family: Option<FamilyId>,
    /// Events of this request.
    pub request_id: Option<String>,
    /// When they happened.
    pub period: Period,
}

/// The record is listed as it was written, by row number, and a period is found in it through the
/// times. Nodes write beside each other, so that times and row numbers do not go up together to the
/// millisecond: they are never farther apart than this, which is many times as long as a transaction
/// may take and a clock may be off.
const SKEW: Duration = Duration::from_hours(1);

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

/// Lists events, newest first, at most [`MAX_LIMIT`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list(
    authority: &Authority,
    filter: &AuditFilter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<AuditRow>, StoreError> {
    let position = cursor.map_or(Position::First, Position::After);
    let limit = limit.clamp(1, MAX_LIMIT);
    let window = window(authority, filter, ListSort::Newest, position, limit).await?;
    Ok(Page::forward(window))
}

/// Lists events in either order and from anywhere, at most [`BATCH_LIMIT`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn window(
    authority: &Authority,
    filter: &AuditFilter,
    sort: ListSort,
    position: Position,
    limit: u64,
) -> Result<Window<AuditRow>, StoreError> {
    let limit = limit.clamp(1, BATCH_LIMIT);
    let keyset = Keyset {
        table: "audit_events",
        key: "seq",
        id: None,
        is_ascending: sort == ListSort::Oldest,
    };
    let reading = page::reading(authority).await?;
    let arms = match written_in(&reading, filter.period).await? {
        Some(written) => arms(reading.get_database_backend(), filter, &written),
        None => Vec::new(),
    };
    let keys = keyset.keys(&reading, arms, position, limit).await?;
    let numbers = keys.numbers();
    let events = audit_events::Entity::find()
        .filter(audit_events::Column::Seq.is_in(numbers.iter().copied()))
        .all(&reading)
        .await?;
    let mut personal: HashMap<i64, audit_personal::Model> = audit_personal::Entity::find()
        .filter(audit_personal::Column::Seq.is_in(numbers))
        .all(&reading)
        .await?
        .into_iter()
        .map(|row| (row.seq, row))
        .collect();
    reading.commit().await?;
    let Window {
        items,
        previous,
        next,
    } = keys.window(events, |event| Cursor {
        key: event.seq,
        id: Uuid::nil(),
    });
    let items = items
        .into_iter()
        .map(|event| {
            let personal = personal.remove(&event.seq);
            row(event, personal)
        })
        .collect::<Result<_, _>>()?;
    Ok(Window {
        items,
        previous,
        next,
    })
}

/// Each way into the record that a filter leaves: each has an index in the order of row numbers.
fn arms(backend: DbBackend, filter: &AuditFilter, written: &Condition) -> Vec<Arm> {
    let common = Condition::all()
        .add(filter.period.of("audit_events", "at"))
        .add(written.clone())
        .add_option(
            filter
                .session
                .map(|id| audit_events::Column::SessionId.eq(id.as_uuid())),
        )
        .add_option(filter.family.map(|id| of_family(backend, id)))
        .add_option(
            filter
                .request_id
                .as_deref()
                .map(|id| audit_events::Column::RequestId.eq(id)),
        )
        .add_option(filter.address.as_deref().map(|address| {
            let of_address = audit_personal::Entity::find()
                .select_only()
                .column(audit_personal::Column::Seq)
                .filter(audit_personal::Column::Address.eq(address))
                .into_query();
            audit_events::Column::Seq.in_subquery(of_address)
        }))
        .add_option(
            filter
                .kind
                .map(|kind| audit_events::Column::Kind.eq(kind.as_str())),
        );
    // The index on kinds has the outcome in it: a kind alone is looked up once for each outcome.
    let outcomes = match (filter.outcome, filter.kind) {
        (Some(outcome), _) => vec![Some(outcome)],
        (None, Some(_)) => Outcome::ALL.iter().copied().map(Some).collect(),
        (None, None) => vec![None],
    };
    // Who did it and to whom, one after the other: of an `OR`, nothing comes in order.
    let columns: &[Option<&'static str>] = match filter.users {
        Some(_) => &[Some("actor_id"), Some("subject_id")],
        None => &[None],
    };
    let mut arms = Vec::new();
    for outcome in outcomes {
        let condition = common
            .clone()
            .add_option(outcome.map(|outcome| audit_events::Column::Outcome.eq(outcome.as_str())));
        for column in columns {
            arms.push(Arm {
                condition: condition.clone(),
                users: column.zip(filter.users.clone()),
                few: None,
            });
        }
    }
    arms
}

/// The condition that an event is about a family: the expressions that have an index. They take the
/// facts as text, whatever it is: what is no JSON is no reason to fail.
fn of_family(backend: DbBackend, family: FamilyId) -> Condition {
    let place = match backend {
        DbBackend::Postgres => "strpos",
        _ => "instr",
    };
    let place = format!("{place}(detail, '\"family\":\"')");
    Condition::all()
        .add(Expr::cust(format!("{place} > 0")))
        .add(Expr::cust(format!("substr(detail, {place} + 10, 36)")).eq(family.to_string()))
}

/// Between which row numbers the events of a period stand, as a condition; `None` where there are
/// none.
async fn written_in(
    connection: &impl ConnectionTrait,
    period: Period,
) -> Result<Option<Condition>, DbErr> {
    let mut condition = Condition::all();
    if let Some(from) = period.from {
        let Some(first) = first_since(connection, from.before(SKEW)).await? else {
            return Ok(None);
        };
        condition = condition.add(audit_events::Column::Seq.gte(first));
    }
    if let Some(to) = period.to
        && let Some(after) = first_since(connection, to.after(SKEW)).await?
    {
        condition = condition.add(audit_events::Column::Seq.lt(after));
    }
    Ok(Some(condition))
}

/// The row number of the earliest event at or after an instant.
async fn first_since(
    connection: &impl ConnectionTrait,
    at: UnixMillis,
) -> Result<Option<i64>, DbErr> {
    audit_events::Entity::find()
        .select_only()
        .column(audit_events::Column::Seq)
        .filter(audit_events::Column::At.gte(at.0))
        .order_by_asc(audit_events::Column::At)
        .order_by_asc(audit_events::Column::Seq)
        .limit(1)
        .into_tuple()
        .one(connection)
        .await
}

/// A condition that holds of all events since an instant, and leaves out nearly all before: for
/// counts that narrow further.
pub(super) async fn written_since(
    connection: &impl ConnectionTrait,
    since: UnixMillis,
) -> Result<Option<Condition>, DbErr> {
    written_in(
        connection,
        Period {
            from: Some(since),
            to: None,
        },
    )
    .await
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
