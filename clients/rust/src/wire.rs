//! What `GET /api/signals` answers, read strictly: an answer that is not understood is none.

use std::time::Duration;

use serde::Deserialize;
use uuid::Uuid;

/// Nothing is remembered for less: the longest life of an access token, and a minute.
pub(crate) const REMEMBER_AT_LEAST: Duration = Duration::from_mins(16);
/// Nor for longer, whatever an answer says.
pub(crate) const REMEMBER_AT_MOST: Duration = Duration::from_hours(24);

/// One page of signals.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) signals: Vec<Signal>,
    /// Where the next page begins.
    pub(crate) next: String,
    /// The server does not know what was asked for, and tells all that it remembers.
    pub(crate) reset: bool,
    /// There is more at once.
    pub(crate) more: bool,
    age_ms: u64,
    held_ms: u64,
    remember_s: u64,
}

/// Something that happened.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Signal {
    SessionEnded {
        session_id: Uuid,
    },
    FamilyEnded {
        family_id: Uuid,
    },
    UserChanged {
        user_id: Uuid,
    },
    KeysChanged,
    /// Of a later release: it ends nothing that is known here.
    #[serde(other)]
    Unknown,
}

impl Answer {
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let answer: Self = serde_json::from_slice(body).ok()?;
        (!answer.next.is_empty() && answer.next.len() <= 1_024).then_some(answer)
    }

    /// How old the server's own knowledge was when it answered.
    pub(crate) fn age(&self) -> Duration {
        Duration::from_millis(self.age_ms)
    }

    /// How long the server held the request.
    pub(crate) fn held(&self) -> Duration {
        Duration::from_millis(self.held_ms)
    }

    /// How long an ended id must be kept.
    pub(crate) fn remember(&self) -> Duration {
        Duration::from_secs(self.remember_s).clamp(REMEMBER_AT_LEAST, REMEMBER_AT_MOST)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(crate) const FAMILY: Uuid = Uuid::from_u128(0xFA311);
    pub(crate) const OTHER: Uuid = Uuid::from_u128(0x07E4);
    pub(crate) const ALICE: Uuid = Uuid::from_u128(0xA11CE);

    /// An answer with these signals, and with these members.
    pub(crate) fn answer(signals: Value, members: Value) -> Vec<u8> {
        let mut told = json!({
            "signals": signals, "next": "c1", "reset": false, "more": false,
            "age_ms": 0, "held_ms": 0, "remember_s": 990,
        });
        for (name, value) in members.as_object().unwrap() {
            told[name] = value.clone();
        }
        told.to_string().into_bytes()
    }

    pub(crate) fn ended(family_id: Uuid) -> Value {
        json!({ "kind": "family_ended", "family_id": family_id, "user_id": ALICE })
    }

    pub(crate) fn changed(user_id: Uuid) -> Value {
        json!({ "kind": "user_changed", "user_id": user_id })
    }

    #[test]
    fn every_kind_is_read_and_those_of_a_later_release_are_passed_over() {
        let body = answer(
            json!([
                { "kind": "session_ended", "session_id": OTHER, "user_id": ALICE },
                ended(FAMILY),
                changed(ALICE),
                { "kind": "keys_changed" },
                { "kind": "client_changed", "client_id": "x" },
            ]),
            json!({ "age_ms": 12, "held_ms": 480, "more": true }),
        );
        let told = Answer::parse(&body).unwrap();
        assert_eq!(
            told.signals,
            [
                Signal::SessionEnded { session_id: OTHER },
                Signal::FamilyEnded { family_id: FAMILY },
                Signal::UserChanged { user_id: ALICE },
                Signal::KeysChanged,
                Signal::Unknown,
            ]
        );
        assert_eq!(told.age(), Duration::from_millis(12));
        assert_eq!(told.held(), Duration::from_millis(480));
        assert_eq!(told.remember(), Duration::from_secs(990));
        assert!(told.more && !told.reset);
    }

    #[test]
    fn what_is_kept_is_kept_long_enough_and_not_for_ever() {
        for (seconds, kept) in [(0, REMEMBER_AT_LEAST), (u64::MAX, REMEMBER_AT_MOST)] {
            let body = answer(json!([]), json!({ "remember_s": seconds }));
            assert_eq!(Answer::parse(&body).unwrap().remember(), kept);
        }
    }

    #[test]
    fn what_is_not_understood_is_no_answer() {
        let nested = "[".repeat(100_000);
        for body in ["", "null", "[]", "{}", nested.as_str()] {
            assert!(Answer::parse(body.as_bytes()).is_none());
        }
        for (name, value) in [
            ("signals", json!("x")),
            ("signals", json!([1])),
            ("signals", json!([{}])),
            ("signals", json!([{ "kind": "family_ended" }])),
            (
                "signals",
                json!([{ "kind": "family_ended", "family_id": "x" }]),
            ),
            ("signals", json!([{ "kind": 1 }])),
            ("next", json!("")),
            ("next", json!(null)),
            ("next", json!("x".repeat(2_000))),
            ("reset", json!(0)),
            ("more", json!(null)),
            ("age_ms", json!(-1)),
            ("held_ms", json!("0")),
            ("remember_s", json!(null)),
        ] {
            let body = answer(json!([]), json!({ name: value }));
            assert!(Answer::parse(&body).is_none(), "{name}: {value}");
        }
    }
}
