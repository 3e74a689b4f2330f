//! The way back from one thing to the list of them.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// A link to the list, above the page's heading.
#[component]
pub(crate) fn BackLink(
    /// What the list is called.
    text: &'static str,
    /// Where it is.
    href: &'static str,
) -> impl IntoView {
    view! {
        <a href=href class="link back">
            <Icon glyph=Glyph::ArrowLeft />
            {text}
        </a>
    }
    .into_any()
}
