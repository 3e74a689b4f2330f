//! The program's router over a database of its own, with the clock in the test's hands.

use std::sync::Arc;

use axum::Router;
use latchkey_authority::{Authority, caller::Caller};
use latchkey_identity::{
    CreateUser, Identity, create_user,
    password::{PasswordHasher, PasswordSettings},
    provider::{OutgoingLimits, Providers},
};
use latchkey_server::{
    assets::SiteAssets,
    rate::Limiter,
    routes::router,
    settings::{Origin, Settings, Sources},
    state::{AppState, Parts},
};
use latchkey_testing::{ManualClock, SeededRandomness, TestDatabase, master_keys};
use latchkey_types::{Role, UserId};
use sea_orm::DatabaseConnection;

use crate::browser::Browser;

/// What every user of the tests signs in with.
pub(crate) const PASSWORD: &str = "walnut harbour thirty lanterns";

/// Where the tests' server answers.
pub(crate) const BASE: &str = "https://id.example.com";

/// A server under test.
pub(crate) struct TestApp {
    pub(crate) state: AppState,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) database: TestDatabase,
    router: Router,
}

/// One more node.
pub(crate) struct Node {
    pub(crate) state: AppState,
    router: Router,
}

impl Node {
    pub(crate) fn authority(&self) -> &Authority {
        self.state.authority()
    }

    /// The same browser, led to this node: it keeps its cookies.
    pub(crate) fn with(&self, browser: &Browser) -> Browser {
        browser.clone().led_to(self.router.clone())
    }
}

/// A server's state, with randomness from `seed`: two nodes with one seed would give the same ids.
fn state(
    settings: Settings,
    database: &DatabaseConnection,
    clock: &Arc<ManualClock>,
    seed: u64,
) -> AppState {
    let random = Arc::new(SeededRandomness::new(seed));
    let authority = Authority::new(
        database.clone(),
        clock.clone(),
        random.clone(),
        master_keys(),
        settings.policy(),
    );
    // Cheap hashes: what they cost is measured elsewhere.
    let hasher = PasswordHasher::start(
        PasswordSettings {
            memory_kib: 64,
            iterations: 1,
            parallelism: 1,
            queue: settings.password_queue,
            ..Default::default()
        },
        random,
    )
    .unwrap();
    let redis_url = settings.redis_url.clone();
    let limiter = Limiter::new(
        settings.rate_limit,
        master_keys(),
        clock.clone(),
        redis_url.as_ref().map(|url| url.as_str()),
    )
    .unwrap();
    let limits = OutgoingLimits {
        whole: std::time::Duration::from_millis(1_500),
        ..OutgoingLimits::default()
    };
    let providers = Providers::new(settings.providers.clone(), limits).unwrap();
    AppState::new(Parts {
        settings,
        identity: Identity::new(authority, hasher),
        providers,
        limiter,
        assets: SiteAssets::default(),
    })
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With settings of its own.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        // Each check asks what is new: tests that are about the bound set their own.
        let mut sources = Sources::defaults()
            .with("base_url", BASE, Origin::Flag)
            .with("max_staleness", "0", Origin::Flag);
        for (name, value) in settings {
            sources = sources.with(name, value, Origin::Flag);
        }
        let settings = Settings::load(&sources).unwrap();
        let database = TestDatabase::new().await;
        let clock = Arc::new(ManualClock::default());
        let state = state(settings, &database.connection, &clock, 7);
        Self {
            router: router(state.clone()),
            state,
            clock,
            database,
        }
    }

    /// Another node on the same database and the same clock, with settings that are the same.
    pub(crate) fn node(&self) -> Node {
        let settings = self.state.settings().clone();
        let state = state(settings, &self.database.connection, &self.clock, 8);
        Node {
            router: router(state.clone()),
            state,
        }
    }

    pub(crate) fn authority(&self) -> &Authority {
        self.state.authority()
    }

    /// A browser that was never here.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    /// Makes a user with the password of the tests.
    pub(crate) async fn user(&self, username: &str, role: Role) -> UserId {
        create_user(
            self.state.identity(),
            CreateUser {
                user_id: None,
                username,
                email: Some(&format!("{username}@example.com")),
                email_verified: true,
                password: Some(PASSWORD),
                role,
                caller: &Caller::program("test"),
            },
        )
        .await
        .unwrap()
    }

    /// A browser in which a user has signed in.
    pub(crate) async fn signed_in(&self, username: &str) -> Browser {
        let mut browser = self.browser();
        let reply = browser.sign_in(username, PASSWORD).await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        browser
    }

    /// Signs a program in; gives its refresh token and its access token.
    pub(crate) async fn pair(&self, username: &str) -> (String, String) {
        let body = serde_json::json!({ "username": username, "password": PASSWORD });
        let reply = self
            .browser()
            .call(http::Method::POST, "/api/auth/token/", &[], &body)
            .await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let pair = reply.json();
        let text = |name: &str| pair[name].as_str().expect("a token").to_owned();
        (text("refresh"), text("access"))
    }

    /// Makes a user and signs them in.
    pub(crate) async fn user_signed_in(&self, username: &str, role: Role) -> Browser {
        self.user(username, role).await;
        self.signed_in(username).await
    }
}
