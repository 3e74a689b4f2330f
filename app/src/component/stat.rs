//! One number that matters.

use leptos::prelude::*;

/// A number with its name and, small, what it covers.
#[component]
pub(crate) fn Stat(
    /// What is counted.
    name: &'static str,
    /// Over which time, or in which state.
    #[prop(into)]
    note: String,
    /// Where the list behind the number is.
    #[prop(into)]
    href: String,
    /// The number as text.
    #[prop(into)]
    value: Signal<String>,
) -> impl IntoView {
    view! {
        <a href=href class="card stat">
            <span class="text-sm font-medium text-muted">{name}</span>
            <span class="text-2xl sm:text-3xl font-semibold tracking-tight text-ink tabular-nums">
                {move || value.get()}
            </span>
            <span class="text-xs text-muted">{note}</span>
        </a>
    }
}
