//! A play: random requests to the state machine and to the program, which must answer alike.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use latchkey_testing::TestAuthority;

use super::{
    dice::Dice,
    family::Family,
    fits::fits,
    machine::{
        Access, Answer, Binding, DAY, Machine, Millis, Presented, Rules, SECOND, Token, Who,
    },
    real::{Real, Reply, Request, ask},
};
use crate::support::together;

const USERS: usize = 2;
const NODES: usize = 3;
const FAMILIES: usize = 5;

const FIREFOX: Option<(&str, &str)> = Some(("Firefox", "Linux"));
const CHROME: Option<(&str, &str)> = Some(("Chrome", "Windows 10"));

/// Devices, agents and networks that have something in common with each other, or nothing.
const PEOPLE: [Who; 9] = [
    who(FIREFOX, "Firefox/128", 1),
    who(FIREFOX, "Firefox/128", 2),
    who(FIREFOX, "Firefox/129", 1),
    who(CHROME, "Chrome/128", 1),
    who(CHROME, "Chrome/128", 3),
    who(Some(("Firefox", "Windows 10")), "Firefox/128 W", 1),
    who(None, "node", 4),
    who(None, "node", 5),
    who(None, "curl", 4),
];

const fn who(device: Option<(&'static str, &'static str)>, agent: &'static str, net: u8) -> Who {
    Who {
        device,
        agent,
        network: net,
    }
}

const BINDINGS: [Binding; 4] = [
    (None, None),
    (Some(1), None),
    (Some(2), None),
    (Some(1), Some(1)),
];

/// A request to both sides.
#[derive(Debug, Clone, Copy)]
enum Call {
    Refresh(Presented),
    Verify(Presented),
    SignOut(Presented),
    Check(Access, Who, usize),
    Disable(usize, Who, usize),
}

/// What the clients of a family have been given.
#[derive(Debug, Default)]
struct Client {
    tokens: Vec<Token>,
    /// The token that the honest one goes on with.
    held: Option<Token>,
    home: usize,
    binding: Binding,
    accesses: Vec<Access>,
}

pub(crate) struct Play {
    dice: Dice,
    machine: Machine,
    saved: Option<BTreeMap<usize, Family>>,
    /// Families that are over, and were found equal since.
    settled: BTreeSet<usize>,
    real: Real,
    clients: BTreeMap<usize, Client>,
    refresh_texts: BTreeMap<Token, String>,
    access_texts: Vec<(Access, String)>,
    /// Every kind of answer that was given.
    pub(crate) seen: BTreeSet<String>,
    /// What was done, for whoever must find out why.
    pub(crate) trace: Vec<String>,
}

type Outcome = Result<(), String>;

impl Play {
    pub(crate) async fn new(test: &Arc<TestAuthority>, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        // The settings that an operator may choose, now and then.
        let rules = Rules {
            grace: dice.weigh(&[(8, 10 * SECOND), (1, 0), (1, 60 * SECOND)]),
            lost_response: dice.percent(85),
            ..Rules::default()
        };
        let real = Real::new(test, &rules, seed + 1, USERS, NODES).await;
        Self {
            dice,
            machine: Machine::new(rules, real.now(), USERS, NODES),
            saved: None,
            settled: BTreeSet::new(),
            real,
            clients: BTreeMap::new(),
            refresh_texts: BTreeMap::new(),
            access_texts: Vec::new(),
            seen: BTreeSet::new(),
            trace: Vec::new(),
        }
    }

    /// Plays one step. Each play loses some of what was committed at least once.
    pub(crate) async fn step(&mut self, number: usize) -> Outcome {
        match number {
            40 => {
                self.copy().await;
                return self.compare().await;
            }
            70 => {
                self.restore().await;
                return self.compare().await;
            }
            _ => self.any_step().await,
        }
    }

