//! What a page says at its top of what just happened.

use crate::Notice;

/// What is said of it.
pub(crate) const fn text(notice: Notice) -> &'static str {
    match notice {
        Notice::SignedOut => "You are signed out.",
        Notice::EndedByAdministrator => {
            "An administrator ended your session. Sign in again to go on."
        }
        Notice::EndedByOwner => {
            "Your session was ended from another browser of yours. Sign in again to go on. If that was not you, change your password."
        }
        Notice::SessionExpired => "Your session has run out. Sign in again to go on.",
        Notice::PasswordChangedElsewhere => {
            "Your password was changed in another browser, which ended this session. Sign in with the new one. If that was not you, ask an administrator."
        }
        Notice::SignedOutByRecovery => {
            "Everybody was signed out, because this server was put back to an earlier state. Sign in again to go on. What you changed shortly before may be gone."
        }
        Notice::SignedOutByProvider => {
            "The account that you sign in with elsewhere was signed out or is not safe any more, which ended this session. Look after that account first, then sign in again."
        }
        Notice::SessionEnded => "The session is ended.",
        Notice::SessionsEnded => "The sessions are ended.",
        Notice::FamilyEnded => "The API sign-in is ended.",
        Notice::FamiliesEnded => "The API sign-ins are ended.",
        Notice::NothingEnded => "Nothing to end: it was over already.",
        Notice::NothingChosen => "Nothing was chosen: tick the rows that you mean first.",
        Notice::BulkEndOrdered => "Ordered. It is on the record, and carried out from now on.",
        Notice::BulkEndStopped => "Stopped. What has ended stays so.",
        Notice::NothingStopped => "Nothing to stop: it was over already.",
        Notice::RoleChanged => "The role is changed.",
        Notice::UserDisabled => {
            "The user is disabled, and all their sessions and API sign-ins are ended."
        }
        Notice::UserEnabled => "The user is enabled and may sign in again.",
        Notice::PasswordChanged => {
            "Your password is changed, and all your other sessions and API sign-ins are ended."
        }
        Notice::PasswordSet => "Your password is set. You can sign in with it from now on.",
        Notice::Linked => "Connected.",
        Notice::Unlinked => "Disconnected.",
        Notice::ProofRenewed => {
            "You have shown that it is you. Nothing was done yet: press the button again."
        }
        Notice::InvitationWithdrawn => "The link is withdrawn: it opens nothing any more.",
        Notice::NothingChanged => "Nothing was changed: it was so already.",
        Notice::IncidentJudged => "The verdict is noted.",
        Notice::IncidentTold => "The message is put away. What happened stays on the record.",
        Notice::KeysRotated => {
            "The next key is published: it signs in an hour, and the old one verifies what it signed."
        }
        Notice::KeyKilled => "The key is killed: what it signed is refused.",
        Notice::LastAdministrator => {
            "Nothing was changed: this is the last active administrator, and one must stay. Make somebody else an administrator first."
        }
    }
}
