//! What an order means: the list's filter as it was resolved when the order was given.
//!
//! Kept in the order's row as JSON, with ids of users instead of what was typed. A row that another
//! release wrote, with parts that are not known here, does not parse, and is left to that release.

use latchkey_types::{
    BulkTarget, FamilyId, FamilyState, RefreshOutcome, SessionId, SessionState, SignInMethod,
    UnixMillis, UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::SELECTED_LIMIT;
use crate::{family::FamilyFilter, page::Period, session::SessionFilter};

/// Why a filter or a selection is no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// It asks for what is over.
    #[error("only what is live can be ended: leave out the state, or choose live")]
    Ended,
    /// More were chosen one by one than may be.
    #[error("too many were chosen: at most {SELECTED_LIMIT} at once")]
    TooMany,
    /// Nothing was chosen.
    #[error("nothing was chosen")]
    Nothing,
}

/// Which sessions or refresh families.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Sessions.
    Sessions(SessionScope),
    /// Refresh families.
    Families(FamilyScope),
}

/// Which sessions. What is set narrows; `ids`, where they are there, say all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionScope {
    /// Of any of these users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<UserId>>,
    /// Signed in from this address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Signed in or last used from this address when the order was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_from: Option<String>,
    /// Signed in from this network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// With this browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// On this system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// On this kind of device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Whose user proved who they are in this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<SignInMethod>,
    /// Signed in not before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<UnixMillis>,
    /// Signed in before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<UnixMillis>,
    /// Exactly these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<SessionId>>,
}

/// Which refresh families. What is set narrows; `ids`, where they are there, say all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyScope {
    /// Of any of these users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<UserId>>,
    /// Opened from this address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Opened or last refreshed from this address when the order was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_from: Option<String>,
    /// Opened on this kind of device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Whose last event this was when the order was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_event: Option<RefreshOutcome>,
    /// Opened not before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<UnixMillis>,
    /// Opened before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<UnixMillis>,
    /// Exactly these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<FamilyId>>,
}

impl SessionScope {
    /// What a filter of the list means. The one place that knows which parts of it an order can
    /// carry: each is named here, so that a new one is not passed over.
    fn of(filter: SessionFilter) -> Result<Self, ScopeError> {
        let SessionFilter {
            users,
            address,
            used_from,
            network,
            browser,
            system,
            device,
            method,
            state,
            end_reason,
            ended_by,
            period,
        } = filter;
        if state == Some(SessionState::Ended) || end_reason.is_some() || ended_by.is_some() {
            return Err(ScopeError::Ended);
        }
        Ok(Self {
            users,
            address,
            used_from,
            network,
            browser,
            system,
            device,
            method,
            from: period.from,
            to: period.to,
            ids: None,
        })
    }

    /// The list's filter again.
    pub(super) fn filter(&self) -> SessionFilter {
        SessionFilter {
            users: self.users.clone(),
            address: self.address.clone(),
            used_from: self.used_from.clone(),
            network: self.network.clone(),
            browser: self.browser.clone(),
            system: self.system.clone(),
            device: self.device.clone(),
            method: self.method,
            state: None,
            end_reason: None,
            ended_by: None,
            period: Period {
                from: self.from,
                to: self.to,
            },
        }
    }
}

impl FamilyScope {
    /// As [`SessionScope::of`].
    fn of(filter: FamilyFilter) -> Result<Self, ScopeError> {
        let FamilyFilter {
            users,
            address,
            used_from,
            device,
            state,
            last_event,
            end_reason,
            ended_by,
            period,
        } = filter;
        if state == Some(FamilyState::Ended) || end_reason.is_some() || ended_by.is_some() {
            return Err(ScopeError::Ended);
        }
        Ok(Self {
            users,
            address,
            used_from,
            device,
            last_event,
            from: period.from,
            to: period.to,
            ids: None,
        })
    }

    /// The list's filter again.
    pub(super) fn filter(&self) -> FamilyFilter {
        FamilyFilter {
            users: self.users.clone(),
            address: self.address.clone(),
            used_from: self.used_from.clone(),
            device: self.device.clone(),
            state: None,
            last_event: self.last_event,
            end_reason: None,
            ended_by: None,
            period: Period {
                from: self.from,
                to: self.to,
            },
        }
    }
}

impl Scope {
    /// All sessions that a filter of their list matches while they are live.
    ///
    /// # Errors
    /// [`ScopeError`] if an order cannot say that.
    pub fn sessions(filter: SessionFilter) -> Result<Self, ScopeError> {
        Ok(Self::Sessions(SessionScope::of(filter)?))
    }

    /// All refresh families that a filter of their list matches while they are live.
    ///
    /// # Errors
    /// [`ScopeError`] if an order cannot say that.
    pub fn families(filter: FamilyFilter) -> Result<Self, ScopeError> {
        Ok(Self::Families(FamilyScope::of(filter)?))
    }

