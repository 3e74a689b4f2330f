//! Limits on attempts: so many failures a minute, then a pause that grows.
//!
//! An attempt reserves its place *before* the work, under every name that it could be counted by,
//! and gives it back when it succeeds: a thousand guesses sent at once are a thousand attempts,
//! not one. Counters hold nothing that grants anything; names are MACs, so that a store of
//! counters has no addresses and no account names in it.
//!
//! Counters live in memory, or in Redis or Valkey where several nodes count together. When that
//! is out of reach, each node goes on by itself.

mod counter;
mod memory;
mod redis;

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_authority::{
    clock::Clock,
    master_key::{MasterKeys, Purpose},
};
use latchkey_types::UnixMillis;

use self::{counter::Rule, memory::MemoryCounters, redis::RedisCounters};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Failed sign-ins from an address.
    SignInAddress,
    /// Failed sign-ins to an account, or to a name that is none.
    SignInAccount,
    /// Failed sign-ins from a known device.
    SignInDevice,
    /// New accounts from an address.
    SignUpAddress,
    /// Attempts to make an account by one invitation.
    Invitation,
    /// Answers of providers that an address brings.
    Provider,
    /// Security events from an address that do not verify.
    SecurityEvent,
    /// Refreshes of a family.
    Refresh,
    /// Refresh tokens of a family that are asked about.
    Verify,
    /// Refresh tokens of a family that are given up.
    SignOut,
}

impl Counted {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::SignInAddress => b"sign-in/address",
            Self::SignInAccount => b"sign-in/account",
            Self::SignInDevice => b"sign-in/device",
            Self::SignUpAddress => b"sign-up/address",
            Self::Invitation => b"invitation",
            Self::Provider => b"provider/address",
            Self::SecurityEvent => b"security-event/address",
            Self::Refresh => b"refresh/family",
            Self::Verify => b"verify/family",
            Self::SignOut => b"sign-out/family",
        }
    }

    const fn rule(self) -> Rule {
        match self {
            Self::SignInAddress | Self::SignInAccount | Self::SignInDevice | Self::Invitation => {
                Rule::growing(5)
            }
            Self::SignUpAddress => Rule::growing(20),
            // Nobody guesses here: an honest client that runs wild waits for its minute, each time.
            Self::Refresh | Self::SignOut => Rule::steady(30),
            // Whole offices have one address; each answer costs a call to the provider. What a
            // transmitter sends gives its place back.
            Self::Provider | Self::SecurityEvent => Rule::steady(60),
            // Somebody may ask for each page that they show.
            Self::Verify => Rule::steady(120),
        }
    }
}

/// Too many attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    /// Seconds until another attempt makes sense.
    pub retry_after: u64,
}

/// Attempts that were counted and may be given back.
#[derive(Debug)]
#[must_use = "a successful attempt gives its place back"]
pub struct Reservation {
    limiter: Limiter,
    names: Vec<String>,
}

impl Reservation {
    /// Gives the place back: the attempt succeeded, or never came to be judged.
    pub async fn give_back(self) {
        for name in &self.names {
            self.limiter.refund(name).await;
        }
    }
}

/// The limits and their counters; clones share them.
#[derive(Debug, Clone)]
pub struct Limiter(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    enabled: bool,
    keys: MasterKeys,
    clock: Arc<dyn Clock>,
    memory: MemoryCounters,
    shared: Option<RedisCounters>,
}

impl Limiter {
    /// Counts in memory, and in Redis or Valkey where an address of one is given.
    ///
    /// # Errors
    /// What the driver says of an address that it does not understand; one that does not answer
    /// is no error.
    pub fn new(
        enabled: bool,
        keys: MasterKeys,
        clock: Arc<dyn Clock>,
        redis_url: Option<&str>,
    ) -> anyhow::Result<Self> {
        Ok(Self(Arc::new(Parts {
            enabled,
            keys,
            clock,
            memory: MemoryCounters::default(),
            shared: redis_url.map(RedisCounters::open).transpose()?,
        })))
    }

    /// Reserves an attempt under every one of `names`.
    ///
    /// # Errors
    /// [`Limited`] if any of them has had too many; then the attempt counts under none.
    pub async fn reserve(&self, names: &[(Counted, &str)]) -> Result<Reservation, Limited> {
        let mut reservation = Reservation {
            limiter: self.clone(),
            names: Vec::with_capacity(names.len()),
        };
        if !self.0.enabled {
            return Ok(reservation);
        }
        for (counted, name) in names {
            let tag = self
                .0
                .keys
                .mac(Purpose::Counter, &[counted.label(), name.as_bytes()]);
            let name = URL_SAFE_NO_PAD.encode(&tag[..18]);
            match self.count(&name, counted.rule()).await {
                None => reservation.names.push(name),
                Some(until) => {
                    reservation.give_back().await;
                    let wait = until.since(self.0.clock.now());
                    return Err(Limited {
                        retry_after: wait.as_secs().saturating_add(1),
                    });
                }
            }
        }
        Ok(reservation)
    }

    /// Counts one attempt; returns until when there are none, if there are none.
    async fn count(&self, name: &str, rule: Rule) -> Option<UnixMillis> {
        let now = self.0.clock.now();
        if let Some(shared) = &self.0.shared {
            match shared.count(name, rule, now).await {
                Ok(until) => return until,
                Err(error) => shared.complain(&error),
            }
        }
        self.0.memory.count(name, rule, now)
    }

    async fn refund(&self, name: &str) {
        if let Some(shared) = &self.0.shared {
            match shared.refund(name).await {
                Ok(()) => return,
                Err(error) => shared.complain(&error),
            }
        }
        self.0.memory.refund(name);
    }
}
