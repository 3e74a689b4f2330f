//! The rules of refresh families as a plain state machine, in memory.
//!
//! Written from the text of the rules, without a look at how the program does it: a token is a
//! number, a device is a name, and nothing is ever read a second time. Where the text leaves a
//! choice, a comment says which one is taken; `docs/refresh.md` has them all.

use std::{collections::BTreeMap, fmt};

use latchkey_types::{FamilyEndReason, IncidentClass, RefreshOutcome};

use super::family::{Family, Rotation, Verdict};

/// Milliseconds.
pub(crate) type Millis = i64;

pub(crate) const SECOND: Millis = 1_000;
pub(crate) const DAY: Millis = 24 * 60 * 60 * SECOND;

/// The settings that the rules know.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) grace: Millis,
    pub(crate) idle: Millis,
    pub(crate) absolute: Millis,
    pub(crate) access: Millis,
    pub(crate) keep_ended: Millis,
    pub(crate) lost_response: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            grace: 10 * SECOND,
            idle: 7 * DAY,
            absolute: 30 * DAY,
            access: 15 * 60 * SECOND,
            keep_ended: 90 * DAY,
            lost_response: true,
        }
    }
}

/// Where a request comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Who {
    /// Browser and operating system; none of a back end that says neither.
    pub(crate) device: Option<(&'static str, &'static str)>,
    pub(crate) agent: &'static str,
    pub(crate) network: u8,
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of network {}", self.agent, self.network)
    }
}

impl Who {
    pub(crate) fn is_same_device(&self, other: &Self) -> bool {
        self.device.is_some() && self.device == other.device
    }

    /// Choice: two back ends that say nothing of themselves are told apart by agent and network. A
    /// browser is not held to be another device than a back end that used its pair; a back end is,
    /// after a browser has.
    pub(crate) fn is_other_device(&self, other: &Self) -> bool {
        match (self.device, other.device) {
            (None, None) => self.is_elsewhere(other),
            (Some(one), Some(another)) => one != another,
            (Some(_), None) => false,
            (None, Some(_)) => true,
        }
    }

    pub(crate) fn is_elsewhere(&self, other: &Self) -> bool {
        self.network != other.network || self.agent != other.agent
    }
}

/// A client id and a key proof, as numbers.
pub(crate) type Binding = (Option<u8>, Option<u8>);

/// A refresh token: whose, which generation, and a number for its random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token {
    pub(crate) family: usize,
    pub(crate) generation: i64,
    pub(crate) serial: u64,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            family,
            generation,
            serial,
        } = self;
        write!(f, "{family}.{generation}#{serial}")
    }
}

/// An access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) family: usize,
    pub(crate) generation: i64,
    pub(crate) expires_at: Millis,
}

/// A request that presents a refresh token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presented {
    pub(crate) token: Token,
    pub(crate) who: Who,
    pub(crate) binding: Binding,
    pub(crate) node: usize,
}

/// What one gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Given {
        outcome: RefreshOutcome,
        token: Token,
        access: Access,
    },
    /// The token is good, or the access token acts.
    Valid,
    /// It was given up.
    SignedOut,
    Forged,
    NotTheirs,
    Ended(FamilyEndReason),
    Reused(IncidentClass),
    /// An access token past its time.
    Expired,
    UserDisabled,
    /// A user was disabled.
    Disabled,
}

/// Everything that the rules remember.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) rules: Rules,
    pub(crate) now: Millis,
    pub(crate) families: BTreeMap<usize, Family>,
    /// Which users may not sign in.
    pub(crate) disabled: Vec<bool>,
    /// What each node has noted and not told the others: which rotation of a family somebody has
    /// shown to hold, and who. Choice: the first of a generation is remembered.
    notes: Vec<BTreeMap<usize, Note>>,
    opened: usize,
    serial: u64,
}

#[derive(Debug, Clone)]
struct Note {
    serial: u64,
    who: Who,
    at: Millis,
    is_written: bool,
}

impl Machine {
    pub(crate) fn new(rules: Rules, now: Millis, users: usize, nodes: usize) -> Self {
        Self {
            rules,
            now,
            families: BTreeMap::new(),
            disabled: vec![false; users],
            notes: vec![BTreeMap::new(); nodes],
            opened: 0,
            serial: 0,
        }
    }

    fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    pub(crate) fn open(&mut self, user: usize, who: Who, binding: Binding) -> Answer {
        if self.disabled[user] {
            return Answer::UserDisabled;
        }
        let id = self.opened;
        self.opened += 1;
        let serial = self.next_serial();
        let first = Rotation::made(serial, None, self.now, who, RefreshOutcome::Rotated);
        let ends_at = self.now + self.rules.absolute;
        let family = Family::new(user, binding, first, ends_at);
        self.families.insert(id, family);
        self.slide(id);
        self.given(id, RefreshOutcome::Rotated)
    }

