//! The programs of the demo: they sign in, refresh every quarter of an hour, lose a reply, are
//! copied and are robbed.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::Context as _;
use latchkey_authority::{
    Authority,
    caller::Caller,
    family::{self, Presenter, RefreshError},
    incident::{self, IncidentFilter},
    principal::{Credential, Principal},
};
use latchkey_identity::{Identity, sign_in, sign_in_for_family};
use latchkey_types::{Role, SignInMethod, Transport, Verdict};

use super::{AGENTS, DemoClock, PASSWORD};
use crate::user_agent::understand;

const OKHTTP: &str = "okhttp/4.12.0";
const PYTHON: &str = "python-requests/2.32.3";
const CURL: &str = "curl/8.14.1";

/// Where thieves sit.
const THIEF: [u8; 4] = [192, 0, 2, 154];

const MINUTE: u64 = 60;
const QUARTER: u64 = 15 * MINUTE;
const DAY: u64 = 24 * 60 * MINUTE;

/// A program that is signed in, and the refresh token that it holds.
struct Program {
    token: String,
    caller: Caller,
}

fn caller(user_agent: &str, [a, b, c, d]: [u8; 4]) -> Caller {
    Caller {
        address: Some(IpAddr::V4(Ipv4Addr::new(a, b, c, d))),
        user_agent: user_agent.to_owned(),
        agent: understand(user_agent),
        request_id: String::new(),
    }
}

impl Program {
    async fn sign_in(
        identity: &Identity,
        username: &str,
        user_agent: &str,
        address: [u8; 4],
    ) -> anyhow::Result<Self> {
        let caller = caller(user_agent, address);
        let issued =
            sign_in_for_family(identity, username, PASSWORD, Transport::Body, &caller).await?;
        Ok(Self {
            token: issued.refresh_token.to_string(),
            caller,
        })
    }

