//! An [`Identity`] over a database of its own, and what the tests ask of it.

use std::sync::Arc;

use latchkey_authority::{
    audit::{self, AuditFilter, AuditRow},
    page::MAX_LIMIT,
    session::{self, SessionFilter, SessionRow},
};
use latchkey_identity::{
    CreateUser, Identity, SignInError, SignUp, SignedIn, create_user,
    password::{PasswordHasher, PasswordSettings},
    sign_in,
};
use latchkey_testing::{SeededRandomness, TestAuthority, caller};
use latchkey_types::{Role, SessionState, UserId};
use sea_orm::{ConnectionTrait, Statement};

/// A password that everybody here has.
pub(crate) const PASSWORD: &str = "violet otter drinks slowly";

/// Another one.
pub(crate) const OTHER_PASSWORD: &str = "seven copper kettles on a roof";

pub(crate) struct TestIdentity {
    pub(crate) test: TestAuthority,
    pub(crate) identity: Identity,
}

/// Hashing as cheap as it gets, and room for everybody.
pub(crate) fn cheap() -> PasswordSettings {
    PasswordSettings {
        memory_kib: 64,
        iterations: 1,
        parallelism: 1,
        threads: 2,
        queue: 512,
    }
}

pub(crate) fn hasher(settings: PasswordSettings) -> PasswordHasher {
    PasswordHasher::start(settings, Arc::new(SeededRandomness::new(7))).unwrap()
}

impl TestIdentity {
    pub(crate) async fn new() -> Self {
        Self::with_settings(cheap()).await
    }

    pub(crate) async fn with_settings(settings: PasswordSettings) -> Self {
        let test = TestAuthority::new().await;
        let identity = Identity::new(test.authority.clone(), hasher(settings));
        Self { test, identity }
    }

    /// Makes a user with an address `<username>@example.com` and the [`PASSWORD`].
    pub(crate) async fn user(&self, username: &str) -> UserId {
        self.user_with(username, Some(PASSWORD), Role::User).await
    }

    pub(crate) async fn user_with(
        &self,
        username: &str,
        password: Option<&str>,
        role: Role,
    ) -> UserId {
        let new = CreateUser {
            user_id: None,
            username,
            email: Some(&format!("{username}@example.com")),
            email_verified: true,
            password,
            role,
            caller: &caller(),
        };
        create_user(&self.identity, new).await.unwrap()
    }

    pub(crate) async fn sign_in(
        &self,
        name: &str,
        password: &str,
    ) -> Result<SignedIn, SignInError> {
        sign_in(&self.identity, name, password, None, &caller()).await
    }

    /// Disables a user as if an administrator had done it, without their sessions.
    pub(crate) async fn disable(&self, user_id: UserId) {
        self.execute(&format!(
            "UPDATE users SET disabled_at = 1 WHERE {}",
            is_user(user_id)
        ))
        .await;
    }

    pub(crate) async fn execute(&self, statement: &str) {
        self.test
            .database
            .connection
            .execute_unprepared(statement)
            .await
            .unwrap();
    }

    /// How many rows `table` has.
    pub(crate) async fn rows(&self, table: &str) -> i64 {
        let connection = &self.test.database.connection;
        let count = Statement::from_string(
            connection.get_database_backend(),
            format!("SELECT COUNT(*) AS counted FROM {table}"),
        );
        connection
            .query_one_raw(count)
            .await
            .unwrap()
            .unwrap()
            .try_get("", "counted")
            .unwrap()
    }

    /// The stored hash of a user's password.
    pub(crate) async fn stored_hash(&self, user_id: UserId) -> String {
        let connection = &self.test.database.connection;
        let select = Statement::from_string(
            connection.get_database_backend(),
            format!(
                "SELECT password_hash FROM passwords WHERE {}",
                is_user(user_id)
            ),
        );
        connection
            .query_one_raw(select)
            .await
            .unwrap()
            .unwrap()
            .try_get("", "password_hash")
            .unwrap()
    }

    /// The record, newest first.
    pub(crate) async fn record(&self) -> Vec<AuditRow> {
        audit::list(
            &self.test.authority,
            &AuditFilter::default(),
            None,
            MAX_LIMIT,
        )
        .await
        .unwrap()
        .items
    }

    pub(crate) async fn last_event(&self) -> AuditRow {
        self.record().await.remove(0)
    }

    pub(crate) async fn live_sessions(&self, user_id: UserId) -> Vec<SessionRow> {
        let filter = SessionFilter {
            users: Some(vec![user_id]),
            state: Some(SessionState::Live),
            ..Default::default()
        };
        session::list(&self.test.authority, &filter, None, MAX_LIMIT)
            .await
            .unwrap()
            .items
    }

    /// Waits until more hashes than `before` were made.
    pub(crate) async fn hashed_since(&self, before: u64) {
        while self.identity.hasher().finished() <= before {
            tokio::task::yield_now().await;
        }
    }
}

/// A condition on `user_id` that both databases read.
pub(crate) fn is_user(user_id: UserId) -> String {
    if latchkey_testing::TestDatabase::is_postgres() {
        format!("user_id = '{user_id}'")
    } else {
        format!("user_id = X'{}'", user_id.as_uuid().simple())
    }
}

pub(crate) fn form<'a>(
    username: &'a str,
    caller: &'a latchkey_authority::caller::Caller,
) -> SignUp<'a> {
    SignUp {
        username,
        email: None,
        password: PASSWORD,
        replaces: None,
        caller,
    }
}
