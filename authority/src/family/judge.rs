//! The rules by which a presented refresh token is judged: a function of what stands in the
//! database and of who asks, without a query and without a clock.
//!
//! Its MAC was good before it comes here. In order: whose it is, `ended`, `lost_timeline`, the
//! current one, `retry`, `lost_response`, reuse.

use std::time::Duration;

use latchkey_types::{FamilyEndReason, IncidentClass, Transport, UnixMillis, Word};

use super::{check::over, side::Side, token::Nonce};
use crate::{
    FamilyPolicy,
    entity::{families, rotations},
    error::StoreError,
};

/// So many retries with one token are answered within the grace.
pub(crate) const RETRY_LIMIT: i64 = 100;

/// So many replies to one token are taken for lost.
pub(crate) const LOST_RESPONSE_LIMIT: i64 = 5;

/// Of the rotations within the grace, so many of the last ones are looked at. Somebody who rotated
/// more often than that is no honest client, and is excused nothing.
pub(crate) const LOOKED_BACK: i64 = 500;

/// What is presented, by whom, when.
#[derive(Debug)]
pub(crate) struct Presentation<'a> {
    pub(crate) generation: i64,
    pub(crate) nonce: Nonce,
    pub(crate) client_id: Option<&'a str>,
    pub(crate) key_thumbprint: Option<&'a str>,
    pub(crate) side: Side,
    /// When the request came in: waiting for a lock excuses nobody and accuses nobody.
    pub(crate) arrival: UnixMillis,
}

impl Presentation<'_> {
    /// What was seen of it, without whose it said to be: all that its consequences tell of.
    pub(crate) fn seen(&self) -> Presentation<'static> {
        Presentation {
            client_id: None,
            key_thumbprint: None,
            side: self.side.clone(),
            ..*self
        }
    }
}

/// What stands in the database, and what this node has noted and not yet written.
#[derive(Debug)]
pub(crate) struct Standing<'a> {
    pub(crate) family: &'a families::Model,
    /// The rotations of the family that matter: those of the presented and of the current token,
    /// the next one, all that were made by presenting it, and within the grace the last
    /// [`LOOKED_BACK`].
    pub(crate) rotations: &'a [rotations::Model],
    /// Who showed on this node that the current token was received.
    pub(crate) noted: Option<Side>,
}

/// What becomes of it.
#[derive(Debug)]
pub(crate) enum Judgement<'a> {
    /// Another client's, or without the key that it is bound to.
    NotTheirs,
    /// Its family's pairs travel in another way than this caller may be given one.
    OtherTransport,
    /// Its family is over.
    Ended(FamilyEndReason),
    /// The current one.
    Current,
    /// The database does not know it, though its MAC is good: adopt it.
    Adopt,
    /// A rotated one again, within the grace of this rotation.
    Retry {
        rotation: &'a rotations::Model,
        is_foreign: bool,
    },
    /// The reply with the current one was lost, so often already.
    LostResponse { times: i64 },
    /// Nothing excuses it. The rotation is the one that it should have given way to.
    Reuse {
        class: IncidentClass,
        rotation: &'a rotations::Model,
    },
}

impl Judgement<'_> {
    /// The same, where the family's pairs travel as the caller may be given one: nothing is given in
    /// another way. What gives nothing stays what it is.
    pub(crate) fn given_by(self, family: &families::Model, only: Option<Transport>) -> Self {
        let is_given = match self {
            Self::Current | Self::Adopt | Self::Retry { .. } | Self::LostResponse { .. } => true,
            Self::NotTheirs | Self::OtherTransport | Self::Ended(_) | Self::Reuse { .. } => false,
        };
        if is_given && only.is_some_and(|only| only.as_str() != family.transport) {
            Self::OtherTransport
        } else {
            self
        }
    }
}