    /// These sessions.
    ///
    /// # Errors
    /// [`ScopeError`] if they are none, or too many.
    pub fn these_sessions(ids: Vec<SessionId>) -> Result<Self, ScopeError> {
        Ok(Self::Sessions(SessionScope {
            ids: Some(chosen(ids)?),
            ..Default::default()
        }))
    }

    /// These refresh families.
    ///
    /// # Errors
    /// [`ScopeError`] if they are none, or too many.
    pub fn these_families(ids: Vec<FamilyId>) -> Result<Self, ScopeError> {
        Ok(Self::Families(FamilyScope {
            ids: Some(chosen(ids)?),
            ..Default::default()
        }))
    }

    /// What it is about.
    pub fn target(&self) -> BulkTarget {
        match self {
            Self::Sessions(_) => BulkTarget::Sessions,
            Self::Families(_) => BulkTarget::Families,
        }
    }

    /// Whether it means everything that there is.
    pub fn is_all(&self) -> bool {
        match self {
            Self::Sessions(scope) => *scope == SessionScope::default(),
            Self::Families(scope) => *scope == FamilyScope::default(),
        }
    }

    /// Whether something that it asks for changes with use, so that it has to be resolved when it
    /// is given: who refreshes meanwhile must not slip away.
    pub(super) fn changes_with_use(&self) -> bool {
        match self {
            Self::Sessions(scope) => scope.used_from.is_some() && scope.ids.is_none(),
            Self::Families(scope) => {
                (scope.last_event.is_some() || scope.used_from.is_some()) && scope.ids.is_none()
            }
        }
    }

    /// The same, for exactly these.
    pub(super) fn resolved(self, ids: Vec<Uuid>) -> Self {
        match self {
            Self::Sessions(scope) => Self::Sessions(SessionScope {
                ids: Some(ids.into_iter().map(SessionId::from_uuid).collect()),
                ..scope
            }),
            Self::Families(scope) => Self::Families(FamilyScope {
                ids: Some(ids.into_iter().map(FamilyId::from_uuid).collect()),
                ..scope
            }),
        }
    }

