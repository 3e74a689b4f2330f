//! The built program as a process of its own, asked over HTTP.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::PASSWORD;

/// What whoever follows it must show.
pub(crate) const FOLLOWER_TOKEN: &str = "of-the-tests-0123456789abcdef0123456789";

/// A server on a folder of its own. It ends with the test.
pub(crate) struct Served {
    folder: TempDir,
    address: String,
    child: Child,
}

impl Served {
    /// With an administrator `root` and a user `alice`.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("site/pkg");
        std::fs::create_dir_all(&package).unwrap();
        // Nobody opens a page here, but the program does not start without its stylesheet.
        std::fs::write(package.join("latchkey.css"), "").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let program = |words: &[&str]| {
            let mut program = Command::new(env!("CARGO_BIN_EXE_latchkey"));
            for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LATCHKEY_")) {
                program.env_remove(name);
            }
            program
                .args(words)
                .current_dir(folder.path())
                .env("LATCHKEY_LISTEN", &address)
                .env("LATCHKEY_BASE_URL", format!("http://{address}"))
                .env("LATCHKEY_SITE_DIR", folder.path().join("site"))
                .env("LATCHKEY_FOLLOWER_TOKENS", FOLLOWER_TOKEN)
                .env("LATCHKEY_LOG", "error")
                .env("LATCHKEY_RATE_LIMIT", "off")
                // Hashes are made to be slow; these tests are not about how slow.
                .env("LATCHKEY_PASSWORD_MEMORY", "64")
                .env("LATCHKEY_PASSWORD_ITERATIONS", "1")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped());
            program
        };
        for (name, role) in [("root", "administrator"), ("alice", "user")] {
            let mut made = program(&["user", "create", name, "--role", role])
                .spawn()
                .unwrap();
            let mut input = made.stdin.take().unwrap();
            writeln!(input, "{PASSWORD}").unwrap();
            drop(input);
            assert!(made.wait().unwrap().success());
        }
        let mut child = program(&["serve"]).spawn().unwrap();
        let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        let is_ready = lines
            .map_while(Result::ok)
            .any(|line| line.starts_with("Latchkey is ready at"));
        assert!(is_ready, "it ended before it was ready");
        let served = Self {
            folder,
            address,
            child,
        };
        // Keys are made right after the first start, and a build for tests is slow at that.
        served.call("GET", "/.well-known/jwks.json", "", "");
        served
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Posts JSON; the answer must be a 200 with JSON.
    pub(crate) fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Value {
        let mut headers = "content-type: application/json\r\n".to_owned();
        if let Some(token) = token {
            headers = format!("{headers}authorization: Bearer {token}\r\n");
        }
        self.call("POST", path, &headers, &body.to_string())
    }

    fn call(&self, method: &str, path: &str, headers: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{headers}\
             content-length: {}\r\n\r\n{body}",
            self.address,
            body.len(),
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
        serde_json::from_str(body).unwrap()
    }

    /// An access token.
    pub(crate) fn sign_in(&self, username: &str) -> String {
        let body = json!({ "username": username, "password": PASSWORD });
        let pair = self.post("/api/auth/token/", None, &body);
        pair["access"].as_str().unwrap().to_owned()
    }

    /// Stops it in mid-air, or lets it go on.
    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Whatever state it is in.
        drop(self.child.kill());
        drop(self.child.wait());
        assert!(self.folder.path().exists());
    }
}
