//! Google's interface of streams of security events.

use anyhow::{Context as _, bail};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Request, Response, StatusCode, header};
use latchkey_authority::random::Randomness;
use latchkey_identity::provider::{Outgoing, OutgoingLimits};
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// Where it is.
pub(super) const ENDPOINT: &str = "https://risc.googleapis.com/v1beta";

/// So much of an answer is shown.
const SHOWN: usize = 500;

/// The stream of one project.
pub(super) struct Stream {
    outgoing: Outgoing,
    endpoint: String,
    bearer: Zeroizing<String>,
}

impl Stream {
    pub(super) fn new(endpoint: &str, bearer: Zeroizing<String>) -> anyhow::Result<Self> {
        Ok(Self {
            outgoing: Outgoing::new(OutgoingLimits::default())
                .context("a client for the call to Google")?,
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            bearer,
        })
    }

    /// Says where events go, and which.
    pub(super) async fn update(&self, receiver: &str, events: &[&str]) -> anyhow::Result<()> {
        let wanted = json!({
            "delivery": {
                "delivery_method": "https://schemas.openid.net/secevent/risc/delivery-method/push",
                "url": receiver,
            },
            "events_requested": events,
        });
        self.call("stream:update", Some(&wanted)).await.map(drop)
    }

    /// What is registered.
    pub(super) async fn read(&self) -> anyhow::Result<Value> {
        let body = self.call("stream", None).await?;
        serde_json::from_slice(&body).context("Google's answer is not JSON")
    }

    /// Has a test event pushed.
    pub(super) async fn verify(&self, state: &str) -> anyhow::Result<()> {
        let wanted = json!({ "state": state });
        self.call("stream:verify", Some(&wanted)).await.map(drop)
    }

    async fn call(&self, what: &str, body: Option<&Value>) -> anyhow::Result<Vec<u8>> {
        let address = format!("{}/{what}", self.endpoint);
        let request = match body {
            Some(_) => Request::post(address).header(header::CONTENT_TYPE, "application/json"),
            None => Request::get(address),
        }
        .header(
            header::AUTHORIZATION,
            format!("Bearer {}", self.bearer.as_str()),
        )
        .body(
            body.map(|body| body.to_string().into_bytes())
                .unwrap_or_default(),
        )
        .context("the address of Google's interface")?;
        let response = self
            .outgoing
            .send(request)
            .await
            .context("Google's interface does not answer as it should; try again, and look whether this machine may connect to risc.googleapis.com")?;
        judged(response)
    }
}

/// The body, or what Google says is wrong and what to do about it.
fn judged(response: Response<Vec<u8>>) -> anyhow::Result<Vec<u8>> {
    let (parts, body) = response.into_parts();
    if parts.status.is_success() {
        return Ok(body);
    }
    let advice = match parts.status {
        StatusCode::UNAUTHORIZED => {
            "Google does not take the key: it may be deleted or of another project, or this \
             machine's clock is wrong"
        }
        StatusCode::FORBIDDEN => {
            "enable the RISC API in the project, and give the service account the role `RISC \
             Configuration Admin` (roles/riscconfigs.admin)"
        }
        StatusCode::NOT_FOUND => {
            "nothing is registered in the project of this service account: run `latchkey google \
             risc register`"
        }
        StatusCode::BAD_REQUEST => {
            "Google does not take the request: the receiver must be https, and its domain one of \
             the authorised domains of the project's consent screen"
        }
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            "try again in a few minutes"
        }
        _ => "see docs/google.md",
    };
    bail!(
        "Google answers {}{}. What to do: {advice}",
        parts.status.as_u16(),
        said(&body)
    )
}

/// Google's own words, if there are any.
fn said(body: &[u8]) -> String {
    serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|body| body["error"]["message"].as_str().map(printable))
        .map(|words| format!(": {words}"))
        .unwrap_or_default()
}

/// What somebody else wrote, for a terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(SHOWN)
        .collect()
}

/// A state that nobody guesses.
pub(super) fn random_state(random: &dyn Randomness) -> String {
    URL_SAFE_NO_PAD.encode(random.bytes::<12>())
}
