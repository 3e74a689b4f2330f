//! What a filter of families means to the database.

use latchkey_types::{FamilyEndReason, FamilySort, FamilyState, Word};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::list::FamilyFilter;
use crate::{
    Authority,
    entity::families,
    page::{Arm, Few},
};

/// What a filter says of where a family was opened, with what, and of its last event.
pub(super) fn matching(filter: &FamilyFilter) -> Condition {
    let is = |column: families::Column, text: Option<&str>| text.map(|text| column.eq(text));
    Condition::all()
        .add_option(is(families::Column::Address, filter.address.as_deref()))
        .add_option(is(families::Column::Device, filter.device.as_deref()))
        .add_option(is(
            families::Column::LastEvent,
            filter.last_event.map(Word::as_str),
        ))
}

/// What a filter says of where a family was used, each way by itself: each has an index that gives its
/// rows in order.
pub(super) fn used_from(filter: &FamilyFilter) -> Vec<Condition> {
    let Some(address) = filter.used_from.as_deref() else {
        return vec![Condition::all()];
    };
    [families::Column::Address, families::Column::LastAddress]
        .map(|column| Condition::all().add(column.eq(address)))
        .to_vec()
}

/// Everything that a filter says, in one condition: for counting, and for orders to end many.
pub(crate) fn condition(authority: &Authority, filter: &FamilyFilter) -> Condition {
    let standing = standing(authority, filter, FamilySort::Newest)
        .into_iter()
        .map(|arm| arm.condition.add_option(arm.few.map(|few| few.condition)))
        .fold(Condition::any(), Condition::add);
    matching(filter)
        .add(
            used_from(filter)
                .into_iter()
                .fold(Condition::any(), Condition::add),
        )
        .add(filter.period.of("families", "created_at"))
        .add_option(
            filter
                .users
                .as_deref()
                .map(|users| families::Column::UserId.is_in(ids(users))),
        )
        .add(standing)
}

fn ids(users: &[latchkey_types::UserId]) -> Vec<Uuid> {
    users.iter().map(|user| user.as_uuid()).collect()
}

/// What a filter says of whether and how a family ended: each way has an index that gives its rows
/// in order, or few rows. None at all where nothing can match.
pub(super) fn standing(authority: &Authority, filter: &FamilyFilter, sort: FamilySort) -> Vec<Arm> {
    let on_record = Condition::all()
        .add(families::Column::EndedAt.is_not_null())
        .add_option(
            filter
                .end_reason
                .map(|reason| families::Column::EndReason.eq(reason.as_str())),
        )
        .add_option(
            filter
                .ended_by
                .as_deref()
                .map(|users| families::Column::EndedBy.is_in(ids(users))),
        );
    let asks_how = filter.end_reason.is_some() || filter.ended_by.is_some();
    let now = authority.now();
    match filter.state {
        Some(FamilyState::Live) if asks_how || sort == FamilySort::Ended => Vec::new(),
        Some(FamilyState::Live) => vec![
            Condition::all()
                .add(families::Column::EndedAt.is_null())
                .add(families::Column::ExpiresAt.gt(now.0))
                .into(),
        ],
        _ if sort == FamilySort::Ended => vec![on_record.into()],
        None if !asks_how => vec![Condition::all().into()],
        Some(FamilyState::Ended) | None => {
            // Past a limit and not yet swept is over all the same. No family is good for longer than
            // to its end, so that one limit finds those past either.
            let passed = |limit: Condition| Arm {
                condition: limit,
                users: None,
                few: Some(Few {
                    condition: Condition::all()
                        .add(families::Column::EndedAt.is_null())
                        .add(families::Column::ExpiresAt.lte(now.0)),
                    by: "expires_at",
                }),
            };
            let ends_at = families::Column::EndsAt;
            let passed = match (filter.end_reason, &filter.ended_by) {
                (None, None) => Some(passed(Condition::all())),
                (Some(FamilyEndReason::Expired), None) => {
                    Some(passed(Condition::all().add(ends_at.lte(now.0))))
                }
                (Some(FamilyEndReason::Idle), None) => {
                    Some(passed(Condition::all().add(ends_at.gt(now.0))))
                }
                _ => None,
            };
            [Some(on_record.into()), passed]
                .into_iter()
                .flatten()
                .collect()
        }
    }
}
