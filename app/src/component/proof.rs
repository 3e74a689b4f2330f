//! What a page with forms that ask for a recent sign-in says beforehand.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::words::part;

/// Says that a change asks for the sign-in once more, and leads there and back.
#[component]
pub(crate) fn ProofNote(
    /// The path of the page.
    #[prop(into)]
    back: String,
) -> impl IntoView {
    let href = format!("/login?again=1&next={back}");
    view! {
        <p class="mb-4 flex items-start gap-2 text-sm text-muted">
            <Icon glyph=Glyph::Key class="mt-0.5 size-4" />
            <span>
                {part::PROOF}
                <a href=href class="link">
                    {part::PROOF_LINK}
                </a>
            </span>
        </p>
    }
    .into_any()
}
