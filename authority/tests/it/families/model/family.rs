//! One family of the state machine, and the judgement.

use std::collections::BTreeMap;

use latchkey_types::{FamilyEndReason, IncidentClass, RefreshOutcome};

use super::machine::{Binding, Millis, Presented, Rules, Who};

#[derive(Debug, Clone)]
pub(crate) struct Rotation {
    /// A number for the random bytes of the token that it made.
    pub(crate) serial: u64,
    /// Which token was presented to make it.
    pub(crate) from: Option<(i64, u64)>,
    pub(crate) at: Millis,
    pub(crate) who: Who,
    pub(crate) outcome: RefreshOutcome,
    pub(crate) retries: i64,
    pub(crate) lost_responses: i64,
    pub(crate) superseded: bool,
    /// Who has shown that they hold what it made, as far as that is written.
    pub(crate) received: Option<(Millis, Who)>,
}

impl Rotation {
    pub(crate) fn made(
        serial: u64,
        from: Option<(i64, u64)>,
        at: Millis,
        who: Who,
        outcome: RefreshOutcome,
    ) -> Self {
        Self {
            serial,
            from,
            at,
            who,
            outcome,
            retries: 0,
            lost_responses: 0,
            superseded: false,
            received: None,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Incident {
    pub(crate) class: IncidentClass,
    pub(crate) gap: Millis,
    pub(crate) presented: i64,
    pub(crate) current: i64,
    pub(crate) rotated_by: Who,
    pub(crate) replayed_by: Who,
    /// Tokens of the family that were presented after it had ended the family.
    pub(crate) sightings: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Family {
    pub(crate) user: usize,
    pub(crate) binding: Binding,
    pub(crate) generation: i64,
    pub(crate) rotations: BTreeMap<i64, Rotation>,
    pub(crate) expires_at: Millis,
    pub(crate) ends_at: Millis,
    /// Foreign retries: since when they are counted, and how many there were.
    pub(crate) foreign: Option<(Millis, i64)>,
    /// The token of a lost time line that was adopted.
    pub(crate) adopted: Option<u64>,
    /// When and why it ended.
    pub(crate) ended: Option<(Millis, FamilyEndReason)>,
    pub(crate) incidents: Vec<Incident>,
}

/// What becomes of a token of a live family. Rotations are named by their generations.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Verdict {
    Current,
    Adopt,
    Retry { made: i64, is_foreign: bool },
    LostResponse,
    Reuse { class: IncidentClass, rotation: i64 },
}

impl Family {
    pub(crate) fn new(user: usize, binding: Binding, first: Rotation, ends_at: Millis) -> Self {
        Self {
            user,
            binding,
            generation: 0,
            rotations: BTreeMap::from([(0, first)]),
            expires_at: ends_at,
            ends_at,
            foreign: None,
            adopted: None,
            ended: None,
            incidents: Vec::new(),
        }
    }

    pub(crate) fn current(&self) -> &Rotation {
        &self.rotations[&self.generation]
    }

    pub(crate) fn current_mut(&mut self) -> &mut Rotation {
        self.rotations
            .get_mut(&self.generation)
            .expect("the current one stands")
    }

    /// A limit that is reached is passed. Choice: the absolute end is named first.
    pub(crate) fn over(&self, now: Millis) -> Option<FamilyEndReason> {
        if let Some((_, reason)) = self.ended {
            return Some(reason);
        }
        if now >= self.ends_at {
            return Some(FamilyEndReason::Expired);
        }
        (now >= self.expires_at).then_some(FamilyEndReason::Idle)
    }

    /// A token was presented after the end: it is added to the incident that caused it.
    pub(crate) fn sighted(&mut self, reason: FamilyEndReason) {
        let class = match reason {
            FamilyEndReason::Theft => IncidentClass::Theft,
            FamilyEndReason::StaleCopy => IncidentClass::StaleCopy,
            FamilyEndReason::LostTimeline => IncidentClass::LostTimeline,
            _ => return,
        };
        if let Some(incident) = self.incidents.iter_mut().rev().find(|i| i.class == class) {
            incident.sightings += 1;
        }
    }

    pub(crate) fn incident(
        &mut self,
        now: Millis,
        class: IncidentClass,
        rotation: i64,
        presented: &Presented,
    ) {
        let rotation = &self.rotations[&rotation];
        self.incidents.push(Incident {
            class,
            gap: now - rotation.at,
            presented: presented.token.generation,
            current: self.generation,
            rotated_by: rotation.who,
            replayed_by: presented.who,
            sightings: 0,
        });
    }

    /// The latest rotation that presenting this token has made.
    fn made_by(&self, presented: &Presented) -> Option<(i64, &Rotation)> {
        let from = Some((presented.token.generation, presented.token.serial));
        self.rotations
            .range(presented.token.generation.min(self.generation)..)
            .rev()
            .find(|(_, rotation)| rotation.from == from)
            .map(|(generation, rotation)| (*generation, rotation))
    }

    /// `lost_timeline`, the swap, `retry`, `lost_response`, reuse.
    pub(crate) fn judge(
        &self,
        presented: &Presented,
        rules: &Rules,
        now: Millis,
        noted: Option<Who>,
    ) -> Verdict {
        let token = &presented.token;
        let stands = self.rotations.get(&token.generation);
        let is_known = stands.is_some_and(|rotation| rotation.serial == token.serial);
        if !is_known && self.adopted != Some(token.serial) {
            return match self.adopted {
                None => Verdict::Adopt,
                Some(_) => Verdict::Reuse {
                    class: IncidentClass::LostTimeline,
                    rotation: self.generation,
                },
            };
        }
        if is_known && token.generation == self.generation {
            return Verdict::Current;
        }
        let made = self.made_by(presented);
        if let Some((generation, rotation)) = made {
            if now - rotation.at <= rules.grace {
                if rotation.retries < 100 && !self.used_elsewhere(generation, presented.who, noted)
                {
                    return Verdict::Retry {
                        made: generation,
                        is_foreign: presented.who.is_elsewhere(&rotation.who),
                    };
                }
            } else if generation == self.generation
                && rules.lost_response
                && rotation.received.is_none()
                && noted.is_none()
                && self.foreign.is_none()
                && rotation.lost_responses < 5
                && presented.who.is_same_device(&rotation.who)
            {
                return Verdict::LostResponse;
            }
        }
        // Choice: a token that was never presented, because the family moved past it, is held
        // against the first rotation past it.
        let past = || {
            let mut later = self.rotations.range(token.generation + 1..);
            later.next().map(|(generation, _)| *generation)
        };
        let rotation = made
            .map(|(generation, _)| generation)
            .or_else(past)
            .unwrap_or(self.generation);
        let maker = &self.rotations[&rotation].who;
        let is_stale_copy =
            presented.who.is_same_device(maker) && presented.who.network == maker.network;
        Verdict::Reuse {
            class: if is_stale_copy {
                IncidentClass::StaleCopy
            } else {
                IncidentClass::Theft
            },
            rotation,
        }
    }

    /// Whether what a rotation gave, or what came of that, was used from another device. Choice:
    /// whoever rotated since has used it, although their token is not the current one any more.
    fn used_elsewhere(&self, made: i64, who: Who, noted: Option<Who>) -> bool {
        let rotated = self.rotations.range(made + 1..).map(|(_, later)| later.who);
        let received = self
            .rotations
            .range(made..)
            .filter_map(|(_, rotation)| rotation.received)
            .map(|(_, user)| user);
        rotated
            .chain(received)
            .chain(noted)
            .any(|user| who.is_other_device(&user))
    }
}
