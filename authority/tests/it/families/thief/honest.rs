//! An honest client that does what `docs/refresh.md` asks of it, on a bad network.
//!
//! - It keeps one pair, shared by all its tabs, and reads it right before it presents it.
//! - It gives up a request after four seconds, and tries again once, at once, with what is in the
//!   store then. After a second failure it waits for twenty seconds at least.
//! - Its tabs may all begin at once; but whoever tries again waits until nobody else is waiting for
//!   a reply.
//! - A renderer presents the token that came with the request for the page, from a few calls at
//!   once, and hands the new pair to the browser with the page.

use super::{
    play::{Event, Play},
    stage::Stage,
};
use crate::families::model::{Access, Answer, DAY, Dice, Millis, SECOND, Token, Who};

pub(crate) const MINUTE: Millis = 60 * SECOND;
pub(crate) const HOUR: Millis = 60 * MINUTE;

/// What an honest client is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habits {
    /// How many tabs may be used at the same moment.
    pub(crate) tabs: usize,
    /// Pages are rendered on a server, which presents the token from so many calls at once.
    pub(crate) calls: usize,
    /// The renderer shows the new access token to us before the page is delivered.
    pub(crate) asks_early: Option<Early>,
    /// So many replies in a thousand do not arrive.
    pub(crate) lost: u32,
    /// So many requests in a thousand never arrive.
    pub(crate) unsent: u32,
    /// It may be in another network when it tries again.
    pub(crate) moves_in_between: bool,
    /// Names no system of its own.
    pub(crate) is_back_end: bool,
}

/// How a renderer says who it is when it asks on its own.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Early {
    /// With the user agent of the browser that it renders for.
    AsTheBrowser,
    /// With one of its own, which names no system.
    AsItself,
}

impl Habits {
    pub(crate) const BROWSER: Self = Self {
        tabs: 4,
        calls: 0,
        asks_early: None,
        lost: 50,
        unsent: 20,
        moves_in_between: false,
        is_back_end: false,
    };
    pub(crate) const RENDERED: Self = Self {
        calls: 8,
        ..Self::BROWSER
    };
}

/// A request under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    token: Token,
    at: Millis,
    attempt: u8,
    is_last: bool,
}

/// The honest client.
#[derive(Debug)]
pub(crate) struct Honest {
    pub(crate) habits: Habits,
    pub(crate) family: usize,
    pub(crate) token: Token,
    pub(crate) access: Access,
    network: u8,
    version: usize,
    /// How many requests it is waiting for.
    pub(super) waiting: u32,
    /// How often it was given a pair.
    pub(crate) refreshes: u64,
    /// Why it was refused, if it was.
    pub(crate) refused: Option<Answer>,
}

const VERSIONS: [&str; 4] = ["Firefox/128", "Firefox/129", "Firefox/130", "Firefox/131"];
pub(crate) const DEVICE: Option<(&str, &str)> = Some(("Firefox", "Linux"));
const RENDERER: u8 = 40;
const BACK_END: Who = Who {
    device: None,
    agent: "node",
    network: RENDERER,
};

impl Honest {
    pub(crate) async fn sign_in(stage: &mut Stage, habits: Habits) -> Self {
        let mut honest = Self {
            habits,
            family: 0,
            token: Token {
                family: 0,
                generation: 0,
                serial: 0,
            },
            access: Access {
                family: 0,
                generation: 0,
                expires_at: 0,
            },
            network: 1,
            version: 0,
            waiting: 0,
            refreshes: 0,
            refused: None,
        };
        let (token, access) = stage.open(honest.who()).await;
        honest.family = token.family;
        honest.token = token;
        honest.access = access;
        honest
    }

    /// How its requests look from where we are.
    pub(crate) fn who(&self) -> Who {
        if self.habits.is_back_end {
            return BACK_END;
        }
        Who {
            device: DEVICE,
            agent: VERSIONS[self.version],
            network: if self.habits.calls > 0 {
                RENDERER
            } else {
                self.network
            },
        }
    }

    fn needs_a_refresh(&self, now: Millis) -> bool {
        now + 30 * SECOND >= self.access.expires_at
    }
}

/// When it is used again.
pub(crate) fn pause(dice: &mut Dice) -> Millis {
    let (low, high) = dice.weigh(&[
        (800, (MINUTE, 5 * MINUTE)),
        (150, (5 * MINUTE, 30 * MINUTE)),
        (45, (HOUR, 10 * HOUR)),
        (5, (DAY, 3 * DAY)),
    ]);
    dice.between(low, high)
}

