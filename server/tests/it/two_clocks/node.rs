//! One process, and speaking HTTP to it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, ChildStdout, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use super::rules::machine::Who;

pub(super) const USER: &str = "ada@example.com";
pub(super) const PASSWORD: &str = "a quite long pass phrase of Ada";

/// All nodes of one installation have one address for their users.
const BASE: &str = "127.0.0.1:8000";

/// Every node knows of an end within two seconds of the reply that told of it.
const STALENESS: Duration = Duration::from_secs(2);

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) is_ok: bool,
    pub(super) date: i64,
    pub(super) body: Value,
}

impl Reply {
    /// A text of the body.
    pub(super) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }
}

/// What Debian's `faketime` would have the program load. It is not asked to start it: it stays
/// beside what it starts, and would be all that can be ended.
fn faketime() -> String {
    let output = Command::new("faketime")
        .args(["-m", "-f", "+1s", "printenv", "LD_PRELOAD"])
        .output()
        .expect("Debian's faketime can be started");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// One process of the program.
pub(super) struct Node {
    child: Child,
    output: Option<BufReader<ChildStdout>>,
    port: u16,
    folder: TempDir,
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Node {
    pub(super) fn start(database: &str, ahead: Option<i64>, grace: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("pkg");
        std::fs::create_dir(&site).unwrap();
        std::fs::write(site.join("latchkey.css"), "").unwrap();
        // Free a moment ago; nobody else takes it meanwhile, as far as loopback goes.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
        command.arg("serve").env_clear();
        if let Some(seconds) = ahead {
            command
                .env("LD_PRELOAD", faketime())
                .env("FAKETIME", format!("+{seconds}s"))
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        if let Some(grace) = grace {
            command.env("LATCHKEY_REFRESH_GRACE", grace);
        }
        let mut child = command
            .env("LATCHKEY_LISTEN", format!("127.0.0.1:{port}"))
            .env("LATCHKEY_BASE_URL", format!("http://{BASE}"))
            .env("LATCHKEY_DATABASE_URL", database)
            .env(
                "LATCHKEY_MASTER_KEY",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE",
            )
            .env("LATCHKEY_DATA_DIR", folder.path())
            .env("LATCHKEY_SITE_DIR", folder.path())
            .env("LATCHKEY_RATE_LIMIT", "off")
            .env("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")
            .env("LATCHKEY_BOOTSTRAP_ADMIN_EMAIL", USER)
            .env("LATCHKEY_BOOTSTRAP_ADMIN_PASSWORD", PASSWORD)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .expect("the program can be started");
        let output = child.stdout.take().map(BufReader::new);
        Self {
            child,
            output,
            port,
            folder,
        }
    }

    pub(super) fn wait_until_ready(&mut self) {
        let mut output = self.output.take().expect("it is waited for once");
        let mut line = String::new();
        while !line.contains("is ready") {
            line.clear();
            let goes_on = output.read_line(&mut line).unwrap() > 0;
            assert!(goes_on, "it ended before it was ready:\n{}", self.log());
        }
        // Whatever else it says is read, so that it never waits for a reader.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// What it takes the time to be, by the machine's clock, in seconds.
    pub(super) fn wall_clock(&self) -> i64 {
        self.send("GET", "/api/ping", None, None, None).date
    }

    pub(super) fn post(&self, path: &str, body: &Value, who: Who) -> Reply {
        self.send("POST", path, Some(body), Some(who), None)
    }

    pub(super) fn get_as(&self, path: &str, access: &str, who: Who) -> Reply {
        self.send("GET", path, None, Some(who), Some(access))
    }

    /// The same until it is answered in this way, or the bound within which every node knows of an
    /// end is over.
    pub(super) fn get_within(&self, path: &str, access: &str, who: Who, is_ok: bool) -> Reply {
        let begun = Instant::now();
        loop {
            let reply = self.get_as(path, access, who);
            if reply.is_ok == is_ok || begun.elapsed() > STALENESS {
                return reply;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        who: Option<Who>,
        access: Option<&str>,
    ) -> Reply {
        let body = body.map(Value::to_string).unwrap_or_default();
        let from = who.map_or(String::new(), |who| {
            let (agent, network) = (who.agent, who.network);
            format!("User-Agent: {agent}\r\nX-Forwarded-For: 192.0.{network}.1\r\n")
        });
        let proof = access.map_or(String::new(), |access| {
            format!("Authorization: Bearer {access}\r\n")
        });
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {BASE}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n{from}{proof}",
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        stream
            .write_all(format!("{request}\r\n{body}").as_bytes())
            .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect("a reply");
        let date = head
            .lines()
            .find_map(|line| line.strip_prefix("date: "))
            .expect("every reply has a date");
        Reply {
            is_ok: head.starts_with("HTTP/1.1 200 "),
            date: seconds(date),
            body: serde_json::from_str(body).unwrap_or(Value::Null),
        }
    }
}

/// `Thu, 01 Jan 2026 00:00:00 GMT` as seconds since that day's midnight, over days of the month: two
/// such instants are compared that lie minutes apart.
fn seconds(date: &str) -> i64 {
    static FIRST: OnceLock<i64> = OnceLock::new();
    let mut parts = date.split([' ', ':']);
    let mut number = |skip: usize| -> i64 { parts.nth(skip).unwrap().parse().unwrap() };
    let day = number(1);
    let (hour, minute, second) = (number(2), number(0), number(0));
    // The month may end meanwhile.
    let first = *FIRST.get_or_init(|| day);
    let day = if day < first { first + 1 } else { day };
    ((day * 24 + hour) * 60 + minute) * 60 + second
}
