//! What every task of a run shares. All of them run on one thread.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
};

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{RngCore as _, SeedableRng as _},
};

use crate::{
    clock::{Nanos, now},
    history::{Asked, Check, Credential, End, Fault, History, Issue, Kind, Setting},
    http::{Connection, Reply},
    plan::Plan,
    pool::Pool,
    request::{Body, Proof, request},
};

/// How much of what, each second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rates {
    /// Checks at each node.
    pub(crate) checks: f64,
    /// Requests that end something.
    pub(crate) ends: f64,
    /// Credentials that end as soon as they are issued.
    pub(crate) briefs: f64,
    /// Refreshes, and changes on live sessions.
    pub(crate) refreshes: f64,
}

/// What the tasks share.
#[derive(Debug)]
pub(crate) struct World {
    /// The host that the nodes answer to.
    pub(crate) host: String,
    /// Where the nodes listen.
    pub(crate) addresses: Vec<SocketAddr>,
    /// The administrator who acts for the checker.
    pub(crate) administrator: RefCell<Proof>,
    /// How much of what.
    pub(crate) rates: Rates,
    /// Who is signed in.
    pub(crate) pool: RefCell<Pool>,
    /// What each node is to be asked next.
    pub(crate) plans: Vec<RefCell<Plan>>,
    /// Whether credentials are to be ended.
    pub(crate) is_ending: Cell<bool>,
    /// Whether the run is over.
    pub(crate) is_over: Cell<bool>,
    /// How many requests were to prepare something and did not, and what the last of them was told.
    pub(crate) unprepared: RefCell<(u64, String)>,
    began: Nanos,
    history: RefCell<History>,
    random: RefCell<ChaCha20Rng>,
}

impl World {
    pub(crate) fn new(
        host: String,
        addresses: Vec<SocketAddr>,
        rates: Rates,
        setting: Setting,
    ) -> Self {
        Self {
            host,
            rates,
            pool: RefCell::new(Pool::default()),
            plans: addresses
                .iter()
                .map(|_| RefCell::new(Plan::new(rates.checks)))
                .collect(),
            addresses,
            administrator: RefCell::new(Proof::None),
            is_ending: Cell::new(false),
            is_over: Cell::new(false),
            unprepared: RefCell::default(),
            began: now(),
            random: RefCell::new(ChaCha20Rng::seed_from_u64(setting.seed)),
            history: RefCell::new(History::new(setting)),
        }
    }

    /// A number below `limit`.
    pub(crate) fn below(&self, limit: usize) -> usize {
        let number = self.random.borrow_mut().next_u64();
        usize::try_from(number % (limit.max(1) as u64)).unwrap_or_default()
    }

    /// One of a list; none of an empty one.
    pub(crate) fn one_of<T: Copy>(&self, list: &[T]) -> Option<T> {
        list.get(self.below(list.len())).copied()
    }

    /// Any node.
    pub(crate) fn any_node(&self) -> usize {
        self.below(self.addresses.len())
    }

    /// Random bytes.
    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.borrow_mut().fill_bytes(&mut bytes);
        bytes
    }

    /// How long after a fault everything must work again.
    pub(crate) fn bound(&self) -> Nanos {
        self.history.borrow().setting.bound
    }

    /// Sends a request to a node on a connection of its own.
    pub(crate) async fn send(
        &self,
        node: usize,
        method: &str,
        path: &str,
        proof: &Proof,
        body: Body<'_>,
    ) -> Reply {
        let bytes = request(&self.host, method, path, proof, body);
        self.send_bytes(node, &bytes).await
    }

    /// The same with a request that was made before.
    pub(crate) async fn send_bytes(&self, node: usize, request: &[u8]) -> Reply {
        Connection::new(self.addresses[node]).send(request).await
    }

    /// An instant as the history has it.
    pub(crate) fn at(&self, instant: Nanos) -> Nanos {
        instant.saturating_sub(self.began)
    }

    /// Notes a credential; returns its number.
    pub(crate) fn issued(&self, kind: Kind, user: &str, node: usize, from: Nanos) -> Credential {
        let mut history = self.history.borrow_mut();
        let credential = Credential::try_from(history.issues.len()).unwrap_or(Credential::MAX);
        let valid_from = self.at(from);
        history.issues.push(Issue {
            credential,
            kind,
            user: user.to_owned(),
            node: number(node),
            valid_from,
        });
        credential
    }

    /// Notes a request on a credential.
    pub(crate) fn checked(&self, credential: Credential, node: usize, asked: Asked, reply: &Reply) {
        let check = Check {
            sent: self.at(reply.sent),
            received: self.at(reply.received),
            credential,
            status: reply.status,
            node: number(node),
            asked,
            retry_after: reply.retry_after,
        };
        self.history.borrow_mut().checks.push(check);
    }

    /// Notes a request that ends a credential.
    pub(crate) fn ended(
        &self,
        credential: Credential,
        road: &str,
        node: Option<usize>,
        span: (Nanos, Nanos),
        acknowledged: bool,
    ) {
        let end = End {
            credential,
            road: road.to_owned(),
            node: node.map(number),
            sent: self.at(span.0),
            received: self.at(span.1),
            acknowledged,
        };
        self.history.borrow_mut().ends.push(end);
    }

    /// Notes something that was done to a node or to the database.
    pub(crate) fn fault(&self, fault: Fault) {
        let fault = Fault {
            from: self.at(fault.from),
            until: self.at(fault.until),
            ..fault
        };
        self.history.borrow_mut().faults.push(fault);
    }

    /// Notes that everything stands still.
    pub(crate) fn settled(&self) {
        self.history.borrow_mut().settled = Some(self.at(now()));
    }

    /// Something could not be prepared.
    pub(crate) fn count_unprepared(&self, reply: &Reply) {
        let mut unprepared = self.unprepared.borrow_mut();
        unprepared.0 += 1;
        unprepared.1 = reply.text();
    }

    /// The history, and an empty one in its place.
    pub(crate) fn take_history(&self) -> History {
        let setting = self.history.borrow().setting.clone();
        self.history.replace(History::new(setting))
    }
}

/// A node's number as the history has it.
pub(crate) fn number(node: usize) -> u8 {
    u8::try_from(node).unwrap_or(u8::MAX)
}
