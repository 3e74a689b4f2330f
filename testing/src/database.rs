use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use latchkey_authority::database::connect;
use latchkey_migrations::Migrator;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::MigratorTrait;
use tempfile::TempDir;

/// A database that belongs to one test.
#[derive(Debug)]
pub struct TestDatabase {
    /// A pool on it.
    pub connection: DatabaseConnection,
    /// How to open it again.
    pub url: String,
    folder: Option<TempDir>,
}

impl TestDatabase {
    /// Makes a database with the current schema.
    pub async fn new() -> Self {
        match postgres_server() {
            None => Self::migrated_sqlite().await,
            Some(server) => {
                let template = postgres_template(&server).await;
                Self::postgres(&server, Some(&template)).await
            }
        }
    }

    /// Makes a database without any schema.
    pub async fn empty() -> Self {
        match postgres_server() {
            None => Self::sqlite().await,
            Some(server) => Self::postgres(&server, None).await,
        }
    }

    /// Whether the tests run on PostgreSQL.
    pub fn is_postgres() -> bool {
        postgres_server().is_some()
    }

    /// The folder of an embedded database, for tests that look at its files.
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_ref().map(TempDir::path)
    }

    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!(
            "sqlite://{}?mode=rwc",
            folder.path().join("test.db").display()
        );
        Self {
            connection: connect(&url, 8).await.unwrap(),
            url,
            folder: Some(folder),
        }
    }

    async fn migrated_sqlite() -> Self {
        let database = Self::sqlite().await;
        Migrator::up(&database.connection, None).await.unwrap();
        database
    }

    async fn postgres(server: &str, template: Option<&str>) -> Self {
        let name = unique_name();
        let admin = connect(&format!("{server}/postgres"), 1).await.unwrap();
        let template = template.map_or(String::new(), |template| format!(" TEMPLATE {template}"));
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name}{template}"))
            .await
            .unwrap();
        admin.close().await.unwrap();
        let url = format!("{server}/{name}");
        Self {
            connection: connect(&url, 20).await.unwrap(),
            url,
            folder: None,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests take their server from the environment"
)]
fn postgres_server() -> Option<String> {
    let url = std::env::var("LATCHKEY_TEST_DATABASE").ok()?;
    let authority = url
        .strip_prefix("postgres://")
        .expect("LATCHKEY_TEST_DATABASE is a PostgreSQL server");
    // Which database of the server it names does not matter: every test makes its own.
    let host = authority.split('/').next().unwrap_or(authority);
    Some(format!("postgres://{host}"))
}

/// One migrated database for each test program, of which the tests get copies: a copy takes
/// milliseconds, the migrations a good deal more.
async fn postgres_template(server: &str) -> String {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    static MAKING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _making = MAKING.lock().await;
    if let Some(template) = TEMPLATE.get() {
        return template.clone();
    }
    let made = TestDatabase::postgres(server, None).await;
    Migrator::up(&made.connection, None).await.unwrap();
    made.connection.clone().close().await.unwrap();
    let name = made.url.rsplit('/').next().unwrap_or_default().to_owned();
    TEMPLATE.get_or_init(|| name).clone()
}

fn unique_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("latchkey_test_{}_{number}", std::process::id())
}
