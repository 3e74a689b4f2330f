//! Banners above the content: what just happened, what is wrong.

use leptos::prelude::*;

use super::{Glyph, Icon, Tone};
use crate::Notice;

/// A message across the page. Bad news is read out at once, other news in its turn.
#[component]
pub(crate) fn Banner(
    /// What kind of news it is.
    tone: Tone,
    children: Children,
) -> impl IntoView {
    let (class, glyph, role) = match tone {
        Tone::Good => ("banner banner-good", Glyph::Check, "status"),
        Tone::Caution => ("banner banner-caution", Glyph::Alert, "status"),
        Tone::Bad => ("banner banner-bad", Glyph::Alert, "alert"),
        Tone::Plain | Tone::Accent => ("banner banner-plain", Glyph::Info, "status"),
    };
    view! {
        <div class=class role=role>
            <Icon glyph class="mt-px size-5" />
            <div class="min-w-0 wrap-anywhere">{children()}</div>
        </div>
    }
    .into_any()
}

/// What just happened.
#[component]
pub(crate) fn NoticeBanner(
    /// Which of the things that can have happened.
    notice: Notice,
) -> impl IntoView {
    view! { <Banner tone=tone(notice)>{text(notice)}</Banner> }.into_any()
}

const fn tone(notice: Notice) -> Tone {
    match notice {
        Notice::SignedOut
        | Notice::SessionEnded
        | Notice::SessionsEnded
        | Notice::FamilyEnded
        | Notice::FamiliesEnded
        | Notice::BulkEndOrdered
        | Notice::BulkEndStopped
        | Notice::RoleChanged
        | Notice::UserDisabled
        | Notice::UserEnabled
        | Notice::PasswordChanged
        | Notice::PasswordSet
        | Notice::Linked
        | Notice::Unlinked
        | Notice::InvitationWithdrawn
        | Notice::IncidentJudged
        | Notice::KeysRotated
        | Notice::KeyKilled => Tone::Good,
        Notice::EndedByAdministrator
        | Notice::EndedByOwner
        | Notice::PasswordChangedElsewhere
        | Notice::SignedOutByProvider => Tone::Caution,
        Notice::SessionExpired
        | Notice::SignedOutByRecovery
        | Notice::ProofRenewed
        | Notice::NothingEnded
        | Notice::NothingChosen
        | Notice::NothingStopped
        | Notice::NothingChanged
        | Notice::IncidentTold => Tone::Plain,
        Notice::LastAdministrator => Tone::Bad,
    }
}

const fn text(notice: Notice) -> &'static str {
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