    /// As it stands in the order's row.
    pub(super) fn to_json(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Sessions(scope) => serde_json::to_string(scope),
            Self::Families(scope) => serde_json::to_string(scope),
        }
    }

    /// Reads an order's row; `None` where another release wrote what this one does not know.
    pub(super) fn parse(target: BulkTarget, json: &str) -> Option<Self> {
        match target {
            BulkTarget::Sessions => serde_json::from_str(json).ok().map(Self::Sessions),
            BulkTarget::Families => serde_json::from_str(json).ok().map(Self::Families),
        }
    }

    /// As it stands on the record for good: ids of users and words. What is somebody's own (an
    /// address) stands beside the event, where it can be erased: [`Scope::personal`].
    pub(super) fn facts(&self) -> Value {
        let (users, chosen) = match self {
            Self::Sessions(scope) => (&scope.users, scope.ids.as_ref().map(Vec::len)),
            Self::Families(scope) => (&scope.users, scope.ids.as_ref().map(Vec::len)),
        };
        let mut facts = json!({});
        if let Some(users) = users {
            facts["users"] = json!(users);
        }
        let (from, to) = match self {
            Self::Sessions(scope) => (scope.from, scope.to),
            Self::Families(scope) => (scope.from, scope.to),
        };
        for (name, at) in [("from", from), ("to", to)] {
            if let Some(at) = at {
                facts[name] = json!(at);
            }
        }
        match self {
            Self::Sessions(scope) => {
                if scope.address.is_some() {
                    facts["address"] = json!(true);
                }
                if scope.used_from.is_some() {
                    facts["used_from"] = json!(true);
                }
                if scope.network.is_some() {
                    facts["network"] = json!(true);
                }
                for (name, text) in [
                    ("browser", &scope.browser),
                    ("system", &scope.system),
                    ("device", &scope.device),
                ] {
                    if let Some(text) = text {
                        facts[name] = plain(text);
                    }
                }
                if let Some(method) = scope.method {
                    facts["method"] = json!(method);
                }
            }
            Self::Families(scope) => {
                if scope.address.is_some() {
                    facts["address"] = json!(true);
                }
                if scope.used_from.is_some() {
                    facts["used_from"] = json!(true);
                }
                if let Some(device) = &scope.device {
                    facts["device"] = plain(device);
                }
                if let Some(event) = scope.last_event {
                    facts["last_event"] = json!(event);
                }
            }
        }
        if let Some(chosen) = chosen {
            facts["chosen"] = json!(chosen);
        }
        facts
    }

    /// What of it is somebody's own: addresses and a network.
    pub(super) fn personal(&self) -> Option<String> {
        let parts = match self {
            Self::Sessions(scope) => [&scope.used_from, &scope.address, &scope.network],
            Self::Families(scope) => [&scope.used_from, &scope.address, &None],
        };
        let parts: Vec<&str> = parts.into_iter().filter_map(Option::as_deref).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

/// A text that is one of a few in all likelihood, as it stands on the record for good; anything
/// else is no more than said to have been there.
fn plain(text: &str) -> Value {
    let is_plain = text.len() <= 32
        && text
            .chars()
            .all(|one| one.is_ascii_alphanumeric() || " .-_".contains(one));
    if is_plain { json!(text) } else { json!(true) }
}

fn chosen<T: Ord>(mut ids: Vec<T>) -> Result<Vec<T>, ScopeError> {
    ids.sort_unstable();
    ids.dedup();
    match ids.len() {
        0 => Err(ScopeError::Nothing),
        1..=SELECTED_LIMIT => Ok(ids),
        _ => Err(ScopeError::TooMany),
    }
}

#[cfg(test)]
mod tests {
    use latchkey_types::EndReason;

    use super::*;

    #[test]
    fn an_order_reads_back_and_one_with_unknown_parts_does_not() {
        let id = |number| Uuid::from_u128(number);
        for scope in [
            Scope::sessions(SessionFilter::default()).unwrap(),
            Scope::Sessions(SessionScope {
                users: Some(vec![UserId::from_uuid(id(1))]),
                address: Some("192.0.2.1".to_owned()),
                used_from: Some("192.0.2.2".to_owned()),
                network: Some("192.0.2.0/24".to_owned()),
                browser: Some("Firefox".to_owned()),
                system: Some("Linux".to_owned()),
                device: Some("desktop".to_owned()),
                method: Some(SignInMethod::Password),
                from: Some(UnixMillis(1)),
                to: Some(UnixMillis(2)),
                ids: None,
            }),
            Scope::these_sessions(vec![SessionId::from_uuid(id(2))]).unwrap(),
            Scope::Families(FamilyScope {
                users: None,
                address: None,
                used_from: Some("192.0.2.2".to_owned()),
                device: Some("phone".to_owned()),
                last_event: Some(RefreshOutcome::Theft),
                from: None,
                to: Some(UnixMillis(2)),
                ids: Some(vec![FamilyId::from_uuid(id(3))]),
            }),
        ] {
            let json = scope.to_json().unwrap();
            assert_eq!(Scope::parse(scope.target(), &json), Some(scope), "{json}");
        }
        assert_eq!(
            Scope::parse(BulkTarget::Sessions, r#"{"planet":"Mars"}"#),
            None
        );
        assert_eq!(Scope::parse(BulkTarget::Families, "{"), None);
    }

    #[test]
    fn what_cannot_be_carried_is_refused() {
        let over = SessionFilter {
            state: Some(SessionState::Ended),
            ..Default::default()
        };
        assert_eq!(Scope::sessions(over), Err(ScopeError::Ended));
        let over = FamilyFilter {
            state: Some(FamilyState::Ended),
            ..Default::default()
        };
        assert_eq!(Scope::families(over), Err(ScopeError::Ended));
        let how = SessionFilter {
            end_reason: Some(EndReason::SignOut),
            ..Default::default()
        };
        assert_eq!(Scope::sessions(how), Err(ScopeError::Ended));
        let by_whom = FamilyFilter {
            ended_by: Some(Vec::new()),
            ..Default::default()
        };
        assert_eq!(Scope::families(by_whom), Err(ScopeError::Ended));
        assert_eq!(Scope::these_sessions(Vec::new()), Err(ScopeError::Nothing));
        let many: Vec<_> = (0..=SELECTED_LIMIT as u128)
            .map(|number| FamilyId::from_uuid(Uuid::from_u128(number)))
            .collect();
        assert_eq!(
            Scope::these_families(many.clone()),
            Err(ScopeError::TooMany)
        );
        // One that was ticked twice is one.
        let mut twice = many[1..].to_vec();
        twice.push(many[1]);
        assert!(Scope::these_families(twice).is_ok());
    }

    #[test]
    fn an_address_is_not_among_the_facts_that_stay_for_good() {
        let scope = Scope::Sessions(SessionScope {
            address: Some("192.0.2.1".to_owned()),
            browser: Some("Firefox".to_owned()),
            ..Default::default()
        });
        let facts = scope.facts().to_string();
        assert!(!facts.contains("192.0.2.1"), "{facts}");
        assert!(facts.contains("Firefox"), "{facts}");
        assert_eq!(scope.personal().as_deref(), Some("192.0.2.1"));
    }
}
