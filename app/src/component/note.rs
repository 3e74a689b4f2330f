//! A field for a few sentences.

use crate::words::part;
use leptos::prelude::*;

/// An optional text of several lines. Its id is its name.
#[component]
pub(crate) fn NoteField(
    /// The name under which it is sent.
    name: &'static str,
    /// What it asks for.
    label: &'static str,
    /// What it holds.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    // Nothing but its text may stand in it, no marker either: a browser would show that.
    let area = if value.is_empty() {
        view! { <textarea id=name name=name rows=3 maxlength=2000 class="input"></textarea> }
            .into_any()
    } else {
        // Leptos takes a textarea for an element whose text must not be escaped, as a script's; a
        // browser ends it at the first `</textarea>`, and reads character references in it.
        let value = value.replace('&', "&amp;").replace('<', "&lt;");
        view! {
            <textarea id=name name=name rows=3 maxlength=2000 class="input">
                {value}
            </textarea>
        }
        .into_any()
    };
    view! {
        <div class="field">
            <label for=name class="label">
                {label}
                <span class="font-normal text-muted">{part::OPTIONAL}</span>
            </label>
            {area}
        </div>
    }
    .into_any()
}
