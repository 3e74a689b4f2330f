//! How a strategy fared, as a row of a table.

use std::fmt;

use super::{
    honest::{HOUR, MINUTE},
    play::End,
    strategy::{Disguise, Loot, Plan, Strategy},
};
use crate::families::model::Millis;

pub(crate) struct Tally {
    strategy: Strategy,
    ends: Vec<End>,
    /// From the theft until the family was ended for it.
    until_found: Vec<Millis>,
    acted: Vec<Millis>,
    given: Vec<i64>,
}

impl Tally {
    pub(crate) const HEAD: &str = "\
| thief | looks like | found | outdone | got nothing | suspected | unseen | until found | pairs \
| could act for | at most |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |";

    pub(crate) fn new(strategy: Strategy) -> Self {
        Self {
            strategy,
            ends: Vec::new(),
            until_found: Vec::new(),
            acted: Vec::new(),
            given: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, end: End, loot: &Loot) {
        self.ends.push(end);
        if let Some(at) = loot.ended_at.filter(|_| end == End::Found) {
            self.until_found.push(at - loot.stolen_at);
        }
        self.acted.push(loot.acted());
        self.given.push(i64::from(loot.given));
    }

    fn share(&self, end: End) -> String {
        let times = self.ends.iter().filter(|one| **one == end).count();
        match times * 1_000 / self.ends.len() {
            0 if times == 0 => "–".to_owned(),
            share => format!("{}.{} %", share / 10, share % 10),
        }
    }
}

fn median(numbers: &[i64]) -> Option<i64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

fn span(millis: Option<Millis>) -> String {
    match millis {
        None => "–".to_owned(),
        Some(millis) if millis < 2 * HOUR => format!("{} min", millis / MINUTE),
        Some(millis) if millis < 48 * HOUR => format!("{} h", millis / HOUR),
        Some(millis) => format!("{} d", millis / (24 * HOUR)),
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = match self.strategy.plan {
            Plan::First => "rotates first, and goes on",
            Plan::Once => "rotates first, once",
            Plan::Behind => "comes one generation behind",
            Plan::Timer => "guesses the timer",
            Plan::Watcher => "sees each refresh, comes within the grace",
            Plan::ShyWatcher => "the same, twice a day",
            Plan::Verify => "polls verify, then rotates",
            Plan::Patient => "waits six days",
            Plan::AccessOnly => "uses the access token alone",
        };
        let disguise = match self.strategy.disguise {
            Disguise::None => "nobody",
            Disguise::Agent => "the agent",
            Disguise::Everything => "agent and network",
        };
        let abandoned = if self.strategy.is_abandoned {
            ", of an abandoned client"
        } else {
            ""
        };
        write!(
            f,
            "| {plan}{abandoned} | {disguise} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            self.share(End::Found),
            self.share(End::Outdone),
            self.share(End::Nothing),
            self.share(End::Suspected),
            self.share(End::Unseen),
            span(median(&self.until_found)),
            median(&self.given).unwrap_or(0),
            span(median(&self.acted)),
            span(self.acted.iter().max().copied()),
        )
    }
}
