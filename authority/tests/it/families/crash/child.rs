//! The process that dies.

use std::{
    process::abort,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use latchkey_authority::{
    Authority, Policy, clock::Clock, database::connect, family, key, random::Randomness,
};
use latchkey_testing::{ManualClock, SeededRandomness, master_keys};
use latchkey_types::FamilyId;

use super::Moment;
use crate::{
    families::support::{home, presenter, stranger},
    support::{column, id},
};

/// What it shall do stands in this variable.
pub(crate) const ORDER: &str = "LATCHKEY_TEST_CRASH";

/// The test below, as the test program calls it.
pub(crate) const NAME: &str = "families::crash::child::the_process_that_dies";

/// What it shall do.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) url: String,
    pub(crate) now: i64,
    pub(crate) family_id: FamilyId,
    pub(crate) token: String,
    pub(crate) is_stranger: bool,
    pub(crate) moment: Moment,
}

impl Order {
    pub(crate) fn text(&self) -> String {
        let moment = match self.moment {
            Moment::BeforeCommit(draw) => draw.to_string(),
            Moment::AfterCommit => "after".to_owned(),
            Moment::BeforeReply => "reply".to_owned(),
        };
        let Self {
            url,
            now,
            family_id,
            token,
            is_stranger,
            ..
        } = self;
        format!("{url} {now} {family_id} {token} {is_stranger} {moment}")
    }

    fn parse(text: &str) -> Self {
        let [url, now, family_id, token, is_stranger, moment] =
            text.split(' ').collect::<Vec<_>>()[..]
        else {
            panic!("not an order: {text}")
        };
        Self {
            url: url.to_owned(),
            now: now.parse().unwrap(),
            family_id: family_id.parse().unwrap(),
            token: token.to_owned(),
            is_stranger: is_stranger.parse().unwrap(),
            moment: match moment {
                "after" => Moment::AfterCommit,
                "reply" => Moment::BeforeReply,
                draw => Moment::BeforeCommit(draw.parse().unwrap()),
            },
        }
    }
}

/// Randomness that ends the process at a draw.
#[derive(Debug)]
struct DeadlyRandomness {
    inner: SeededRandomness,
    /// None are counted before it is armed.
    left: AtomicU32,
}

impl Randomness for DeadlyRandomness {
    fn fill(&self, buffer: &mut [u8]) {
        if self.left.load(Ordering::SeqCst) > 0 && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            abort();
        }
        self.inner.fill(buffer);
    }
}

#[test]
#[ignore = "ends the process: the tests of crashes start it"]
fn the_process_that_dies() {
    let Some(order) = std::env::var_os(ORDER) else {
        return;
    };
    let order = Order::parse(order.to_str().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(obey(order));
}

async fn obey(order: Order) {
    let clock = ManualClock::default();
    let ahead = u64::try_from(order.now - clock.now().0).unwrap();
    clock.advance(Duration::from_millis(ahead));
    let seed = u64::from(std::process::id());
    let random = Arc::new(DeadlyRandomness {
        inner: SeededRandomness::new(seed << 32),
        left: AtomicU32::new(0),
    });
    let authority = Authority::new(
        connect(&order.url, 4).await.unwrap(),
        Arc::new(clock),
        random.clone(),
        master_keys(),
        Policy::default(),
    );
    key::load(&authority).await.unwrap();
    match order.moment {
        Moment::BeforeCommit(draw) => random.left.store(draw, Ordering::SeqCst),
        Moment::AfterCommit => watch(&authority, order.family_id).await,
        Moment::BeforeReply => {}
    }
    let caller = if order.is_stranger {
        stranger()
    } else {
        home()
    };
    let result = family::refresh(&authority, &order.token, &presenter(&caller)).await;
    match order.moment {
        Moment::BeforeCommit(_) => panic!("it was to die before this: {result:?}"),
        // The watcher is about to see it, and nobody hears of it meanwhile.
        Moment::AfterCommit => loop {
            thread::park();
        },
        Moment::BeforeReply => abort(),
    }
}

/// Ends the process as soon as another connection sees the family changed.
async fn watch(authority: &Authority, family_id: FamilyId) {
    let authority = authority.clone();
    let before = state(&authority, family_id).await;
    tokio::spawn(async move {
        loop {
            if state(&authority, family_id).await != before {
                abort();
            }
        }
    });
}

async fn state(authority: &Authority, family_id: FamilyId) -> (i64, i64) {
    let connection = authority.database();
    let of = format!(
        "FROM families WHERE family_id = {}",
        id(connection, family_id.as_uuid())
    );
    let generation: Vec<i64> =
        column(connection, &format!("SELECT generation AS value {of}")).await;
    let ended: Vec<i64> = column(
        connection,
        &format!("SELECT COALESCE(ended_at, 0) AS value {of}"),
    )
    .await;
    (generation[0], ended[0])
}
