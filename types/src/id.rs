//! Identifiers: UUIDs with a type of their own, so that one kind is never taken for another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not a UUID in its hyphenated form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct IdError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        #[cfg_attr(
            feature = "schema",
            derive(utoipa::ToSchema),
            schema(value_type = String, format = "uuid")
        )]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID within.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }

            /// The last block of the id, enough for a person to tell two rows apart.
            ///
            /// The *last*, since the first ones are the time of creation (RFC 9562 §5.7) and so
            /// alike in neighbouring rows.
            pub fn short(self) -> String {
                let text = self.0.as_hyphenated().to_string();
                text[text.len() - 12..].to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                // `Uuid` also reads braces, URNs and the simple form; one spelling is enough.
                if text.len() != 36 {
                    return Err(IdError);
                }
                text.parse().map(Self).map_err(|_| IdError)
            }
        }
    };
}

id!(
    /// Names a user, for good: never given to another one.
    UserId
);
id!(
    /// Names a connection of a user to a provider: one of their identities elsewhere.
    IdentityId
);
id!(
    /// Names a session in lists, the audit and `sid` claims. Not a secret: the cookie is another value.
    SessionId
);
id!(
    /// Names a refresh family in lists, the audit and `sid` claims. Not a secret: a refresh token
    /// holds it beside what makes it one.
    FamilyId
);
id!(
    /// Names an incident: refresh tokens that were used as they should not be.
    IncidentId
);
id!(
    /// Names an invitation. Not a secret: its link holds another value.
    InvitationId
);

id!(
    /// Names an order to end many sessions or refresh families.
    BulkEndId
);
id!(
    /// Names one run of the program on one machine.
    NodeId
);
id!(
    /// Names an audit event.
    EventId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_shows_and_refuses_other_spellings() {
        let id: UserId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.short(), "b302099a8057");
        for wrong in [
            "",
            "1",
            "01890a5dac96774bbcceb302099a8057",
            "{01890a5d-ac96-774b-bcce-b302099a8057}",
            "01890a5d-ac96-774b-bcce-b302099a805g",
        ] {
            assert_eq!(wrong.parse::<UserId>(), Err(IdError), "{wrong}");
        }
    }
}
