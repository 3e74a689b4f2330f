//! Text to be taken over word for word.

use leptos::prelude::*;

/// A block of code. A keyboard can reach it, to scroll what is wider than the page.
#[component]
pub(crate) fn Code(
    /// The text.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! {
        <pre class="code" tabindex="0">
            {text}
        </pre>
    }
    .into_any()
}
