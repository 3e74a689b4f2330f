//! A step before what cannot be undone, without script: a popover with the real form in it.

use leptos::prelude::*;

use super::{Look, Popup, PostForm};
use crate::words::common;

/// A button that opens a question; only the button in the question acts.
#[component]
pub(crate) fn ConfirmButton(
    /// Names the question, unique on the page.
    #[prop(into)]
    id: String,
    /// What both buttons say: `End session`.
    label: &'static str,
    /// The first button's whole name, which begins with the label and says what it is about:
    /// `End session Firefox on Linux, 192.0.2.1`.
    #[prop(into)]
    name: String,
    /// The question.
    #[prop(into)]
    question: String,
    /// What will happen, in one sentence.
    #[prop(into)]
    consequence: String,
    /// Where the form posts.
    #[prop(into)]
    action: String,
    /// Where the form leads back to, if the server asks.
    #[prop(default = None)]
    back: Option<String>,
) -> impl IntoView {
    let text_id = format!("{id}-text");
    let described_by = text_id.clone();
    let (opens, closes) = (id.clone(), id.clone());
    view! {
        <button
            type="button"
            class=Look::Caution.class()
            popovertarget=opens
            aria-haspopup="dialog"
            aria-label=name
        >
            {label}
        </button>
        <Popup id title=question described_by>
            <p id=text_id class="mt-2 text-sm text-muted wrap-anywhere">
                {consequence}
            </p>
            <PostForm
                action=action
                class="mt-5 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end"
            >
                {back.map(|back| view! { <input type="hidden" name="back" value=back /> })}
                // First in the order of the keyboard: the way out is the default.
                <button
                    type="button"
                    class=Look::Plain.class()
                    popovertarget=closes
                    popovertargetaction="hide"
                    autofocus=true
                >
                    {common::CANCEL}
                </button>
                <button type="submit" class=Look::Danger.class()>
                    {label}
                </button>
            </PostForm>
        </Popup>
    }
    .into_any()
}
