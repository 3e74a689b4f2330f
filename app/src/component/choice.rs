//! A list to choose one word from.

use latchkey_types::Word;
use leptos::prelude::*;

use super::filter::FilterError;

/// A labelled list of the words of a closed set.
#[component]
pub(crate) fn WordChoice<W: Word>(
    /// The field's name, which is its id too.
    name: &'static str,
    /// What it asks for.
    label: &'static str,
    /// What is chosen.
    chosen: Option<W>,
    /// What choosing nothing is called, where that is possible.
    #[prop(optional)]
    none: &'static str,
) -> impl IntoView {
    let options = W::ALL
        .iter()
        .map(|word| (word.as_str().to_owned(), word.label().to_owned()))
        .collect();
    view! {
        <Choice name label options chosen=chosen.map_or("", Word::as_str) none />
    }
    .into_any()
}

/// A labelled list to choose from.
#[component]
pub(crate) fn Choice(
    /// The field's name, which is its id too.
    name: &'static str,
    /// What it asks for.
    label: &'static str,
    /// What can be chosen: what is sent, what is read.
    options: Vec<(String, String)>,
    /// What is chosen.
    #[prop(into)]
    chosen: String,
    /// What choosing nothing is called, where that is possible.
    #[prop(optional)]
    none: &'static str,
    /// What is wrong with it.
    #[prop(default = None)]
    error: Option<String>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(value, text)| {
            let selected = value == chosen;
            view! {
                <option value=value selected=selected>
                    {text}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=name class="label">
                {label}
            </label>
            <select
                id=name
                name=name
                class="input select"
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=error.is_some().then(|| format!("{name}-error"))
            >
                {(!none.is_empty()).then(|| view! { <option value="">{none}</option> })}
                {options}
            </select>
            <FilterError name error />
        </div>
    }
    .into_any()
}
