//! The history of a family as a table: each generation, each replay, the end.

use latchkey_types::{IncidentClass, RefreshOutcome, Word, visible};
use leptos::prelude::*;

use crate::{
    component::{Address, Badge, Cell, PersonLink, Row, Stamp, Table, Tone, outcome_tone},
    page::{
        families::{FamilyItem, GenerationItem, SightItem},
        threats::IncidentItem,
    },
    words::{common, families::history as words, phrase::length},
};

/// The table, newest first.
#[component]
pub(crate) fn HistoryTable(
    /// The family.
    family: FamilyItem,
    /// Its generations, newest first.
    generations: Vec<GenerationItem>,
    /// Its incidents.
    incidents: Vec<IncidentItem>,
) -> impl IntoView {
    let oldest = generations.last().map(|item| item.made.at);
    let newest = generations.first();
    let until = newest.and_then(|item| item.until);
    let shows_newest = newest.is_some_and(|item| item.generation == family.generation);
    let end = family.ended.clone().filter(|_| shows_newest).map(|ended| {
        let by = ended
            .by
            .map(|user| view! { <span class="note">{common::BY} <PersonLink user /></span> });
        view! {
            <Row>
                <Cell>
                    <span class="font-medium text-ink">{common::ENDED}</span>
                </Cell>
                <Cell label=common::WHAT>{ended.reason.label()} {by}</Cell>
                <Cell>""</Cell>
                <Cell label=common::WHEN>
                    <Stamp at=ended.at />
                </Cell>
                <Cell>""</Cell>
            </Row>
        }
    });
    let current = family.generation;
    let is_live = family.ended.is_none();
    let mut rows: Vec<_> = incidents
        .into_iter()
        .filter(|incident| {
            let at = incident.replayed.at;
            oldest.is_some_and(|oldest| at >= oldest) && until.is_none_or(|until| at <= until)
        })
        .map(|incident| {
            let key = (incident.replayed.at, u64::MAX);
            (key, view! { <ReplayRow incident /> }.into_any())
        })
        .collect();
    rows.extend(generations.into_iter().map(|item| {
        let key = (item.made.at, item.generation);
        let is_current = is_live && item.generation == current;
        (key, view! { <GenerationRow item is_current /> }.into_any())
    }));
    rows.sort_by_key(|(key, _)| std::cmp::Reverse(*key));
    let rows = rows.into_iter().map(|(_, row)| row).collect_view();
    view! {
        <Table
            caption=words::CAPTION
            columns=vec![common::GENERATION, common::WHAT, words::WHERE, common::WHEN, words::LIVED]
        >
            {end}
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn GenerationRow(item: GenerationItem, is_current: bool) -> impl IntoView {
    let lived = match item.until {
        Some(until) => {
            let millis = u64::try_from(until.since(item.made.at).as_millis()).unwrap_or(u64::MAX);
            view! { <span>{length(millis)}</span> }.into_any()
        }
        None if is_current => view! { <Badge tone=Tone::Good text=common::CURRENT /> }.into_any(),
        None => view! { <span>{common::NONE}</span> }.into_any(),
    };
    let number = if item.superseded {
        "text-muted line-through"
    } else {
        "font-medium text-ink"
    };
    let (what, place) = (what(&item), place(&item.made));
    let (generation, at) = (item.generation, item.made.at);
    view! {
        <Row>
            <Cell>
                <span class=number>{generation}</span>
            </Cell>
            <Cell label=common::WHAT>{what}</Cell>
            <Cell label=words::WHERE>{place}</Cell>
            <Cell label=common::WHEN>
                <Stamp at />
            </Cell>
            <Cell label=words::LIVED>{lived}</Cell>
        </Row>
    }
    .into_any()
}

/// How it came about, and what is not as usual.
fn what(item: &GenerationItem) -> impl IntoView + use<> {
    let word = if item.from.is_none() {
        common::OPENED
    } else {
        item.outcome.label()
    };
    let name = match outcome_tone(item.outcome) {
        Tone::Plain => view! { <span>{word}</span> }.into_any(),
        tone => view! { <Badge tone text=word /> }.into_any(),
    };
    let mut notes: Vec<AnyView> = Vec::new();
    if let Some(from) = item.from
        && (from + 1 != item.generation || item.outcome != RefreshOutcome::Rotated)
    {
        notes.push(words::by_presenting(from).into_any());
    }
    if item.retries > 0 {
        let times = words::asked_again(item.retries);
        notes.push(match item.retried_at {
            Some(at) => {
                let before = format!("{times}{}", words::last_at(item.retries));
                view! { {before} <Stamp at /> }.into_any()
            }
            None => times.into_any(),
        });
    }
    if item.superseded {
        notes.push(words::NEVER_RECEIVED.into_any());
    } else if let Some(at) = item.received_at {
        notes.push(view! { {words::IN_USE_SINCE} <Stamp at /> }.into_any());
    }
    let notes = notes
        .into_iter()
        .enumerate()
        .map(|(index, note)| {
            let between = (index > 0).then_some("; ");
            view! { {between} {note} }
        })
        .collect::<Vec<_>>();
    let notes = (!notes.is_empty()).then(|| view! { <span class="note">{notes}</span> });
    view! {
        {name}
        {notes}
    }
}

#[component]
fn ReplayRow(incident: IncidentItem) -> impl IntoView {
    let tone = if incident.class == IncidentClass::Theft {
        Tone::Bad
    } else {
        Tone::Caution
    };
    let gap = length(incident.gap_ms);
    let (place, at) = (place(&incident.replayed), incident.replayed.at);
    let (class, presented) = (incident.class.label(), incident.presented);
    let href = format!("/admin/threats/{}", incident.incident_id);
    view! {
        <Row>
            <Cell>
                <a href=href class="link">
                    {words::again(presented)}
                </a>
            </Cell>
            <Cell label=common::WHAT>
                <Badge tone text=class />
                <span class="note">{words::again_after(&gap)}</span>
            </Cell>
            <Cell label=words::WHERE>{place}</Cell>
            <Cell label=common::WHEN>
                <Stamp at />
            </Cell>
            <Cell>""</Cell>
        </Row>
    }
    .into_any()
}

/// The device and its address.
fn place(sight: &SightItem) -> impl IntoView + use<> {
    view! {
        <span class="line">
            <span class="wrap-break-word" title=visible(&sight.agent.user_agent).into_owned()>
                {sight.agent.name()}
            </span>
            <span class="text-muted">
                <Address
                    address=sight.address.clone()
                    title=common::network(&sight.network)
                />
            </span>
        </span>
    }
    .into_any()
}
