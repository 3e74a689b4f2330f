//! The form above a list that narrows and orders it. It reads only, so it is a GET form: its address
//! can be kept and passed on.

use latchkey_types::Word;
use leptos::prelude::*;

use super::{Banner, Choice, LinkButton, Look, Submit, Tone};
use crate::{
    page::listing::{Asked, CURSOR, SORT},
    words::{common, part},
};

/// The filter of a list.
#[component]
pub(crate) fn Filter(
    /// The list's path, without a query.
    path: &'static str,
    /// What it narrows, for those who cannot see where it stands.
    name: &'static str,
    /// What is asked for now.
    asked: Asked,
    /// The fields that many need.
    fields: Vec<AnyView>,
    /// The fields that few need, and their names.
    more: Vec<(&'static str, AnyView)>,
) -> impl IntoView {
    let (names, further): (Vec<_>, Vec<_>) = more.into_iter().unzip();
    let is_open = asked.has_any(&names);
    let is_active = asked.is_narrowed() || !asked.value(SORT).is_empty();
    let wrong = asked.error(CURSOR).map(ToOwned::to_owned);
    view! {
        {wrong.map(|text| view! { <Banner tone=Tone::Bad>{text}</Banner> })}
        <form method="get" action=path role="search" aria-label=name class="filter">
            {fields}
            <details class="filter-more" open=is_open>
                <summary>{part::MORE_FILTERS}</summary>
                <div class="filter-more-fields">{further}</div>
            </details>
            <div class="filter-send flex gap-2">
                <Submit text=part::FILTER look=Look::Plain />
                {is_active
                    .then(|| view! { <LinkButton text=part::CLEAR href=path look=Look::Quiet /> })}
            </div>
        </form>
    }
    .into_any()
}

/// A text to filter by. `name` is its id too; `placeholder` is an example or a rule, shown while it is
/// empty.
pub(crate) fn filter_text(
    asked: &Asked,
    name: &'static str,
    label: &'static str,
    placeholder: &'static str,
) -> AnyView {
    input(asked, name, label, placeholder, "search")
}

/// A period to filter by: its first and its last day, or instants. The browser's calendar knows days
/// alone, and would drop whatever else stands there.
pub(crate) fn filter_period(asked: &Asked) -> [(&'static str, AnyView); 2] {
    [("from", part::FROM_DAY), ("to", part::TO_DAY)].map(|(name, label)| {
        let value = asked.value(name);
        let is_day = value.is_empty() || (asked.error(name).is_none() && value.len() == 10);
        let kind = if is_day { "date" } else { "text" };
        (name, input(asked, name, label, part::DAY_EXAMPLE, kind))
    })
}

fn input(
    asked: &Asked,
    name: &'static str,
    label: &'static str,
    placeholder: &'static str,
    kind: &'static str,
) -> AnyView {
    let error = asked.error(name).map(ToOwned::to_owned);
    view! {
        <div class="field">
            <label for=name class="label">
                {label}
            </label>
            <input
                id=name
                name=name
                type=kind
                class="input"
                value=asked.value(name).to_owned()
                placeholder=placeholder
                maxlength=254
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=error.is_some().then(|| format!("{name}-error"))
            />
            <FilterError name error />
        </div>
    }
    .into_any()
}

/// A day to filter by, chosen in the browser's own calendar.
#[component]
pub(crate) fn DateField(
    /// The name under which it is sent, which is its id too.
    name: &'static str,
    /// What it asks for.
    label: &'static str,
    /// The day that is asked for now, as `2026-01-31`.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=name class="label">
                {label}
            </label>
            <input id=name name=name type="date" class="input" value=value />
        </div>
    }
    .into_any()
}

/// One word of a closed set to filter by.
pub(crate) fn filter_word<W: Word>(
    asked: &Asked,
    name: &'static str,
    label: &'static str,
    words: &[W],
) -> AnyView {
    let options = words
        .iter()
        .map(|word| (word.as_str().to_owned(), word.label().to_owned()))
        .collect();
    choice(asked, name, label, options, part::ANY)
}

/// One of several texts to filter by: what is sent, what is read.
pub(crate) fn filter_choice(
    asked: &Asked,
    name: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
) -> AnyView {
    choice(asked, name, label, options, part::ANY)
}

/// The order of the list, the usual one first: that has no place in the address.
pub(crate) fn filter_order<W: Word>(asked: &Asked) -> AnyView {
    let options = W::ALL
        .iter()
        .enumerate()
        .map(|(index, word)| {
            let value = if index == 0 { "" } else { word.as_str() };
            (value.to_owned(), word.label().to_owned())
        })
        .collect();
    choice(asked, SORT, part::ORDER, options, "")
}

fn choice(
    asked: &Asked,
    name: &'static str,
    label: &'static str,
    mut options: Vec<(String, String)>,
    none: &'static str,
) -> AnyView {
    let chosen = asked.value(name).to_owned();
    // What cannot be asked for, and was, stays to be seen.
    if !chosen.is_empty() && options.iter().all(|(value, _)| *value != chosen) {
        options.push((chosen.clone(), chosen.clone()));
    }
    let error = asked.error(name).map(ToOwned::to_owned);
    view! { <Choice name label options chosen none error /> }.into_any()
}

/// What is wrong with a field, under it.
#[component]
pub(crate) fn FilterError(
    /// The field's name.
    name: &'static str,
    /// What is wrong with it.
    error: Option<String>,
) -> impl IntoView {
    error
        .map(|error| {
            // Programs read it behind the field's name; here it is a sentence.
            let mut letters = error.chars();
            let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            let error = format!("{first}{}", letters.as_str());
            view! {
                <p id=format!("{name}-error") class="mt-1.5 text-sm font-medium text-danger wrap-anywhere">
                    {error}
                </p>
            }
        })
        .into_any()
}

/// Kinds of devices: what is sent, what is read.
const DEVICES: [(&str, &str); 5] = [
    ("desktop", part::DESKTOP),
    ("phone", part::PHONE),
    ("program", common::PROGRAM),
    ("robot", part::ROBOT),
    ("appliance", part::APPLIANCE),
];

/// The kinds of devices, to choose from.
pub(crate) fn devices() -> Vec<(String, String)> {
    DEVICES
        .map(|(word, label)| (word.to_owned(), label.to_owned()))
        .to_vec()
}
