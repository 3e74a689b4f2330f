//! What a filter of sessions means to the database.

use latchkey_types::{EndReason, SessionSort, SessionState, UnixMillis, Word};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::list::SessionFilter;
use crate::{
    Authority,
    entity::sessions,
    page::{Arm, Few},
};

/// What a filter says of where a session was signed in, with what and how.
pub(super) fn matching(filter: &SessionFilter) -> Condition {
    let is = |column: sessions::Column, text: Option<&str>| text.map(|text| column.eq(text));
    Condition::all()
        .add_option(is(sessions::Column::Address, filter.address.as_deref()))
        .add_option(is(sessions::Column::Network, filter.network.as_deref()))
        .add_option(is(sessions::Column::Browser, filter.browser.as_deref()))
        .add_option(is(sessions::Column::System, filter.system.as_deref()))
        .add_option(is(sessions::Column::Device, filter.device.as_deref()))
        .add_option(is(
            sessions::Column::Method,
            filter.method.map(Word::as_str),
        ))
}

/// What a filter says of where a session was used, each way by itself: each has an index that gives
/// its rows in order.
pub(super) fn used_from(filter: &SessionFilter) -> Vec<Condition> {
    let Some(address) = filter.used_from.as_deref() else {
        return vec![Condition::all()];
    };
    [sessions::Column::Address, sessions::Column::LastAddress]
        .map(|column| Condition::all().add(column.eq(address)))
        .to_vec()
}

/// Everything that a filter says, in one condition: for counting, and for orders to end many.
pub(crate) fn condition(authority: &Authority, filter: &SessionFilter) -> Condition {
    let standing = standing(authority, filter, SessionSort::Newest)
        .into_iter()
        .map(|arm| arm.condition.add_option(arm.few.map(|few| few.condition)))
        .fold(Condition::any(), Condition::add);
    matching(filter)
        .add(
            used_from(filter)
                .into_iter()
                .fold(Condition::any(), Condition::add),
        )
        .add(filter.period.of("sessions", "created_at"))
        .add_option(filter.users.as_ref().map(|users| {
            let ids: Vec<Uuid> = users.iter().map(|user| user.as_uuid()).collect();
            sessions::Column::UserId.is_in(ids)
        }))
        .add(standing)
}

/// What a filter says of whether and how a session ended: each way has an index that gives its rows in
/// order, or few rows.
pub(super) fn standing(
    authority: &Authority,
    filter: &SessionFilter,
    sort: SessionSort,
) -> Vec<Arm> {
    let limits = Limits::now(authority);
    let on_record = Condition::all()
        .add(sessions::Column::EndedAt.is_not_null())
        .add_option(
            filter
                .end_reason
                .map(|reason| sessions::Column::EndReason.eq(reason.as_str())),
        )
        .add_option(filter.ended_by.as_ref().map(|users| {
            let ids: Vec<Uuid> = users.iter().map(|user| user.as_uuid()).collect();
            sessions::Column::EndedBy.is_in(ids)
        }));
    let asks_how = filter.end_reason.is_some() || filter.ended_by.is_some();
    match filter.state {
        Some(SessionState::Live) if asks_how || sort == SessionSort::Ended => Vec::new(),
        Some(SessionState::Live) => vec![limits.live().into()],
        _ if sort == SessionSort::Ended => vec![on_record.into()],
        None if !asks_how && sort == SessionSort::LastUsed => vec![
            Condition::all()
                .add(sessions::Column::EndedAt.is_null())
                .into(),
            on_record.into(),
        ],
        None if !asks_how => vec![Condition::all().into()],
        Some(SessionState::Ended) | None => {
            let mut ways = vec![on_record.into()];
            if filter.ended_by.is_none() {
                ways.extend(limits.passed(filter.end_reason));
            }
            ways
        }
    }
}

/// The limits of sessions at one moment. Past one and not yet swept is over all the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    now: UnixMillis,
    idle_since: UnixMillis,
}

impl Limits {
    pub(super) fn now(authority: &Authority) -> Self {
        let now = authority.now();
        Self {
            now,
            idle_since: now.before(authority.policy().session.idle),
        }
    }

    pub(super) fn live(self) -> Condition {
        Condition::all()
            .add(sessions::Column::EndedAt.is_null())
            .add(sessions::Column::ExpiresAt.gt(self.now.0))
            .add(sessions::Column::LastSeenAt.gt(self.idle_since.0))
    }

    /// Past a limit and not swept: few, because sweeping comes each minute.
    fn passed(self, reason: Option<EndReason>) -> Vec<Arm> {
        let past = |column: sessions::Column, by, limit: UnixMillis| Few {
            condition: Condition::all()
                .add(sessions::Column::EndedAt.is_null())
                .add(column.lte(limit.0)),
            by,
        };
        let expired = Arm {
            condition: Condition::all(),
            users: None,
            few: Some(past(sessions::Column::ExpiresAt, "expires_at", self.now)),
        };
        let idle = Arm {
            condition: Condition::all().add(sessions::Column::ExpiresAt.gt(self.now.0)),
            users: None,
            few: Some(past(
                sessions::Column::LastSeenAt,
                "last_seen_at",
                self.idle_since,
            )),
        };
        match reason {
            None => vec![expired, idle],
            Some(EndReason::Expired) => vec![expired],
            Some(EndReason::Idle) => vec![idle],
            Some(_) => Vec::new(),
        }
    }
}
