//! A panel that opens above the page and closes with Escape or a click beside it, without script.

use leptos::prelude::*;

/// The panel. A button with its id as `popovertarget` opens it.
#[component]
pub(crate) fn Popup(
    /// Its id, unique on the page.
    id: String,
    /// Its heading.
    title: String,
    /// The id of the element in it that says what it is about, if one does.
    #[prop(optional, into)]
    described_by: Option<String>,
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let labelled_by = title_id.clone();
    view! {
        <div
            id=id
            popover="auto"
            role="dialog"
            aria-labelledby=labelled_by
            aria-describedby=described_by
            class="popup"
        >
            <h2 id=title_id class="text-base font-semibold text-ink wrap-anywhere">
                {title}
            </h2>
            {children()}
        </div>
    }
    .into_any()
}
