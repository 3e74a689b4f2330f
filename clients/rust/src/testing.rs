//! For the edges: a clock in the test's hands, and a server that says what a test wants said.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use crate::clock::Clock;

pub(crate) const TOKEN: &str = "a-follower-token-of-32-characters";

/// In seconds since 1970, where tests begin.
pub(crate) const NOW: u64 = 1_800_000_000;

/// Stands still until the test moves it.
#[derive(Debug)]
pub(crate) struct ManualClock(Mutex<Duration>);

impl ManualClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::default()))
    }

    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }

    pub(crate) fn advance_millis(&self, by: u64) {
        self.advance(Duration::from_millis(by));
    }
}

impl Clock for ManualClock {
    fn boot(&self) -> Duration {
        Duration::from_secs(1_000) + *self.0.lock().unwrap()
    }

    fn unix(&self) -> Duration {
        Duration::from_secs(NOW) + *self.0.lock().unwrap()
    }
}

/// A real server on loopback.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    /// Each request's head as it came.
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
    /// The whole answer to every request from now on.
    pub(crate) answer: Arc<Mutex<Vec<u8>>>,
}

/// An answer with a body.
pub(crate) fn reply(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

impl Server {
    pub(crate) fn start(answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
            answer: Arc::new(Mutex::new(answer)),
        };
        let (asked, answer) = (server.asked.clone(), server.answer.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, answer) = (asked.clone(), answer.clone());
                thread::spawn(move || serve(&stream, &asked, &answer));
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn now_answers(&self, answer: Vec<u8>) {
        *self.answer.lock().unwrap() = answer;
    }

    pub(crate) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

fn serve(stream: &TcpStream, asked: &Mutex<Vec<String>>, answer: &Mutex<Vec<u8>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        asked.lock().unwrap().push(head);
        let said = answer.lock().unwrap().clone();
        let mut stream = stream;
        if stream.write_all(&said).is_err() || said.windows(5).any(|part| part == b"close") {
            return;
        }
    }
}
