//! What happened in an incident, in one plain sentence.

use leptos::prelude::*;

use crate::{
    component::{Moment, PersonLink},
    page::threats::IncidentItem,
    words::story as words,
};

/// What happened and what was done.
#[component]
pub(crate) fn Sentence(
    /// The incident.
    incident: IncidentItem,
) -> impl IntoView {
    let opening = view! {
        {words::ON} <Moment at=incident.replayed.at /> {words::TOKEN_OF}
        <PersonLink user=incident.user.clone() />
    };
    view! { {opening} {words::story(&incident)} {words::done(&incident)} }.into_any()
}
