//! Network addresses.

use leptos::prelude::*;

/// An address, which may be broken between its groups but never within one.
#[component]
pub(crate) fn Address(
    /// The address.
    address: String,
    /// What else is known of it.
    #[prop(optional, into)]
    title: String,
) -> impl IntoView {
    let groups = address
        .split_inclusive(':')
        .map(|group| view! { {group.to_owned()} <wbr /> })
        .collect_view();
    view! {
        <span class="mono address" title=(!title.is_empty()).then_some(title)>
            {groups}
        </span>
    }
    .into_any()
}
