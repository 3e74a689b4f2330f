//! Closed sets of words: each is an enum here, a short text in the database and in JSON.

use serde::{Deserialize, Serialize};

/// A text that is none of the words of its set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not one of: {allowed}")]
pub struct UnknownWord {
    /// What was read.
    pub word: String,
    /// The words that would have been understood.
    pub allowed: String,
}

/// One of a closed set of words.
pub trait Word: Sized + Copy + PartialEq + 'static {
    /// Every word of the set, in the order in which a person would list them.
    const ALL: &'static [Self];

    /// The word as it is stored and sent.
    fn as_str(self) -> &'static str;

    /// The word as a person reads it on a page.
    fn label(self) -> &'static str;

    /// Reads a stored or sent word.
    ///
    /// # Errors
    /// [`UnknownWord`] names what would have been understood.
    fn parse(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == word)
            .ok_or_else(|| UnknownWord {
                word: word.chars().take(64).collect(),
                allowed: Self::ALL
                    .iter()
                    .map(|known| known.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }
}

macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal, $label:literal;)+ }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)+
        }

        #[cfg(feature = "schema")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($text,)+]))
                    .into()
            }
        }

        #[cfg(feature = "schema")]
        impl utoipa::ToSchema for $name {}

        impl Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }
    };
}

mod sort;

pub use sort::{ExportFormat, FamilySort, ListName, ListSort, SessionSort};

words!(
    /// What a user may do in the console.
    Role {
        /// Sees and changes everything.
        Administrator = "administrator", "Administrator";
        /// Sees everything, changes nothing.
        Auditor = "auditor", "Auditor";
        /// Has an account and no console.
        User = "user", "User";
    }
);

words!(
    /// Whether a user may act at all.
    UserState {
        /// May sign in.
        Active = "active", "Active";
        /// Was disabled by an administrator.
        Disabled = "disabled", "Disabled";
    }
);

words!(
    /// Whether a session may still act.
    SessionState {
        /// May act.
        Live = "live", "Live";
        /// Was ended, or ran past a limit.
        Ended = "ended", "Ended";
    }
);

words!(
    /// How far back a chart looks.
    Span {
        /// 24 pieces of an hour each.
        Day = "day", "Day";
        /// 28 pieces of six hours each.
        Week = "week", "Week";
    }
);

words!(
    /// How somebody proved who they are.
    SignInMethod {
        /// A password.
        Password = "password", "Password";
        /// The one-time link that makes the first administrator.
        Setup = "setup", "Set-up link";
        /// Sign-up: the account was made in the same breath.
        SignUp = "sign_up", "Sign-up";
        /// A provider's word: Google's, or another's.
        Provider = "provider", "Provider";
        /// The one-time link of an invitation.
        Invitation = "invitation", "Invitation link";
    }
);

words!(
    /// Why a session is over.
    EndReason {
        /// Its owner signed out.
        SignOut = "sign_out", "Signed out";
        /// Its owner ended it from another session.
        EndedByOwner = "ended_by_owner", "Ended by its owner";
        /// An administrator ended it.
        EndedByAdministrator = "ended_by_administrator", "Ended by an administrator";
        /// Its user was disabled.
        UserDisabled = "user_disabled", "User disabled";
        /// The password was changed in another session.
        PasswordChanged = "password_changed", "Password changed";
        /// The same browser signed in anew.
        Replaced = "replaced", "Replaced by a new sign-in";
        /// It was not used for too long.
        Idle = "idle", "Not used for too long";
        /// It reached its absolute lifetime.
        Expired = "expired", "Reached its lifetime";
        /// Its cookie could not be delivered.
        Undelivered = "undelivered", "Sign-in did not complete";
        /// A backup was put back, which knows nothing of ends after it.
        Recovered = "recovered", "Ended after a backup was put back";
        /// The provider through which they signed in said that it no longer holds.
        ProviderRevoked = "provider_revoked", "Revoked by the provider";
    }
);

words!(
    /// Whether a refresh family may still act.
    FamilyState {
        /// May act.
        Live = "live", "Live";
        /// Was ended, or ran past a limit.
        Ended = "ended", "Ended";
    }
);

words!(
    /// How a pair of tokens travels. A property of the family: what came in a cookie is answered
    /// only in a cookie.
    Transport {
        /// In bodies, kept by the program itself.
        Body = "body", "In bodies";
        /// In cookies that no script can read.
        Cookie = "cookie", "In cookies";
    }
);