impl<'a> Standing<'a> {
    fn rotation(&self, generation: i64) -> Option<&'a rotations::Model> {
        self.rotations
            .iter()
            .find(|row| row.generation == generation)
    }

    /// The latest rotation that was made by presenting this token.
    fn made_by(&self, presented: &Presentation<'_>) -> Option<&'a rotations::Model> {
        self.rotations
            .iter()
            .filter(|row| {
                row.from_generation == Some(presented.generation)
                    && row.from_nonce.as_deref() == Some(&presented.nonce[..])
            })
            .max_by_key(|row| row.generation)
    }

    /// The rotation that a token should have given way to: the one that it made, or, where it was
    /// never presented before, the first one past it.
    fn gave_way_to(&self, presented: &Presentation<'_>) -> Option<&'a rotations::Model> {
        self.made_by(presented).or_else(|| {
            self.rotations
                .iter()
                .filter(|row| row.generation > presented.generation)
                .min_by_key(|row| row.generation)
                .or_else(|| self.rotation(self.family.generation))
        })
    }

    /// Who has used what came after `rotation`, as far as it is known.
    fn users_since(&self, rotation: &rotations::Model) -> Vec<Side> {
        let later = self
            .rotations
            .iter()
            .filter(|row| row.generation > rotation.generation)
            .map(Side::of_rotation);
        let receipts = self
            .rotations
            .iter()
            .filter(|row| row.generation >= rotation.generation)
            .filter_map(Side::of_receipt);
        later.chain(receipts).chain(self.noted.clone()).collect()
    }
}

/// Judges a presented token.
///
/// # Errors
/// [`StoreError::Inconsistent`] if the family's rows cannot be.
pub(crate) fn judge<'a>(
    standing: &Standing<'a>,
    presented: &Presentation<'_>,
    policy: &FamilyPolicy,
    now: UnixMillis,
) -> Result<Judgement<'a>, StoreError> {
    let family = standing.family;
    if family.client_id.as_deref() != presented.client_id
        || family.key_thumbprint.as_deref() != presented.key_thumbprint
    {
        return Ok(Judgement::NotTheirs);
    }
    if let Some(reason) = over(family, now)? {
        return Ok(Judgement::Ended(reason));
    }
    let current = standing
        .rotation(family.generation)
        .ok_or(StoreError::Inconsistent {
            table: "rotations",
            column: "generation",
        })?;

    let is_known = standing
        .rotation(presented.generation)
        .is_some_and(|row| row.nonce == presented.nonce);
    let is_adopted = family.adopted_nonce.as_deref() == Some(&presented.nonce[..]);
    if !is_known && !is_adopted {
        return Ok(if family.adopted_nonce.is_none() {
            Judgement::Adopt
        } else {
            Judgement::Reuse {
                class: IncidentClass::LostTimeline,
                rotation: current,
            }
        });
    }
    if is_known && presented.generation == family.generation {
        return Ok(Judgement::Current);
    }

    if let Some(rotation) = standing.made_by(presented) {
        let age = presented.arrival.since(UnixMillis(rotation.at));
        if age <= policy.grace {
            if is_retry(standing, presented, rotation) {
                return Ok(Judgement::Retry {
                    rotation,
                    is_foreign: presented.side.is_elsewhere(&Side::of_rotation(rotation)),
                });
            }
        } else if policy.lost_response && is_lost_response(standing, presented, current) {
            return Ok(Judgement::LostResponse {
                times: current.lost_responses,
            });
        }
    }
    let rotation = standing.gave_way_to(presented).unwrap_or(current);
    let rotated_by = Side::of_rotation(rotation);
    let is_stale_copy =
        presented.side.is_same_device(&rotated_by) && presented.side.network == rotated_by.network;
    Ok(Judgement::Reuse {
        class: if is_stale_copy {
            IncidentClass::StaleCopy
        } else {
            IncidentClass::Theft
        },
        rotation,
    })
}

/// Within the grace: unless it was asked too often, or somebody on another device has used what
/// the rotation gave.
fn is_retry(
    standing: &Standing<'_>,
    presented: &Presentation<'_>,
    rotation: &rotations::Model,
) -> bool {
    rotation.retries < RETRY_LIMIT
        // All who came after it are known.
        && rotation.generation >= standing.family.generation - LOOKED_BACK
        && standing
            .users_since(rotation)
            .iter()
            .all(|user| !presented.side.is_other_device(user))
}

/// Past the grace: if the current token is the one that presenting this one gave, nobody has shown
/// that they hold it, and whoever asks is on the device that made the rotation.
fn is_lost_response(
    standing: &Standing<'_>,
    presented: &Presentation<'_>,
    current: &rotations::Model,
) -> bool {
    let gave_current = current.from_generation == Some(presented.generation)
        && current.from_nonce.as_deref() == Some(&presented.nonce[..]);
    gave_current
        && current.received_at.is_none()
        && standing.noted.is_none()
        && current.lost_responses < LOST_RESPONSE_LIMIT
        && standing.family.foreign_since.is_none()
        && presented.side.is_same_device(&Side::of_rotation(current))
}

/// How long after `rotation` the token was presented.
pub(crate) fn gap(rotation: &rotations::Model, arrival: UnixMillis) -> Duration {
    arrival.since(UnixMillis(rotation.at))
}
