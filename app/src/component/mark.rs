//! The product's mark and name.

use crate::words::frame;
use leptos::prelude::*;

/// The mark: a key on a tile.
#[component]
pub(crate) fn Mark(
    /// Its size.
    #[prop(default = "size-7")]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg class=format!("shrink-0 {class}") viewBox="0 0 32 32" fill="none" aria-hidden="true">
            <rect width="32" height="32" rx="8" class="fill-accent"></rect>
            <path
                d="M16 16a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0ZM16 16h9.5M21 16v4M25.5 16v3"
                class="stroke-on-accent"
                stroke-width="2.25"
                stroke-linecap="round"
                stroke-linejoin="round"
            ></path>
        </svg>
    }
    .into_any()
}

/// The mark with the name, as a link to the start page.
#[component]
pub(crate) fn Wordmark(
    /// Whether it stands alone above a card, and so larger.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let (mark, name) = if large {
        ("size-9", "text-xl")
    } else {
        ("size-7", "text-base")
    };
    view! {
        <a href="/" class="flex items-center gap-2.5 rounded-md text-ink">
            <Mark class=mark />
            <span class=format!("font-semibold tracking-tight {name}")>{frame::PRODUCT}</span>
        </a>
    }
    .into_any()
}