impl Play {
    /// Somebody looks at it: all its tabs, perhaps.
    pub(super) async fn used(&mut self) {
        let now = self.stage.now();
        let pause = pause(&mut self.dice);
        if pause > HOUR && self.dice.percent(50) {
            // The laptop slept, and woke up elsewhere; now and then with a newer browser.
            self.honest.network = 1 + self.honest.network % 3;
            if self.dice.percent(5) {
                self.honest.version = (self.honest.version + 1) % VERSIONS.len();
            }
        }
        if self.honest.needs_a_refresh(now) {
            let habits = self.honest.habits;
            let tabs = if self.dice.percent(30) {
                habits.tabs
            } else {
                1
            };
            for _ in 0..tabs {
                let at = now + self.dice.between(0, 3 * SECOND);
                self.later(at, Event::Send { attempt: 0 });
            }
        } else if self.dice.percent(20) {
            self.stage
                .check(self.honest.access, self.honest.who())
                .await;
        }
        self.later(now + pause, Event::Use);
    }

    /// A tab presents what is in the store, unless another one was quicker.
    pub(super) fn send(&mut self, attempt: u8) {
        let now = self.stage.now();
        if !self.honest.needs_a_refresh(now) {
            return;
        }
        if attempt > 0 && self.honest.waiting > 0 {
            return self.later(now + SECOND / 10, Event::Send { attempt });
        }
        self.honest.waiting += 1;
        if self.once_in_a_thousand(self.honest.habits.unsent) {
            return self.try_again(now, attempt);
        }
        let token = self.honest.token;
        let calls = match self.honest.habits.calls {
            0 => 1,
            most => 1 + self.dice.below(most),
        };
        for call in 0..calls {
            let at = now + self.latency();
            let is_last = call + 1 == calls;
            let sent = Sent {
                token,
                at: now,
                attempt,
                is_last,
            };
            self.later(at, Event::Arrive(sent));
        }
    }

    /// A request is with us.
    pub(super) async fn arrived(&mut self, sent: Sent) {
        let who = self.honest.who();
        let answer = self.stage.refresh(sent.token, who).await;
        self.judge_the_thief(&answer);
        let Answer::Given { token, access, .. } = answer else {
            self.honest.refused.get_or_insert(answer);
            return;
        };
        self.honest.refreshes += 1;
        self.watched();
        if let Some(early) = self.honest.habits.asks_early {
            let who = match early {
                Early::AsTheBrowser => who,
                Early::AsItself => BACK_END,
            };
            self.stage.check(access, who).await;
        }
        if !sent.is_last {
            // Of several calls for one page, the page takes what the last one got.
            return;
        }
        if self.once_in_a_thousand(self.honest.habits.lost) {
            return self.try_again(sent.at, sent.attempt);
        }
        let at = self.stage.now() + self.latency();
        self.later(at, Event::Reply { token, access });
    }

    pub(super) async fn replied(&mut self, token: Token, access: Access) {
        self.honest.waiting -= 1;
        if token.generation < self.honest.token.generation {
            return;
        }
        self.honest.token = token;
        self.honest.access = access;
        if self.dice.percent(50) {
            self.stage.check(access, self.honest.who()).await;
        }
    }

    /// Nothing came of what was sent `at`: again at once, or after the time-out, or whenever somebody
    /// looks again.
    fn try_again(&mut self, at: Millis, attempt: u8) {
        let soon = if attempt == 0 { 85 } else { 0 };
        let (low, high) = self.dice.weigh(&[
            (soon, (SECOND / 2, 5 * SECOND)),
            (10, (20 * SECOND, 10 * MINUTE)),
            (5, (HOUR, 12 * HOUR)),
        ]);
        if self.honest.habits.moves_in_between && self.dice.percent(2) {
            self.honest.network = 1 + self.honest.network % 3;
        }
        let again = at + self.dice.between(low, high);
        let attempt = attempt.saturating_add(1);
        // Whoever gives up a request is not waiting for it any more.
        let given_up = again.min(at + 4 * SECOND).max(self.stage.now());
        self.later(given_up, Event::GiveUp);
        self.later(again.max(given_up), Event::Send { attempt });
    }

    fn latency(&mut self) -> Millis {
        let (low, high) = self.dice.weigh(&[(90, (20, 300)), (10, (300, 1_500))]);
        self.dice.between(low, high)
    }

    fn once_in_a_thousand(&mut self, times: u32) -> bool {
        self.dice.between(0, 999) < i64::from(times)
    }
}
