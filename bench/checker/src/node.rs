//! One `latchkey serve`: started, stopped, killed, held still.

use std::{
    fs::File,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    clock::{SECOND, now},
    http::Connection,
};

/// A node takes no longer to start than this.
const START: Duration = Duration::from_mins(1);

/// What all nodes have in common.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// The program.
    pub(crate) path: PathBuf,
    /// Its site folder.
    pub(crate) site: PathBuf,
    /// The folder for logs.
    pub(crate) folder: PathBuf,
    /// Settings, by their names.
    pub(crate) settings: Vec<(String, String)>,
}

impl Program {
    /// The program with its settings, and with nobody else's.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LATCHKEY_") {
                command.env_remove(name);
            }
        }
        command.current_dir(&self.folder).stdin(Stdio::null());
        for (name, value) in &self.settings {
            command.env(format!("LATCHKEY_{}", name.to_uppercase()), value);
        }
        command.env("LATCHKEY_SITE_DIR", &self.site);
        command
    }
}

/// A node.
#[derive(Debug)]
pub(crate) struct NodeProcess {
    number: usize,
    program: Program,
    address: SocketAddr,
    child: Option<Child>,
}

impl NodeProcess {
    /// One that does not run yet, with a port of its own.
    ///
    /// # Errors
    /// Where no port is free.
    pub(crate) fn new(number: usize, program: &Program) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        Ok(Self {
            number,
            program: program.clone(),
            address,
            child: None,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Gives it a setting.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let settings = &mut self.program.settings;
        settings.push((name.to_owned(), value.to_owned()));
    }

    /// The program, with the settings of this node.
    pub(crate) fn command(&self) -> Command {
        self.program.command()
    }

    /// Where it writes its log.
    pub(crate) fn log(&self) -> PathBuf {
        self.program
            .folder
            .join(format!("node-{}.log", self.number))
    }

    /// Starts it; `surroundings` are further variables.
    ///
    /// # Errors
    /// Where the program cannot be started.
    pub(crate) fn start(&mut self, surroundings: &[(String, String)]) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(self.log())?;
        let child = self
            .program
            .command()
            .arg("serve")
            .env("LATCHKEY_LISTEN", self.address.to_string())
            .envs(surroundings.iter().map(|(name, value)| (name, value)))
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {}", self.program.path.display()))?;
        self.child = Some(child);
        Ok(())
    }

    /// Waits until it is ready.
    ///
    /// # Errors
    /// When it ends, or takes too long.
    pub(crate) async fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let deadline = now() + START.as_secs() * SECOND;
        while !is_ready(self.address).await {
            let ended = self
                .child
                .as_mut()
                .map(Child::try_wait)
                .transpose()?
                .flatten();
            if let Some(status) = ended {
                bail!(
                    "node {} ended ({status}):\n{}",
                    self.number,
                    tail(&self.log())
                );
            }
            if now() > deadline {
                bail!("node {} is not ready:\n{}", self.number, tail(&self.log()));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    fn signal(&mut self, signal: Signal) {
        // One that has ended and was waited for has given its id back.
        let Some(child) = self.child.as_mut() else {
            return;
        };
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let _ = kill_process(pid, signal);
        }
    }

    /// Holds it still where it is.
    pub(crate) fn pause(&mut self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub(crate) fn go_on(&mut self) {
        self.signal(Signal::CONT);
    }

    /// Kills it, without a chance to do anything.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.reap();
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(&mut self) {
        self.signal(Signal::TERM);
        let deadline = now() + 10 * SECOND;
        while now() < deadline {
            match self.child.as_mut().map(Child::try_wait) {
                Some(Ok(None)) => std::thread::sleep(Duration::from_millis(10)),
                _ => break,
            }
        }
        self.kill();
    }

    fn reap(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether a node says that it is.
pub(crate) async fn is_ready(address: SocketAddr) -> bool {
    let request = b"GET /readyz HTTP/1.1\r\nHost: node\r\n\r\n";
    let reply = Connection::new(address)
        .send_within(request, Duration::from_secs(2))
        .await;
    reply.status == 200
}

/// The last lines of a log.
fn tail(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
