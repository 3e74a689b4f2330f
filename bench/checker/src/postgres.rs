//! The database: a cluster of the checker's own, or one that somebody else runs; and what is asked
//! of it beside the server, through `psql`.

use std::{
    net::TcpListener,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};

/// Commits wait until they are written to the system's memory: what was acknowledged survives the
/// death of every process, though not of the machine.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
max_connections = 300
shared_buffers = '128MB'
fsync = off
synchronous_commit = on
";

/// A database.
#[derive(Debug)]
pub(crate) struct Postgres {
    url: String,
    own: Option<Cluster>,
}

#[derive(Debug)]
struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
}

impl Postgres {
    /// One that runs already. It is not stopped.
    pub(crate) fn given(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            own: None,
        }
    }

    /// Makes a cluster in a folder, and starts it.
    ///
    /// # Errors
    /// Where there is no PostgreSQL, or it does not start.
    pub(crate) fn make(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir(folder)?;
        let cluster = Cluster {
            programs: programs()?,
            folder: folder.to_owned(),
        };
        if is_root() {
            // PostgreSQL refuses to run as root, and its user must reach the folder.
            if let Some(above) = folder.parent() {
                std::fs::set_permissions(above, std::fs::Permissions::from_mode(0o755))?;
            }
            run(Command::new("chown").arg("postgres").arg(folder))?;
        }
        let data = cluster.data();
        run(cluster
            .command("initdb")
            .args(["--username", "postgres", "--auth", "trust", "--no-sync"])
            .args(["--encoding", "UTF8", "--locale", "C.UTF-8", "--pgdata"])
            .arg(&data))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let configuration = data.join("postgresql.conf");
        let initial = std::fs::read_to_string(&configuration)?;
        let socket = folder.display();
        std::fs::write(
            &configuration,
            format!("{initial}{SETTINGS}port = {port}\nunix_socket_directories = '{socket}'\n"),
        )?;
        let postgres = Self {
            url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
            own: Some(cluster),
        };
        postgres.control("start").run()?;
        Ok(postgres)
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Whether it may be stopped.
    pub(crate) fn is_own(&self) -> bool {
        self.own.is_some()
    }

    /// Starting or stopping it, for another thread.
    pub(crate) fn control(&self, action: &str) -> Control {
        Control(self.own.as_ref().map(|cluster| cluster.control(action)))
    }

    /// A question, each statement in a transaction of its own unless they begin one; for another
    /// thread.
    pub(crate) fn question(&self, statements: &[&str]) -> Question {
        let mut command = match &self.own {
            Some(cluster) => Command::new(cluster.programs.join("psql")),
            None => Command::new("psql"),
        };
        command
            .arg(&self.url)
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set", "ON_ERROR_STOP=1"]);
        for statement in statements {
            command.args(["--command", statement]);
        }
        Question(command)
    }
}

/// A change of the cluster's state, on its way.
#[derive(Debug)]
pub(crate) struct Control(Option<Command>);

impl Control {
    /// Does it; returns when it is done.
    ///
    /// # Errors
    /// When it is not done.
    pub(crate) fn run(mut self) -> anyhow::Result<()> {
        self.0.as_mut().map_or(Ok(()), run)
    }
}

/// A question to the database, on its way.
#[derive(Debug)]
pub(crate) struct Question(Command);

impl Question {
    /// Asks; returns what the database says, a row a line.
    ///
    /// # Errors
    /// When a statement fails.
    pub(crate) fn answer(mut self) -> anyhow::Result<String> {
        let output = self
            .0
            .stdin(Stdio::null())
            .output()
            .context("starting psql")?;
        if !output.status.success() {
            bail!("psql: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It may be stopped already; the folder goes with its owner.
        let _ = self.control("stop").run();
    }
}

impl Cluster {
    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Starts it, or stops it as a crash does: nothing is written down, everybody is cut off.
    fn control(&self, action: &str) -> Command {
        let mut command = self.command("pg_ctl");
        command.args(["--wait", "--silent", "--mode", "immediate", action]);
        command.arg("--log").arg(self.folder.join("server.log"));
        command.arg("--pgdata").arg(self.data());
        command
    }

    /// A program of PostgreSQL, as its own user where this is root.
    fn command(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/");
        command
    }
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

/// The folder of `initdb`: on `PATH`, or where Debian keeps it, the newest.
fn programs() -> anyhow::Result<PathBuf> {
    let has_initdb = |folder: &PathBuf| folder.join("initdb").is_file();
    let path = std::env::var_os("PATH").unwrap_or_default();
    if let Some(found) = std::env::split_paths(&path).find(has_initdb) {
        // Perhaps a link: the other programs are where it leads.
        let found = found.join("initdb").canonicalize()?;
        return Ok(found.parent().map(Path::to_owned).unwrap_or_default());
    }
    let mut found: Vec<(u64, i64, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
    {
        let folder = entry.path().join("bin");
        if has_initdb(&folder) {
            let version = entry
                .file_name()
                .to_string_lossy()
                .parse()
                .unwrap_or_default();
            found.push((version, entry.metadata()?.mtime(), folder));
        }
    }
    found
        .into_iter()
        .max()
        .map(|(.., folder)| folder)
        .context("no initdb found; install PostgreSQL's server (Debian: postgresql)")
}

/// Runs a program to its end, in silence.
fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command
        .stdin(Stdio::null())
        // What it starts must not hold a pipe of ours open.
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| format!("starting {command:?}"))?;
    if !output.success() {
        bail!("{command:?} did not succeed: {output}");
    }
    Ok(())
}
