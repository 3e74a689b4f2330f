//! A panel that opens above the page and closes with Escape or a click beside it, without script.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::words::part;

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
    /// Whether it has a button of its own to close it.
    #[prop(optional)]
    closable: bool,
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let labelled_by = title_id.clone();
    let close = closable.then(|| {
        view! {
            <button
                type="button"
                class="btn btn-quiet -m-2 px-2"
                popovertarget=id.clone()
                popovertargetaction="hide"
                aria-label=part::CLOSE
            >
                <Icon glyph=Glyph::Close class="size-5" />
            </button>
        }
    });
    view! {
        <div
            id=id.clone()
            popover="auto"
            role="dialog"
            aria-labelledby=labelled_by
            aria-describedby=described_by
            class="popup"
        >
            <div class="flex items-start justify-between gap-3">
                <h2 id=title_id class="text-base font-semibold text-ink wrap-anywhere">
                    {title}
                </h2>
                {close}
            </div>
            {children()}
        </div>
    }
    .into_any()
}
