//! A panel of its own on the page.

use leptos::prelude::*;

/// A titled panel.
#[component]
pub(crate) fn Card(
    /// Its heading.
    title: &'static str,
    /// Names the heading, unique on the page.
    id: &'static str,
    /// A sentence below the heading.
    #[prop(optional, into)]
    text: String,
    /// What stands at the right of the heading.
    #[prop(optional, into)]
    aside: ViewFn,
    /// Whether the content reaches the panel's edges: lists and tables.
    #[prop(optional)]
    flush: bool,
    children: Children,
) -> impl IntoView {
    let inset = if flush { "" } else { "px-4 pb-5 sm:px-6" };
    view! {
        <section class="card" aria-labelledby=id>
            <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-4 sm:px-6">
                <div class="min-w-0">
                    <h2 id=id class="text-base font-semibold text-ink">
                        {title}
                    </h2>
                    {(!text.is_empty())
                        .then(|| view! { <p class="mt-1 max-w-prose text-sm text-muted">{text}</p> })}
                </div>
                {aside.run()}
            </div>
            <div class=inset>{children()}</div>
        </section>
    }
    .into_any()
}
