//! The one card of a page that stands alone: sign-in, sign-up, set-up, errors.

use leptos::prelude::*;

/// The card, with the page's heading in it.
#[component]
pub(crate) fn GateCard(
    /// The page's heading.
    title: &'static str,
    /// What stands small above it.
    #[prop(optional, into)]
    over: String,
    /// What it means or asks.
    #[prop(optional, into)]
    text: String,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="card px-5 py-7 sm:px-8 sm:py-8">
            {(!over.is_empty())
                .then(|| view! { <p class="mb-1 text-sm font-medium text-muted">{over}</p> })}
            <h1 class="text-xl font-semibold tracking-tight text-balance text-ink">{title}</h1>
            {(!text.is_empty())
                .then(|| view! { <p class="mt-2 text-sm text-muted wrap-anywhere">{text}</p> })}
            <div class="mt-6">{children()}</div>
        </div>
    }
    .into_any()
}
