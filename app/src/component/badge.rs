//! Short words on a tinted ground: roles, states, outcomes.

use latchkey_types::{Outcome, Role, UserState, Word};
use leptos::prelude::*;

/// What a badge's colour says. The word always says it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Nothing in particular.
    Plain,
    /// The reader's own, or a special standing.
    Accent,
    /// As it should be.
    Good,
    /// Worth a look.
    Caution,
    /// Refused or shut off.
    Bad,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "badge badge-plain",
            Self::Accent => "badge badge-accent",
            Self::Good => "badge badge-good",
            Self::Caution => "badge badge-caution",
            Self::Bad => "badge badge-bad",
        }
    }
}

/// A word on a tinted ground.
#[component]
pub(crate) fn Badge(
    /// Its colour.
    tone: Tone,
    /// The word.
    text: &'static str,
) -> impl IntoView {
    view! { <span class=tone.class()>{text}</span> }.into_any()
}

/// A role.
#[component]
pub(crate) fn RoleBadge(
    /// Which.
    role: Role,
) -> impl IntoView {
    let tone = match role {
        Role::Administrator | Role::Auditor => Tone::Accent,
        Role::User => Tone::Plain,
    };
    view! { <Badge tone text=role.label() /> }.into_any()
}

/// Whether a user may act.
#[component]
pub(crate) fn UserStateBadge(
    /// Which.
    state: UserState,
) -> impl IntoView {
    let tone = match state {
        UserState::Active => Tone::Good,
        UserState::Disabled => Tone::Bad,
    };
    view! { <Badge tone text=state.label() /> }.into_any()
}

/// How an event came out.
#[component]
pub(crate) fn OutcomeBadge(
    /// Which.
    outcome: Outcome,
) -> impl IntoView {
    let tone = match outcome {
        Outcome::Success => Tone::Plain,
        Outcome::Failure => Tone::Bad,
    };
    view! { <Badge tone text=outcome.label() /> }.into_any()
}
