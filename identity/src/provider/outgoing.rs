//! Calls to providers: no redirect is followed, and everything has a limit.

use std::{fmt, time::Duration};

use http::{Request, Response, StatusCode, header};
use serde_json::Value;

/// What a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutgoingLimits {
    /// Until there is a connection.
    pub connect: Duration,
    /// For all of it, the body included.
    pub whole: Duration,
    /// The most bytes of a body.
    pub body: usize,
}

impl Default for OutgoingLimits {
    /// A person waits before a page meanwhile; key sets and documents are a few thousand bytes.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            // Six calls at the most are made for one answer, within the limit of a request.
            whole: Duration::from_secs(4),
            body: 256 * 1_024,
        }
    }
}

/// Why a call brought nothing. None of it repeats what was sent or received.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutgoingError {
    /// The other end is not there, too slow, or broken.
    #[error("the provider cannot be reached: {0}")]
    Down(&'static str),
    /// It did not answer as it should a moment ago, or others wait for its answer already: it was
    /// not asked.
    #[error("the provider did not answer as it should a moment ago")]
    Paused,
    /// It answered what cannot be taken.
    #[error("the provider's answer cannot be taken: {0}")]
    Refused(&'static str),
}

/// The client that makes the calls. Clones share its connections.
#[derive(Clone)]
pub struct Outgoing {
    client: reqwest::Client,
    limits: OutgoingLimits,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Outgoing {
    /// Makes a client.
    ///
    /// # Errors
    /// If this machine's trusted certificates cannot be read.
    pub fn new(limits: OutgoingLimits) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            // Whoever can make a provider redirect could make us call anything (RFC 9700 §4.11).
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(limits.connect)
            .timeout(limits.whole)
            .user_agent(concat!("latchkey/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, limits })
    }

    /// Sends one request.
    ///
    /// # Errors
    /// See [`OutgoingError`]. A status is no error here, but for a redirect.
    pub async fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, OutgoingError> {
        let request = reqwest::Request::try_from(request)
            .map_err(|_| OutgoingError::Refused("its address is not one"))?;
        let mut answer = self.client.execute(request).await.map_err(why)?;
        if answer.status().is_redirection() {
            return Err(OutgoingError::Refused("a redirect"));
        }
        let mut response = Response::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        while let Some(chunk) = answer.chunk().await.map_err(why)? {
            if response.body().len() + chunk.len() > self.limits.body {
                return Err(OutgoingError::Refused("it is too long"));
            }
            response.body_mut().extend_from_slice(&chunk);
        }
        Ok(response)
    }

    /// Reads a document; `bearer` is shown as an access token where there is one.
    ///
    /// # Errors
    /// See [`OutgoingError`]; any status but 200 is one.
    pub async fn get(&self, url: &str, bearer: Option<&str>) -> Result<String, OutgoingError> {
        let mut request = Request::get(url).header(header::ACCEPT, "application/json");
        if let Some(token) = bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request
            .body(Vec::new())
            .map_err(|_| OutgoingError::Refused("its address is not one"))?;
        let response = self.send(request).await?;
        match response.status() {
            StatusCode::OK => {}
            status if status.is_server_error() => return Err(OutgoingError::Down("status 5xx")),
            _ => return Err(OutgoingError::Refused("a status other than 200")),
        }
        String::from_utf8(response.into_body())
            .map_err(|_| OutgoingError::Refused("it is not UTF-8"))
    }

    /// The same as JSON.
    ///
    /// # Errors
    /// As [`Outgoing::get`].
    pub async fn get_json(&self, url: &str, bearer: Option<&str>) -> Result<Value, OutgoingError> {
        serde_json::from_str(&self.get(url, bearer).await?)
            .map_err(|_| OutgoingError::Refused("it is not JSON"))
    }
}

/// The library's error holds the address, which may hold what it should not: only the kind is kept.
fn why(error: reqwest::Error) -> OutgoingError {
    OutgoingError::Down(if error.is_timeout() {
        "it takes too long"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    })
}
