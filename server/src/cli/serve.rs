//! `latchkey serve`

use std::{fs::File, path::PathBuf, sync::Arc};

use anyhow::{Context as _, bail};
use latchkey_authority::{caller::Caller, clock::SystemClock, feed, key};
use latchkey_identity::{
    Identity, bootstrap_administrator,
    provider::{OutgoingLimits, Providers},
    setup,
};
use tokio::net::TcpListener;

use super::open;
use crate::{
    assets::SiteAssets,
    log,
    rate::Limiter,
    serve::{serve, told_to_stop},
    settings::{Settings, findings},
    state::{AppState, Parts},
};

pub(super) async fn run(settings: Settings) -> anyhow::Result<()> {
    log::start(&settings)?;
    // Before anything is opened or made: a start that cannot succeed leaves nothing behind.
    let assets = SiteAssets::read(&site_dir(&settings)?)?;
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("listening on {}", settings.listen))?;
    let metrics = match settings.metrics_listen {
        Some(address) => Some(
            TcpListener::bind(address)
                .await
                .with_context(|| format!("listening on {address} for metrics"))?,
        ),
        None => None,
    };
    let _alone = alone(&settings)?;
    let identity = open::identity(&settings).await?;
    for finding in findings(&settings, identity.authority()).await? {
        tracing::warn!("{finding}");
    }
    first_administrator(&settings, &identity).await?;
    // Before anybody is answered: a key that does not open must stop the start, not a sign-in.
    key::load(identity.authority())
        .await
        .context("the signing keys")?;
    feed::start(identity.authority())
        .await
        .context("following the signals of the database")?;
    let limiter = Limiter::new(
        settings.rate_limit,
        identity.authority().keys().clone(),
        Arc::new(SystemClock),
        settings.redis_url.as_ref().map(|url| url.as_str()),
    )?;
    let providers = Providers::new(settings.providers.clone(), OutgoingLimits::default())
        .context("a client for calls to providers")?;
    providers.read_ahead(identity.authority());
    // Before it says that it is ready: whoever hears that may stop it at once.
    let stop = told_to_stop().context("listening for signals")?;
    let base_url = settings.base_url.to_string();
    tracing::info!(listen = %settings.listen, base_url, "latchkey is ready");
    say(&format!("Latchkey is ready at {base_url}"));
    let state = AppState::new(Parts {
        settings,
        identity,
        providers,
        limiter,
        assets,
    });
    serve(state, listener, metrics, stop).await
}

/// The folder of the setting, or `site` beside the program.
fn site_dir(settings: &Settings) -> anyhow::Result<PathBuf> {
    if let Some(folder) = &settings.site_dir {
        return Ok(folder.clone());
    }
    let program = std::env::current_exe().context("finding the program's own folder")?;
    Ok(program
        .parent()
        .map(|folder| folder.join("site"))
        .unwrap_or_default())
}

/// Two servers on one embedded database would not hear of each other's changes.
fn alone(settings: &Settings) -> anyhow::Result<Option<File>> {
    let Some(database) = open::database_file(settings) else {
        return Ok(None);
    };
    // Makes the data folder, where the database usually is.
    open::master_keys(settings)?;
    let mut path = database.clone().into_os_string();
    path.push(".serve");
    let path = PathBuf::from(path);
    let file = File::create(&path).with_context(|| format!("making {}", path.display()))?;
    let lock = rustix::fs::FlockOperation::NonBlockingLockExclusive;
    if rustix::fs::flock(&file, lock).is_err() {
        bail!(
            "another `latchkey serve` uses {}. Stop it, or set another data_dir",
            database.display()
        );
    }
    Ok(Some(file))
}

/// Makes the administrator of the settings, or prints the link by which a person becomes it.
async fn first_administrator(settings: &Settings, identity: &Identity) -> anyhow::Result<()> {
    if let Some((email, password)) = &settings.bootstrap_admin {
        let caller = Caller::program("latchkey serve");
        let made = bootstrap_administrator(identity, email, password, &caller)
            .await
            .context("settings `bootstrap_admin_email` and `bootstrap_admin_password`")?;
        if made.is_some() {
            tracing::info!("the first administrator was made from the settings");
        }
        return Ok(());
    }
    if let Some(code) = setup::issue_code(identity).await? {
        // On standard output, not through the log: a log is kept, shipped and searched, and whoever
        // has the link becomes administrator.
        say(&format!(
            "\nNobody administers this server yet. Open this link within 24 hours to make the \
             first administrator:\n\n    {}/setup?code={}\n",
            settings.base_url,
            code.as_str()
        ));
    }
    Ok(())
}

/// Says something to whoever started the program.
#[expect(clippy::print_stdout, reason = "a program talks to its user")]
fn say(text: &str) {
    println!("{text}");
}
