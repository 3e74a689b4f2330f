//! The form that changes something.

use leptos::prelude::*;

use super::around;

/// A form that posts, with the token that proves that it came from our page.
#[component]
pub(crate) fn PostForm(
    /// Where it posts.
    #[prop(into)]
    action: String,
    /// How its content is laid out.
    #[prop(optional)]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let csrf = around().csrf.to_string();
    view! {
        <form method="post" action=action class=class>
            <input type="hidden" name="csrf" value=csrf />
            {children()}
        </form>
    }
    .into_any()
}
