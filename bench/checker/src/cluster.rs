//! The nodes and their database, as they are set up for a run.

use std::{path::PathBuf, rc::Rc, time::Duration};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use crate::{
    clock::{MILLISECOND, Nanos, SECOND, now},
    history::Setting,
    node::{NodeProcess, Program},
    options::Load,
    postgres::Postgres,
    request::Proof,
    world::World,
};

const ADMINISTRATOR: &str = "root";
/// So long the administrator acts through one session.
const TERM: Nanos = 240 * SECOND;

const PASSWORD: &str = "violet Otter drinks 3 slow rivers";

/// Nodes, database and their folder. What is dropped is stopped: nodes first.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<NodeProcess>,
    pub(crate) postgres: Rc<Postgres>,
    logs: Option<PathBuf>,
    /// Removed with everything in it.
    _folder: TempDir,
}

/// Starts everything.
///
/// # Errors
/// When something does not start; the message has the end of its log.
pub(crate) async fn start(options: &Load, seed: u64) -> anyhow::Result<(Cluster, Rc<World>)> {
    let folder = tempfile::Builder::new()
        .prefix("latchkey-checker-")
        .tempdir()?;
    let postgres = match &options.database {
        Some(url) => Postgres::given(url),
        None => Postgres::make(&folder.path().join("postgresql"))?,
    };
    let program = program(options, &postgres, &folder)?;
    let nodes = (0..usize::from(options.nodes))
        .map(|number| NodeProcess::new(number, &program))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut cluster = Cluster {
        nodes,
        postgres: Rc::new(postgres),
        logs: options.logs.clone(),
        _folder: folder,
    };
    let addresses: Vec<_> = cluster.nodes.iter().map(NodeProcess::address).collect();
    let host = addresses
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    let url = format!("http://{host}");
    for node in &mut cluster.nodes {
        node.set("base_url", &url);
    }
    if let Some(first) = cluster.nodes.first() {
        let migrated = first.command().args(["migrate", "up"]).output()?;
        if !migrated.status.success() {
            bail!(
                "migrate up: {}",
                String::from_utf8_lossy(&migrated.stderr).trim()
            );
        }
    }
    for node in &mut cluster.nodes {
        node.start(&[])?;
        // One after the other: the first makes the administrator and the keys.
        node.wait_until_ready().await?;
    }
    let setting = Setting {
        nodes: options.nodes,
        bound: options.bound * MILLISECOND,
        recovery: options.recovery * MILLISECOND,
        seed,
        conditions: conditions(&cluster)?,
    };
    let world = Rc::new(World::new(host, addresses, options.rates(), setting));
    if !administer(&world).await {
        bail!("the administrator cannot sign in");
    }
    Ok((cluster, world))
}

fn conditions(cluster: &Cluster) -> anyhow::Result<String> {
    let first = cluster.nodes.first().context("at least one node")?;
    let version = first.command().arg("--version").output()?;
    let postgres = cluster
        .postgres
        .question(&["SHOW server_version"])
        .answer()?;
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    Ok(format!(
        "{} cores, load {} before; {}, PostgreSQL {}",
        cores,
        load.split(' ').next().unwrap_or("unknown"),
        String::from_utf8_lossy(&version.stdout).trim(),
        postgres.split(' ').next().unwrap_or_default(),
    ))
}

/// Signs the administrator in, who acts through that session from then on.
async fn administer(world: &World) -> bool {
    let found = world
        .cookie_of(world.any_node(), ADMINISTRATOR, PASSWORD)
        .await;
    if let Some((cookie, _)) = &found {
        *world.administrator.borrow_mut() = Proof::Cookie(cookie.clone());
    }
    found.is_some()
}

/// Signs the administrator in again and again: for what is grave, one must have signed in a short
/// while ago.
pub(crate) async fn keep_administering(world: Rc<World>) {
    let mut due = now() + TERM;
    while !world.is_over.get() {
        tokio::time::sleep(Duration::from_millis(500)).await;
        if now() > due && administer(&world).await {
            due = now() + TERM;
        }
    }
}

fn program(options: &Load, postgres: &Postgres, folder: &TempDir) -> anyhow::Result<Program> {
    let path = options
        .program
        .canonicalize()
        .with_context(|| format!("there is no program {}", options.program.display()))?;
    let site = if let Some(site) = &options.site {
        site.canonicalize()?
    } else {
        // No look is needed, but the server does not start without one.
        let site = folder.path().join("site");
        std::fs::create_dir_all(site.join("pkg"))?;
        std::fs::write(site.join("pkg/latchkey.css"), "")?;
        site
    };
    let mut program = Program {
        path,
        site,
        folder: folder.path().to_owned(),
        settings: Vec::new(),
    };
    let key = program.command().args(["keys", "generate"]).output()?;
    let key = String::from_utf8(key.stdout)?.trim().to_owned();
    let email = format!("{ADMINISTRATOR}@example.com");
    program.settings = [
        ("database_url", postgres.url()),
        ("master_key", &key),
        ("rate_limit", "off"),
        ("sign_up", "open"),
        // Hashes as cheap as can be: passwords are not what is looked at here.
        ("password_memory", "8"),
        ("password_iterations", "1"),
        ("password_queue", "1000"),
        ("bootstrap_admin_email", &email),
        ("bootstrap_admin_password", PASSWORD),
        ("log", "warn"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    Ok(program)
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for node in &mut self.nodes {
            node.stop();
        }
        if let Some(logs) = &self.logs {
            let _ = std::fs::create_dir_all(logs);
            for node in &self.nodes {
                let log = node.log();
                if let Some(name) = log.file_name() {
                    let _ = std::fs::copy(&log, logs.join(name));
                }
            }
        }
        // Before its folder goes.
        let _ = self.postgres.control("stop").run();
    }
}
