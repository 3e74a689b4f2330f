//! A play for two processes.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use sea_orm::DatabaseConnection;
use serde_json::json;

use super::{
    database::{advance, expected, newest, portrait},
    node::{Node, PASSWORD, Reply, USER},
    rules::{
        dice::Dice,
        machine::{Access, Answer, DAY, Machine, Millis, Presented, Rules, SECOND, Token, Who},
    },
};

const STEPS: usize = 60;

/// What is over for longer may be forgotten.
const KEPT: Millis = 85 * DAY;
const FAMILIES: usize = 3;

/// Of a hundred requests, those that present a refresh token for another one or to sign out.
const NOTES_NOTHING: std::ops::Range<usize> = 0..82;

/// Requests that may be on either side of the grace by the time that they arrive are not made.
const UNCLEAR: std::ops::Range<Millis> = 6 * SECOND..15 * SECOND;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const NEWER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:129.0) Gecko/20100101 Firefox/129.0";
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
     (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36";

pub(super) const PEOPLE: [Who; 7] = [
    who(Some(("Firefox", "Linux")), FIREFOX, 1),
    who(Some(("Firefox", "Linux")), FIREFOX, 2),
    who(Some(("Firefox", "Linux")), NEWER, 1),
    who(Some(("Chrome", "Windows 10")), CHROME, 1),
    who(Some(("Chrome", "Windows 10")), CHROME, 3),
    who(None, "node", 4),
    who(None, "node", 5),
];

const fn who(device: Option<(&'static str, &'static str)>, agent: &'static str, net: u8) -> Who {
    Who {
        device,
        agent,
        network: net,
    }
}

pub(super) struct Play<'a> {
    database: &'a DatabaseConnection,
    nodes: &'a [Node; 2],
    dice: Dice,
    machine: Machine,
    /// When it began; the rules' clock runs on with the real one.
    begun: Instant,
    skipped: Millis,
    families: BTreeMap<usize, String>,
    texts: BTreeMap<Token, String>,
    /// The newest access token of each family, and whether time was skipped since.
    accesses: BTreeMap<usize, (Access, String)>,
    /// What a node has noted of a family: as old as the last time that was skipped, or younger.
    noted: BTreeSet<(usize, usize)>,
    outdated: BTreeSet<(usize, usize)>,
    pub(super) trace: Vec<String>,
    /// Every kind of answer that was given.
    pub(super) seen: BTreeSet<String>,
}

type Outcome = Result<(), String>;

impl<'a> Play<'a> {
    pub(super) async fn new(
        database: &'a DatabaseConnection,
        nodes: &'a [Node; 2],
        seed: u64,
    ) -> Self {
        let mut play = Self {
            database,
            nodes,
            dice: Dice::new(seed),
            machine: Machine::new(Rules::default(), 0, 1, 2),
            begun: Instant::now(),
            skipped: 0,
            families: BTreeMap::new(),
            texts: BTreeMap::new(),
            accesses: BTreeMap::new(),
            noted: BTreeSet::new(),
            outdated: BTreeSet::new(),
            trace: Vec::new(),
            seen: BTreeSet::new(),
        };
        play.open().await;
        play
    }

    pub(super) async fn run(&mut self) -> Outcome {
        for _ in 0..STEPS {
            // Real time passes too.
            self.tick();
            if self.is_unclear() {
                self.skip().await;
            }
            self.step().await?;
        }
        Ok(())
    }

    fn tick(&mut self) {
        let real = i64::try_from(self.begun.elapsed().as_millis()).unwrap();
        self.machine.now = real + self.skipped;
    }

    fn live(&self) -> Vec<usize> {
        let families = self.machine.families.iter();
        families
            .filter(|(_, family)| family.over(self.machine.now).is_none())
            .map(|(number, _)| *number)
            .collect()
    }

    fn is_unclear(&self) -> bool {
        let now = self.machine.now;
        let mut made = self
            .machine
            .families
            .values()
            .flat_map(|family| family.rotations.values());
        made.any(|rotation| UNCLEAR.contains(&(now - rotation.at)))
    }

