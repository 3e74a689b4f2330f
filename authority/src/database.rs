//! Connections: what both databases must be told before anybody uses them.

mod sent;

use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr};

pub use sent::{counting, sent};

/// No transaction lives longer than this; PostgreSQL ends it.
pub const TRANSACTION_LIMIT: Duration = Duration::from_secs(30);

/// How long a writer on SQLite waits for another *process* (writers of one process queue fairly
/// before they reach the file).
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How often, and how far apart, a program tries to switch a new file that another one has.
const SWITCH_ATTEMPTS: u32 = 200;
const SWITCH_PAUSE: Duration = Duration::from_millis(50);

/// Opens a pool on `url` (`sqlite://…` or `postgres://…`).
///
/// SQLite gets write-ahead logging, foreign keys, a busy timeout and full synchronisation, so that
/// what was acknowledged survives a power cut. PostgreSQL ends transactions and statements that
/// outlive [`TRANSACTION_LIMIT`]. Statements are counted: see [`counting`].
///
/// # Errors
/// What the driver says when the database cannot be reached or opened.
pub async fn connect(url: &str, max_connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url.to_owned());
    options
        .max_connections(max_connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .connect_timeout(Duration::from_secs(10))
        // Statements are logged by our own spans; the driver's log would print every one at INFO.
        .sqlx_logging(false);
    if is_sqlite(url) {
        switch_to_log(url).await?;
        // No connection is ever retired: with `sqlite::memory:` it would take the data with it.
        options
            .idle_timeout(None::<Duration>)
            .max_lifetime(None::<Duration>);
        options.map_sqlx_sqlite_opts(|options| {
            options
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("foreign_keys", "ON")
                .busy_timeout(BUSY_TIMEOUT)
                .optimize_on_close(true, None)
        });
    } else {
        options.map_sqlx_postgres_opts(|options| {
            let limit = TRANSACTION_LIMIT.as_millis().to_string();
            options.options([
                ("statement_timeout", limit.as_str()),
                ("idle_in_transaction_session_timeout", limit.as_str()),
                ("lock_timeout", "10000"),
            ])
        });
    }
    let mut connection = Database::connect(options).await?;
    connection.set_metric_callback(|_| sent::note());
    Ok(connection)
}

/// Switches a new file to its write-ahead log, before a pool opens several connections to it.
///
/// The switch takes the whole file for a moment, and `SQLite` does not wait for its turn there
/// (`sqlite3_busy_timeout` says so of `journal_mode`): of two that try at once, one is refused. So
/// one connection does it, and comes back while another program has the file. Once it is done it
/// stands in the file.
async fn switch_to_log(url: &str) -> Result<(), DbErr> {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(1).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|options| {
        options
            .pragma("journal_mode", "WAL")
            .busy_timeout(BUSY_TIMEOUT)
    });
    let mut attempt = 1;
    loop {
        match Database::connect(options.clone()).await {
            Ok(connection) => return connection.close().await,
            Err(error) if attempt < SWITCH_ATTEMPTS && is_busy(&error) => attempt += 1,
            Err(error) => return Err(error),
        }
        tokio::time::sleep(SWITCH_PAUSE).await;
    }
}

/// `SQLITE_BUSY`, and the further codes whose last byte it is.
fn is_busy(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    error
        .as_database_error()
        .and_then(|error| error.code()?.parse::<u32>().ok())
        .is_some_and(|code| code & 0xff == 5)
}

/// Whether `url` names an embedded database.
pub fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}
