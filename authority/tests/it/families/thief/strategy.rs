//! Thieves: each has copied the honest client's pair once, and knows what `docs/refresh.md` says.

use latchkey_types::RefreshOutcome;

use super::{
    honest::{DEVICE, HOUR, MINUTE},
    play::{Event, Play},
};
use crate::families::model::{Access, Answer, DAY, Millis, SECOND, Token, Who};

/// What a thief does with the pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Rotates first, at once, and then whenever the access token runs out.
    First,
    /// Rotates once, at once, and lies low with what that gave.
    Once,
    /// Waits until the honest one has rotated, and comes one generation behind, minutes later.
    Behind,
    /// Guesses from the access token when the honest one refreshes, and comes just then.
    Timer,
    /// Sees the honest one refresh, and comes within the grace, each time.
    Watcher,
    /// The same, but at most twice a day, so as not to be suspected.
    ShyWatcher,
    /// Asks again and again whether the token is still good, and rotates when it has been for long.
    Verify,
    /// Waits for six days, in case the honest one has stopped.
    Patient,
    /// Uses the access token alone.
    AccessOnly,
}

impl Plan {
    pub(crate) const ALL: [Self; 9] = [
        Self::First,
        Self::Once,
        Self::Behind,
        Self::Timer,
        Self::Watcher,
        Self::ShyWatcher,
        Self::Verify,
        Self::Patient,
        Self::AccessOnly,
    ];
}

/// What a thief looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disguise {
    /// Another device in another network.
    None,
    /// The very user agent, in another network.
    Agent,
    /// The very user agent, in the very network: on the honest one's own machine, or beside it.
    Everything,
}

impl Disguise {
    pub(crate) const ALL: [Self; 3] = [Self::None, Self::Agent, Self::Everything];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Strategy {
    pub(crate) plan: Plan,
    pub(crate) disguise: Disguise,
    /// The honest one never refreshes again after the theft.
    pub(crate) is_abandoned: bool,
}

/// What a thief holds, and what it was good for.
#[derive(Debug, Clone)]
pub(crate) struct Loot {
    strategy: Strategy,
    token: Option<Token>,
    access: Option<Access>,
    pub(crate) stolen_at: Millis,
    /// Pairs that it was given.
    pub(crate) given: u32,
    /// How many of them within the grace: nothing rotated by it.
    pub(crate) retries: u32,
    last_at: Millis,
    /// When it was first given one.
    pub(crate) first_at: Option<Millis>,
    /// Spans in which it could act.
    acted: Vec<(Millis, Millis)>,
    pub(crate) ended_at: Option<Millis>,
    tries: u32,
    /// Times that the honest one refreshed past the grace, and what the thief had taken by rotating
    /// was still good for something.
    pub(crate) outlived: u32,
    /// Times that the honest one came within the grace of the thief's own rotation.
    pub(crate) converged: u32,
    /// What it took by rotating was taken from it by the honest one's refresh.
    pub(crate) is_outdone: bool,
    /// The honest one has not refreshed since.
    pub(crate) is_pending: bool,
}

impl Loot {
    pub(crate) fn new(strategy: Strategy) -> Self {
        Self {
            strategy,
            token: None,
            access: None,
            stolen_at: 0,
            given: 0,
            retries: 0,
            last_at: 0,
            first_at: None,
            acted: Vec::new(),
            ended_at: None,
            tries: 0,
            outlived: 0,
            converged: 0,
            is_outdone: false,
            is_pending: false,
        }
    }

    /// Its access tokens end with the family.
    pub(crate) fn until(&mut self, now: Millis) {
        self.ended_at = Some(now);
        self.acted.retain(|(from, _)| *from < now);
        for (_, to) in &mut self.acted {
            *to = (*to).min(now);
        }
    }

    /// For how long it could act, from the theft on.
    pub(crate) fn acted(&self) -> Millis {
        let mut spans = self.acted.clone();
        spans.sort_unstable();
        let mut sum = 0;
        let mut covered = Millis::MIN;
        for (from, to) in spans {
            sum += (to - from.max(covered)).max(0);
            covered = covered.max(to);
        }
        sum
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.given == 0
    }
}

impl Play {
    /// Everything that is in the store is copied.
    pub(super) fn stolen(&mut self) {
        let now = self.stage.now();
        let (token, access) = (self.honest.token, self.honest.access);
        let Some(loot) = &mut self.loot else { return };
        loot.stolen_at = now;
        loot.token = Some(token);
        loot.access = Some(access);
        if access.expires_at > now {
            loot.acted.push((now, access.expires_at));
        }
        let strategy = loot.strategy;
        if strategy.is_abandoned {
            self.forget_the_honest_one();
        }
        let at = match strategy.plan {
            Plan::First | Plan::Once | Plan::AccessOnly => now + self.dice.between(1, MINUTE),
            Plan::Behind => now + self.dice.between(20 * MINUTE, 40 * MINUTE),
            Plan::Timer => {
                // The honest one refreshes when its access token runs out, if anybody looks then.
                let due = (access.expires_at - 30 * SECOND).max(now);
                due + self.dice.between(0, 60 * SECOND)
            }
            Plan::Watcher | Plan::ShyWatcher => return,
            Plan::Verify => now + 5 * MINUTE,
            Plan::Patient => now + 6 * DAY,
        };
        self.later(at, Event::Thief);
    }

