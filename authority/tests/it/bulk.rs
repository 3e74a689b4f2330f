//! Many ended by one order.

mod batches;
mod honoured;
mod large;
mod nodes;
mod orders;
mod selections;

use latchkey_authority::{
    Authority,
    bulk::{self, BulkEndRow, Order, OrderError, Scope, Step, Worker},
    principal::Principal,
    session::SessionFilter,
};
use latchkey_testing::{TestAuthority, caller};
use latchkey_types::{BulkEndId, Role, SessionId, UnixMillis, UserId};
use std::time::Duration;

use crate::support::{RawSession, insert_sessions, scattered_id};

/// Sessions at an address, of several users.
pub(crate) struct Crowd {
    pub(crate) test: TestAuthority,
    pub(crate) administrator: Principal,
    pub(crate) users: Vec<UserId>,
}

/// Where the sessions of a crowd were signed in.
pub(crate) const THERE: &str = "198.51.100.7";

impl Crowd {
    /// So many users with so many live sessions each at one address, and one elsewhere.
    pub(crate) async fn new(users: u64, sessions: u64) -> Self {
        Self::with(TestAuthority::new().await, users, sessions).await
    }

    pub(crate) async fn with(test: TestAuthority, users: u64, sessions: u64) -> Self {
        let administrator = test.signed_in(Role::Administrator).await;
        let mut ids = Vec::new();
        let mut rows = Vec::new();
        for user in 0..users {
            let user_id = test.user(Role::User).await;
            ids.push(user_id);
            for number in 0..sessions {
                rows.push(raw(&test, user_id, user * 1_000_000 + number, THERE));
            }
            rows.push(raw(
                &test,
                user_id,
                user * 1_000_000 + 999_999,
                "203.0.113.9",
            ));
        }
        insert_sessions(&test.database.connection, &rows).await;
        // What is ordered is ordered later than they were made.
        test.clock.advance(Duration::from_millis(1));
        Self {
            test,
            administrator,
            users: ids,
        }
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.test.authority
    }

    /// Orders as the administrator.
    pub(crate) async fn order(&self, scope: Scope) -> Result<Option<BulkEndId>, OrderError> {
        let order = Order {
            scope,
            include_own: false,
        };
        bulk::order(self.authority(), &self.administrator, order, &caller()).await
    }

    /// The order that ends all at their address.
    pub(crate) async fn order_all(&self) -> BulkEndId {
        let ordered = self.order(at(THERE)).await.unwrap().unwrap();
        // Whoever comes now came later.
        self.test.clock.advance(Duration::from_millis(1));
        ordered
    }

    pub(crate) async fn row(&self, id: BulkEndId) -> BulkEndRow {
        bulk::one(self.authority(), id).await.unwrap().unwrap()
    }
}

/// A live session, written straight into the table: `number` makes its id.
pub(crate) fn raw(
    test: &TestAuthority,
    user_id: UserId,
    number: u64,
    address: &'static str,
) -> RawSession {
    let now = test.authority.now();
    // Some in one instant, some apart, so that pages are cut within an instant.
    let number_of_instant = i64::try_from(number % 7).unwrap();
    RawSession {
        session_id: scattered_id(number),
        user_id: user_id.as_uuid(),
        created_at: UnixMillis(now.0 - number_of_instant),
        last_seen_at: now,
        expires_at: UnixMillis(now.0 + 1_000_000_000),
        address,
        browser: "Firefox",
        ended_at: None,
    }
}

/// Sessions signed in at an address.
pub(crate) fn at(address: &str) -> Scope {
    Scope::sessions(SessionFilter {
        address: Some(address.to_owned()),
        ..Default::default()
    })
    .unwrap()
}

/// These sessions.
pub(crate) fn these(ids: &[SessionId]) -> Scope {
    Scope::these_sessions(ids.to_vec()).unwrap()
}

/// Works until there is nothing to do; returns how many ended, and in how many batches.
pub(crate) async fn work(authority: &Authority, worker: &mut Worker) -> (u64, u64) {
    let (mut ended, mut batches) = (0, 0);
    loop {
        match worker.step(authority).await.unwrap() {
            Step::Nothing => return (ended, batches),
            Step::Ended { count, .. } => {
                ended += count;
                batches += 1;
            }
            Step::Finished { .. } => {}
            other => panic!("nobody is in the way: {other:?}"),
        }
    }
}
