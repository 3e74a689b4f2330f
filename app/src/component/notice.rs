//! Banners above the content: what just happened, what is wrong.

use leptos::prelude::*;

use super::{Glyph, Icon, Tone};
use crate::{Notice, words::notice as words};

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
    view! { <Banner tone=tone(notice)>{words::text(notice)}</Banner> }.into_any()
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