words!(
    /// Why a refresh family is over.
    FamilyEndReason {
        /// Its client signed out.
        SignOut = "sign_out", "Signed out";
        /// Its owner ended it from elsewhere.
        EndedByOwner = "ended_by_owner", "Ended by its owner";
        /// An administrator ended it.
        EndedByAdministrator = "ended_by_administrator", "Ended by an administrator";
        /// The browser session that opened it was ended on purpose.
        SessionEnded = "session_ended", "Its session was ended";
        /// Its user was disabled.
        UserDisabled = "user_disabled", "User disabled";
        /// The password was changed.
        PasswordChanged = "password_changed", "Password changed";
        /// A rotated token came back from elsewhere.
        Theft = "theft", "Token theft";
        /// A rotated token came back from its own device.
        StaleCopy = "stale_copy", "Stale copy";
        /// A second token of a time line that the database lost.
        LostTimeline = "lost_timeline", "Lost time line";
        /// It was not refreshed for too long.
        Idle = "idle", "Not refreshed for too long";
        /// It reached its absolute lifetime.
        Expired = "expired", "Reached its lifetime";
        /// A backup was put back, which knows nothing of ends after it.
        Recovered = "recovered", "Ended after a backup was put back";
        /// The provider through which they signed in said that it no longer holds.
        ProviderRevoked = "provider_revoked", "Revoked by the provider";
    }
);

words!(
    /// How the presentation of a refresh token was judged.
    RefreshOutcome {
        /// It was the current one, and gave way to a successor.
        Rotated = "rotated", "Rotated";
        /// A rotated one, again within the grace: the current one was answered.
        Retry = "retry", "Retry";
        /// The same from another network or with another user agent.
        ForeignRetry = "foreign_retry", "Foreign retry";
        /// The reply with the current one was lost: the family moved past it.
        LostResponse = "lost_response", "Lost response";
        /// The database lost commits: the token was adopted.
        LostTimeline = "lost_timeline", "Lost time line";
        /// A rotated one from its own device: the family ended.
        StaleCopy = "stale_copy", "Stale copy";
        /// A rotated one from elsewhere: the family ended.
        Theft = "theft", "Theft";
        /// Of a family that was over.
        Ended = "ended", "Ended";
        /// Not one of ours.
        Forged = "forged", "Forged";
    }
);

impl RefreshOutcome {
    /// What can stand as the last event of a family. A retry is noted on its rotation alone, and a
    /// forged token touches no family.
    pub const LAST_EVENTS: [Self; 7] = [
        Self::Rotated,
        Self::ForeignRetry,
        Self::LostResponse,
        Self::LostTimeline,
        Self::StaleCopy,
        Self::Theft,
        Self::Ended,
    ];
}

words!(
    /// What signs a token. The names are those of the JWS header (RFC 7518 §3.1, RFC 8037 §3.1).
    Algorithm {
        /// Ed25519, under the name that resource servers of today understand.
        EdDsa = "EdDSA", "EdDSA (Ed25519)";
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256", "ES256 (ECDSA on P-256)";
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        Rs256 = "RS256", "RS256 (RSA)";
    }
);

words!(
    /// What kind of incident it is.
    IncidentClass {
        /// A rotated token came back from elsewhere.
        Theft = "theft", "Theft";
        /// A rotated token came back from its own device: a restored backup, a copied profile.
        StaleCopy = "stale_copy", "Stale copy";
        /// Three retries in a day from other networks or user agents.
        Suspected = "suspected", "Suspected";
        /// The database lost commits.
        LostTimeline = "lost_timeline", "Lost time line";
    }
);

words!(
    /// What an administrator found an incident to be.
    Verdict {
        /// What it says it is.
        Confirmed = "confirmed", "Confirmed";
        /// An honest client that misbehaved.
        FalseAlarm = "false_alarm", "False alarm";
    }
);

words!(
    /// What an order to end many is about.
    BulkTarget {
        /// Sessions.
        Sessions = "sessions", "Sessions";
        /// Refresh families.
        Families = "families", "API sign-ins";
    }
);

words!(
    /// How far an order to end many is.
    BulkEndState {
        /// It is carried out, or waits for its turn.
        Running = "running", "Running";
        /// Everything that it meant is over.
        Done = "done", "Done";
        /// Somebody stopped it: what had ended stays so.
        Stopped = "stopped", "Stopped";
    }
);

words!(
    /// How an event on the record came out.
    Outcome {
        /// What was asked happened.
        Success = "success", "Success";
        /// It was refused.
        Failure = "failure", "Failure";
    }
);