    /// Refreshes, and gives the token that is rotated by it.
    async fn refresh(&mut self, authority: &Authority) -> anyhow::Result<String> {
        let next = present(authority, &self.token, &self.caller)
            .await?
            .context("a current token is good")?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// Refreshes so often, a quarter of an hour apart.
    async fn live(
        &mut self,
        authority: &Authority,
        clock: &DemoClock,
        times: u64,
    ) -> anyhow::Result<String> {
        let mut rotated = self.token.clone();
        for _ in 0..times {
            clock.advance_seconds(QUARTER);
            rotated = self.refresh(authority).await?;
        }
        Ok(rotated)
    }
}

/// Presents a token; gives the current one, or nothing where it was refused.
async fn present(
    authority: &Authority,
    token: &str,
    caller: &Caller,
) -> anyhow::Result<Option<String>> {
    let presenter = Presenter {
        client_id: None,
        key_thumbprint: None,
        caller,
    };
    match family::refresh(authority, token, &presenter).await {
        Ok(refreshed) => Ok(Some(refreshed.issued.refresh_token.to_string())),
        Err(RefreshError::Internal(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}

/// What happened in the weeks before: two backups that were restored, and a theft.
pub(super) async fn weeks_ago(identity: &Identity, clock: &DemoClock) -> anyhow::Result<()> {
    let authority = identity.authority();
    let home = [198, 51, 100, 23];
    let mut program = Program::sign_in(identity, "priya.raman", AGENTS[0], home).await?;
    let copied = program.live(authority, clock, 9).await?;
    program.live(authority, clock, 2).await?;
    clock.advance_seconds(3 * DAY);
    present(authority, &copied, &program.caller).await?;
    let note = "Asked her: she restored her laptop from last week’s backup.";
    judge(identity, clock, Verdict::FalseAlarm, note).await?;

    clock.advance_seconds(12 * DAY);
    let mut program = Program::sign_in(identity, "tomasz.w", OKHTTP, [203, 0, 113, 61]).await?;
    let stolen = program.live(authority, clock, 14).await?;
    clock.advance_seconds(7 * MINUTE);
    present(authority, &stolen, &caller(CURL, THIEF)).await?;
    let note =
        "The token stood in a log that the contractor could read. Log cleaned, contract ended.";
    judge(identity, clock, Verdict::Confirmed, note).await?;

    clock.advance_seconds(13 * DAY);
    let home = [203, 0, 113, 88];
    let mut program = Program::sign_in(identity, "oskar", AGENTS[1], home).await?;
    let copied = program.live(authority, clock, 6).await?;
    program.live(authority, clock, 5).await?;
    clock.advance_seconds(2 * DAY);
    present(authority, &copied, &program.caller).await?;
    let note = "Moved to a new machine with a copy of the old profile.";
    judge(identity, clock, Verdict::FalseAlarm, note).await
}

/// An administrator says what the newest incident was.
async fn judge(
    identity: &Identity,
    clock: &DemoClock,
    verdict: Verdict,
    note: &str,
) -> anyhow::Result<()> {
    let authority = identity.authority();
    clock.advance_seconds(3 * 60 * MINUTE);
    let newest = incident::list(authority, &IncidentFilter::default(), None, 1).await?;
    let incident_id = newest
        .items
        .first()
        .context("there is an incident")?
        .incident_id;
    let caller = caller(AGENTS[2], [203, 0, 113, 12]);
    let signed_in = sign_in(identity, "admin", PASSWORD, None, &caller).await?;
    let admin = Principal {
        user_id: signed_in.user_id,
        credential: Credential::Session(signed_in.session_id),
        method: SignInMethod::Password,
        proved_at: authority.now(),
        role: Role::Administrator,
    };
    incident::judge(authority, &admin, incident_id, verdict, note, &caller).await?;
    Ok(())
}

/// A program of somebody who is to be disabled: it ends with them.
pub(super) async fn of_the_disabled(identity: &Identity) -> anyhow::Result<()> {
    Program::sign_in(identity, "beatriz", PYTHON, [198, 51, 100, 70]).await?;
    Ok(())
}

/// The last hours: many quiet lives, and three stories.
pub(super) async fn today(identity: &Identity, clock: &DemoClock) -> anyhow::Result<()> {
    const ROUNDS: u64 = 33;
    let authority = identity.authority();
    let ip = |last| [203, 0, 113, last];
    let mut victim = Program::sign_in(identity, "yuki", AGENTS[2], ip(54)).await?;
    let mut unlucky = Program::sign_in(identity, "ines.carvalho", AGENTS[0], ip(21)).await?;
    let mut commuter = Program::sign_in(identity, "mei-lin", AGENTS[4], ip(99)).await?;
    let mut quiet = Vec::new();
    for (username, user_agent, address) in [
        ("yuki", AGENTS[3], ip(54)),
        ("amara.okafor", PYTHON, [198, 51, 100, 40]),
        ("lars-erik", AGENTS[4], [198, 51, 100, 61]),
        ("j.whitfield", AGENTS[1], ip(77)),
        ("admin", OKHTTP, ip(12)),
    ] {
        clock.advance_seconds(3 * MINUTE);
        quiet.push(Program::sign_in(identity, username, user_agent, address).await?);
    }
    let mut stolen = None;
    let mut thief = caller(CURL, THIEF);
    for round in 0..ROUNDS {
        for program in &mut quiet {
            clock.advance_seconds(40);
            program.refresh(authority).await?;
        }
        // A train, with another network.
        if (8..14).contains(&round) {
            victim.caller.address = Some(IpAddr::from([198, 51, 100, 77]));
        } else {
            victim.caller.address = Some(IpAddr::from(ip(54)));
        }
        if round < 28 {
            victim.refresh(authority).await?;
        } else if round < 32 {
            // Somebody has the token, and is quicker from now on.
            let token = stolen.take().unwrap_or_else(|| victim.token.clone());
            stolen = present(authority, &token, &thief).await?;
        }
        misfortunes(authority, clock, round, &mut unlucky, &mut commuter).await?;
        clock.advance_seconds(QUARTER - 6 * 40);
    }
    // The victim comes back with a token that the thief has rotated: both are out.
    present(authority, &victim.token, &victim.caller).await?;
    thief.address = Some(IpAddr::from([192, 0, 2, 155]));
    for _ in 0..3 {
        clock.advance_seconds(3 * MINUTE);
        present(authority, stolen.as_deref().unwrap_or_default(), &thief).await?;
    }
    let signed_out = quiet.swap_remove(1);
    let presenter = Presenter {
        client_id: None,
        key_thumbprint: None,
        caller: &signed_out.caller,
    };
    family::sign_out(authority, &signed_out.token, &presenter)
        .await
        .context("signing out")?;
    Ok(())
}

/// What befalls honest programs: a reply that got lost, a second try, a network that changes within
/// seconds of a refresh.
async fn misfortunes(
    authority: &Authority,
    clock: &DemoClock,
    round: u64,
    unlucky: &mut Program,
    commuter: &mut Program,
) -> anyhow::Result<()> {
    clock.advance_seconds(40);
    let rotated = unlucky.refresh(authority).await?;
    if round == 11 {
        // The reply never arrived, and a minute later the old token comes again.
        clock.advance_seconds(MINUTE);
        if let Some(token) = present(authority, &rotated, &unlucky.caller).await? {
            unlucky.token = token;
        }
    } else if round == 20 {
        clock.advance_seconds(3);
        present(authority, &rotated, &unlucky.caller).await?;
    }
    let rotated = commuter.refresh(authority).await?;
    if [17, 22, 27].contains(&round) {
        clock.advance_seconds(4);
        let mut elsewhere = commuter.caller.clone();
        elsewhere.address = Some(IpAddr::from([198, 51, 100, 140]));
        present(authority, &rotated, &elsewhere).await?;
    }
    Ok(())
}
