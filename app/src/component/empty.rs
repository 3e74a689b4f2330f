//! What a list says when nothing is in it.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// Says that there is nothing, and why.
#[component]
pub(crate) fn Empty(
    /// The picture above.
    glyph: Glyph,
    /// That there is nothing.
    title: &'static str,
    /// Why, or what would change it.
    text: &'static str,
    /// A way on, if there is one.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="flex flex-col items-center px-6 py-12 text-center">
            <span class="mb-4 flex size-11 items-center justify-center rounded-full bg-sunken text-muted">
                <Icon glyph class="size-5" />
            </span>
            <p class="font-medium text-ink">{title}</p>
            <p class="mt-1 max-w-sm text-sm text-muted">{text}</p>
            {children.map(|children| view! { <div class="mt-5">{children()}</div> })}
        </div>
    }
    .into_any()
}
