//! What the tests share: a database for each test, a clock to set, randomness from a seed, a count
//! of what is sent to the database.
//!
//! The same tests run on both databases: on SQLite in a folder of their own, or, where
//! `LATCHKEY_TEST_DATABASE` names a PostgreSQL server, in a database of their own there.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot be set up must fail loudly"
)]

mod clock;
mod database;
mod fault;
mod random;
mod sent;
mod snapshot;
pub mod transmitter;

pub use clock::ManualClock;
pub use database::TestDatabase;
pub use fault::{allow_writes, refuse_writes};
pub use random::SeededRandomness;
pub use sent::Sent;
pub use snapshot::Snapshot;
pub use transmitter::Transmitter;

use std::{net::IpAddr, sync::Arc, time::Duration};

use latchkey_authority::{
    Authority, AuthorityTx, Policy,
    audit::AuditEvent,
    caller::{Agent, Caller},
    master_key::MasterKeys,
    page::MAX_LIMIT,
    principal::Principal,
    session::{self, Check, NewSession},
    signal::Signals,
    user,
};
use latchkey_types::{EventKind, Role, SessionId, SignInMethod, UserId};

/// An [`Authority`] over a database of its own, with its clock in the test's hands.
#[derive(Debug)]
pub struct TestAuthority {
    /// What is tested.
    pub authority: Authority,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Its database.
    pub database: TestDatabase,
}

impl TestAuthority {
    /// Sets one up with the default limits.
    pub async fn new() -> Self {
        Self::with_policy(Policy::default()).await
    }

    /// Sets one up with these limits. Each check asks the database what is new, so that the tests
    /// need not wait for several nodes to hear of each other.
    pub async fn with_policy(policy: impl Into<Policy>) -> Self {
        Self::following(Policy {
            max_staleness: Duration::ZERO,
            ..policy.into()
        })
        .await
    }

    /// Sets one up that knows of changes within the bound of its limits, by the test's clock.
    pub async fn following(policy: Policy) -> Self {
        let database = TestDatabase::new().await;
        let clock = Arc::new(ManualClock::default());
        let authority = Authority::new(
            database.connection.clone(),
            clock.clone(),
            Arc::new(SeededRandomness::new(42)),
            master_keys(),
            policy,
        );
        Self {
            authority,
            clock,
            database,
        }
    }

    /// Another node on the same database and the same clock, with these master keys. Its randomness
    /// starts from `seed`: two nodes with one seed would give the same ids.
    pub fn node(&self, keys: MasterKeys, seed: u64) -> Authority {
        Authority::new(
            self.database.connection.clone(),
            self.clock.clone(),
            Arc::new(SeededRandomness::new(seed)),
            keys,
            self.authority.policy().clone(),
        )
    }

    /// Makes a user without an account.
    pub async fn user(&self, role: Role) -> UserId {
        let mut tx = AuthorityTx::begin(&self.authority).await.unwrap();
        let user_id = user::create(&mut tx, None, role).await.unwrap();
        let event = AuditEvent::success(EventKind::UserCreated, &caller()).subject(user_id);
        tx.commit([event], Signals::Nothing).await.unwrap();
        user_id
    }

    /// Signs a user in, as far as authority knows of it.
    pub async fn session(&self, user_id: UserId) -> SessionId {
        self.try_session(user_id)
            .await
            .expect("the user may sign in")
    }

    /// Tries to sign a user in; `None` if they may not.
    pub async fn try_session(&self, user_id: UserId) -> Option<SessionId> {
        let caller = caller();
        let mut tx = AuthorityTx::begin(&self.authority).await.unwrap();
        tx.lock_users(&[(user_id, latchkey_authority::Lock::Shared)])
            .await
            .unwrap();
        let new = NewSession {
            user_id,
            proved: SignInMethod::Password.into(),
            caller: &caller,
        };
        let session_id = session::create(&tx, new).await.ok()?;
        let event = AuditEvent::success(EventKind::SignIn, &caller)
            .subject(user_id)
            .session(session_id);
        tx.commit([event], Signals::Nothing).await.unwrap();
        Some(session_id)
    }

    /// Makes a user and signs them in.
    pub async fn signed_in(&self, role: Role) -> Principal {
        let user_id = self.user(role).await;
        let session_id = self.session(user_id).await;
        self.principal(session_id).await
    }

    /// Who acts through a live session.
    pub async fn principal(&self, session_id: SessionId) -> Principal {
        match session::check(&self.authority, session_id).await.unwrap() {
            Check::Live { principal, .. } => principal,
            other => panic!("expected a live session, found {other:?}"),
        }
    }

    /// Whether a session may act.
    pub async fn is_live(&self, session_id: SessionId) -> bool {
        matches!(
            session::check(&self.authority, session_id).await.unwrap(),
            Check::Live { .. }
        )
    }

    /// The kinds of the events on the record, oldest first.
    pub async fn event_kinds(&self) -> Vec<EventKind> {
        let page = latchkey_authority::audit::list(
            &self.authority,
            &latchkey_authority::audit::AuditFilter::default(),
            None,
            MAX_LIMIT,
        )
        .await
        .unwrap();
        page.items.iter().rev().map(|row| row.kind).collect()
    }
}

/// The master key of the tests.
pub fn master_keys() -> MasterKeys {
    MasterKeys::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE").unwrap()
}

/// A caller from a documentation address (RFC 5737).
pub fn caller() -> Caller {
    Caller {
        address: Some(IpAddr::from([192, 0, 2, 1])),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0".to_owned(),
        agent: Agent {
            browser: "Firefox".to_owned(),
            system: "Linux".to_owned(),
            device: "desktop".to_owned(),
        },
        request_id: "test-request".to_owned(),
    }
}

/// How many rounds a test of chance runs: more where `LATCHKEY_TEST_LONG` is set.
pub fn rounds(usual: usize, long: usize) -> usize {
    if std::env::var_os("LATCHKEY_TEST_LONG").is_some() {
        long
    } else {
        usual
    }
}
