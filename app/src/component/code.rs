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

/// A sentence in which words to be typed stand between backticks, as the command line prints them; here
/// they look like what is typed.
#[component]
pub(crate) fn Typed(
    /// The sentence.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    text.split('`')
        .enumerate()
        .map(|(index, part)| {
            let part = part.to_owned();
            if index % 2 == 1 {
                view! { <code class="mono wrap-anywhere">{part}</code> }.into_any()
            } else {
                part.into_any()
            }
        })
        .collect_view()
}
