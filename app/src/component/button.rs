//! Buttons that submit, and links that look like buttons.

use leptos::prelude::*;

/// How weighty a button looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Look {
    /// What the page is for: one on a page.
    #[default]
    Primary,
    /// Everything else.
    Plain,
    /// The last step of what cannot be undone.
    Danger,
    /// Leads to such a step, or is one that can be undone.
    Caution,
    /// A way out, beside a button.
    Quiet,
}

impl Look {
    /// Its classes, in the usual size.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn btn-primary",
            Self::Plain => "btn btn-plain",
            Self::Danger => "btn btn-danger",
            Self::Caution => "btn btn-caution",
            Self::Quiet => "btn btn-quiet",
        }
    }
}

/// The button that sends its form.
#[component]
pub(crate) fn Submit(
    /// What it says.
    text: &'static str,
    /// How it looks.
    #[prop(optional)]
    look: Look,
    /// Whether it takes the whole width.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    let width = if wide { "w-full" } else { "" };
    view! {
        <button type="submit" class=format!("{} {width}", look.class())>
            {text}
        </button>
    }
    .into_any()
}

/// A link that looks like a button.
#[component]
pub(crate) fn LinkButton(
    /// What it says.
    text: &'static str,
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// How it looks.
    #[prop(optional)]
    look: Look,
) -> impl IntoView {
    view! {
        <a href=href class=look.class()>
            {text}
        </a>
    }
    .into_any()
}