    async fn any_step(&mut self) -> Outcome {
        let live: Vec<usize> = self
            .clients
            .keys()
            .copied()
            .filter(|id| {
                let family = self.machine.families.get(id);
                family.is_some_and(|family| family.over(self.machine.now).is_none())
            })
            .collect();
        if live.is_empty() || (live.len() < FAMILIES && self.dice.percent(6)) {
            return self.open().await;
        }
        match self.dice.below(100) {
            0..56 => {
                let call = self.call(&live);
                return self.together(vec![call]).await;
            }
            56..66 => {
                let number = 2 + self.dice.below(3);
                // All of them about one family, or nothing comes of their being together.
                let family = [*self.dice.pick(&live)];
                let calls = (0..number).map(|_| self.call(&family)).collect();
                return self.together(calls).await;
            }
            66..93 => {
                self.advance();
                return Ok(());
            }
            93..95 => {
                let node = self.dice.below(NODES);
                self.trace.push(format!("flush {node}"));
                self.real.flush(node).await;
                self.machine.flush(node);
            }
            95 => {
                let node = self.dice.below(NODES);
                self.trace.push(format!("restart {node}"));
                self.real.restart(node);
                self.machine.restart(node);
            }
            96 => self.copy().await,
            97 => self.restore().await,
            _ => {
                if self.dice.percent(50) {
                    self.trace.push("sweep".to_owned());
                    latchkey_authority::family::sweep(&self.real.nodes[0])
                        .await
                        .unwrap();
                    self.machine.sweep();
                } else {
                    let user = self.dice.below(USERS);
                    self.trace.push(format!("enable {user}"));
                    self.real.enable(user).await;
                    self.machine.disabled[user] = false;
                }
            }
        }
        self.compare().await
    }

    async fn open(&mut self) -> Outcome {
        let user = self.dice.below(USERS);
        if self.machine.disabled[user] {
            self.real.enable(user).await;
            self.machine.disabled[user] = false;
        }
        let home = self.dice.below(PEOPLE.len());
        let binding = *self.dice.pick(&BINDINGS);
        let node = self.dice.below(NODES);
        self.trace
            .push(format!("open for {user} by {:?} {binding:?}", PEOPLE[home]));
        let reply = self.real.open(node, user, PEOPLE[home], binding).await;
        let answer = self.machine.open(user, PEOPLE[home], binding);
        let mut texts = self.refresh_texts.clone();
        fits(&reply, &answer, &mut texts)?;
        self.refresh_texts = texts;
        if let Answer::Given { token, .. } = answer {
            self.clients.insert(
                token.family,
                Client {
                    home,
                    binding,
                    ..Client::default()
                },
            );
        }
        self.learn(&reply, &answer);
        self.compare().await
    }

    fn advance(&mut self) {
        let grace = self.machine.rules.grace;
        let choices = [
            (30, (1, 4 * SECOND)),
            (6, (grace, grace)),
            (4, ((grace - 1).max(0), grace + 1)),
            (25, (11 * SECOND, 60 * SECOND)),
            (20, (5 * 60 * SECOND, 15 * 60 * SECOND)),
            (8, (60 * 60 * SECOND, 10 * 60 * 60 * SECOND)),
            (4, (DAY, 6 * DAY)),
            (1, (7 * DAY - 1, 7 * DAY)),
            (1, (25 * DAY, 31 * DAY)),
            (1, (80 * DAY, 130 * DAY)),
        ];
        let (low, high) = self.dice.weigh(&choices);
        let millis: Millis = self.dice.between(low, high);
        self.trace.push(format!("{millis} ms"));
        self.real.advance(millis);
        self.machine.now = self.real.now();
    }

    async fn copy(&mut self) {
        self.trace.push("copy".to_owned());
        self.real.save().await;
        self.saved = Some(self.machine.families.clone());
    }

    async fn restore(&mut self) {
        let Some(saved) = self.saved.clone() else {
            return;
        };
        // A fail-over takes a moment, and the nodes run on; half of the time it is a backup, put
        // back under nodes that start anew. So do they where an end was lost: a node that runs on
        // holds to what it knows (`feed::a_restored_copy_…`), which the rules say nothing of.
        self.real.advance(SECOND);
        self.machine.now = self.real.now();
        let is_over = |family: &Family| family.over(self.machine.now).is_some();
        let lost_an_end = saved.iter().any(|(number, family)| {
            !is_over(family) && self.machine.families.get(number).is_some_and(is_over)
        });
        let is_backup = lost_an_end || self.dice.percent(50);
        self.trace.push(format!("restore, backup {is_backup}"));
        self.real.restore().await;
        self.settled.clear();
        self.machine.families = saved;
        if is_backup {
            for node in 0..NODES {
                self.real.restart(node);
                self.machine.restart(node);
            }
        }
    }

