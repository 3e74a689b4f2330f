//! Events of the record: as a table with everything, as a feed with the gist.

use latchkey_types::{Outcome, Word, isolated, visible};
use leptos::prelude::*;

use super::{
    Address, Cell, Fact, Facts, Glyph, Icon, Look, OutcomeBadge, PersonLink, Popup, Row, Table,
    When,
};
use crate::{
    page::admin_audit::EventItem,
    words::{audit::list as words, common},
};

/// A table of events.
#[component]
pub(crate) fn EventTable(
    /// The rows.
    events: Vec<EventItem>,
) -> impl IntoView {
    let rows = events
        .into_iter()
        .enumerate()
        .map(|(index, event)| view! { <EventRow event id=format!("event-{index}") /> })
        .collect_view();
    view! {
        <Table
            caption=words::CAPTION
            columns=vec![common::EVENT, words::WHO, common::ADDRESS, common::WHEN, ""]
        >
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn EventRow(
    event: EventItem,
    /// Names its panel, unique on the page.
    id: String,
) -> impl IntoView {
    let (kind, outcome, at) = (event.kind.label(), event.outcome, event.at);
    let reason = event.reason.clone();
    let who = who(&event).unwrap_or_else(nothing);
    let address = event
        .address
        .clone()
        .map_or_else(nothing, |address| view! { <Address address /> }.into_any());
    view! {
        <Row>
            <Cell>
                <span class="line">
                    <span class="font-medium text-ink">{kind}</span>
                    <OutcomeBadge outcome />
                </span>
                <span class="note empty:hidden">{reason}</span>
            </Cell>
            <Cell label=words::WHO>{who}</Cell>
            <Cell label=common::ADDRESS>{address}</Cell>
            <Cell label=common::WHEN>
                <When at />
            </Cell>
            <Cell buttons=true>
                <Details event id />
            </Cell>
        </Row>
    }
    .into_any()
}

fn nothing() -> AnyView {
    view! { <span class="text-muted">{common::NONE}</span> }.into_any()
}

/// Who did it and to whom; where nobody is known, what they typed.
fn who(event: &EventItem) -> Option<AnyView> {
    let actor = event.actor.clone();
    let subject = event
        .subject
        .clone()
        .filter(|subject| actor.as_ref().is_none_or(|actor| actor.id != subject.id));
    match (actor, subject, event.identifier.clone()) {
        (Some(actor), Some(subject), _) => Some(
            view! {
                <PersonLink user=actor />
                " "
                <span class="note">{words::ABOUT} <PersonLink user=subject /></span>
            }
            .into_any(),
        ),
        (Some(user), None, _) | (None, Some(user), _) => {
            Some(view! { <PersonLink user /> }.into_any())
        }
        (None, None, Some(typed)) => Some({
            let typed = visible(&typed).into_owned();
            view! {
                <span class="cut font-medium" title=isolated(&typed).into_owned()>
                    {typed.clone()}
                </span>
                " "
                <span class="note">{words::AS_TYPED}</span>
            }
            .into_any()
        }),
        (None, None, None) => None,
    }
}

/// A button that shows everything else that is known, where there is any.
#[component]
fn Details(event: EventItem, id: String) -> impl IntoView {
    let title = format!("{}: {}", event.kind.label(), event.outcome.label());
    let at = event.at;
    let facts: Vec<_> = [
        (words::TYPED, event.identifier),
        (common::SESSION, event.session),
        (common::BROWSER, event.user_agent),
        (common::REQUEST, event.request_id),
        (words::FURTHER, event.detail),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .map(|(name, value)| {
        view! {
            <Fact name>
                <span class="mono">{visible(&value).into_owned()}</span>
            </Fact>
        }
    })
    .collect();
    let family = event.family.map(|family| {
        let href = format!("/admin/families/{family}");
        view! {
            <Fact name=common::API_SIGN_IN>
                <a href=href class="link mono">
                    {family}
                </a>
            </Fact>
        }
    });
    let bulk_end = event.bulk_end.map(|id| {
        let href = format!("/admin/bulk-ends/{id}");
        view! {
            <Fact name=words::WHAT_CAME_OF_IT>
                <a href=href class="link">
                    {words::THE_BULK_END}
                </a>
            </Fact>
        }
    });
    (!facts.is_empty())
        .then(|| {
            let opens = id.clone();
            view! {
                <button
                    type="button"
                    class=Look::Plain.class()
                    popovertarget=opens
                    aria-haspopup="dialog"
                    aria-label=words::details_of(&title)
                >
                    {words::DETAILS}
                </button>
                <Popup id title=title.clone() closable=true>
                    <div class="mt-3"><Facts>
                        <Fact name=common::WHEN>
                            <When at />
                        </Fact>
                        {family}
                        {bulk_end}
                        {facts}
                    </Facts></div>
                </Popup>
            }
        })
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
    view! { <ul class="feed">{rows}</ul> }.into_any()
}

#[component]
fn FeedRow(event: EventItem) -> impl IntoView {
    let (glyph, class) = match event.outcome {
        Outcome::Success => (Glyph::Check, "mt-0.5 size-5 text-good"),
        Outcome::Failure => (Glyph::Cross, "mt-0.5 size-5 text-danger"),
    };
    let who = who(&event);
    let separator = (who.is_some() && event.address.is_some()).then_some(" · ");
    let address = event
        .address
        .clone()
        .map(|address| view! { <Address address /> });
    view! {
        <li class="feed-row">
            <Icon glyph class />
            <div class="min-w-0">
                <span class="font-medium text-ink">{event.kind.label()}</span>
                <span class="sr-only">{format!(", {}", event.outcome.label())}</span>
                {(!event.reason.is_empty())
                    .then(|| view! { <span class="text-muted wrap-anywhere">" – " {event.reason.clone()}</span> })}
                <span class="note who empty:hidden">
                    {who} {separator} {address}
                </span>
            </div>
            <span class="text-muted">
                <When at=event.at />
            </span>
        </li>
    }
    .into_any()
}
