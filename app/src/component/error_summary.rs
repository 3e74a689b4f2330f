//! What is wrong with a form, above it.

use leptos::prelude::*;

use super::{Banner, Tone};
use crate::words::part;

/// Says what went wrong, with links to the fields concerned; nothing where nothing did.
#[component]
pub(crate) fn ErrorSummary(
    /// What is wrong with the form as a whole.
    form: Option<String>,
    /// The fields: id, label, and whether it is wrong.
    fields: Vec<(&'static str, &'static str, bool)>,
) -> impl IntoView {
    let mut links = Vec::new();
    for (id, label, _) in fields.into_iter().filter(|(_, _, wrong)| *wrong) {
        let separator = if links.is_empty() { part::CHECK } else { ", " };
        links.push(view! {
            {separator}
            <a href=format!("#{id}") class="underline underline-offset-2">
                {label}
            </a>
        });
    }
    (form.is_some() || !links.is_empty())
        .then(|| {
            view! {
                <Banner tone=Tone::Bad>
                    {form.map(|text| view! { <p>{text}</p> })} <p class="empty:hidden">{links}</p>
                </Banner>
            }
        })
        .into_any()
}
