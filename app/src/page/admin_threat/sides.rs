//! Both sides of an incident, and what was seen afterwards.

use latchkey_types::visible;
use leptos::prelude::*;

use crate::{
    component::{Address, Badge, Card, Cell, Row, Stamp, Table, Tone, When},
    page::{
        families::SightItem,
        threats::{IncidentItem, SightingItem},
    },
    words::{common, threats::one as words},
};

/// Who rotated and who presented the token again, fact by fact.
#[component]
pub(super) fn Sides(incident: IncidentItem) -> impl IntoView {
    let (one, other) = (incident.rotated, incident.replayed);
    let rows = [
        compared(
            common::ADDRESS,
            address(&one),
            address(&other),
            one.address != other.address,
        ),
        texts(common::NETWORK, &one, &other, |sight| &sight.network),
        texts(common::PROGRAM, &one, &other, |sight| &sight.agent.browser),
        texts(common::SYSTEM, &one, &other, |sight| &sight.agent.system),
        texts(common::DEVICE, &one, &other, |sight| &sight.agent.device),
        compared(
            common::USER_AGENT,
            user_agent(&one),
            user_agent(&other),
            one.agent.user_agent != other.agent.user_agent,
        ),
    ];
    view! {
        <Card title=words::SIDES id="sides" flush=true>
            <Table
                caption=words::SIDES_CAPTION
                columns=vec![words::FACT, words::ROTATED_IT, words::PRESENTED_IT_AGAIN]
            >
                <Row>
                    <Cell>
                        <span class="font-medium text-ink">{common::WHEN}</span>
                    </Cell>
                    <Cell label=words::ROTATED_IT>
                        <Stamp at=one.at />
                    </Cell>
                    <Cell label=words::AGAIN>
                        <Stamp at=other.at />
                    </Cell>
                </Row>
                {rows.into_iter().collect_view()}
            </Table>
        </Card>
    }
    .into_any()
}

fn texts(
    name: &'static str,
    one: &SightItem,
    other: &SightItem,
    part: impl Fn(&SightItem) -> &str,
) -> AnyView {
    let shown = |text: &str| {
        let text = if text.is_empty() {
            words::UNKNOWN
        } else {
            text
        };
        view! { <span class="wrap-anywhere">{text.to_owned()}</span> }.into_any()
    };
    let (a, b) = (part(one), part(other));
    compared(name, shown(a), shown(b), a != b)
}

fn address(sight: &SightItem) -> AnyView {
    view! { <Address address=sight.address.clone() /> }.into_any()
}

fn user_agent(sight: &SightItem) -> AnyView {
    let text = if sight.agent.user_agent.is_empty() {
        common::NONE_GIVEN.to_owned()
    } else {
        visible(&sight.agent.user_agent).into_owned()
    };
    view! { <span class="mono">{text}</span> }.into_any()
}

/// A fact of both; what differs says so.
fn compared(name: &'static str, one: AnyView, other: AnyView, differs: bool) -> AnyView {
    view! {
        <Row>
            <Cell>
                <span class="line">
                    <span class="font-medium text-ink">{name}</span>
                    {differs.then(|| view! { <Badge tone=Tone::Caution text=words::DIFFERS /> })}
                </span>
            </Cell>
            <Cell label=words::ROTATED_IT>{one}</Cell>
            <Cell label=words::AGAIN>{other}</Cell>
        </Row>
    }
    .into_any()
}

/// What was presented of the family after it had ended.
#[component]
pub(super) fn Sightings(
    /// The newest ones.
    sightings: Vec<SightingItem>,
    /// How many there were.
    total: u64,
) -> impl IntoView {
    let shown = sightings.len() as u64;
    let rows = sightings
        .into_iter()
        .map(|sighting| {
            let agent = sighting.sight.agent;
            view! {
                <Row>
                    <Cell>
                        <span class="wrap-break-word" title=visible(&agent.user_agent).into_owned()>
                            {agent.name()}
                        </span>
                    </Cell>
                    <Cell label=common::ADDRESS>
                        <Address
                            address=sighting.sight.address
                            title=common::network(&sighting.sight.network)
                        />
                    </Cell>
                    <Cell label=common::GENERATION>{sighting.generation}</Cell>
                    <Cell label=common::WHEN>
                        <When at=sighting.sight.at />
                    </Cell>
                </Row>
            }
        })
        .collect_view();
    let more = (total > shown).then(|| {
        view! {
            <p class="border-t border-line px-4 py-3 text-sm text-muted sm:px-6">
                {words::newest_shown(total, shown)}
            </p>
        }
    });
    view! {
        <Card
            title=words::SEEN_AGAIN_SINCE
            id="sightings"
            text=words::SEEN_AGAIN_TEXT
            flush=true
        >
            <Table
                caption=words::SIGHTINGS
                columns=vec![common::PROGRAM, common::ADDRESS, common::GENERATION, common::WHEN]
            >
                {rows}
            </Table>
            {more}
        </Card>
    }
    .into_any()
}
