//! What happens when: an honest client, and perhaps a thief who has copied its tokens once.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use super::{
    honest::{Habits, Honest, Sent},
    stage::Stage,
    strategy::{Loot, Strategy},
};
use crate::families::model::{Access, Answer, DAY, Dice, Millis, Token};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    Use,
    Send { attempt: u8 },
    GiveUp,
    Arrive(Sent),
    Reply { token: Token, access: Access },
    Stolen,
    Thief,
}

/// The honest client was refused.
#[derive(Debug)]
pub(crate) struct SignedOut {
    pub(crate) answer: Answer,
    /// How long after the rotation that it had made, where that was the reason.
    pub(crate) gap: Option<Millis>,
}

/// How it came out for the thief.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The family ended, and an incident explains it.
    Found,
    /// Nothing ended, but an administrator was told.
    Suspected,
    /// It was never given anything, and never will be.
    Nothing,
    /// It got something, and lost it again to the honest one.
    Outdone,
    /// It got something, and nobody was told.
    Unseen,
}

pub(crate) struct Play {
    pub(crate) stage: Stage,
    pub(crate) dice: Dice,
    pub(crate) honest: Honest,
    pub(crate) loot: Option<Loot>,
    queue: BinaryHeap<Reverse<(Millis, u64)>>,
    events: BTreeMap<u64, Event>,
    number: u64,
    /// Some days are enough.
    pub(crate) is_short: bool,
}

impl Play {
    pub(crate) async fn new(mut stage: Stage, seed: u64, habits: Habits) -> Self {
        let honest = Honest::sign_in(&mut stage, habits).await;
        Self {
            stage,
            dice: Dice::new(seed),
            honest,
            loot: None,
            queue: BinaryHeap::new(),
            events: BTreeMap::new(),
            number: 0,
            is_short: false,
        }
    }

    pub(crate) fn later(&mut self, at: Millis, event: Event) {
        self.number += 1;
        self.events.insert(self.number, event);
        self.queue.push(Reverse((at, self.number)));
    }

    /// What comes next, unless it lies past `end`.
    fn next(&mut self, end: Millis) -> Option<Event> {
        let Reverse((at, number)) = self.queue.pop()?;
        if at >= end {
            return None;
        }
        self.stage.until(at);
        self.events.remove(&number)
    }

    async fn happens(&mut self, event: Event) {
        match event {
            Event::Use => self.used().await,
            Event::Send { attempt } => self.send(attempt),
            Event::GiveUp => self.honest.waiting -= 1,
            Event::Arrive(sent) => self.arrived(sent).await,
            Event::Reply { token, access } => self.replied(token, access).await,
            Event::Stolen => self.stolen(),
            Event::Thief => self.thief().await,
        }
    }

    /// Lets the honest one live alone for so many days, in one family after the other. Returns how
    /// often it refreshed, and each time that it was signed out.
    pub(crate) async fn live(mut self, days: i64) -> (u64, Vec<SignedOut>) {
        let end = self.stage.now() + days * DAY;
        let mut refreshes = 0;
        let mut signed_out = Vec::new();
        self.later(self.stage.now(), Event::Use);
        while let Some(event) = self.next(end) {
            self.happens(event).await;
            let Some(answer) = self.honest.refused.take() else {
                continue;
            };
            refreshes += self.honest.refreshes;
            let is_over = matches!(
                answer,
                Answer::Ended(
                    latchkey_types::FamilyEndReason::Idle
                        | latchkey_types::FamilyEndReason::Expired
                )
            );
            if !is_over {
                let gap = self.stage.last_gap(self.honest.family);
                signed_out.push(SignedOut { answer, gap });
            }
            // Whatever is still under way belongs to the family that is over.
            self.queue.clear();
            self.events.clear();
            self.stage.forget(self.honest.family);
            self.honest = Honest::sign_in(&mut self.stage, self.honest.habits).await;
            self.later(self.stage.now(), Event::Use);
        }
        (refreshes + self.honest.refreshes, signed_out)
    }

    /// Lets a thief copy the tokens in the first ten days, and sees how that ends.
    pub(crate) async fn stolen_from(mut self, strategy: Strategy) -> (End, Loot) {
        let begin = self.stage.now();
        let (first, last) = if self.is_short { (1, 3) } else { (10, 30) };
        let end = begin + last * DAY;
        self.loot = Some(Loot::new(strategy));
        self.later(begin, Event::Use);
        let at = self.dice.between(0, first * DAY);
        self.later(begin + at, Event::Stolen);
        while let Some(event) = self.next(end) {
            self.happens(event).await;
            if self.honest.refused.take().is_some() || self.is_found() {
                break;
            }
        }
        let now = self.stage.now();
        let found = self.is_found();
        let incidents = self.stage.incidents(self.honest.family);
        let mut loot = self.loot.take().unwrap_or_else(|| Loot::new(strategy));
        if found {
            loot.until(now);
        }
        let end = if found {
            End::Found
        } else if incidents > 0 {
            End::Suspected
        } else if loot.is_empty() {
            End::Nothing
        } else if loot.is_outdone {
            End::Outdone
        } else {
            End::Unseen
        };
        (end, loot)
    }

    /// Nobody opens it again.
    pub(super) fn forget_the_honest_one(&mut self) {
        self.queue.clear();
        self.events.clear();
    }

    /// Whether the family is over because of the thief.
    fn is_found(&self) -> bool {
        self.stage.has_ended_by_reuse(self.honest.family)
    }
}
