//! What follows from a security event.
//!
//! | event | sessions and families of the person | the identity |
//! | --- | --- | --- |
//! | sessions revoked | all end | |
//! | account disabled, taken over | all end | is blocked |
//! | account disabled | what came in through it ends | is blocked |
//! | tokens revoked | what came in through it ends | |
//! | account enabled | | is not blocked any more |
//! | anything else | | |
//!
//! An identity is blocked even if nobody has connected it.

use std::collections::BTreeMap;

use latchkey_authority::{
    AuthorityTx, Lock, StoreError,
    audit::AuditEvent,
    caller::Caller,
    session::{
        end::{self, EndedTogether},
        through,
    },
    signal::{Signal, Signals},
    spent,
};
use latchkey_types::{EndReason, EventKind, IdentityId, ProviderEvent, UserId, Word as _};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::{SecurityEventError, Transmitter, event::Told, token::Verified};
use crate::{Identity, entity::identities, identity_block};

/// Somebody changes what was read beside us at most so often before we give up.
const ATTEMPTS: usize = 5;

/// What became of a token that was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// What follows from it was done.
    Now,
    /// It was here before.
    Before,
}

/// Who has connected the accounts that are told of.
type Owners = BTreeMap<String, Option<(IdentityId, UserId)>>;

/// Does what follows, once.
pub(super) async fn take(
    identity: &Identity,
    transmitter: &Transmitter,
    token: &Verified,
    caller: &Caller,
) -> Result<Received, SecurityEventError> {
    // Whose they are is looked up before anything is locked, and again when it is.
    for _ in 0..ATTEMPTS {
        if let Some(received) = attempt(identity, transmitter, token, caller).await? {
            return Ok(received);
        }
    }
    Err(StoreError::Inconsistent {
        table: "identities",
        column: "subject",
    }
    .into())
}

/// `None` where somebody connected or disconnected one of them meanwhile.
async fn attempt(
    identity: &Identity,
    transmitter: &Transmitter,
    token: &Verified,
    caller: &Caller,
) -> Result<Option<Received>, StoreError> {
    let authority = identity.authority();
    let issuer = &transmitter.provider().issuer;
    let owners = owners(authority.database(), issuer, &token.events).await?;
    let mut tx = AuthorityTx::begin(authority).await?;
    let locks: Vec<_> = owners
        .values()
        .flatten()
        .map(|(_, user_id)| (*user_id, Lock::Exclusive))
        .collect();
    tx.lock_users(&locks).await?;
    // In the order of the map: of two tokens at once neither waits for the other's second.
    for subject in owners.keys() {
        identity_block::lock(&tx, issuer, subject, Lock::Exclusive).await?;
    }
    if self::owners(tx.connection(), issuer, &token.events).await? != owners {
        return Ok(None);
    }
    let used = format!("{}\n{}", transmitter.issuer(), token.jti);
    if !spent::first_use(&tx, "security_event", &used, token.remembered_until()).await? {
        return Ok(Some(Received::Before));
    }

    let mut events = Vec::new();
    let mut signals = Signals::Nothing;
    for told in &token.events {
        let about = About {
            tx: &tx,
            issuer,
            subject: told.subject.as_deref(),
            owner: told
                .subject
                .as_ref()
                .and_then(|subject| owners.get(subject).copied().flatten()),
        };
        let ended = about.happened(told.what, token).await?;
        let mut event = AuditEvent::success(EventKind::SecurityEvent, caller)
            .reason(told.what.as_str())
            .fact("provider", json!(transmitter.provider().id))
            .fact("event", json!(told.name));
        if let Some((_, user_id)) = about.owner {
            event = event
                .subject(user_id)
                .fact("sessions", json!(ended.sessions.len()))
                .fact("families", json!(ended.families.len()));
            signals.extend(told_to_others(&ended, user_id));
        }
        events.push(event);
    }
    tx.commit(events, signals).await?;
    Ok(Some(Received::Now))
}

fn told_to_others(ended: &EndedTogether, user_id: UserId) -> Vec<Signal> {
    ended.signals(user_id).as_slice().to_vec()
}

async fn owners(
    connection: &impl ConnectionTrait,
    issuer: &str,
    events: &[Told],
) -> Result<Owners, StoreError> {
    let mut owners: Owners = events
        .iter()
        .filter_map(|told| Some((told.subject.clone()?, None)))
        .collect();
    if owners.is_empty() {
        return Ok(owners);
    }
    let rows = identities::Entity::find()
        .filter(identities::Column::Issuer.eq(issuer))
        .filter(identities::Column::Subject.is_in(owners.keys().cloned()))
        .all(connection)
        .await?;
    for row in rows {
        let owner = (
            IdentityId::from_uuid(row.identity_id),
            UserId::from_uuid(row.user_id),
        );
        owners.insert(row.subject, Some(owner));
    }
    Ok(owners)
}

/// An account at the provider, and who has connected it here.
#[derive(Clone, Copy)]
struct About<'a> {
    tx: &'a AuthorityTx,
    issuer: &'a str,
    subject: Option<&'a str>,
    owner: Option<(IdentityId, UserId)>,
}

impl About<'_> {
    /// Does what follows from one event; returns what ended.
    async fn happened(
        self,
        what: ProviderEvent,
        token: &Verified,
    ) -> Result<EndedTogether, StoreError> {
        match what {
            ProviderEvent::SessionsRevoked => self.end_all().await,
            ProviderEvent::AccountHijacked => {
                self.block(token).await?;
                self.end_all().await
            }
            ProviderEvent::AccountDisabled => {
                self.block(token).await?;
                self.end_what_came_through().await
            }
            ProviderEvent::TokensRevoked => self.end_what_came_through().await,
            ProviderEvent::AccountEnabled => {
                if let Some(subject) = self.subject {
                    identity_block::lift(self.tx, self.issuer, subject, token.issued_at).await?;
                }
                Ok(EndedTogether::default())
            }
            // Changing a password there changes nothing here.
            ProviderEvent::CredentialChangeRequired
            | ProviderEvent::Verification
            | ProviderEvent::Unknown => Ok(EndedTogether::default()),
        }
    }

    async fn block(self, token: &Verified) -> Result<(), StoreError> {
        match self.subject {
            Some(subject) => {
                identity_block::put(self.tx, self.issuer, subject, token.issued_at).await
            }
            None => Ok(()),
        }
    }

    async fn end_all(self) -> Result<EndedTogether, StoreError> {
        let Some((_, user_id)) = self.owner else {
            return Ok(EndedTogether::default());
        };
        end::all_in(self.tx, user_id, None, EndReason::ProviderRevoked, None).await
    }

    async fn end_what_came_through(self) -> Result<EndedTogether, StoreError> {
        let Some((identity_id, user_id)) = self.owner else {
            return Ok(EndedTogether::default());
        };
        let reason = EndReason::ProviderRevoked;
        through::all_in(self.tx, user_id, identity_id, None, reason).await
    }
}