    fn who_steals(&self, disguise: Disguise) -> Who {
        let honest = self.honest.who();
        match disguise {
            Disguise::None => Who {
                device: Some(("Chrome", "Windows 10")),
                agent: "Chrome/128",
                network: 66,
            },
            Disguise::Agent => Who {
                device: DEVICE.filter(|_| honest.device.is_some()),
                network: 66,
                ..honest
            },
            Disguise::Everything => honest,
        }
    }

    /// A thief who sees the traffic comes within the grace.
    pub(super) fn watched(&mut self) {
        let now = self.stage.now();
        let Some(loot) = &self.loot else { return };
        let rest = match loot.strategy.plan {
            Plan::Watcher => 0,
            Plan::ShyWatcher => DAY / 2 + HOUR,
            _ => return,
        };
        // Twice within one grace would be to rotate, and to be found.
        let is_rested = loot.given == 0 || now >= loot.last_at + rest + 30 * SECOND;
        if loot.token.is_some() && is_rested {
            let at = now + self.dice.between(SECOND, 9 * SECOND);
            self.later(at, Event::Thief);
        }
    }

    pub(super) async fn thief(&mut self) {
        let Some(loot) = self.loot.clone() else {
            return;
        };
        let Some(token) = loot.token else { return };
        let strategy = loot.strategy;
        let who = self.who_steals(strategy.disguise);
        let now = self.stage.now();
        match strategy.plan {
            Plan::AccessOnly => {
                let Some(access) = loot.access else { return };
                self.stage.check(access, who).await;
            }
            Plan::Verify => {
                let answer = self.stage.verify(token, who).await;
                let tries = loot.tries + 1;
                if let Some(loot) = &mut self.loot {
                    loot.tries = tries;
                }
                if answer == Answer::Valid && tries % 12 == 0 {
                    self.try_it(token, who).await;
                }
                self.later(now + 5 * MINUTE, Event::Thief);
            }
            Plan::First => {
                if self.try_it(token, who).await {
                    self.later(now + 14 * MINUTE, Event::Thief);
                }
            }
            Plan::Timer => {
                if self.try_it(token, who).await {
                    let at = now + 15 * MINUTE - self.dice.between(0, 60 * SECOND);
                    self.later(at, Event::Thief);
                }
            }
            Plan::Watcher | Plan::ShyWatcher if now < loot.last_at + 30 * SECOND => {}
            Plan::Once | Plan::Behind | Plan::Patient | Plan::Watcher | Plan::ShyWatcher => {
                self.try_it(token, who).await;
            }
        }
    }

    /// Presents a token; returns whether that gave a pair.
    async fn try_it(&mut self, token: Token, who: Who) -> bool {
        let answer = self.stage.refresh(token, who).await;
        let now = self.stage.now();
        let Answer::Given {
            outcome,
            token,
            access,
        } = answer
        else {
            return false;
        };
        let Some(loot) = &mut self.loot else {
            return false;
        };
        loot.given += 1;
        loot.first_at.get_or_insert(now);
        loot.token = Some(token);
        loot.access = Some(access);
        loot.last_at = now;
        loot.acted.push((now, access.expires_at));
        let is_retry = is_retry(outcome);
        loot.retries += u32::from(is_retry);
        loot.is_pending = !is_retry;
        loot.is_outdone = false;
        if self.dice.percent(50) {
            self.stage.check(access, who).await;
        }
        true
    }

    /// The honest one has refreshed. Of what a thief has taken by rotating, nothing may be good for
    /// anything afterwards, unless the thief was found.
    pub(super) fn judge_the_thief(&mut self, answer: &Answer) {
        let Some(loot) = self.loot.clone() else {
            return;
        };
        let (Some(token), true) = (loot.token, loot.is_pending) else {
            return;
        };
        let Answer::Given { outcome, .. } = answer else {
            return;
        };
        let who = self.who_steals(loot.strategy.disguise);
        let has_converged = is_retry(*outcome);
        let is_good = self.stage.is_worth_something(token, who);
        if let Some(loot) = &mut self.loot {
            loot.is_pending = false;
            loot.is_outdone = !is_good;
            loot.converged += u32::from(has_converged);
            loot.outlived += u32::from(is_good && !has_converged);
        }
    }
}

fn is_retry(outcome: RefreshOutcome) -> bool {
    matches!(
        outcome,
        RefreshOutcome::Retry | RefreshOutcome::ForeignRetry
    )
}
