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
    remains: Remains,
}

/// What a database leaves behind, which goes with it.
#[derive(Debug)]
enum Remains {
    Folder(TempDir),
    OnServer(Dropped),
}

/// A database on a server, dropped with this. A run of all tests makes hundreds, of ten megabytes each.
#[derive(Debug)]
struct Dropped {
    server: String,
    name: String,
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
        match &self.remains {
            Remains::Folder(folder) => Some(folder.path()),
            Remains::OnServer(_) => None,
        }
    }

    /// What the server calls it; nothing on a file.
    fn name(&self) -> &str {
        match &self.remains {
            Remains::Folder(_) => "",
            Remains::OnServer(dropped) => &dropped.name,
        }
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
            remains: Remains::Folder(folder),
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
            remains: Remains::OnServer(Dropped {
                server: server.to_owned(),
                name,
            }),
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
    static TEMPLATE: OnceLock<TestDatabase> = OnceLock::new();
    static MAKING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _making = MAKING.lock().await;
    if let Some(template) = TEMPLATE.get() {
        return template.name().to_owned();
    }
    let made = TestDatabase::postgres(server, None).await;
    Migrator::up(&made.connection, None).await.unwrap();
    made.connection.clone().close().await.unwrap();
    TEMPLATE.get_or_init(|| made).name().to_owned()
}

impl Drop for Dropped {
    fn drop(&mut self) {
        let server = format!("{}/postgres", self.server);
        let drop_it = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // Its own thread and runtime: the test's may be ending. A server that is gone already took the database along.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let admin = connect(&server, 1).await?;
                admin.execute_unprepared(&drop_it).await?;
                admin.close().await
            })?;
            Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
        });
        match thread.join() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => eprintln!("the database of a test stays behind: {error}"),
            Err(_) => eprintln!("the database of a test stays behind"),
        }
    }
}

fn unique_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("latchkey_test_{}_{number}", std::process::id())
}