    /// More than the grace, and no moment that would have to be met exactly.
    async fn skip(&mut self) {
        let (low, high) = self.dice.weigh(&[
            (6, (25 * SECOND, 60 * SECOND)),
            (3, (300 * SECOND, 3_600 * SECOND)),
            (1, (20 * 3_600 * SECOND, 40 * 3_600 * SECOND)),
            (1, (6 * DAY, 8 * DAY)),
            (1, (25 * DAY, 31 * DAY)),
        ]);
        let millis = self.dice.between(low, high);
        if self.skipped + millis > KEPT {
            return;
        }
        advance(self.database, millis).await;
        self.skipped += millis;
        self.accesses.clear();
        self.outdated.append(&mut self.noted);
        self.trace.push(format!("{millis} ms"));
    }

    async fn open(&mut self) {
        let home = *self.dice.pick(&PEOPLE);
        let node = self.dice.below(2);
        let body = json!({ "email": USER, "password": PASSWORD });
        let reply = self.nodes[node].post("/api/auth/token/", &body, home);
        assert!(reply.is_ok, "{reply:?}");
        self.tick();
        let answer = self.machine.open(0, home, (None, None));
        if let Answer::Given { token, .. } = answer {
            let family = newest(self.database).await;
            self.families.insert(token.family, family);
        }
        self.learn(&reply, &answer).unwrap();
    }

    async fn step(&mut self) -> Outcome {
        if self.dice.percent(12) {
            self.skip().await;
        }
        let tokens: Vec<Token> = self.texts.keys().copied().collect();
        let live = self.live();
        if live.len() < FAMILIES && self.dice.percent(25) || live.is_empty() {
            self.open().await;
            return Ok(());
        }
        // Some of the tokens that are tried belong to families that are over.
        let family = if self.dice.percent(90) {
            *self.dice.pick(&live)
        } else {
            self.dice.below(self.families.len())
        };
        if self.dice.percent(12) {
            return self.at_once(family).await;
        }
        let current = self.machine.families[&family].generation;
        let of_family: Vec<Token> = tokens
            .iter()
            .copied()
            .filter(|token| token.family == family)
            .collect();
        let recent = |back: i64| {
            let is_it = |token: &&Token| token.generation == current - back;
            of_family.iter().find(is_it).copied()
        };
        let token = match self.dice.below(10) {
            0..5 => recent(0),
            5..8 => recent(1),
            _ => None,
        };
        let token = token.unwrap_or_else(|| *self.dice.pick(&of_family));
        let home = self.machine.families[&family].rotations[&0].who;
        let who = if self.dice.percent(70) {
            home
        } else {
            *self.dice.pick(&PEOPLE)
        };
        let node = self.dice.below(2);
        let presented = Presented {
            token,
            who,
            binding: (None, None),
            node,
        };
        self.ask(presented).await?;
        self.agree(family).await
    }

