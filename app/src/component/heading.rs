//! The head of a page: what it is, what it is for, what can be done with all of it.

use leptos::prelude::*;

/// The page's heading.
#[component]
pub(crate) fn Heading(
    /// The page's name.
    #[prop(into)]
    title: String,
    /// What it is for.
    #[prop(optional, into)]
    text: String,
    /// What can be done with all of it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
            <div class="min-w-0">
                <h1 class="text-2xl font-semibold tracking-tight text-ink wrap-anywhere">{title}</h1>
                {(!text.is_empty())
                    .then(|| view! { <p class="mt-1.5 max-w-3xl text-sm text-muted wrap-anywhere">{text}</p> })}
            </div>
            {children.map(|children| view! { <div class="flex flex-wrap gap-2">{children()}</div> })}
        </div>
    }
    .into_any()
}
