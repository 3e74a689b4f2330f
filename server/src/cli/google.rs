//! `latchkey google risc`: having Google tell of accounts that were taken over or disabled.

mod service_account;
mod stream;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use latchkey_authority::{clock::SystemClock, random::OsRandomness};
use latchkey_identity::security_event::ASKED_FOR;

use self::{service_account::ServiceAccount, stream::Stream};
use crate::{
    api::security_events::PATH,
    settings::{BaseUrl, Settings},
};

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Has Google tell this server of accounts that were taken over, disabled or signed out.
    Risc {
        #[command(subcommand)]
        action: Risc,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Risc {
    /// Asks Google to push such events to `<base_url>/auth/google/risc`, and to which.
    Register(Access),
    /// Shows what Google has registered.
    Status(Access),
    /// Asks Google to push a test event, which then stands on the record.
    Verify(Verify),
}

/// How to get at Google's interface.
#[derive(Debug, Args)]
pub(super) struct Access {
    /// The key file of a service account with the role `RISC Configuration Admin`, in JSON.
    #[arg(long, value_name = "FILE")]
    service_account: PathBuf,
    /// Where Google's interface is.
    #[arg(long, value_name = "URL", hide = true, default_value = stream::ENDPOINT)]
    endpoint: String,
}

#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    access: Access,
    /// What the test event shall bring back; random where not given.
    #[arg(long)]
    state: Option<String>,
}

pub(super) async fn run(settings: &Settings, action: Action) -> anyhow::Result<()> {
    let Action::Risc { action } = action;
    if !settings.providers.iter().any(|one| one.id == "google") {
        bail!(
            "sign-in with Google is not configured: set `google_client_id` and \
             `google_client_secret` (docs/google.md)"
        );
    }
    match action {
        Risc::Register(access) => register(settings, &access).await,
        Risc::Status(access) => status(&access).await,
        Risc::Verify(verify) => self::verify(verify).await,
    }
}

impl Access {
    fn stream(&self) -> anyhow::Result<Stream> {
        let account = ServiceAccount::read(&self.service_account)?;
        let bearer = account.bearer(&SystemClock)?;
        Stream::new(&self.endpoint, bearer)
    }

    fn is_on_loopback(&self) -> bool {
        BaseUrl::parse(&self.endpoint_origin()).is_ok_and(|origin| origin.is_loopback())
    }

    fn endpoint_origin(&self) -> String {
        let (scheme, rest) = self.endpoint.split_once("://").unwrap_or_default();
        let host = rest.split('/').next().unwrap_or_default();
        format!("{scheme}://{host}")
    }
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
async fn register(settings: &Settings, access: &Access) -> anyhow::Result<()> {
    let base_url = &settings.base_url;
    if !base_url.is_secure() && !access.is_on_loopback() {
        bail!(
            "Google must reach this server, and does so over https alone: `base_url` is {base_url}. \
             Set it to the public https address"
        );
    }
    let receiver = format!("{base_url}{PATH}");
    access
        .stream()?
        .update(&receiver, &ASKED_FOR)
        .await
        .context("registering the receiver")?;
    println!("Google will push to {receiver}:");
    for event in ASKED_FOR {
        println!("  {event}");
    }
    println!("Now `latchkey google risc verify` has it push a test event.");
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
async fn status(access: &Access) -> anyhow::Result<()> {
    let found = access
        .stream()?
        .read()
        .await
        .context("reading what is registered")?;
    let text = |value: &serde_json::Value| value.as_str().map(stream::printable);
    let receiver = text(&found["delivery"]["url"]);
    match receiver {
        Some(receiver) => println!("Google pushes to {receiver}"),
        None => println!("Google pushes to nobody: `latchkey google risc register` changes that"),
    }
    if let Some(status) = text(&found["status"]) {
        println!("status: {status}");
    }
    for event in found["events_requested"].as_array().into_iter().flatten() {
        if let Some(event) = text(event) {
            println!("  {event}");
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
async fn verify(verify: Verify) -> anyhow::Result<()> {
    let state = verify
        .state
        .unwrap_or_else(|| stream::random_state(&OsRandomness));
    verify
        .access
        .stream()?
        .verify(&state)
        .await
        .context("asking for a test event")?;
    println!(
        "Google was asked for a test event with the state {}.\nIt stands in the console under \
         Audit as \"Provider's security event: Test of the way here\", within a minute. If it does \
         not: Google cannot reach {PATH} of the base URL, or what it sends is refused, which \
         stands there too.",
        stream::printable(&state)
    );
    Ok(())
}
