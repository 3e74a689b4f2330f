//! The form above a list that narrows it. It reads only, so it is a GET form: its address can be
//! kept and passed on.

use leptos::prelude::*;

use super::{Banner, LinkButton, Look, Submit, Tone};

/// The filter of a list.
#[component]
pub(crate) fn Filter(
    /// The list's path, without a query.
    path: &'static str,
    /// What it narrows, for those who cannot see where it stands.
    name: &'static str,
    /// Whether anything is filtered now.
    active: bool,
    /// What is wrong with what was asked for.
    #[prop(default = None)]
    error: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        {error.map(|text| view! { <Banner tone=Tone::Bad>{text}</Banner> })}
        <form method="get" action=path role="search" aria-label=name class="filter">
            {children()}
            <div class="flex gap-2">
                <Submit text="Filter" look=Look::Plain />
                {active.then(|| view! { <LinkButton text="Clear" href=path look=Look::Quiet /> })}
            </div>
        </form>
    }
    .into_any()
}

/// A text to filter by.
#[component]
pub(crate) fn FilterField(
    /// The name under which it is sent, which is its id too.
    name: &'static str,
    /// What it asks for.
    label: &'static str,
    /// An example or a rule, shown while it is empty.
    placeholder: &'static str,
    /// What is asked for now.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=name class="label">
                {label}
            </label>
            <input
                id=name
                name=name
                type="search"
                class="input"
                value=value
                placeholder=placeholder
                maxlength=254
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
            />
        </div>
    }
    .into_any()
}

/// A day to filter by, chosen in the browser's own calendar.
#[component]
pub(crate) fn DateField(
    /// The name under which it is sent, which is its id too.
    name: &'static str,
    /// What it asks for.
    label: &'static str,
    /// The day that is asked for now, as `2026-01-31`.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=name class="label">
                {label}
            </label>
            <input id=name name=name type="date" class="input" value=value />
        </div>
    }
    .into_any()
}
