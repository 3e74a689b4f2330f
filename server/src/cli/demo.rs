//! `latchkey demo`: an empty database with believable people in it, and the server on it.
//!
//! Everything is made through the use cases that the server uses, so what is shown is what the
//! program does; only the clock is moved, so that the data has a past.

mod programs;

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, bail};
use latchkey_authority::{
    Authority, audit,
    caller::Caller,
    clock::{Clock, SystemClock},
    database,
    principal::Actor,
    random::OsRandomness,
    session::{self, Cookie, SessionFilter, end},
    user,
};
use latchkey_identity::{
    CreateUser, Identity, SignInError, create_user,
    password::{PasswordHasher, PasswordSettings},
    sign_in,
};
use latchkey_types::{Role, UnixMillis};

use super::open;
use crate::{settings::Settings, user_agent::understand};

/// The password of everybody in the demo.
const PASSWORD: &str = "walnut harbour thirty lanterns";

/// Username, role.
const PEOPLE: [(&str, Role); 14] = [
    ("admin", Role::Administrator),
    ("noor.haddad", Role::Auditor),
    ("ines.carvalho", Role::User),
    ("tomasz.w", Role::User),
    ("yuki", Role::User),
    ("amara.okafor", Role::User),
    ("lars-erik", Role::User),
    ("priya.raman", Role::User),
    ("beatriz", Role::User),
    ("old.contractor", Role::User),
    ("j.whitfield", Role::User),
    ("mei-lin", Role::User),
    ("oskar", Role::User),
    (
        "a-rather-long-name-that-somebody-really-chose-for-themselves",
        Role::User,
    ),
];

const AGENTS: [&str; 5] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
];

/// A clock that starts in the past and is moved by the demo.
#[derive(Debug)]
struct DemoClock(AtomicI64);

impl Clock for DemoClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0.load(Ordering::SeqCst))
    }
}

impl DemoClock {
    fn advance(&self, minutes: u64) {
        self.advance_seconds(minutes.saturating_mul(60));
    }

    fn advance_seconds(&self, seconds: u64) {
        let millis = i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(0);
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Moves on to a time; never back.
    fn advance_to(&self, at: UnixMillis) {
        self.0.fetch_max(at.0, Ordering::SeqCst);
    }
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
pub(super) async fn run(settings: Settings) -> anyhow::Result<()> {
    if !settings.is_embedded() {
        bail!("the demo fills an embedded database only: leave database_url unset");
    }
    fill(&settings).await?;
    println!("\nSign in as `admin` (or `noor.haddad`, an auditor, or `yuki`) with: {PASSWORD}\n");
    super::serve::run(settings).await
}

async fn fill(settings: &Settings) -> anyhow::Result<()> {
    // Weeks ago, with plenty of room before now for all that follows.
    let now = SystemClock.now();
    let past = now.before(Duration::from_hours(45 * 24));
    let clock = Arc::new(DemoClock(AtomicI64::new(past.0)));
    let identity = identity(settings, clock.clone()).await?;
    let authority = identity.authority();
    if user::count(authority).await?.0 > 0 {
        bail!(
            "{} is not empty: the demo would mix invented people with real ones. Set another data_dir",
            settings.data_dir.display()
        );
    }
    let operator = Caller::program("latchkey demo");
    for (username, role) in PEOPLE {
        let email = (!username.starts_with('a')).then(|| format!("{username}@example.com"));
        create_user(
            &identity,
            CreateUser {
                user_id: None,
                username,
                email: email.as_deref(),
                email_verified: email.is_some() && username != "oskar",
                password: Some(PASSWORD),
                role,
                caller: &operator,
            },
        )
        .await
        .with_context(|| format!("making {username}"))?;
        clock.advance(7);
    }
    programs::weeks_ago(&identity, &clock).await?;
    clock.advance_to(now.before(Duration::from_hours(72)));
    programs::of_the_disabled(&identity).await?;
    sign_ins(&identity, &clock).await?;
    endings(authority, &operator).await?;
    clock.advance_to(now.before(Duration::from_hours(9)));
    programs::today(&identity, &clock).await?;
    while audit::seal(authority).await? > 0 {}
    authority
        .database()
        .clone()
        .close()
        .await
        .context("closing the database")
}

async fn identity(settings: &Settings, clock: Arc<DemoClock>) -> anyhow::Result<Identity> {
    let database = open::migrated(settings, true).await?;
    debug_assert!(database::is_sqlite(&settings.database_url));
    let random = Arc::new(OsRandomness);
    let authority = Authority::new(
        database,
        clock,
        random.clone(),
        open::master_keys(settings)?,
        latchkey_authority::SessionPolicy::default(),
    );
    let hasher = PasswordHasher::start(PasswordSettings::default(), random)?;
    Ok(Identity::new(authority, hasher))
}

fn caller(number: usize) -> Caller {
    let user_agent = AGENTS[number % AGENTS.len()];
    // Documentation addresses (RFC 5737).
    let last = u8::try_from(10 + number % 200).unwrap_or(10);
    let network = if number.is_multiple_of(3) {
        [198, 51, 100]
    } else {
        [203, 0, 113]
    };
    let [a, b, c] = network;
    Caller {
        address: Some(IpAddr::V4(Ipv4Addr::new(a, b, c, last))),
        user_agent: user_agent.to_owned(),
        agent: understand(user_agent),
        request_id: String::new(),
    }
}

/// Everybody signs in now and then, mostly with the right password, over three days.
async fn sign_ins(identity: &Identity, clock: &DemoClock) -> anyhow::Result<()> {
    for round in 0..36 {
        let (username, _) = PEOPLE[(round * 5 + 2) % PEOPLE.len()];
        let is_mistake = round % 6 == 4;
        let password = if is_mistake {
            "walnut harbor"
        } else {
            PASSWORD
        };
        match sign_in(identity, username, password, None, &caller(round)).await {
            Ok(signed_in) => {
                let authority = identity.authority();
                let cookie = Cookie::generate(authority.random());
                session::bind(authority, signed_in.session_id, cookie).await?;
                clock.advance(25);
                authority.last_seen().note(
                    signed_in.session_id,
                    authority.now(),
                    caller(round).address_text(),
                );
                authority.last_seen().flush(authority).await?;
            }
            Err(SignInError::Refused) => {}
            Err(error) => return Err(error.into()),
        }
        clock.advance(80);
    }
    Ok(())
}

/// Some sessions were ended, and somebody was disabled.
async fn endings(authority: &Authority, operator: &Caller) -> anyhow::Result<()> {
    let page = session::list(authority, &SessionFilter::default(), None, 200).await?;
    for row in page.items.iter().skip(4).step_by(9) {
        end::as_administrator(authority, Actor::Operator, row.session_id, operator).await?;
    }
    if let Some(row) = page.items.get(2) {
        let is_admin = user::one(authority, row.user_id)
            .await?
            .is_some_and(|user| user.role == Role::Administrator);
        if !is_admin {
            user::disable(authority, Actor::Operator, row.user_id, operator).await?;
        }
    }
    Ok(())
}