    /// Two or three refreshes of one family at once, to both processes: one after the other, in some
    /// order, they must be explained by the rules.
    async fn at_once(&mut self, family: usize) -> Outcome {
        let of_family: Vec<Token> = self
            .texts
            .keys()
            .copied()
            .filter(|token| token.family == family)
            .collect();
        let home = self.machine.families[&family].rotations[&0].who;
        let asked: Vec<Presented> = (0..2 + self.dice.below(2))
            .map(|index| Presented {
                // The newest mostly: then they get in each other's way.
                token: if self.dice.percent(80) {
                    of_family[of_family.len() - 1]
                } else {
                    *self.dice.pick(&of_family)
                },
                who: if self.dice.percent(70) {
                    home
                } else {
                    *self.dice.pick(&PEOPLE)
                },
                binding: (None, None),
                node: index % 2,
            })
            .collect();
        let replies: Vec<Reply> = std::thread::scope(|scope| {
            let waiting: Vec<_> = asked
                .iter()
                .map(|presented| {
                    let body = json!({ "refresh": self.texts[&presented.token] });
                    let (node, who) = (&self.nodes[presented.node], presented.who);
                    scope.spawn(move || node.post("/api/auth/token/refresh/", &body, who))
                })
                .collect();
            waiting
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        self.tick();
        for (presented, reply) in asked.iter().zip(&replies) {
            self.trace.push(format!(
                "refresh {presented:?} -> {} (at once)",
                reply.is_ok
            ));
        }
        let rows = portrait(self.database, &self.families[&family]).await;
        let before = (
            self.machine.clone(),
            self.texts.clone(),
            self.accesses.clone(),
            self.seen.clone(),
        );
        let mut mismatch = String::new();
        for order in orders(asked.len()) {
            let (machine, texts, accesses, seen) = before.clone();
            self.machine = machine;
            self.texts = texts;
            self.accesses = accesses;
            self.seen = seen;
            let fitting = order.iter().try_for_each(|index| {
                let answer = self.machine.refresh(&asked[*index]);
                self.learn(&replies[*index], &answer)
            });
            let expected = expected(&self.machine, family);
            match fitting {
                Ok(()) if rows == expected => return Ok(()),
                Ok(()) => mismatch = format!("{rows:#?}, where the rules say {expected:#?}"),
                Err(text) => mismatch = text,
            }
        }
        Err(format!(
            "no order explains the replies; in the last: {mismatch}"
        ))
    }

    async fn ask(&mut self, presented: Presented) -> Outcome {
        let Presented {
            token, who, node, ..
        } = presented;
        let text = self.texts[&token].clone();
        let server = &self.nodes[node];
        let number = self.dice.below(100);
        if !NOTES_NOTHING.contains(&number) {
            // Instants in the memory of a node did not move with those in the database. It would take
            // what it noted before for younger than what is new.
            let is_received = self.machine.families[&token.family]
                .current()
                .received
                .is_some();
            if self.outdated.contains(&(token.family, node)) && !is_received {
                return Ok(());
            }
            self.noted.insert((token.family, node));
        }
        let (name, reply, answer) = match number {
            0..80 => {
                let body = json!({ "refresh": text });
                let reply = server.post("/api/auth/token/refresh/", &body, who);
                self.tick();
                ("refresh", reply, self.machine.refresh(&presented))
            }
            82..90 => {
                let body = json!({ "token": text });
                let reply = server.post("/api/auth/token/verify/", &body, who);
                self.tick();
                ("verify", reply, self.machine.verify(&presented))
            }
            80..82 => {
                let body = json!({ "refresh": text });
                let reply = server.post("/api/auth/token/blacklist/", &body, who);
                self.tick();
                ("blacklist", reply, self.machine.sign_out(&presented))
            }
            _ => {
                let Some((access, text)) = self.accesses.get(&token.family).cloned() else {
                    return Ok(());
                };
                let answer = self.machine.check(&access, who, node);
                let reply = server.get_within("/api/me", &text, who, answer == Answer::Valid);
                self.tick();
                ("me", reply, answer)
            }
        };
        self.trace.push(format!(
            "{name} {presented:?} -> {} {answer:?}",
            reply.is_ok
        ));
        self.learn(&reply, &answer)?;
        self.written(token.family, node).await;
        Ok(())
    }

    /// What a node has noted it writes within a second or so: whoever asks next finds it.
    async fn written(&mut self, family: usize, node: usize) {
        self.machine.flush(node);
        let rows = expected(&self.machine, family);
        let patience = Instant::now() + Duration::from_secs(20);
        while portrait(self.database, &self.families[&family]).await != rows
            && rows.iter().any(|line| line.ends_with(" t"))
            && Instant::now() < patience
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn learn(&mut self, reply: &Reply, answer: &Answer) -> Outcome {
        self.seen.insert(match answer {
            Answer::Given { outcome, .. } => format!("{outcome:?}"),
            other => format!("{other:?}"),
        });
        let is_good = matches!(
            answer,
            Answer::Given { .. } | Answer::Valid | Answer::SignedOut
        );
        if reply.is_ok != is_good {
            return Err(format!(
                "the program says {reply:?}, the rules say {answer:?}"
            ));
        }
        let Answer::Given { token, access, .. } = answer else {
            return Ok(());
        };
        let text = |name: &str| reply.body[name].as_str().map(str::to_owned);
        let (Some(refresh), Some(given)) = (text("refresh"), text("access")) else {
            return Err(format!("no pair in {reply:?}"));
        };
        let known = self.texts.insert(*token, refresh.clone());
        if known.is_some_and(|known| known != refresh) {
            return Err(format!("another text for {token:?}"));
        }
        self.accesses.insert(token.family, (*access, given));
        Ok(())
    }

    async fn agree(&self, family: usize) -> Outcome {
        let rows = portrait(self.database, &self.families[&family]).await;
        let expected = expected(&self.machine, family);
        if rows == expected {
            return Ok(());
        }
        Err(format!(
            "family {family}: the program has {rows:#?}, the rules say {expected:#?}"
        ))
    }
}

/// Every order of so many, of three at most.
fn orders(number: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for next in 0..number {
        all = all
            .iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |place| {
                    let mut longer = order.clone();
                    longer.insert(place, next);
                    longer
                })
            })
            .collect();
    }
    all
}