    /// Presents a refresh token for the next pair.
    pub(crate) fn refresh(&mut self, presented: &Presented) -> Answer {
        let id = presented.token.family;
        let verdict = match self.judge(presented) {
            Ok(verdict) => verdict,
            Err(answer) => return answer,
        };
        match verdict {
            Verdict::Current => {
                let generation = presented.token.generation + 1;
                self.swap(presented, generation, RefreshOutcome::Rotated, 0)
            }
            Verdict::Retry { made, is_foreign } => {
                let now = self.now;
                let family = self.family(id);
                if let Some(rotation) = family.rotations.get_mut(&made) {
                    rotation.retries += 1;
                }
                if !is_foreign {
                    return self.given(id, RefreshOutcome::Retry);
                }
                // Choice: a day begins with the first foreign retry that is counted in it.
                let (since, times) = match family.foreign {
                    Some((since, times)) if now - since < DAY => (since, times + 1),
                    _ => (now, 1),
                };
                family.foreign = Some((since, times));
                if times == 3 {
                    family.incident(now, IncidentClass::Suspected, made, presented);
                }
                self.given(id, RefreshOutcome::ForeignRetry)
            }
            Verdict::LostResponse => {
                let family = self.family(id);
                let unseen = family.current_mut();
                unseen.superseded = true;
                let times = unseen.lost_responses + 1;
                let generation = family.generation + 1;
                self.swap(presented, generation, RefreshOutcome::LostResponse, times)
            }
            Verdict::Adopt => {
                let family = self.family(id);
                family.adopted = Some(presented.token.serial);
                // Choice: past both time lines, so that no generation is given twice.
                let generation = family.generation.max(presented.token.generation) + 1;
                self.swap(presented, generation, RefreshOutcome::LostTimeline, 0)
            }
            Verdict::Reuse { class, rotation } => self.reuse(presented, class, rotation),
        }
    }

    /// Judges one without rotating it.
    pub(crate) fn verify(&mut self, presented: &Presented) -> Answer {
        match self.judge(presented) {
            Err(answer) => answer,
            Ok(Verdict::Current) => {
                self.note(presented.node, presented.token.family, presented.who);
                Answer::Valid
            }
            Ok(Verdict::Retry { .. } | Verdict::LostResponse | Verdict::Adopt) => Answer::Valid,
            Ok(Verdict::Reuse { class, rotation }) => self.reuse(presented, class, rotation),
        }
    }

    /// Any generation of a good MAC ends the family as a sign-out.
    pub(crate) fn sign_out(&mut self, presented: &Presented) -> Answer {
        match self.admit(presented) {
            Ok(_) => {
                let id = presented.token.family;
                self.end(id, FamilyEndReason::SignOut, presented.node);
                Answer::SignedOut
            }
            Err(answer) => answer,
        }
    }

    /// Uses an access token.
    pub(crate) fn check(&mut self, access: &Access, who: Who, node: usize) -> Answer {
        let now = self.now;
        if now >= access.expires_at {
            return Answer::Expired;
        }
        let Some(family) = self.families.get(&access.family) else {
            return Answer::Forged;
        };
        if let Some(reason) = family.over(now) {
            return Answer::Ended(reason);
        }
        if self.disabled[family.user] {
            return Answer::UserDisabled;
        }
        if access.generation == family.generation {
            self.note(node, access.family, who);
        }
        Answer::Valid
    }

    /// What a check has noted that had looked at the row before another call moved the family on,
    /// and was through after it: that its own generation was received, which by then is no longer the
    /// current one.
    pub(crate) fn noted_late(&mut self, access: &Access, who: Who, node: usize) {
        let at = self.now;
        let Some(family) = self.families.get(&access.family) else {
            return;
        };
        if access.generation >= family.generation {
            return;
        }
        let Some(rotation) = family.rotations.get(&access.generation) else {
            return;
        };
        let serial = rotation.serial;
        let noted = &mut self.notes[node];
        if noted
            .get(&access.family)
            .is_none_or(|note| note.serial < serial)
        {
            let late = Note {
                serial,
                who,
                at,
                is_written: false,
            };
            noted.insert(access.family, late);
        }
    }

    /// Whether an access token is of the current generation of its family.
    pub(crate) fn is_current(&self, access: &Access) -> bool {
        self.families
            .get(&access.family)
            .is_some_and(|family| family.generation == access.generation)
    }

    /// Disables a user on a node: all their families end. Who is disabled already is left alone.
    pub(crate) fn disable(&mut self, user: usize, node: usize) {
        if std::mem::replace(&mut self.disabled[user], true) {
            return;
        }
        let theirs: Vec<usize> = self
            .families
            .iter()
            .filter(|(_, family)| family.user == user && family.ended.is_none())
            .map(|(id, _)| *id)
            .collect();
        for id in theirs {
            self.end(id, FamilyEndReason::UserDisabled, node);
        }
    }

