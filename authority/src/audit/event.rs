//! One event: what is in it, what its MAC covers, how it is written.

use latchkey_types::{EventId, EventKind, FamilyId, Outcome, SessionId, UnixMillis, UserId, Word};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::{
    Authority,
    caller::Caller,
    entity::{audit_events, audit_personal},
    error::StoreError,
    master_key::Purpose,
    principal::{Actor, Credential},
};

/// An event before it is written.
#[derive(Debug, Clone)]
pub struct AuditEvent {
    event_id: Option<EventId>,
    kind: EventKind,
    outcome: Outcome,
    reason: Option<&'static str>,
    actor: Option<UserId>,
    subject: Option<UserId>,
    session: Option<SessionId>,
    detail: Option<serde_json::Value>,
    caller: Caller,
    identifier: Option<String>,
}

impl AuditEvent {
    /// The longest identifier that is kept of what somebody typed.
    const IDENTIFIER_LIMIT: usize = 254;

    /// Something that happened.
    pub fn success(kind: EventKind, caller: &Caller) -> Self {
        Self {
            event_id: None,
            kind,
            outcome: Outcome::Success,
            reason: None,
            actor: None,
            subject: None,
            session: None,
            detail: None,
            caller: caller.clone(),
            identifier: None,
        }
    }

    /// Something that was refused, for a reason from a closed set of words.
    pub fn failure(kind: EventKind, reason: &'static str, caller: &Caller) -> Self {
        Self {
            outcome: Outcome::Failure,
            reason: Some(reason),
            ..Self::success(kind, caller)
        }
    }

    /// The id under which it stands, where something else names it.
    #[must_use]
    pub(crate) fn named(mut self, event_id: EventId) -> Self {
        self.event_id = Some(event_id);
        self
    }

