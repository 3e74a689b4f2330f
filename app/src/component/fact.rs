//! Facts about one thing: a name and a value each.

use leptos::prelude::*;

/// A list of [`Fact`]s.
#[component]
pub(crate) fn Facts(children: Children) -> impl IntoView {
    view! { <dl class="divide-y divide-line text-sm">{children()}</dl> }.into_any()
}

/// One fact.
#[component]
pub(crate) fn Fact(
    /// What it is called.
    name: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="flex flex-col gap-1 py-3 @md:grid @md:grid-cols-[10rem_1fr] @md:gap-4">
            <dt class="text-muted">{name}</dt>
            <dd class="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 text-ink wrap-anywhere">
                {children()}
            </dd>
        </div>
    }
    .into_any()
}
