//! What is wrong with a form, above it.

use leptos::prelude::*;

use super::{Banner, Tone};

/// Says what went wrong, with links to the fields concerned; nothing where nothing did.
#[component]
pub(crate) fn ErrorSummary(
    /// What is wrong with the form as a whole.
    form: Option<String>,
    /// The fields by id, each with what is wrong, if anything.
    fields: Vec<(&'static str, Option<String>)>,
) -> impl IntoView {
    let fields: Vec<_> = fields
        .into_iter()
        .filter_map(|(id, error)| Some((id, error?)))
        .collect();
    (form.is_some() || !fields.is_empty()).then(|| {
        let links = fields
            .into_iter()
            .map(|(id, error)| {
                view! {
                    <li>
                        <a href=format!("#{id}") class="underline underline-offset-2">
                            {error}
                        </a>
                    </li>
                }
            })
            .collect_view();
        view! {
            <Banner tone=Tone::Bad>
                {form.map(|text| view! { <p>{text}</p> })}
                <ul class="space-y-1 empty:hidden">{links}</ul>
            </Banner>
        }
    })
}