words!(
    /// What an event on the record is about.
    EventKind {
        /// Somebody signed in, or tried to.
        SignIn = "sign_in", "Sign-in";
        /// Somebody made an account, or tried to.
        SignUp = "sign_up", "Sign-up";
        /// Attempts were refused because there were too many.
        AttemptsLimited = "attempts.limited", "Attempts limited";
        /// The cookie of a session got a new value.
        SessionRenewed = "session.renewed", "Session renewed";
        /// One session ended.
        SessionEnded = "session.ended", "Session ended";
        /// Several sessions of one user ended.
        SessionsEnded = "sessions.ended", "Sessions ended";
        /// An account was made other than by sign-up.
        UserCreated = "user.created", "User created";
        /// A one-time link for an account was made.
        InvitationMade = "invitation.made", "Invitation made";
        /// Somebody came by such a link, or tried to.
        InvitationUsed = "invitation.used", "Invitation used";
        /// Such a link was withdrawn.
        InvitationWithdrawn = "invitation.withdrawn", "Invitation withdrawn";
        /// A user's role changed.
        RoleChanged = "user.role_changed", "Role changed";
        /// A user was disabled.
        UserDisabled = "user.disabled", "User disabled";
        /// A user was enabled again.
        UserEnabled = "user.enabled", "User enabled";
        /// A password was changed, or somebody tried to.
        PasswordChanged = "password.changed", "Password changed";
        /// A password hash was made anew under stronger settings.
        PasswordRehashed = "password.rehashed", "Password re-hashed";
        /// Somebody chose another username.
        UsernameChanged = "username.changed", "Username changed";
        /// The first administrator was made.
        SetUp = "setup", "Set-up";
        /// One refresh family ended.
        FamilyEnded = "family.ended", "API sign-in ended";
        /// Several refresh families of one user ended.
        FamiliesEnded = "families.ended", "API sign-ins ended";
        /// Somebody had many sessions or refresh families end at once.
        BulkEndOrdered = "bulk_end.ordered", "Many ended at once";
        /// Somebody stopped an order to end many.
        BulkEndStopped = "bulk_end.stopped", "Bulk end stopped";
        /// A refresh token was refused.
        RefreshRefused = "refresh.refused", "Refresh refused";
        /// A rotated refresh token came back and nothing excused it.
        RefreshReuse = "refresh.reuse", "Refresh token reused";
        /// A retry within the grace came from another network or user agent.
        ForeignRetry = "refresh.foreign_retry", "Foreign retry";
        /// A client lost the reply to a refresh; the family moved past it.
        LostResponse = "refresh.lost_response", "Lost reply made good";
        /// A token of a time line that the database lost was adopted.
        LostTimeline = "refresh.lost_timeline", "Lost time line";
        /// An administrator judged an incident.
        IncidentJudged = "incident.judged", "Incident judged";
        /// The signing keys changed.
        KeysChanged = "keys.changed", "Signing keys changed";
        /// A provider's identity was connected to a user.
        IdentityLinked = "identity.linked", "Connection added";
        /// A provider's identity was taken from a user.
        IdentityUnlinked = "identity.unlinked", "Connection removed";
        /// What came from a provider let nobody in, or connected nothing.
        IdentityRefused = "identity.refused", "Provider sign-in refused";
        /// An address that nobody had proved went to whom a provider knows by it.
        EmailReleased = "email.released", "Unproved address given up";
        /// A provider told of something that happened to one of its accounts.
        SecurityEvent = "security_event", "Provider's security event";
        /// Somebody took a list away as a file.
        ListExported = "list.exported", "List exported";
        /// Somebody asked for what they may not do.
        PermissionDenied = "permission.denied", "Permission denied";
    }
);

words!(
    /// What a provider told of one of its accounts.
    ProviderEvent {
        /// All sessions of the account are over.
        SessionsRevoked = "sessions_revoked", "Sessions revoked";
        /// What the account had granted is withdrawn.
        TokensRevoked = "tokens_revoked", "Grant withdrawn";
        /// The account was disabled because somebody had taken it over.
        AccountHijacked = "account_hijacked", "Account taken over";
        /// The account was disabled for another reason, or for none that was told.
        AccountDisabled = "account_disabled", "Account disabled";
        /// The account may be used again.
        AccountEnabled = "account_enabled", "Account enabled";
        /// The person was told to change the password.
        CredentialChangeRequired = "credential_change_required", "Password must be changed";
        /// A test of the way here.
        Verification = "verification", "Test of the way here";
        /// Something that is not understood here.
        Unknown = "unknown_event", "Event of another kind";
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    fn reads_back<W: Word + std::fmt::Debug>() {
        for word in W::ALL {
            assert_eq!(W::parse(word.as_str()).unwrap(), *word);
            assert!(!word.label().is_empty());
        }
        assert!(W::parse("no such word").is_err());
    }

    #[test]
    fn every_word_reads_back_and_strangers_are_refused_by_name() {
        reads_back::<Role>();
        reads_back::<UserState>();
        reads_back::<SessionState>();
        reads_back::<Span>();
        reads_back::<SignInMethod>();
        reads_back::<EndReason>();
        reads_back::<Algorithm>();
        reads_back::<FamilyState>();
        reads_back::<SessionSort>();
        reads_back::<FamilySort>();
        reads_back::<ListSort>();
        reads_back::<ListName>();
        reads_back::<ExportFormat>();
        reads_back::<Transport>();
        reads_back::<FamilyEndReason>();
        reads_back::<RefreshOutcome>();
        reads_back::<IncidentClass>();
        reads_back::<Verdict>();
        reads_back::<BulkTarget>();
        reads_back::<BulkEndState>();
        reads_back::<Outcome>();
        reads_back::<EventKind>();
        reads_back::<ProviderEvent>();
        let error = Role::parse("root").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`root` is not one of: administrator, auditor, user"
        );
    }
}