    /// A request about one of these families.
    fn call(&mut self, families: &[usize]) -> Call {
        // Some of the tokens that are tried belong to families that are over.
        let family = if self.dice.percent(90) {
            *self.dice.pick(families)
        } else {
            let all: Vec<usize> = self.clients.keys().copied().collect();
            *self.dice.pick(&all)
        };
        let client = &self.clients[&family];
        let held = client.held.unwrap_or(client.tokens[0]);
        let before: Vec<Token> = client
            .tokens
            .iter()
            .copied()
            .filter(|token| token.generation < held.generation)
            .collect();
        let token = match self.dice.below(10) {
            0..5 => held,
            5..7 => before.last().copied().unwrap_or(held),
            7..9 => *self.dice.pick(&client.tokens),
            // Of a time line that the database lost, perhaps.
            _ => *client
                .tokens
                .iter()
                .max_by_key(|token| token.generation)
                .unwrap(),
        };
        let home = PEOPLE[client.home];
        let who = if self.dice.percent(60) {
            home
        } else {
            *self.dice.pick(&PEOPLE)
        };
        let binding = if self.dice.percent(97) {
            client.binding
        } else {
            *self.dice.pick(&BINDINGS)
        };
        let node = self.dice.below(NODES);
        let presented = Presented {
            token,
            who,
            binding,
            node,
        };
        match self.dice.below(100) {
            0..70 => Call::Refresh(presented),
            70..82 => Call::Verify(presented),
            82..84 => Call::SignOut(presented),
            84..85 => Call::Disable(
                self.machine.families.get(&family).map_or(0, |f| f.user),
                who,
                node,
            ),
            _ => {
                let latest = client.accesses.len().saturating_sub(3);
                let access = *self.dice.pick(&client.accesses[latest..]);
                Call::Check(access, who, node)
            }
        }
    }

    /// Asks the program all of it at once, and looks for an order in which the state machine
    /// answers the same.
    async fn together(&mut self, calls: Vec<Call>) -> Outcome {
        let mut asked = Vec::new();
        for call in &calls {
            self.unsettle(call);
            let (node, request, who) = self.request(call);
            asked.push(ask(self.real.nodes[node].clone(), request, who));
        }
        let replies = together(asked).await;
        for (call, reply) in calls.iter().zip(&replies) {
            self.trace.push(format!("{call:?} -> {reply:?}"));
        }
        if calls.len() > 1 {
            self.trace
                .push(format!("    (the last {} at once)", calls.len()));
        }
        // What the nodes have noted tells orders apart that look the same otherwise.
        let nodes = if calls.len() > 1 { 0..NODES } else { 0..0 };
        for node in nodes.clone() {
            self.real.flush(node).await;
        }
        let portraits = self.portraits().await;
        let before = self.machine.clone();
        let mut mismatch = String::new();
        // A check beside a refresh notes what it has seen, or a moment later what it had seen.
        let late_or_not = if calls.len() > 1 {
            [false, true].as_slice()
        } else {
            &[false]
        };
        let ways = orders(calls.len())
            .into_iter()
            .flat_map(|order| late_or_not.iter().map(move |late| (order.clone(), *late)));
        for (order, late) in ways {
            self.machine = before.clone();
            let mut texts = self.refresh_texts.clone();
            let mut answers = vec![None; calls.len()];
            let fitting = order.iter().try_for_each(|index| {
                let answer = self.answer(&calls[*index]);
                if late
                    && answer == Answer::Valid
                    && let Call::Check(access, who, node) = &calls[*index]
                    && before.is_current(access)
                {
                    self.machine.noted_late(access, *who, *node);
                }
                fits(&replies[*index], &answer, &mut texts)?;
                answers[*index] = Some(answer);
                Ok(())
            });
            for node in nodes.clone() {
                self.machine.flush(node);
            }
            if let Err(text) = fitting.and_then(|()| self.agrees(&portraits)) {
                mismatch = text;
                continue;
            }
            self.refresh_texts = texts;
            for (reply, answer) in replies.iter().zip(answers.into_iter().flatten()) {
                self.learn(reply, &answer);
            }
            self.settle(portraits.keys());
            self.forget(nodes);
            return Ok(());
        }
        Err(format!(
            "no order explains the replies; in the last: {mismatch}"
        ))
    }

    /// A check beside the end of its family may be noted after that was forgotten. Nothing rests on
    /// it, unless the database is put back to before the end: so the nodes start anew.
    fn forget(&mut self, nodes: Range<usize>) {
        let is_over = |family: &Family| family.over(self.machine.now).is_some();
        if self.machine.families.values().any(is_over) {
            for node in nodes {
                self.real.restart(node);
                self.machine.restart(node);
            }
        }
    }

