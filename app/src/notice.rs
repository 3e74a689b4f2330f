//! What just happened, told by the page that follows.

/// What just happened, said at the top of the page that follows a form.
///
/// A closed set: it travels in the address as a word, so nobody can put text on our pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Signed out.
    SignedOut,
    /// The session had ended before this request: an administrator ended it.
    EndedByAdministrator,
    /// The session had ended before this request: its owner ended it elsewhere.
    EndedByOwner,
    /// The session had ended: not used, or too old.
    SessionExpired,
    /// The session had ended: password changed elsewhere.
    PasswordChangedElsewhere,
    /// The session had ended: a backup was put back.
    SignedOutByRecovery,
    /// The session had ended: the provider of its sign-in took it back.
    SignedOutByProvider,
    /// One session was ended.
    SessionEnded,
    /// Several sessions were ended.
    SessionsEnded,
    /// One API sign-in was ended.
    FamilyEnded,
    /// Several API sign-ins were ended.
    FamiliesEnded,
    /// There was nothing to end.
    NothingEnded,
    /// Nothing was chosen in a list.
    NothingChosen,
    /// An order to end many was taken.
    BulkEndOrdered,
    /// One was stopped.
    BulkEndStopped,
    /// It was over already, so that there was nothing to stop.
    NothingStopped,
    /// A role was changed.
    RoleChanged,
    /// A user was disabled.
    UserDisabled,
    /// A user was enabled.
    UserEnabled,
    /// The password was changed.
    PasswordChanged,
    /// A first password was set.
    PasswordSet,
    /// An account elsewhere was connected.
    Linked,
    /// An account elsewhere was disconnected.
    Unlinked,
    /// They showed once more who they are; what they had asked for was not done.
    ProofRenewed,
    /// A link to make an account was withdrawn.
    InvitationWithdrawn,
    /// Nothing was changed: it was so already.
    NothingChanged,
    /// The last administrator must stay.
    LastAdministrator,
    /// An incident was judged.
    IncidentJudged,
    /// The user will not be told of an incident again.
    IncidentTold,
    /// The next signing key was published.
    KeysRotated,
    /// A signing key was killed.
    KeyKilled,
}

impl Notice {
    /// Every notice.
    pub const ALL: [Self; 31] = [
        Self::SignedOut,
        Self::EndedByAdministrator,
        Self::EndedByOwner,
        Self::SessionExpired,
        Self::PasswordChangedElsewhere,
        Self::SignedOutByRecovery,
        Self::SignedOutByProvider,
        Self::SessionEnded,
        Self::SessionsEnded,
        Self::FamilyEnded,
        Self::FamiliesEnded,
        Self::NothingEnded,
        Self::NothingChosen,
        Self::BulkEndOrdered,
        Self::BulkEndStopped,
        Self::NothingStopped,
        Self::RoleChanged,
        Self::UserDisabled,
        Self::UserEnabled,
        Self::PasswordChanged,
        Self::PasswordSet,
        Self::Linked,
        Self::Unlinked,
        Self::ProofRenewed,
        Self::InvitationWithdrawn,
        Self::NothingChanged,
        Self::LastAdministrator,
        Self::IncidentJudged,
        Self::IncidentTold,
        Self::KeysRotated,
        Self::KeyKilled,
    ];

    /// The word that travels in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::EndedByAdministrator => "ended_by_administrator",
            Self::EndedByOwner => "ended_by_owner",
            Self::SessionExpired => "session_expired",
            Self::PasswordChangedElsewhere => "password_changed_elsewhere",
            Self::SignedOutByRecovery => "signed_out_by_recovery",
            Self::SignedOutByProvider => "signed_out_by_provider",
            Self::SessionEnded => "session_ended",
            Self::SessionsEnded => "sessions_ended",
            Self::FamilyEnded => "family_ended",
            Self::FamiliesEnded => "families_ended",
            Self::NothingEnded => "nothing_ended",
            Self::NothingChosen => "nothing_chosen",
            Self::BulkEndOrdered => "bulk_end_ordered",
            Self::BulkEndStopped => "bulk_end_stopped",
            Self::NothingStopped => "nothing_stopped",
            Self::RoleChanged => "role_changed",
            Self::UserDisabled => "user_disabled",
            Self::UserEnabled => "user_enabled",
            Self::PasswordChanged => "password_changed",
            Self::PasswordSet => "password_set",
            Self::Linked => "linked",
            Self::Unlinked => "unlinked",
            Self::ProofRenewed => "proof_renewed",
            Self::InvitationWithdrawn => "invitation_withdrawn",
            Self::NothingChanged => "nothing_changed",
            Self::LastAdministrator => "last_administrator",
            Self::IncidentJudged => "incident_judged",
            Self::IncidentTold => "incident_told",
            Self::KeysRotated => "keys_rotated",
            Self::KeyKilled => "key_killed",
        }
    }

    /// Reads a word that came in an address.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_notice_reads_back_from_its_word_and_strangers_are_none() {
        for notice in Notice::ALL {
            assert_eq!(Notice::parse(notice.as_str()), Some(notice));
        }
        let words: HashSet<_> = Notice::ALL.map(Notice::as_str).into();
        assert_eq!(words.len(), Notice::ALL.len());
        assert_eq!(Notice::parse("<script>"), None);
    }
}