    /// A node writes what it has noted.
    pub(crate) fn flush(&mut self, node: usize) {
        for (id, note) in self.notes.get_mut(node).into_iter().flatten() {
            if std::mem::replace(&mut note.is_written, true) {
                continue;
            }
            let rotation = self.families.get_mut(id).and_then(|family| {
                let made = family.rotations.values_mut();
                made.into_iter().find(|made| made.serial == note.serial)
            });
            if let Some(rotation) = rotation {
                rotation.received.get_or_insert((note.at, note.who));
            }
        }
    }

    /// What is past a limit is marked as over; what has been over for long is forgotten.
    pub(crate) fn sweep(&mut self) {
        let now = self.now;
        for family in self.families.values_mut() {
            if family.ended.is_none() {
                family.ended = family.over(now).map(|reason| (now, reason));
            }
        }
        let keep = self.rules.keep_ended;
        self.families.retain(|_, family| {
            let is_old = family.ended.is_some_and(|(at, _)| at < now - keep);
            !(is_old && family.ends_at < now)
        });
    }

    /// A node starts anew.
    pub(crate) fn restart(&mut self, node: usize) {
        self.notes[node].clear();
    }

    fn family(&mut self, id: usize) -> &mut Family {
        self.families.get_mut(&id).expect("it was judged")
    }

    fn note(&mut self, node: usize, id: usize, who: Who) {
        let at = self.now;
        let serial = self.families[&id].current().serial;
        let noted = &mut self.notes[node];
        if noted.get(&id).is_none_or(|note| note.serial != serial) {
            let fresh = Note {
                serial,
                who,
                at,
                is_written: false,
            };
            noted.insert(id, fresh);
        }
    }

    fn end(&mut self, id: usize, reason: FamilyEndReason, node: usize) {
        let now = self.now;
        self.family(id).ended = Some((now, reason));
        self.notes[node].remove(&id);
    }

    /// Shape and MAC, client, key proof, `ended`.
    fn admit(&mut self, presented: &Presented) -> Result<&Family, Answer> {
        let now = self.now;
        let id = presented.token.family;
        let Some(family) = self.families.get_mut(&id) else {
            return Err(Answer::Forged);
        };
        if family.binding != presented.binding {
            return Err(Answer::NotTheirs);
        }
        if let Some(reason) = family.over(now) {
            family.sighted(reason);
            return Err(Answer::Ended(reason));
        }
        Ok(family)
    }

    fn judge(&mut self, presented: &Presented) -> Result<Verdict, Answer> {
        let now = self.now;
        let disabled = self.disabled.clone();
        let rules = self.rules.clone();
        let id = presented.token.family;
        let note = self.notes[presented.node].get(&id).cloned();
        let family = self.admit(presented)?;
        if disabled[family.user] {
            return Err(Answer::Ended(FamilyEndReason::UserDisabled));
        }
        let noted = note
            .filter(|note| note.serial == family.current().serial)
            .map(|note| note.who);
        Ok(family.judge(presented, &rules, now, noted))
    }

    fn reuse(&mut self, presented: &Presented, class: IncidentClass, rotation: i64) -> Answer {
        let id = presented.token.family;
        let now = self.now;
        let reason = match class {
            IncidentClass::Theft | IncidentClass::Suspected => FamilyEndReason::Theft,
            IncidentClass::StaleCopy => FamilyEndReason::StaleCopy,
            IncidentClass::LostTimeline => FamilyEndReason::LostTimeline,
        };
        self.family(id).incident(now, class, rotation, presented);
        self.end(id, reason, presented.node);
        Answer::Reused(class)
    }

    fn swap(
        &mut self,
        presented: &Presented,
        generation: i64,
        outcome: RefreshOutcome,
        lost_responses: i64,
    ) -> Answer {
        let serial = self.next_serial();
        let now = self.now;
        let id = presented.token.family;
        let from = (presented.token.generation, presented.token.serial);
        let mut made = Rotation::made(serial, Some(from), now, presented.who, outcome);
        made.lost_responses = lost_responses;
        let family = self.family(id);
        family.generation = generation;
        family.rotations.insert(generation, made);
        self.slide(id);
        self.given(id, outcome)
    }

    /// Only a swap moves the expiry.
    fn slide(&mut self, id: usize) {
        let idle_out = self.now + self.rules.idle;
        let family = self.family(id);
        family.expires_at = idle_out.min(family.ends_at);
    }

    fn given(&mut self, id: usize, outcome: RefreshOutcome) -> Answer {
        let now = self.now;
        let lifetime = self.rules.access;
        let family = self.family(id);
        let expires_at = (now + lifetime).min(family.expires_at);
        Answer::Given {
            outcome,
            token: Token {
                family: id,
                generation: family.generation,
                serial: family.current().serial,
            },
            access: Access {
                family: id,
                generation: family.generation,
                expires_at: expires_at / SECOND * SECOND,
            },
        }
    }
}
