//! Users, named and linked.

use latchkey_types::{isolated, visible};
use leptos::prelude::*;

use crate::page::sessions::UserLink;

/// A user's name, leading to their page where they have one. Long names are cut off; the title
/// has them whole.
#[component]
pub(crate) fn PersonLink(
    /// Who.
    user: UserLink,
) -> impl IntoView {
    let title = isolated(&user.name).into_owned();
    if user.id.is_empty() {
        view! {
            <span class="cut font-medium" title=title>
                {visible(&user.name).into_owned()}
            </span>
        }
        .into_any()
    } else {
        view! {
            <a href=format!("/admin/users/{}", user.id) class="cut link" title=title>
                {visible(&user.name).into_owned()}
            </a>
        }
        .into_any()
    }
}

/// The first letter of a name in a circle.
#[component]
pub(crate) fn Avatar(
    /// The name.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    let initial: String = name.chars().take(1).flat_map(char::to_uppercase).collect();
    view! {
        <span
            class="flex size-12 shrink-0 items-center justify-center rounded-full bg-accent-soft text-lg font-semibold text-accent"
            aria-hidden="true"
        >
            {initial}
        </span>
    }
    .into_any()
}
