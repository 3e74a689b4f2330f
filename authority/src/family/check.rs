//! Deciding whether a refresh family may act.

use latchkey_types::{FamilyEndReason, UnixMillis, Word};

use crate::{entity::families, error::StoreError};

/// Why a family may not act, or `None` if it may. A limit that is reached is passed.
pub(crate) fn over(
    family: &families::Model,
    now: UnixMillis,
) -> Result<Option<FamilyEndReason>, StoreError> {
    if family.ended_at.is_some() {
        return end_reason(family.end_reason.as_deref()).map(Some);
    }
    if now.0 >= family.ends_at {
        return Ok(Some(FamilyEndReason::Expired));
    }
    if now.0 >= family.expires_at {
        return Ok(Some(FamilyEndReason::Idle));
    }
    Ok(None)
}

pub(super) fn end_reason(text: Option<&str>) -> Result<FamilyEndReason, StoreError> {
    text.and_then(|text| FamilyEndReason::parse(text).ok())
        .ok_or(StoreError::Inconsistent {
            table: "families",
            column: "end_reason",
        })
}