    /// Why it happened, in a word.
    #[must_use]
    pub fn reason(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Who did it.
    #[must_use]
    pub fn actor(mut self, actor: UserId) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Who did it, where it may have been the program's operator.
    #[must_use]
    pub fn by(mut self, actor: &Actor<'_>) -> Self {
        self.actor = actor.user_id();
        self
    }

    /// To whom it was done.
    #[must_use]
    pub fn subject(mut self, subject: UserId) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Through what it was done: the session, or the refresh family among the facts.
    #[must_use]
    pub fn through(mut self, credential: Credential) -> Self {
        match credential {
            Credential::Session(session_id) => self.session = Some(session_id),
            Credential::Family(family_id) => {
                self = self.fact("through_family", family_id.to_string().into());
            }
        }
        self
    }

    /// The refresh family that it is about.
    #[must_use]
    pub fn family(self, family_id: FamilyId) -> Self {
        self.fact("family", family_id.to_string().into())
    }

    /// One fact more, as [`AuditEvent::detail`] has them.
    #[must_use]
    pub fn fact(mut self, name: &str, value: serde_json::Value) -> Self {
        let detail = self.detail.get_or_insert_with(|| serde_json::json!({}));
        if let Some(facts) = detail.as_object_mut() {
            facts.insert(name.to_owned(), value);
        }
        self
    }

    /// The session that it is about.
    #[must_use]
    pub fn session(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }

    /// Facts that belong to nobody: counts, roles, states. Never a name, an address or a secret.
    #[must_use]
    pub fn detail(mut self, detail: serde_json::Value) -> Self {
        match (&mut self.detail, detail) {
            (Some(serde_json::Value::Object(facts)), serde_json::Value::Object(more)) => {
                facts.extend(more);
            }
            (known, detail) => *known = Some(detail),
        }
        self
    }

    /// What somebody typed to say who they are; kept beside the event, erasable.
    #[must_use]
    pub fn identifier(mut self, identifier: &str) -> Self {
        self.identifier = Some(cut(identifier, Self::IDENTIFIER_LIMIT));
        self
    }
}

fn cut(text: &str, limit: usize) -> String {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// The commitment to the personal fields of an event.
///
/// Keyed by the salt alone: whoever erases the salt leaves a number that says nothing.
pub(super) fn commitment(personal: &audit_personal::Model) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new().chain_update(b"latchkey/audit-personal/1");
    for field in [
        Some(personal.salt.as_slice()),
        personal.address.as_deref().map(str::as_bytes),
        personal.user_agent.as_deref().map(str::as_bytes),
        personal.identifier.as_deref().map(str::as_bytes),
    ] {
        // Absent and empty are told apart; lengths keep fields from running into each other.
        digest.update([u8::from(field.is_some())]);
        digest.update((field.map_or(0, <[u8]>::len) as u64).to_be_bytes());
        digest.update(field.unwrap_or_default());
    }
    digest.finalize().into()
}

/// The MAC over everything of an event but its row number, which the seal covers.
pub(super) fn event_mac(authority: &Authority, event: &audit_events::Model) -> Option<[u8; 32]> {
    fn uuid(id: Option<&uuid::Uuid>) -> &[u8] {
        id.map_or(&[], |id| id.as_bytes())
    }
    fn text(text: Option<&str>) -> &[u8] {
        text.map_or(&[], str::as_bytes)
    }
    // Absent and empty are told apart.
    let present = [
        event.reason.is_some(),
        event.actor_id.is_some(),
        event.subject_id.is_some(),
        event.session_id.is_some(),
        event.request_id.is_some(),
        event.detail.is_some(),
        event.commitment.is_some(),
    ]
    .map(u8::from);
    authority.keys().mac_under(
        &event.key_id,
        Purpose::AuditEvent,
        &[
            &present,
            event.event_id.as_bytes(),
            &event.at.to_be_bytes(),
            event.kind.as_bytes(),
            event.outcome.as_bytes(),
            text(event.reason.as_deref()),
            uuid(event.actor_id.as_ref()),
            uuid(event.subject_id.as_ref()),
            uuid(event.session_id.as_ref()),
            text(event.request_id.as_deref()),
            text(event.detail.as_deref()),
            event.commitment.as_deref().unwrap_or_default(),
        ],
    )
}

pub(crate) async fn write(
    connection: &impl ConnectionTrait,
    authority: &Authority,
    now: UnixMillis,
    event: AuditEvent,
) -> Result<(), StoreError> {
    let event_id = event
        .event_id
        .unwrap_or_else(|| EventId::from_uuid(authority.random().uuid(now)));
    let address = event.caller.address_text();
    let mut personal = audit_personal::Model {
        seq: 0,
        subject_id: event.subject.or(event.actor).map(UserId::as_uuid),
        salt: authority.random().bytes::<16>().to_vec(),
        address: (!address.is_empty()).then_some(address),
        user_agent: (!event.caller.user_agent.is_empty())
            .then(|| cut(&event.caller.user_agent, Caller::USER_AGENT_LIMIT)),
        identifier: event.identifier,
    };
    let mut row = audit_events::Model {
        seq: 0,
        event_id: event_id.as_uuid(),
        at: now.0,
        kind: event.kind.as_str().to_owned(),
        outcome: event.outcome.as_str().to_owned(),
        reason: event.reason.map(ToOwned::to_owned),
        actor_id: event.actor.map(UserId::as_uuid),
        subject_id: event.subject.map(UserId::as_uuid),
        session_id: event.session.map(SessionId::as_uuid),
        request_id: (!event.caller.request_id.is_empty()).then_some(event.caller.request_id),
        detail: event.detail.map(|detail| detail.to_string()),
        commitment: Some(commitment(&personal).to_vec()),
        key_id: authority.keys().current_id().to_owned(),
        mac: Vec::new(),
    };
    row.mac = event_mac(authority, &row).unwrap_or_default().to_vec();

    let inserted = audit_events::Entity::insert(audit_events::ActiveModel {
        event_id: Set(row.event_id),
        at: Set(row.at),
        kind: Set(row.kind),
        outcome: Set(row.outcome),
        reason: Set(row.reason),
        actor_id: Set(row.actor_id),
        subject_id: Set(row.subject_id),
        session_id: Set(row.session_id),
        request_id: Set(row.request_id),
        detail: Set(row.detail),
        commitment: Set(row.commitment),
        key_id: Set(row.key_id),
        mac: Set(row.mac),
        ..Default::default()
    })
    .exec(connection)
    .await?;
    personal.seq = inserted.last_insert_id;
    audit_personal::Entity::insert(audit_personal::ActiveModel {
        seq: Set(personal.seq),
        subject_id: Set(personal.subject_id),
        salt: Set(personal.salt),
        address: Set(personal.address),
        user_agent: Set(personal.user_agent),
        identifier: Set(personal.identifier),
    })
    .exec_without_returning(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_run_into_each_other_in_a_commitment() {
        let personal = |address: Option<&str>, identifier: Option<&str>| audit_personal::Model {
            seq: 1,
            subject_id: None,
            salt: vec![7; 16],
            address: address.map(ToOwned::to_owned),
            user_agent: None,
            identifier: identifier.map(ToOwned::to_owned),
        };
        let one = commitment(&personal(Some("ab"), None));
        assert_ne!(one, commitment(&personal(None, Some("ab"))));
        assert_ne!(one, commitment(&personal(Some("ab"), Some(""))));
        assert_eq!(one, commitment(&personal(Some("ab"), None)));
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(cut("aé", 3), "aé");
    }
}
