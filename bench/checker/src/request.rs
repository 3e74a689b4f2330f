//! Requests as bytes, in the words of the server.

use std::fmt::Write as _;

/// The cookie of a session on plain-http loopback.
pub(crate) const SESSION_COOKIE: &str = "latchkey";

/// One device for all: what a family was opened on is what it is refreshed on.
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

/// What shows who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Nothing.
    None,
    /// The cookie of a session.
    Cookie(String),
    /// An access token.
    Bearer(String),
}

/// A body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Body<'a> {
    /// None.
    Empty,
    /// A form.
    Form(&'a [(&'a str, &'a str)]),
    /// JSON.
    Json(&'a serde_json::Value),
}

/// Makes a request for a host.
pub(crate) fn request(
    host: &str,
    method: &str,
    path: &str,
    proof: &Proof,
    body: Body<'_>,
) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {AGENT}\r\n");
    match proof {
        Proof::None => {}
        Proof::Cookie(value) => {
            let _ = write!(text, "Cookie: {SESSION_COOKIE}={value}\r\n");
        }
        Proof::Bearer(token) => {
            let _ = write!(text, "Authorization: Bearer {token}\r\n");
        }
    }
    let (kind, body) = match body {
        Body::Empty => ("", String::new()),
        Body::Form(fields) => ("application/x-www-form-urlencoded", form(fields)),
        Body::Json(value) => ("application/json", value.to_string()),
    };
    if method != "GET" {
        // As a browser says it of a page of the server's own.
        text.push_str("Sec-Fetch-Site: same-origin\r\n");
        if !kind.is_empty() {
            let _ = write!(text, "Content-Type: {kind}\r\n");
        }
        let _ = write!(text, "Content-Length: {}\r\n", body.len());
    }
    text.push_str("\r\n");
    text.push_str(&body);
    text.into_bytes()
}

fn form(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() {
                text.push(char::from(byte));
            } else {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_sent_as_a_browser_sends_it() {
        let fields = [("a", "x y&z"), ("b", "")];
        let proof = Proof::Cookie("c".to_owned());
        let made = request("h:1", "POST", "/login", &proof, Body::Form(&fields));
        let text = String::from_utf8(made).unwrap();
        assert!(text.starts_with("POST /login HTTP/1.1\r\nHost: h:1\r\n"));
        assert!(text.contains("\r\nCookie: latchkey=c\r\n"));
        assert!(text.contains("\r\nSec-Fetch-Site: same-origin\r\n"));
        assert!(text.contains("\r\nContent-Length: 14\r\n"), "{text}");
        assert!(text.ends_with("\r\n\r\na=x%20y%26z&b="));
    }

    #[test]
    fn what_only_reads_says_nothing_more_than_it_must() {
        let made = request(
            "h",
            "GET",
            "/api/me",
            &Proof::Bearer("t".to_owned()),
            Body::Empty,
        );
        let text = String::from_utf8(made).unwrap();
        assert!(text.contains("\r\nAuthorization: Bearer t\r\n"));
        assert!(!text.contains("Content-Length") && text.ends_with("\r\n\r\n"));
    }
}
