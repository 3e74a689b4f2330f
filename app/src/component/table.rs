//! Tables that are tables on a wide screen and cards on a phone.
//!
//! On a phone the stylesheet takes the table apart, and browsers then forget that it was one: the
//! roles, said out loud, keep it a table for screen readers.

use crate::words::part;
use leptos::prelude::*;

/// A table.
#[component]
pub(crate) fn Table(
    /// What it lists, for those who cannot see where it stands.
    #[prop(into)]
    caption: String,
    /// The names of its columns. An empty one is for buttons.
    columns: Vec<&'static str>,
    children: Children,
) -> impl IntoView {
    let heads = columns
        .into_iter()
        .map(|column| {
            if column.is_empty() {
                view! {
                    <th role="columnheader" scope="col">
                        <span class="sr-only">{part::ACTIONS}</span>
                    </th>
                }
                .into_any()
            } else {
                view! {
                    <th role="columnheader" scope="col">
                        {column}
                    </th>
                }
                .into_any()
            }
        })
        .collect_view();
    view! {
        <table class="rows" role="table">
            <caption class="sr-only">{caption}</caption>
            <thead role="rowgroup">
                <tr role="row">{heads}</tr>
            </thead>
            <tbody role="rowgroup">{children()}</tbody>
        </table>
    }
    .into_any()
}

/// A row.
#[component]
pub(crate) fn Row(children: Children) -> impl IntoView {
    view! { <tr role="row">{children()}</tr> }.into_any()
}

/// A cell.
#[component]
pub(crate) fn Cell(
    /// The name of its column, shown on a phone. Without one, the cell spans the card.
    #[prop(optional)]
    label: &'static str,
    /// Whether it holds the row's buttons.
    #[prop(optional)]
    buttons: bool,
    children: Children,
) -> impl IntoView {
    let class = if buttons { "buttons" } else { "" };
    let label = (!label.is_empty()).then_some(label);
    view! {
        <td role="cell" data-label=label class=class>
            <div class="min-w-0">{children()}</div>
        </td>
    }
    .into_any()
}
