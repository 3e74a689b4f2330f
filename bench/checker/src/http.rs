//! A client for HTTP/1.1 that costs little and notes the time at the right places: before the first
//! byte is sent, and when the whole reply has come. Requests are bytes that were made before.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::clock::{Nanos, now};

/// Longer than any reply that is worth waiting for.
const PATIENCE: Duration = Duration::from_secs(40);

/// More than any reply here has.
const BODY_LIMIT: usize = 8 << 20;

/// What came back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    /// Before the first byte was sent.
    pub(crate) sent: Nanos,
    /// When the whole reply had come, or it was given up.
    pub(crate) received: Nanos,
    /// The status; 0 where no reply came.
    pub(crate) status: u16,
    /// Whether it said when to come again.
    pub(crate) retry_after: bool,
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Reply {
    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The values of a header.
    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        std::str::from_utf8(&self.head)
            .unwrap_or("")
            .split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// The value of a cookie that the reply sets.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.headers("set-cookie")
            .filter_map(|text| text.split(';').next()?.split_once('='))
            .find(|(known, value)| *known == name && !value.is_empty())
            .map(|(_, value)| value.to_owned())
    }

    /// What it said, for a message.
    pub(crate) fn text(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        let short: String = body.chars().take(200).collect();
        format!("{} {short}", self.status)
    }
}

/// One connection, made when it is needed and kept.
#[derive(Debug)]
pub(crate) struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// Why no reply came.
enum Broken {
    /// The connection had been closed before anything came back.
    Stale,
    /// Something else.
    Failed,
}

impl Connection {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            stream: None,
            buffer: Vec::with_capacity(4_096),
        }
    }

    /// Sends a request and waits for the reply. One on a connection that the server had closed
    /// meanwhile is sent once more.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Reply {
        self.send_within(request, PATIENCE).await
    }

    /// The same with patience of another length.
    pub(crate) async fn send_within(&mut self, request: &[u8], patience: Duration) -> Reply {
        let was_used = self.stream.is_some();
        let mut sent = now();
        let mut outcome = self.exchange(request, &mut sent, patience).await;
        if was_used && matches!(outcome, Err(Broken::Stale)) {
            outcome = self.exchange(request, &mut sent, patience).await;
        }
        let Ok((head, is_last)) = outcome else {
            self.stream = None;
            return Reply {
                sent,
                received: now(),
                ..Reply::default()
            };
        };
        let received = now();
        if is_last {
            self.stream = None;
        }
        let (head, body) = self.buffer.split_at(head);
        let mut reply = Reply {
            sent,
            received,
            status: status(head),
            ..Reply::default()
        };
        reply.retry_after = reply.status == 503 && has_retry_after(head);
        reply.head = head.to_vec();
        reply.body = body.to_vec();
        reply
    }

    async fn exchange(
        &mut self,
        request: &[u8],
        sent: &mut Nanos,
        patience: Duration,
    ) -> Result<(usize, bool), Broken> {
        let exchange = async {
            if self.stream.is_none() {
                let stream = TcpStream::connect(self.address)
                    .await
                    .map_err(|_| Broken::Failed)?;
                stream.set_nodelay(true).map_err(|_| Broken::Failed)?;
                self.stream = Some(stream);
            }
            let stream = self.stream.as_mut().ok_or(Broken::Failed)?;
            self.buffer.clear();
            *sent = now();
            stream.write_all(request).await.map_err(|_| Broken::Stale)?;
            read(stream, &mut self.buffer).await
        };
        let outcome = timeout(patience, exchange)
            .await
            .unwrap_or(Err(Broken::Failed));
        if outcome.is_err() {
            self.stream = None;
        }
        outcome
    }
}

/// Reads one reply; returns where its body begins, and whether the connection ends with it.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(usize, bool), Broken> {
    let mut whole = None;
    loop {
        if let Some((head, length, is_last)) = whole {
            if buffer.len() >= head + length {
                return Ok((head, is_last));
            }
        } else if let Some(head) = end_of_head(buffer) {
            let length = content_length(&buffer[..head]).ok_or(Broken::Failed)?;
            if length > BODY_LIMIT {
                return Err(Broken::Failed);
            }
            whole = Some((head, length, is_last(&buffer[..head])));
            continue;
        }
        match stream.read_buf(buffer).await {
            Ok(0) | Err(_) if buffer.is_empty() => return Err(Broken::Stale),
            Ok(0) | Err(_) => return Err(Broken::Failed),
            Ok(_) => {}
        }
    }
}

fn end_of_head(buffer: &[u8]) -> Option<usize> {
    buffer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .map(|at| at + 4)
}

fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a [u8]> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (known, value) = line.split_at_checked(name.len())?;
        (known.eq_ignore_ascii_case(name.as_bytes()) && value.first() == Some(&b':'))
            .then(|| value[1..].trim_ascii())
    })
}

/// The server here always says it, but where there can be no body.
fn content_length(head: &[u8]) -> Option<usize> {
    if matches!(status(head), 204 | 304) {
        return Some(0);
    }
    std::str::from_utf8(header(head, "content-length")?)
        .ok()?
        .parse()
        .ok()
}

fn is_last(head: &[u8]) -> bool {
    header(head, "connection").is_some_and(|value| value.eq_ignore_ascii_case(b"close"))
}

fn has_retry_after(head: &[u8]) -> bool {
    header(head, "retry-after").is_some_and(|value| !value.is_empty())
}

/// The three digits of `HTTP/1.1 200 OK`.
fn status(head: &[u8]) -> u16 {
    head.get(9..12)
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncWriteExt as _, net::TcpListener};

    use super::*;

    #[tokio::test]
    async fn a_reply_is_read_whole_and_the_connection_kept() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 3];
            stream.read_exact(&mut asked).await.unwrap();
            for part in [
                "HTTP/1.1 503 Busy\r\nRetry-Af",
                "ter: 5\r\nSet-Cookie: a=b; Path=/\r\ncontent-length: 2\r\n\r\n{",
                "}",
            ] {
                stream.write_all(part.as_bytes()).await.unwrap();
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            std::future::pending::<()>().await;
        });
        let mut connection = Connection::new(address);
        let reply = connection.send(b"abc").await;
        assert_eq!((reply.status, reply.retry_after), (503, true));
        assert_eq!(reply.cookie("a").as_deref(), Some("b"));
        assert_eq!(reply.json(), serde_json::json!({}));
        assert!(reply.sent <= reply.received && connection.stream.is_some());
        server.abort();
    }

    #[tokio::test]
    async fn nobody_there_is_no_reply() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        assert_eq!(Connection::new(address).send(b"abc").await.status, 0);
    }

    #[test]
    fn a_head_is_read_by_its_names() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\n";
        assert_eq!(content_length(head), Some(12));
        assert!(is_last(head) && !has_retry_after(head));
        assert_eq!(content_length(b"HTTP/1.1 204 No\r\n\r\n"), Some(0));
        assert_eq!(content_length(b"HTTP/1.1 200 OK\r\n\r\n"), None);
    }
}