    fn unsettle(&mut self, call: &Call) {
        match call {
            Call::Refresh(presented) | Call::Verify(presented) | Call::SignOut(presented) => {
                self.settled.remove(&presented.token.family);
            }
            Call::Check(access, ..) => {
                self.settled.remove(&access.family);
            }
            Call::Disable(..) => {}
        }
    }

    fn request(&self, call: &Call) -> (usize, Request, Who) {
        let text = |presented: &Presented| self.refresh_texts[&presented.token].clone();
        match call {
            Call::Refresh(presented) => (
                presented.node,
                Request::Refresh {
                    text: text(presented),
                    binding: presented.binding,
                },
                presented.who,
            ),
            Call::Verify(presented) => (
                presented.node,
                Request::Verify {
                    text: text(presented),
                    binding: presented.binding,
                },
                presented.who,
            ),
            Call::SignOut(presented) => (
                presented.node,
                Request::SignOut {
                    text: text(presented),
                    binding: presented.binding,
                },
                presented.who,
            ),
            Call::Check(access, who, node) => {
                let of_it = |(known, _): &&(Access, String)| known == access;
                let (_, text) = self.access_texts.iter().find(of_it).unwrap();
                (*node, Request::Check { text: text.clone() }, *who)
            }
            Call::Disable(user, who, node) => (
                *node,
                Request::Disable {
                    user_id: self.real.users[*user],
                },
                *who,
            ),
        }
    }

    fn answer(&mut self, call: &Call) -> Answer {
        match call {
            Call::Refresh(presented) => self.machine.refresh(presented),
            Call::Verify(presented) => self.machine.verify(presented),
            Call::SignOut(presented) => self.machine.sign_out(presented),
            Call::Check(access, who, node) => self.machine.check(access, *who, *node),
            Call::Disable(user, _, node) => {
                self.machine.disable(*user, *node);
                Answer::Disabled
            }
        }
    }

    /// The clients hear of it, unless the reply is lost.
    fn learn(&mut self, reply: &Reply, answer: &Answer) {
        self.seen.insert(match answer {
            Answer::Given { outcome, .. } => format!("{outcome:?}"),
            other => format!("{other:?}"),
        });
        let (Answer::Given { token, access, .. }, Reply::Given(given)) = (answer, reply) else {
            return;
        };
        self.access_texts.push((*access, given.access.clone()));
        let is_lost = self.dice.percent(25);
        let Some(client) = self.clients.get_mut(&token.family) else {
            return;
        };
        client.accesses.push(*access);
        if !client.tokens.contains(token) {
            client.tokens.push(*token);
        }
        if client.held.is_none() || !is_lost {
            client.held = Some(*token);
        }
    }

    /// What the program knows of every family that may have changed.
    async fn portraits(&self) -> BTreeMap<usize, Vec<String>> {
        let mut portraits = BTreeMap::new();
        for number in self.real.families.keys() {
            if !self.settled.contains(number) {
                portraits.insert(*number, self.real.portrait(*number).await);
            }
        }
        portraits
    }

    /// Whether the state machine knows the same.
    fn agrees(&self, portraits: &BTreeMap<usize, Vec<String>>) -> Outcome {
        const ROWS: usize = 200;
        for (number, real) in portraits {
            let machine = self.machine.portrait(*number, ROWS);
            if *real != machine {
                let differ = |a: &[String], b: &[String]| {
                    let only: Vec<&String> = a.iter().filter(|line| !b.contains(line)).collect();
                    format!("{only:#?}")
                };
                return Err(format!(
                    "family {number}: the program has {}, the rules say {}",
                    differ(real, &machine),
                    differ(&machine, real)
                ));
            }
        }
        Ok(())
    }

    /// Whether both know the same, now that something has happened.
    async fn compare(&mut self) -> Outcome {
        let portraits = self.portraits().await;
        self.agrees(&portraits)?;
        self.settle(portraits.keys());
        Ok(())
    }

    /// What is over and was found equal need not be looked at before somebody asks for it again.
    fn settle<'a>(&mut self, numbers: impl Iterator<Item = &'a usize>) {
        for number in numbers {
            let family = self.machine.families.get(number);
            if family.is_none_or(|family| family.ended.is_some()) {
                self.settled.insert(*number);
            }
        }
    }
}

/// Every order of so many.
fn orders(number: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for next in 0..number {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                (0..=order.len()).map(move |place| {
                    let mut longer = order.clone();
                    longer.insert(place, next);
                    longer
                })
            })
            .collect();
    }
    orders
}
