//! Opening what the settings name: keys, database, password pool.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use latchkey_authority::{
    Authority,
    clock::{Clock, DatabaseClock, SystemClock},
    database::connect,
    feed::Source,
    master_key::MasterKeys,
    random::OsRandomness,
};
use latchkey_identity::{
    Identity,
    password::{PasswordHasher, PasswordSettings},
};
use latchkey_migrations::Migrator;
use sea_orm::DatabaseConnection;
use sea_orm_migration::MigratorTrait as _;
use zeroize::Zeroizing;

use crate::settings::Settings;

/// Connections to the database.
const POOL: u32 = 16;

/// The name of the key file in the data folder.
const KEY_FILE: &str = "master.key";

/// The database, without a look at its schema.
pub(super) async fn database(settings: &Settings) -> anyhow::Result<DatabaseConnection> {
    if settings.is_embedded() {
        // The keys come first: a database without its keys would look like one that lost them.
        master_keys(settings)?;
    }
    connect(&settings.database_url, POOL)
        .await
        // The driver's message may hold the address with its password.
        .map_err(|error| match error {
            sea_orm::DbErr::Conn(_) if !settings.is_embedded() => {
                anyhow::anyhow!("the database of setting `database_url` cannot be reached")
            }
            error => anyhow::Error::new(error).context("opening the database"),
        })
}

/// The database, brought to this release's schema where that is allowed.
pub(super) async fn migrated(
    settings: &Settings,
    may_migrate: bool,
) -> anyhow::Result<DatabaseConnection> {
    let database = database(settings).await?;
    let pending = Migrator::get_pending_migrations(&database)
        .await
        .context("reading the state of the schema")?
        .len();
    if pending == 0 {
        return Ok(database);
    }
    if !may_migrate {
        bail!(
            "the database is {pending} migration(s) behind this program. Run `latchkey migrate \
             up` (after a backup), or start with LATCHKEY_MIGRATE=on"
        );
    }
    Migrator::up(&database, None)
        .await
        .context("bringing the database to this release's schema")?;
    Ok(database)
}

/// Everything that the use cases need. An embedded database is migrated on the way.
pub(super) async fn identity(settings: &Settings) -> anyhow::Result<Identity> {
    let may_migrate = settings.is_embedded() || settings.migrate;
    let database = migrated(settings, may_migrate).await?;
    let authority = authority(settings, database).await?;
    let hasher = PasswordHasher::start(
        PasswordSettings {
            memory_kib: settings.password_memory,
            iterations: settings.password_iterations,
            parallelism: settings.password_parallelism,
            queue: settings.password_queue,
            ..Default::default()
        },
        Arc::new(OsRandomness),
    )
    .context("starting the password pool")?;
    Ok(Identity::new(authority, hasher))
}

/// Who may act, over a database whose schema nobody has looked at yet.
pub(super) async fn authority(
    settings: &Settings,
    database: DatabaseConnection,
) -> anyhow::Result<Authority> {
    // Several nodes go by one clock: that of the database which they share.
    let clock: Arc<dyn Clock> = if settings.is_embedded() {
        Arc::new(SystemClock)
    } else {
        Arc::new(
            DatabaseClock::start(&database)
                .await
                .context("reading the database's clock")?,
        )
    };
    let feed = settings
        .database_feed_url
        .as_ref()
        .map(|url| Source::at(url))
        .transpose()
        .context("setting `database_feed_url`")?;
    Ok(Authority::with_feed(
        database,
        feed,
        clock,
        Arc::new(OsRandomness),
        master_keys(settings)?,
        settings.policy(),
    ))
}

/// The master keys of the setting, or of the key file, which is made at the first start.
pub(super) fn master_keys(settings: &Settings) -> anyhow::Result<MasterKeys> {
    if let Some(text) = &settings.master_key {
        return MasterKeys::parse(text).context("setting `master_key`");
    }
    data_dir(&settings.data_dir)?;
    let path = settings.data_dir.join(KEY_FILE);
    let named = || format!("key file {}", path.display());
    match fs::read_to_string(&path) {
        Ok(text) => {
            let text = Zeroizing::new(text);
            let mode = fs::metadata(&path)
                .with_context(named)?
                .permissions()
                .mode();
            if mode & 0o077 != 0 {
                bail!(
                    "{} can be read by others: it must have mode 0600 (chmod 600)",
                    named()
                );
            }
            MasterKeys::parse(text.trim()).with_context(named)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if let Some(database) = database_file(settings).filter(|path| path.exists()) {
                bail!(
                    "{} is missing, but the database {} is there: what it holds was sealed with \
                     that key. Put the key file back from a backup, or set LATCHKEY_MASTER_KEY",
                    named(),
                    database.display()
                );
            }
            let key = MasterKeys::generate(&OsRandomness);
            write_key(&path, &key).with_context(named)?;
            MasterKeys::parse(&key).with_context(named)
        }
        Err(error) => Err(error).with_context(named),
    }
}

/// Writes the key so that it is there whole, or not at all, and never replaces another: under
/// another name first, then linked to its own, which fails where something stands already.
fn write_key(path: &Path, key: &str) -> anyhow::Result<()> {
    let unfinished = path.with_extension(format!("key.{}", std::process::id()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(key.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    let linked = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished)?;
    Ok(linked?)
}

/// The file of an embedded database; `None` where it is not in a file.
pub(super) fn database_file(settings: &Settings) -> Option<PathBuf> {
    let path = settings.database_url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split('?').next().unwrap_or(path);
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
}

fn data_dir(path: &Path) -> anyhow::Result<()> {
    if !path.is_dir() {
        fs::create_dir_all(path)
            .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o700)))
            .with_context(|| format!("making the data folder {}", path.display()))?;
    }
    Ok(())
}
