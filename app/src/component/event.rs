//! Events of the record: as a table with everything, as a feed with the gist.

use latchkey_types::{Outcome, Word};
use leptos::prelude::*;

use super::{Cell, Fact, Facts, Glyph, Icon, OutcomeBadge, PersonLink, Row, Table, When};
use crate::page::admin_audit::EventItem;

/// A table of events.
#[component]
pub(crate) fn EventTable(
    /// The rows.
    events: Vec<EventItem>,
) -> impl IntoView {
    let rows = events
        .into_iter()
        .map(|event| view! { <EventRow event /> })
        .collect_view();
    view! {
        <Table
            caption="Events on the record, newest first"
            columns=vec!["Event", "Who", "Address", "When", "Details"]
        >
            {rows}
        </Table>
    }
}

#[component]
fn EventRow(event: EventItem) -> impl IntoView {
    let (kind, outcome, at) = (event.kind.label(), event.outcome, event.at);
    let reason = event.reason.clone();
    let who = event.clone();
    let address = event.address.clone().map_or_else(
        || view! { <span class="text-muted">"–"</span> }.into_any(),
        |address| view! { <span class="mono">{address}</span> }.into_any(),
    );
    view! {
        <Row>
            <Cell>
                <span class="flex flex-wrap items-center gap-x-2 gap-y-1">
                    <span class="font-medium text-ink">{kind}</span>
                    <OutcomeBadge outcome />
                </span>
                <span class="note empty:hidden">{reason}</span>
            </Cell>
            <Cell label="Who">
                <Who event=who />
            </Cell>
            <Cell label="Address">{address}</Cell>
            <Cell label="When">
                <When at />
            </Cell>
            <Cell label="Details">
                <Details event />
            </Cell>
        </Row>
    }
}

/// Who did it and to whom; where nobody is known, what they typed.
#[component]
fn Who(event: EventItem) -> impl IntoView {
    let same = matches!((&event.actor, &event.subject), (Some(a), Some(s)) if a.id == s.id);
    let subject = event.subject.filter(|_| !same);
    match (event.actor, subject, event.identifier) {
        (Some(actor), None, _) => view! { <PersonLink user=actor /> }.into_any(),
        (Some(actor), Some(subject), _) => view! {
            <PersonLink user=actor />
            <span class="note">"about " <PersonLink user=subject /></span>
        }
        .into_any(),
        (None, Some(subject), _) => view! {
            <PersonLink user=subject />
            <span class="note">"not signed in"</span>
        }
        .into_any(),
        (None, None, Some(typed)) => view! {
            <span class="person" title=typed.clone()>
                {typed.clone()}
            </span>
            <span class="note">"as typed"</span>
        }
        .into_any(),
        (None, None, None) => view! { <span class="text-muted">"–"</span> }.into_any(),
    }
}

/// Everything else that is known, folded away.
#[component]
fn Details(event: EventItem) -> impl IntoView {
    let facts: Vec<_> = [
        ("Typed", event.identifier),
        ("Session", event.session),
        ("Browser", event.user_agent),
        ("Request", event.request_id),
        ("Further", event.detail),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect();
    if facts.is_empty() {
        return view! { <span class="text-muted">"–"</span> }.into_any();
    }
    let facts = facts
        .into_iter()
        .map(|(name, value)| {
            view! {
                <Fact name>
                    <span class="mono">{value}</span>
                </Fact>
            }
        })
        .collect_view();
    view! {
        <details class="details">
            <summary>"Details"</summary>
            <Facts>{facts}</Facts>
        </details>
    }
    .into_any()
}

/// The newest events, two lines each.
#[component]
pub(crate) fn EventFeed(
    /// The rows.
    events: Vec<EventItem>,
) -> impl IntoView {
    let rows = events
        .into_iter()
        .map(|event| view! { <FeedRow event /> })
        .collect_view();
    view! { <ul class="feed">{rows}</ul> }
}

#[component]
fn FeedRow(event: EventItem) -> impl IntoView {
    let (glyph, class) = match event.outcome {
        Outcome::Success => (Glyph::Check, "mt-0.5 size-5 text-good"),
        Outcome::Failure => (Glyph::Cross, "mt-0.5 size-5 text-danger"),
    };
    let address = event
        .address
        .clone()
        .map(|address| view! { " · " <span class="mono">{address}</span> });
    view! {
        <li class="feed-row">
            <Icon glyph class />
            <div class="min-w-0">
                <span class="font-medium text-ink">{event.kind.label()}</span>
                <span class="sr-only">{format!(", {}", event.outcome.label())}</span>
                {(!event.reason.is_empty())
                    .then(|| view! { <span class="text-muted wrap-anywhere">" – " {event.reason.clone()}</span> })}
                <span class="note flex flex-wrap items-baseline gap-x-1">
                    <Who event=event.clone() />
                    {address}
                </span>
            </div>
            <span class="text-muted">
                <When at=event.at />
            </span>
        </li>
    }
}
